// SPDX-License-Identifier: BSD-3-Clause
// Bad input: an Error of the right kind whose message names the argument, and an output that has
// not been touched.
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "compare.hpp"

namespace twofold::test {
namespace {

constexpr Index huge = std::numeric_limits<Index>::max();

/// What a call threw.
struct Thrown {
  bool error = false;
  Errc code{};
  std::string message;
};

template <class Call>
Thrown thrown_by(Call call) {
  try {
    call();
    return {};
  } catch (const Error& error) {
    return {true, error.code(), error.what()};
  }
}

/// Whether the message is one line that begins with the argument's name, or with more of it.
bool tells(const std::string& message, const std::string& beginning) {
  const bool is_name = beginning.find(':') == std::string::npos;
  return message.starts_with(is_name ? beginning + ":" : beginning) &&
         message.find('\n') == std::string::npos;
}

/// Checks the code, and that the message names the argument.
#define CHECK_ERROR(code_wanted, argument, ...)                            \
  do {                                                                     \
    const Thrown thrown = thrown_by([&] { __VA_ARGS__; });                 \
    INFO(#__VA_ARGS__ << " said: " << thrown.message);                     \
    CHECK(thrown.error);                                                   \
    CHECK(static_cast<int>(thrown.code) == static_cast<int>(code_wanted)); \
    CHECK(tells(thrown.message, argument));                                \
  } while (false)

const Image<float> good_image{{1, 2, 3}, {4, 5, 6}};
const Image<float> good_kernel{{1, 2}};

/// What an output would be if the operands could be combined, for another kind of error to show.
Shape output_shape_for(const Shape& x, const Shape& kernel, const Options& options) {
  const auto is_none = [](const Shape& shape) {
    return shape.rows <= 0 || shape.cols <= 0 || shape.channels <= 0;
  };
  if (is_none(x) || is_none(kernel)) return {2, 4};
  return options.mode == Mode::full
             ? Shape{x.rows + kernel.rows - 1, x.cols + kernel.cols - 1, x.channels}
             : x;
}

/// Calls both operations, returning and into memory; the memory must stay as it was.
template <class X, class K>
void check_rejected(Errc code, const char* argument, const X& x, const K& kernel,
                    const Options& options = {}) {
  CHECK_ERROR(code, argument, (void)convolve2d(x, kernel, options));
  CHECK_ERROR(code, argument, (void)correlate2d(x, kernel, options));
  using T = result_t<X, K>;
  auto out = generate<T>(output_shape_for(x.shape(), kernel.shape(), options), [] { return 77; });
  const auto before = out;
  CHECK_ERROR(code, argument, convolve2d(x, kernel, out, options));
  CHECK_ERROR(code, argument, correlate2d(x, kernel, out, options));
  CHECK(same_bits(out, before));
}

View<const float> view_of_shape(Shape shape) {
  return {good_image.data(), shape};
}

}  // namespace

TEST_CASE("operands without elements", "[errors]") {
  for (const Shape empty : {Shape{0, 3}, Shape{3, 0}, Shape{0, 0}, Shape{2, 3, 0}}) {
    for (const auto mode : modes) {
      const Options options{.mode = mode};
      check_rejected(Errc::invalid_shape, "image", view_of_shape(empty), good_kernel, options);
      check_rejected(Errc::invalid_shape, "kernel", good_image, view_of_shape(empty), options);
    }
  }
  check_rejected(Errc::invalid_shape, "image", Image<float>(), good_kernel);
  check_rejected(Errc::invalid_shape, "kernel", good_image, View<const float>());
}

TEST_CASE("negative sizes", "[errors]") {
  for (const Shape negative : {Shape{-1, 3}, Shape{3, -1}, Shape{-2, -3}, Shape{2, 3, -1},
                               Shape{std::numeric_limits<Index>::min(), 1}}) {
    check_rejected(Errc::invalid_shape, "image", view_of_shape(negative), good_kernel);
    check_rejected(Errc::invalid_shape, "kernel", good_image, view_of_shape(negative));
    CHECK_ERROR(Errc::invalid_shape, "image",
                Plan<float>(Operation::convolve, negative, good_kernel));
    CHECK_ERROR(Errc::invalid_shape, "image", (void)Image<float>::uninitialized(negative));
  }
}

TEST_CASE("sizes whose product overflows", "[errors]") {
  for (const Shape shape : {Shape{huge, huge}, Shape{huge, 1}, Shape{1, huge},
                            Shape{Index{1} << 32, Index{1} << 31}, Shape{Index{1} << 61, 1},
                            Shape{3, 3, huge}, Shape{Index{1} << 21, Index{1} << 21, 1 << 21}}) {
    INFO(shape.rows << 'x' << shape.cols << 'x' << shape.channels);
    CHECK_ERROR(Errc::too_large, "image", (void)Image<float>::uninitialized(shape));
    CHECK_ERROR(Errc::too_large, "image", (void)convolve2d(view_of_shape(shape), good_kernel));
    CHECK_ERROR(Errc::too_large, "image", Plan<float>(Operation::correlate, shape, good_kernel));
    if (shape.channels == 1) {
      CHECK_ERROR(Errc::too_large, "kernel", (void)convolve2d(good_image, view_of_shape(shape)));
    }
  }
}

TEST_CASE("an output that would not be addressable", "[errors]") {
  // The image's bytes are countable, those of its full convolution are not.
  const Index rows = huge / static_cast<Index>(sizeof(float)) / 4;
  CHECK(thrown_by([&] {
          Plan<float>(Operation::convolve, {rows, 3}, Image<float>(1, 7));
        }).code == Errc::too_large);
}

TEST_CASE("an image that cannot be addressed once it is extended", "[errors]") {
  Image<std::uint8_t> row(1, 1024);
  for (const Mode mode : modes) {
    if (mode == Mode::valid) continue;  // which reads nothing around it
    CHECK_ERROR(
        Errc::too_large, mode == Mode::full ? "output" : "image",
        Plan<std::uint8_t>(Operation::convolve, {1, 1, Index{1} << 55}, row, {.mode = mode}));
  }
}

TEST_CASE("strides that lead out of the address space", "[errors]") {
  const auto check = [](Index row_stride, Index col_stride) {
    const View<const float> absurd(good_image.data(), {2, 3}, row_stride, col_stride);
    INFO(row_stride << ", " << col_stride);
    CHECK_ERROR(Errc::too_large, "image", (void)convolve2d(absurd, good_kernel));
    CHECK_ERROR(Errc::too_large, "kernel", (void)convolve2d(good_image, absurd));
    Image<float> out(2, 4);
    const View<float> target(out.data(), {2, 4}, row_stride, col_stride);
    CHECK_ERROR(Errc::too_large, "out", convolve2d(good_image, good_kernel, target));
  };
  check(huge, 1);
  check(1, huge);
  check(huge / 2, huge / 2);
  check(std::numeric_limits<Index>::min(), 1);
  check(1, std::numeric_limits<Index>::min());
}

TEST_CASE("sizes whose product no number holds, in one row", "[errors]") {
  constexpr Index many = Index{1} << 40;
  const View<const float> image(good_image.data(), {1, many, many}, 1, 1);
  CHECK_ERROR(Errc::too_large, "image", (void)convolve2d(image, good_kernel));
  CHECK_ERROR(Errc::too_large, "image", (void)diagnose(image, good_kernel, good_image, good_image));
  Image<float> out(2, 4);
  CHECK_ERROR(Errc::invalid_shape, "out",
              convolve2d(good_image, good_kernel, View<float>(out.data(), {1, many, many}, 1, 1)));
}

TEST_CASE("views of nothing that claim elements", "[errors]") {
  const View<const float> nothing(nullptr, {2, 3});
  check_rejected(Errc::invalid_shape, "image: 2×3 elements, and a null pointer", nothing,
                 good_kernel);
  check_rejected(Errc::invalid_shape, "kernel: 2×3 elements, and a null pointer", good_image,
                 nothing);
  CHECK_ERROR(Errc::invalid_shape, "out",
              convolve2d(good_image, good_kernel, View<float>(nullptr, {2, 4})));

  const SeparableKernel<float> no_column{{static_cast<const float*>(nullptr), 2}, {}};
  CHECK_ERROR(Errc::invalid_shape, "kernel", (void)convolve2d(good_image, no_column));
  const std::span<const float> taps(good_kernel.data(), 2);
  const std::span<const float> absent(static_cast<const float*>(nullptr), 2);
  for (const auto& kernel :
       {SeparableKernel<float>{absent, taps}, SeparableKernel<float>{taps, absent}}) {
    const char* const name = kernel.row.data() == nullptr ? "row" : "column";
    CHECK_ERROR(Errc::invalid_shape, name, (void)correlate2d(good_image, kernel));
    CHECK_ERROR(Errc::invalid_shape, name, Plan<float>(Operation::convolve, {2, 3}, kernel));
  }

  const Plan<float> plan(Operation::convolve, good_image.shape(), good_kernel);
  Image<float> out(plan.output_shape());
  CHECK_ERROR(Errc::invalid_shape, "image", plan.execute(nothing, out));
  CHECK_ERROR(Errc::invalid_shape, "out",
              plan.execute(good_image, View<float>(nullptr, out.shape())));
  CHECK_ERROR(Errc::invalid_shape, "image",
              plan.execute_region(nothing, {0, 0}, {0, 0, 1, 1}, out.view().region({0, 0, 1, 1})));
}

TEST_CASE("a kernel has one channel", "[errors]") {
  check_rejected(Errc::invalid_shape, "kernel", good_image, Image<float>(1, 2, 2));
}

TEST_CASE("an output of another shape", "[errors]") {
  for (const auto operation : operations) {
    for (const Shape wrong : {Shape{2, 3}, Shape{2, 5}, Shape{3, 4}, Shape{4, 2}, Shape{2, 4, 2},
                              Shape{0, 0}, Shape{-2, 4}}) {
      auto memory = generate<float>({5, 5, 2}, [] { return 77; });
      const auto before = memory;
      const View<float> out(memory.data(), wrong);
      CHECK_ERROR(Errc::invalid_shape, "out",
                  operation == Operation::convolve ? convolve2d(good_image, good_kernel, out)
                                                   : correlate2d(good_image, good_kernel, out));
      const Plan<float> plan(operation, good_image.shape(), good_kernel);
      CHECK_ERROR(Errc::invalid_shape, "out", plan.execute(good_image, out));
      CHECK(same_bits(memory, before));
    }
  }
}

TEST_CASE("an image of another shape than the plan's", "[errors]") {
  const Plan<float> plan(Operation::convolve, {2, 3}, good_kernel);
  auto out = generate<float>({2, 4}, [] { return 77; });
  const auto before = out;
  for (const Shape wrong : {Shape{3, 2}, Shape{2, 4}, Shape{1, 3}, Shape{2, 3, 2}, Shape{0, 0}}) {
    CHECK_ERROR(Errc::invalid_shape, "image", plan.execute(Image<float>(wrong), out));
  }
  CHECK(same_bits(out, before));
}

TEST_CASE("an output whose elements coincide", "[errors]") {
  auto memory = generate<float>({8, 8}, [] { return 77; });
  const auto before = memory;
  const std::pair<Index, Index> strides[] = {{0, 1},  {4, 0}, {0, 0},  {3, 1}, {1, 1},
                                             {-1, 1}, {2, 1}, {1, -1}, {3, 3}, {6, 2}};
  for (const auto& [row_stride, col_stride] : strides) {
    const View<float> out(&memory(4, 4), {2, 4}, row_stride, col_stride);
    INFO("strides " << row_stride << ", " << col_stride);
    CHECK_ERROR(Errc::invalid_stride, "out", convolve2d(good_image, good_kernel, out));
  }
  // Interleaved channels: columns closer to each other than the channels need.
  const View<float> narrow(memory.data(), {2, 4, 3}, 30, 2);
  CHECK_ERROR(Errc::invalid_stride, "out", convolve2d(Image<float>(2, 3, 3), good_kernel, narrow));
  // Or not closer, but two columns of one row lie on either side of the other row's first.
  for (const auto& [row_stride, col_stride] :
       {std::pair<Index, Index>{7, 4}, {-7, 4}, {7, -4}, {-7, -4}, {5, 4}, {-5, 4}}) {
    const View<float> out(&memory(4, 0), {2, 4, 3}, row_stride, col_stride);
    INFO("strides " << row_stride << ", " << col_stride);
    CHECK_ERROR(Errc::invalid_stride, "out", convolve2d(Image<float>(2, 3, 3), good_kernel, out));
  }
  CHECK(same_bits(memory, before));
}

TEST_CASE("an output among whose rows the columns lie is fine", "[errors]") {
  // Distinct elements, although the rows' spans interleave.
  Image<float> memory(8, 8);
  for (const auto& [row_stride, col_stride] :
       {std::pair<Index, Index>{1, 2}, {1, -2}, {-1, 2}, {7, 2}, {3, 2}, {5, 2}}) {
    const View<float> out(&memory(4, 4), {2, 4}, row_stride, col_stride);
    INFO("strides " << row_stride << ", " << col_stride);
    CHECK_NOTHROW(convolve2d(good_image, good_kernel, out));
    CHECK(same_bits(Image<float>(out), convolve2d(good_image, good_kernel)));
  }
}

TEST_CASE("an output that overlaps an operand", "[errors]") {
  Random random(1);
  auto memory = integer_image<float>({20, 20}, random);
  const auto before = memory;
  const auto all = memory.view();
  const Options same{.mode = Mode::same};
  const auto overlapping = [&](View<const float> x, View<float> out) {
    CHECK_ERROR(Errc::overlap, "out", convolve2d(x, good_kernel, out, same));
    const Plan<float> plan(Operation::convolve, x.shape(), good_kernel, same);
    CHECK_ERROR(Errc::overlap, "out", plan.execute(x, out));
    CHECK(same_bits(memory, before));
  };
  overlapping(all, all);
  overlapping(all, all.rotated());
  overlapping(all, all.transposed());
  overlapping(all.region({0, 0, 10, 10}), all.region({9, 9, 10, 10}));
  overlapping(all.region({0, 0, 10, 10}), all.region({0, 9, 10, 10}));
  overlapping(all.region({5, 5, 10, 10}), all.region({0, 0, 10, 10}).rotated());
  overlapping(all.region({3, 3, 1, 1}), all.region({3, 3, 1, 1}));
  // As a kernel, too.
  CHECK_ERROR(Errc::overlap, "out",
              convolve2d(good_image, all.region({0, 0, 2, 3}), all.region({1, 2, 2, 3}), same));
  CHECK(same_bits(memory, before));
}

TEST_CASE("disjoint parts of one buffer do not overlap", "[errors]") {
  Random random(2);
  const Options same{.mode = Mode::same};
  const auto disjoint = [&](View<const float> x, View<float> out) {
    const auto expected = convolve2d(x, good_kernel, same);
    INFO("strides " << x.row_stride() << ", " << x.col_stride() << " and " << out.row_stride()
                    << ", " << out.col_stride());
    CHECK_NOTHROW(convolve2d(x, good_kernel, out, same));
    CHECK(same_bits(Image<float>(out), expected));
  };
  auto pixels = integer_image<float>({10, 11, 3}, random);
  disjoint(pixels.view().channel(0), pixels.view().channel(1));
  disjoint(pixels.view().channel(2), pixels.view().channel(0).rotated());
  auto plane = integer_image<float>({20, 20}, random);
  const auto all = plane.view();
  disjoint(all.region({0, 0, 20, 10}), all.region({0, 10, 20, 10}));
  disjoint(all.region({0, 0, 10, 20}), all.region({10, 0, 10, 20}));
  disjoint(all.region({0, 0, 10, 10}), all.region({10, 10, 10, 10}));
  // Every other row, every other column.
  disjoint({plane.data(), {10, 20}, 40, 1}, {plane.data() + 20, {10, 20}, 40, 1});
  disjoint({plane.data(), {20, 10}, 20, 2}, {plane.data() + 1, {20, 10}, 20, 2});
}

TEST_CASE("overlap is decided element by element", "[errors]") {
  // Random views of one small buffer, judged by the sets of their elements.
  Random random(3);
  auto memory = integer_image<float>({1, 400}, random);
  const Options same{.mode = Mode::same};
  int shared = 0;
  int apart = 0;
  int wrong = 0;
  for (int draw = 0; draw < 4000 && wrong < 10; ++draw) {
    const Shape shape{random.index(1, 4), random.index(1, 4)};
    const auto view = [&] {
      return View<float>(memory.data() + random.index(150, 250), shape, random.index(-20, 20),
                         random.index(-5, 5));
    };
    const auto elements = [&](const View<float>& v) {
      std::vector<const float*> places;
      for (Index row = 0; row < shape.rows; ++row) {
        for (Index col = 0; col < shape.cols; ++col)
          places.push_back(v.at(row, col));
      }
      std::sort(places.begin(), places.end());
      return places;
    };
    const auto x = view();
    const auto out = view();
    const auto read = elements(x);
    const auto written = elements(out);
    if (std::adjacent_find(written.begin(), written.end()) != written.end()) continue;
    std::vector<const float*> common;
    std::set_intersection(read.begin(), read.end(), written.begin(), written.end(),
                          std::back_inserter(common));
    const auto thrown = thrown_by([&] { convolve2d(x, good_kernel, out, same); });
    (common.empty() ? apart : shared) += 1;
    if (thrown.error == common.empty() || (thrown.error && thrown.code != Errc::overlap)) {
      ++wrong;
      FAIL_CHECK(shape.rows << 'x' << shape.cols << ", in " << x.data() - memory.data() << " by "
                            << x.row_stride() << ", " << x.col_stride() << ", out "
                            << out.data() - memory.data() << " by " << out.row_stride() << ", "
                            << out.col_stride() << ": " << common.size()
                            << " elements shared; said: " << thrown.message);
    }
  }
  CHECK(shared > 200);
  CHECK(apart > 200);
}

TEST_CASE("mode valid where neither operand dominates", "[errors]") {
  const Options valid{.mode = Mode::valid};
  const Thrown thrown =
      thrown_by([&] { (void)convolve2d(Image<float>(3, 5), Image<float>(5, 3), valid); });
  CHECK(thrown.error);
  CHECK(thrown.code == Errc::invalid_shape);
  CHECK(thrown.message.find("valid") != std::string::npos);
  CHECK(thrown_by([&] { (void)correlate2d(Image<float>(1, 2), Image<float>(2, 1), valid); }).code ==
        Errc::invalid_shape);
}

TEST_CASE("options that mean nothing", "[errors]") {
  check_rejected(Errc::invalid_option, "threads", good_image, good_kernel, {.threads = 0});
  check_rejected(Errc::invalid_option, "threads", good_image, good_kernel, {.threads = 4097});
  for (const double tolerance : {std::numeric_limits<double>::quiet_NaN(), -1.0}) {
    check_rejected(Errc::invalid_option, "accuracy", good_image, good_kernel,
                   {.accuracy = within(tolerance)});
  }
  check_rejected(Errc::invalid_option, "mode", good_image, good_kernel, {.mode = Mode{17}});
  check_rejected(Errc::invalid_option, "boundary", good_image, good_kernel,
                 {.boundary = Boundary{17}});
  check_rejected(Errc::invalid_option, "boundary", good_image, good_kernel,
                 {.boundary = {Boundary::fill, Boundary{5}}});
  check_rejected(Errc::invalid_option, "method", good_image, good_kernel, {.method = Method{17}});
  check_rejected(Errc::invalid_option, "isa", good_image, good_kernel, {.isa = Isa{17}});
}

TEST_CASE("operations and element types that there are none of", "[errors]") {
  const Operation none{9};
  CHECK_ERROR(Errc::invalid_option, "operation: there is no value number 9",
              Plan<float>(none, {2, 3}, good_kernel));
  const auto image = twofold::detail::erase(good_image.view());
  const auto kernel = twofold::detail::erase(good_kernel.view());
  Image<float> out(2, 2);
  const auto result = twofold::detail::erase(out.view());
  CHECK_ERROR(Errc::invalid_option, "operation",  // the operands in their roles, and exchanged
              twofold::detail::one_shot(none, image, kernel, result, {.mode = Mode::valid}));
  CHECK_ERROR(Errc::invalid_option, "operation",
              twofold::detail::one_shot(none, kernel, image, result, {.mode = Mode::valid}));

  const Image<float> full = convolve2d(good_image, good_kernel);
  CHECK_ERROR(Errc::invalid_option, "expected: there is no value number 9",
              (void)diagnose(good_image, good_kernel, full, none));
  const AnyView odd(full.data(), ElementType{77}, full.shape(), full.cols(), 1);
  CHECK_ERROR(Errc::invalid_option, "image: there is no element type number 77",
              (void)diagnose(odd, good_kernel, full, full));
  CHECK_ERROR(Errc::invalid_option, "kernel", (void)diagnose(good_image, odd, full, full));
  CHECK_ERROR(Errc::invalid_option, "a: there", (void)diagnose(good_image, good_kernel, odd, full));
  CHECK_ERROR(Errc::invalid_option, "b: there", (void)diagnose(good_image, good_kernel, full, odd));
}

TEST_CASE("bounds for what is no magnitude", "[errors]") {
  const Plan<float> plan(Operation::convolve, good_image.shape(), good_kernel);
  for (const double none : {-1.0, std::numeric_limits<double>::quiet_NaN()})
    CHECK_ERROR(Errc::invalid_option, "largest_magnitude", (void)plan.error_bound(none));
}

TEST_CASE("a fill value that the type cannot hold", "[errors]") {
  const Image<std::uint8_t> x{{1, 2, 3}, {4, 5, 6}};
  const Image<std::uint8_t> kernel{{1, 2}};
  const auto infinity = std::numeric_limits<double>::infinity();
  for (const Scalar fill :
       {Scalar(1e300), Scalar(0x1p63), Scalar(-0x1.0000000000001p63), Scalar(NAN), Scalar(infinity),
        Scalar(-infinity), Scalar(std::complex<double>(0, 2))}) {
    check_rejected(Errc::invalid_option, "fill_value", x, kernel, {.fill_value = fill});
  }
  CHECK_NOTHROW(convolve2d(x, kernel, {.fill_value = -0x1p63}));
  // The widest unsigned type holds twice as much.
  const Image<std::uint64_t> wide{{1, 2}};
  CHECK(convolve2d(wide, Image<std::uint64_t>{{0, 1}}, {.mode = Mode::same, .fill_value = 0x1p63})(
            0, 0) == std::uint64_t{1} << 63);
  check_rejected(Errc::invalid_option, "fill_value", wide, Image<std::uint64_t>{{1}},
                 {.fill_value = 0x1p64});
  check_rejected(Errc::invalid_option, "fill_value", good_image, good_kernel,
                 {.fill_value = std::complex<float>(1, 2)});
}

TEST_CASE("an instruction set that is not here", "[errors]") {
  const auto isas = available_isas();
  for (const auto isa : {Isa::baseline, Isa::avx2, Isa::avx512}) {
    if (std::find(isas.begin(), isas.end(), isa) != isas.end()) continue;
    const std::string beginning = "isa: " + std::string(name_of(isa));
    check_rejected(Errc::unavailable, beginning.c_str(), good_image, good_kernel, {.isa = isa});
  }
}

TEST_CASE("regions that do not fit", "[errors]") {
  Random random(4);
  const auto x = integer_image<float>({10, 12}, random);
  const auto kernel = integer_image<float>({3, 3}, random);
  const Plan<float> plan(Operation::convolve, {10, 12}, kernel, {.mode = Mode::same});
  auto out = generate<float>({4, 5}, [] { return 77; });
  const auto before = out;
  for (const Rect outputs : {Rect{-1, 0, 4, 5}, Rect{0, -1, 4, 5}, Rect{7, 0, 4, 5},
                             Rect{0, 8, 4, 5}, Rect{huge, 0, 4, 5}, Rect{0, huge - 2, 4, 5}}) {
    CHECK_ERROR(Errc::invalid_shape, "outputs", plan.execute_region(x, {0, 0}, outputs, out));
    CHECK_ERROR(Errc::invalid_shape, "outputs", (void)plan.input_region(outputs));
  }
  CHECK_ERROR(Errc::invalid_shape, "out", plan.execute_region(x, {0, 0}, {0, 0, 5, 4}, out));
  CHECK_ERROR(Errc::invalid_shape, "out", plan.execute_region(x, {0, 0}, {0, 0, 4, 6}, out));
  // Tiles that lack one row or column of what is needed.
  const Rect part{3, 4, 4, 5};
  const Rect need = plan.input_region(part);
  REQUIRE(need == Rect{2, 3, 6, 7});
  const auto lacking = [&](const Rect& held) {
    CHECK_ERROR(Errc::invalid_shape, "tile",
                plan.execute_region(x.view().region(held), {held.row, held.col}, part, out));
  };
  lacking({3, 3, 5, 7});
  lacking({2, 3, 5, 7});
  lacking({2, 4, 6, 6});
  lacking({2, 3, 6, 6});
  CHECK_ERROR(Errc::invalid_shape, "tile_origin", plan.execute_region(x, {huge, huge}, part, out));
  CHECK_ERROR(Errc::invalid_shape, "tile_origin",
              plan.execute_region(x, {std::numeric_limits<Index>::min(), 0}, part, out));
  CHECK_ERROR(Errc::invalid_shape, "tile",
              plan.execute_region(View<const float>(x.data(), {0, 0}), {0, 0}, part, out));
  // With a periodic boundary the outputs at one edge need the other edge.
  const Plan<float> periodic(Operation::convolve, {10, 12}, kernel,
                             {.mode = Mode::same, .boundary = Boundary::wrap});
  CHECK_ERROR(Errc::invalid_shape, "tile",
              periodic.execute_region(x.view().region({0, 0, 6, 12}), {0, 0}, {0, 0, 4, 5}, out));
  CHECK(same_bits(out, before));
}

TEST_CASE("a region's output that overlaps its tile", "[errors]") {
  Random random(5);
  auto memory = integer_image<float>({20, 12}, random);
  const auto before = memory;
  const auto kernel = integer_image<float>({3, 3}, random);
  const Plan<float> plan(Operation::convolve, {10, 12}, kernel, {.mode = Mode::same});
  const auto tile = memory.view().region({0, 0, 10, 12});
  CHECK_ERROR(
      Errc::overlap, "out",
      plan.execute_region(tile, {0, 0}, {0, 0, 10, 12}, memory.view().region({9, 0, 10, 12})));
  CHECK(same_bits(memory, before));
}

}  // namespace twofold::test
