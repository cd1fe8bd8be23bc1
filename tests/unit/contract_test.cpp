// SPDX-License-Identifier: BSD-3-Clause
// Corners of the numeric contract where a transform and the direct sum once differed.
#include <cfenv>
#include <cmath>
#include <limits>

#include "compare.hpp"
#include "random_images.hpp"

namespace twofold::test {

namespace {

template <class T>
Image<T> filtered(const Image<T>& x, const Image<T>& kernel, Options options, Method method) {
  options.method = method;
  return convolve2d(x, kernel, options);
}

template <class T>
Index count_nonfinite(const Image<T>& y) {
  Index count = 0;
  for (Index i = 0; i < y.size(); ++i)
    count += std::isfinite(y.data()[i]) ? 0 : 1;
  return count;
}

/// Rounds in that mode for as long as it lives.
class RoundingMode {
 public:
  explicit RoundingMode(int mode) : before_(std::fegetround()) { std::fesetround(mode); }
  ~RoundingMode() { std::fesetround(before_); }
  RoundingMode(const RoundingMode&) = delete;
  RoundingMode& operator=(const RoundingMode&) = delete;

 private:
  int before_;
};

}  // namespace

TEST_CASE("every period has a transform", "[contract]") {
  if (!has_fft()) return;
  // Lengths with 7² and more are 7-smooth, but FFTW finds no plan for some of them.
  for (const Index n : {49, 98, 343, 686, 1029, 1470, 1715, 2058, 2744, 4116}) {
    Image<float> x(n, 3);
    for (Index i = 0; i < x.size(); ++i)
      x.data()[i] = static_cast<float>(i % 11);
    const Image<float> kernel{{1, 2}, {0, 3}, {5, 1}};
    const Options options{.mode = Mode::same, .boundary = Boundary::wrap};
    const auto expected = filtered(x, kernel, options, Method::direct);
    const auto y = filtered(x, kernel, options, Method::whole_fft);
    for (Index i = 0; i < y.size(); ++i)
      REQUIRE(std::round(y.data()[i]) == expected.data()[i]);
  }
}

TEST_CASE("huge sizes are planned or refused at once", "[contract]") {
  const Image<float> kernel{{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};
  constexpr Index huge = (Index{1} << 38) + 1;
  const Plan<float> plan(Operation::convolve, {huge, 1}, kernel, {.method = Method::direct});
  CHECK(plan.output_shape() == Shape{huge + 2, 3});
  CHECK_THROWS_AS(
      Plan<float>(Operation::convolve, {huge, 1}, kernel, {.method = Method::whole_fft}), Error);
}

TEST_CASE("a halo is believed where the kernel is longer than the period", "[contract]") {
  Image<std::int32_t> kernel(1, 6);
  Image<std::int32_t> tile(1, 15);
  for (Index i = 0; i < 6; ++i)
    kernel(0, i) = static_cast<std::int32_t>(i * i + 1);
  for (Index i = 0; i < 15; ++i)
    tile(0, i) = static_cast<std::int32_t>(7 * i % 13);
  Image<std::int32_t> expected(1, 1);
  for (const Method method : {Method::reference, Method::direct, Method::whole_fft}) {
    if (is_fft(method) && !has_fft()) continue;
    const Plan<std::int32_t> plan(
        Operation::convolve, {1, 4}, kernel,
        {.mode = Mode::same, .boundary = Boundary::wrap, .method = method});
    Image<std::int32_t> out(1, 1);
    plan.execute_region(tile, {0, -6}, {0, 1, 1, 1}, out);
    if (method == Method::reference) expected = out;
    CHECK(out(0, 0) == expected(0, 0));
  }
}

TEST_CASE("a dark tile takes no noise from a bright neighbour", "[contract]") {
  if (!has_fft()) return;
  Image<float> x(100, 300);
  for (Index row = 0; row < 100; ++row)
    x(row, 2) = static_cast<float>(row) + 0.1F;
  Image<float> kernel(17, 17);
  for (Index i = 0; i < kernel.size(); ++i)
    kernel.data()[i] = static_cast<float>(i % 5) + 0.3F;
  const auto y = filtered(x, kernel, {.mode = Mode::same}, Method::overlap_save);
  // The last column of outputs lies in a tile of zeros.
  for (Index row = 0; row < 100; ++row)
    REQUIRE(y(row, 299) == 0);
}

TEST_CASE("a dark channel takes no noise from a bright one", "[contract]") {
  if (!has_fft()) return;
  Random random(3);
  const auto kernel = real_image<float>({17, 17}, random);
  Image<float> x(100, 120, 2);
  for (Index i = 0; i < x.size(); i += 2)
    x.data()[i] = static_cast<float>(random.real());
  const auto y = filtered(x, kernel, {.mode = Mode::same}, Method::overlap_save);
  for (Index i = 1; i < y.size(); i += 2)
    REQUIRE(y.data()[i] == 0);
}

TEST_CASE("a dim tile keeps its precision beside a bright one", "[contract]") {
  if (!has_fft()) return;
  for (const double dim : {1e-6, 1e-30, 1e-170}) {
    Image<double> x(40, 400);
    for (Index row = 0; row < 40; ++row) {
      for (Index col = 0; col < 400; ++col)
        x(row, col) = col < 60 ? 1e3 + double(row) : dim;
    }
    const Image<double> kernel{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
    const auto y =
        filtered(x, kernel, {.mode = Mode::same, .boundary = Boundary::symm}, Method::overlap_save);
    INFO(dim);
    CHECK(std::abs(y(20, 399) / (45 * dim) - 1) < 1e-12);
  }
}

// The two channels of a place share a transform, however large tiles are.
TEST_CASE("a dim channel keeps its precision beside a bright one", "[contract]") {
  if (!has_fft()) return;
  const Image<double> kernel{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  for (const double dim : {1e-6, 1e-30, 1e-170}) {
    Image<double> x(40, 50, 2);
    for (Index row = 0; row < 40; ++row) {
      for (Index col = 0; col < 50; ++col) {
        x(row, col, 0) = 1e3 + static_cast<double>(row);
        x(row, col, 1) = dim;
      }
    }
    const auto y =
        filtered(x, kernel, {.mode = Mode::same, .boundary = Boundary::symm}, Method::overlap_save);
    INFO(dim);
    CHECK(std::abs(y(20, 30, 1) / (45 * dim) - 1) < 1e-12);
  }
}

TEST_CASE("infinity stays where the sum overflows", "[contract]") {
  Image<float> x(128, 128);
  x(60, 60) = 3e38F;
  x(20, 20) = 1;
  Image<float> kernel(31, 31);
  kernel(15, 15) = 3e38F;
  for (const Engine& engine : fft_engines()) {
    const auto y = filtered(x, kernel, {.mode = Mode::same}, engine.method);
    CHECK(count_nonfinite(y) == 1);
    CHECK(y(20, 20) == 3e38F);
  }
}

TEST_CASE("subnormal kernels are kernels", "[contract]") {
  Image<float> x(64, 64);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] = 1e30F;
  Image<float> kernel(9, 9);
  for (Index i = 0; i < kernel.size(); ++i)
    kernel.data()[i] = 1e-42F;
  // Each output is 81 times the product of the two, in double.
  const double expected = 81 * double{x(0, 0)} * double{kernel(0, 0)};
  for (const Method method : {Method::direct, Method::overlap_save, Method::whole_fft}) {
    if (is_fft(method) && !has_fft()) continue;
    const Plan<float> plan(Operation::convolve, x.shape(), kernel,
                           {.mode = Mode::valid, .method = method});
    const double bound = plan.error_bound(x(0, 0));
    CHECK(bound < 1e-3 * expected);
    Image<float> y(plan.output_shape());
    plan.execute(x, y);
    double largest = 0;
    for (Index i = 0; i < y.size(); ++i)
      largest = worse_of(largest, std::abs(y.data()[i] - expected));
    CHECK(largest <= bound);
  }
}

TEST_CASE("integers are exact in every rounding mode", "[contract]") {
  Image<std::uint16_t> x(50, 60);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] = static_cast<std::uint16_t>(i * 37);
  Image<std::uint16_t> kernel(7, 6);
  for (Index i = 0; i < kernel.size(); ++i)
    kernel.data()[i] = static_cast<std::uint16_t>(i);
  const auto expected = filtered(x, kernel, {}, Method::reference);
  for (const int mode : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    for (const Engine& engine : fft_engines()) {
      const auto y = [&] {
        const RoundingMode rounding(mode);
        return filtered(x, kernel, {}, engine.method);
      }();
      for (Index i = 0; i < y.size(); ++i)
        REQUIRE(y.data()[i] == expected.data()[i]);
    }
  }
}

TEST_CASE("reject looks at the image, whichever role it has", "[contract]") {
  const auto reject = [](const Image<float>& x, const Image<float>& kernel) {
    (void)convolve2d(x, kernel, {.mode = Mode::valid, .nonfinite = Nonfinite::reject});
  };
  Image<float> small(3, 3);
  Image<float> large(9, 9);
  reject(small, large);
  small(1, 1) = NAN;
  CHECK_THROWS_AS(reject(small, large), Error);
  CHECK_NOTHROW(reject(large, small));
}

TEST_CASE("reject looks at every channel", "[contract]") {
  const Image<float> kernel{{1, 2}};
  const Options rejects{.nonfinite = Nonfinite::reject};
  for (const Index channel : {0, 1, 2}) {
    Image<float> x(5, 6, 3);
    x(3, 4, channel) = INFINITY;
    CHECK_THROWS_AS(convolve2d(x, kernel, rejects), Error);
  }
}

}  // namespace twofold::test
