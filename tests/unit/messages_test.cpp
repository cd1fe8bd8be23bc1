// SPDX-License-Identifier: BSD-3-Clause
// What a refusal tells: the argument's name, its value, and what is wrong with it, in one line.
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "compare.hpp"
#include "twofold/twofold.hpp"

namespace twofold::test {
namespace {

struct Refusal {
  const char* message;
  Errc code;
  std::function<void()> call;
};

void check(const std::vector<Refusal>& refusals) {
  for (const auto& [message, code, call] : refusals) {
    std::string said = "nothing";
    try {
      call();
    } catch (const Error& error) {
      said = error.what();
      CHECK(error.code() == code);
    }
    CHECK(said == message);
  }
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

const Image<float> image{{1, 2, 3}, {4, 5, 6}};
const Image<float> kernel{{1, 2}};

std::function<void()> with(const Options& options) {
  return [=] { (void)convolve2d(image, kernel, options); };
}

std::function<void()> with_shapes(Shape image_shape, Shape kernel_shape, Mode mode = Mode::full) {
  return [=] {
    (void)convolve2d(View<const float>(image.data(), image_shape),
                     View<const float>(kernel.data(), kernel_shape), {.mode = mode});
  };
}

}  // namespace

TEST_CASE("what is said of operands", "[messages]") {
  static float memory[64] = {};
  check({
      {"image: 0×3 has no elements", Errc::invalid_shape, with_shapes({0, 3}, {1, 2})},
      {"kernel: 2×-1 has a negative size", Errc::invalid_shape, with_shapes({2, 3}, {2, -1})},
      {"kernel: 1×2×2 has more than one channel", Errc::invalid_shape,
       with_shapes({2, 3}, {1, 2, 2})},
      {"mode: valid needs one operand that is at least as large in both directions; image 3×5, "
       "kernel 5×3",
       Errc::invalid_shape, with_shapes({3, 5}, {5, 3}, Mode::valid)},
      {"out: 2×3, the result is 2×4", Errc::invalid_shape,
       [] {
         convolve2d(image, kernel, View<float>(memory, {2, 3}));
       }},
      {"out: elements coincide with strides 1 and 1 for 2×4", Errc::invalid_stride,
       [] {
         convolve2d(image, kernel, View<float>(memory, {2, 4}, 1, 1));
       }},
      {"out: shares memory with image", Errc::overlap,
       [] {
         convolve2d(View<const float>(memory, {2, 3}), kernel, View<float>(memory + 5, {2, 4}));
       }},
      {"out: shares memory with kernel", Errc::overlap,
       [] {
         convolve2d(image, View<const float>(memory, {1, 2}), View<float>(memory + 1, {2, 4}));
       }},
      {"image: 2×3 elements, and a null pointer", Errc::invalid_shape,
       [] {
         (void)convolve2d(View<const float>(nullptr, {2, 3}), kernel);
       }},
  });
}

TEST_CASE("what is said of options", "[messages]") {
  check({
      {"threads: 0; at least 1 has to work", Errc::invalid_option, with({.threads = 0})},
      {"threads: 4097 are more than 4096", Errc::invalid_option, with({.threads = 4097})},
      {"accuracy: within(-1) is not an error bound", Errc::invalid_option,
       with({.accuracy = within(-1)})},
      {"mode: there is no value number 17", Errc::invalid_option, with({.mode = Mode{17}})},
      {"fill_value: 2i has no value in float32", Errc::invalid_option,
       with({.fill_value = std::complex<double>(0, 2)})},
      {"method: winograd cannot compute this: it is for layers", Errc::unsupported,
       with({.method = Method::winograd})},
      {"method: separable cannot compute this: a kernel of high rank", Errc::unsupported,
       [] {
         const Image<float> full{{1, 2, 3}, {4, 7, 5}, {8, 1, 9}};
         (void)convolve2d(full, full, {.method = Method::separable});
       }},
      {"method: separable cannot compute this: a kernel with NaN or infinity", Errc::unsupported,
       [] {
         const Image<float> image(1, 2);
         const Image<float> beyond{{0, 0}, {0, std::numeric_limits<float>::quiet_NaN()}};
         (void)convolve2d(image, beyond, {.method = Method::separable});
       }},
      {"image: element (1, 2) is not finite", Errc::nonfinite,
       [] {
         Image<float> x(2, 3);
         x(1, 2) = static_cast<float>(nan);
         (void)convolve2d(x, kernel, {.nonfinite = Nonfinite::reject});
       }},
  });
}

TEST_CASE("what is said of plans", "[messages]") {
  const Plan<float> plan(Operation::convolve, {8, 9}, kernel);
  Image<float> out(plan.output_shape());
  const Image<float> x(8, 9);
  std::vector<std::byte> few(plan.workspace_bytes() - 1);
  const std::string bytes = "workspace: " + std::to_string(few.size()) + " bytes, " +
                            std::to_string(plan.workspace_bytes()) + " are needed";
  check({
      {"image: 2×3, the plan's images are 8×9", Errc::invalid_shape,
       [&] { plan.execute(image, out); }},
      {"outputs: 4×5 from (6, 0) on are not part of the 8×10 outputs", Errc::invalid_shape,
       [&] {
         (void)plan.input_region({6, 0, 4, 5});
       }},
      {"tile: row 3 of the image is needed, the tile holds 0…2", Errc::invalid_shape,
       [&] {
         plan.execute_region(x.view().region({0, 0, 3, 9}), {0, 0}, {2, 0, 4, 5},
                             out.view().region({0, 0, 4, 5}));
       }},
      {bytes.c_str(), Errc::workspace, [&] { plan.execute(x, out, few); }},
      {"largest_magnitude: -1 is no magnitude", Errc::invalid_option,
       [&] { (void)plan.error_bound(-1); }},
  });
}

TEST_CASE("what is said of layers", "[messages]") {
  const nn::Tensor<float> x({1, 6, 7, 4});
  const nn::Tensor<float> taps({3, 3, 4, 8});
  const std::vector<float> seven(7, 1.0F);
  const std::vector<float> none;
  const auto conv = [&](const nn::ConvOptions& options) {
    return [&x, &taps, options] { (void)nn::conv(x, taps, options); };
  };
  const auto of_kernel = [&](const nn::TensorShape& shape, const nn::ConvOptions& options = {}) {
    return [&x, shape, options] { (void)nn::conv(x, nn::Tensor<float>(shape), options); };
  };
  check({
      {"strides: 0×1, must be 1 to 1073741824", Errc::invalid_option, conv({.strides = {0, 1}})},
      {"groups: 3, but the inputs' 4 channels and the kernel's 4 make 1", Errc::invalid_option,
       conv({.groups = 3})},
      {"padding: -1 on one side, must be 0 to 1073741824", Errc::invalid_option,
       conv({.padding = {0, -1, 0, 0}})},
      {"kernel: reads 3 channels, which do not divide the inputs' 4", Errc::invalid_shape,
       of_kernel({3, 3, 3, 8})},
      {"kernel: spans 7 rows, the inputs have 6, and with padding valid there is no output",
       Errc::invalid_shape, of_kernel({7, 3, 4, 8})},
      {"bias: 7 elements, the outputs have 8 channels", Errc::invalid_shape,
       [&] { (void)nn::conv(x, taps, seven); }},
      {"output_padding: 1×1, only conv_transpose has one", Errc::invalid_option,
       conv({.output_padding = 1})},
      {"method: winograd cannot compute this: strides", Errc::unsupported,
       conv({.strides = 2, .method = Method::winograd})},
      {"out: 1×4×4×8, the outputs are 1×4×5×8", Errc::invalid_shape,
       [&] {
         nn::Tensor<float> out({1, 4, 4, 8});
         nn::conv(x, taps, none, out);
       }},
  });
}

TEST_CASE("what is said of a diagnosis", "[messages]") {
  const Image<float> result = convolve2d(image, kernel);
  check({
      {"a: 9×9; an image of 2×3 and a kernel of 1×2 give 2×4, 3×3, 2×3, 2×2, 1×3",
       Errc::invalid_shape, [&] { (void)diagnose(image, kernel, Image<float>(9, 9), result); }},
  });
}

}  // namespace twofold::test
