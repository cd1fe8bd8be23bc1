// SPDX-License-Identifier: BSD-3-Clause
#include "user_errors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "known_problem.hpp"
#include "twofold/nn.hpp"

namespace twofold::test {

namespace {

Image<float> image() {
  return Image<float>(4, 5);
}

Image<float> kernel() {
  return {{1, 2, 1}, {2, 4, 2}};
}

constexpr Options same{.mode = Mode::same};

void into(const View<float>& out, const View<const float>& x, Options options) {
  options.mode = Mode::same;
  convolve2d(x, kernel(), out, options);
}

const UserError errors[] = {
    {"an image without rows", Errc::invalid_shape,
     [](const View<float>& out) {
       into(out, View<const float>(out.data(), Shape{0, 5}), {});
     }},
    {"a size below zero", Errc::invalid_shape,
     [](const View<float>& out) {
       into(out, View<const float>(out.data(), Shape{-4, 5}), {});
     }},
    {"a size beyond memory", Errc::too_large,
     [](const View<float>&) {
       (void)Plan<float>(Operation::convolve, {std::numeric_limits<Index>::max(), 2}, kernel());
     }},
    {"an output of another shape", Errc::invalid_shape,
     [](const View<float>& out) { convolve2d(image(), kernel(), out); }},
    {"an output in the image", Errc::overlap, [](const View<float>& out) { into(out, out, {}); }},
    {"no threads", Errc::invalid_option,
     [](const View<float>& out) { into(out, image(), {.threads = 0}); }},
    {"a method for layers only", Errc::unsupported,
     [](const View<float>& out) { into(out, image(), {.method = Method::winograd}); }},
    {"a tolerance below zero", Errc::invalid_option,
     [](const View<float>& out) { into(out, image(), {.accuracy = within(-1)}); }},
    {"NaN that is not wanted", Errc::nonfinite,
     [](const View<float>& out) {
       auto x = image();
       x(2, 3) = std::numeric_limits<float>::quiet_NaN();
       into(out, x, {.nonfinite = Nonfinite::reject});
     }},
    {"a workspace that is too small", Errc::workspace,
     [](const View<float>& out) {
       const Plan<float> plan(Operation::convolve, {4, 5}, kernel(), same);
       plan.execute(image(), out, {});
     }},
    {"a tile that is too small", Errc::invalid_shape,
     [](const View<float>& out) {
       const Plan<float> plan(Operation::convolve, {4, 5}, kernel(), same);
       const auto x = image();
       plan.execute_region(x.view().region({1, 1, 2, 2}), {1, 1}, {0, 0, 4, 5}, out);
     }},
    {"channels that do not fit", Errc::invalid_shape,
     [](const View<float>&) {
       const nn::Tensor<float> x({1, 5, 5, 3});
       const nn::Tensor<float> filters({3, 3, 2, 4});
       (void)nn::conv(x, filters);
     }},
    {"a profile that is not there", Errc::unavailable,
     [](const View<float>&) { load_profile("/nowhere/profile"); }},
};

}  // namespace

std::span<const UserError> user_errors() {
  return errors;
}

void require_refused(const UserError& error) {
  Image<float> out(4, 5);
  std::fill_n(out.data(), out.size(), 77.0F);
  try {
    error.call(out);
  } catch (const Error& refusal) {
    if (refusal.code() != error.code) {
      throw WrongResult(std::string("refused for another reason: ") + refusal.what());
    }
    const auto is_untouched = [](float value) { return value == 77.0F; };
    if (std::all_of(out.data(), out.data() + out.size(), is_untouched)) return;
    throw WrongResult("refused, but the output was written to");
  }
  throw WrongResult("not refused");
}

}  // namespace twofold::test
