// SPDX-License-Identifier: BSD-3-Clause
// The separable engine: found factors, given factors, and what it must not change.
#include <cmath>
#include <limits>
#include <vector>

#include "compare.hpp"
#include "random_images.hpp"

namespace twofold::test {

namespace {

constexpr Boundary all_boundaries[] = {Boundary::fill, Boundary::wrap, Boundary::symm,
                                       Boundary::mirror, Boundary::nearest};

/// Σ_r columns(a, r)·rows(r, b), which may wrap around.
template <class T>
Image<T> product(const Image<T>& columns, const Image<T>& rows) {
  Image<T> kernel(columns.rows(), rows.cols());
  for (Index a = 0; a < kernel.rows(); ++a) {
    for (Index b = 0; b < kernel.cols(); ++b) {
      T sum{};
      for (Index r = 0; r < rows.rows(); ++r) {
        sum = static_cast<T>(sum + columns(a, r) * rows(r, b));
      }
      kernel(a, b) = sum;
    }
  }
  return kernel;
}

template <class T>
bool equal(const Image<T>& a, const Image<T>& b) {
  if (a.shape() != b.shape()) return false;
  for (Index i = 0; i < a.size(); ++i) {
    const T x = a.data()[i];
    const T y = b.data()[i];
    if (!(x == y) && !(x != x && y != y)) return false;
  }
  return true;
}

/// No further apart than `bound`, not at all for integers; NaN and infinities the same.
template <class T>
bool near(const Image<T>& a, const Image<T>& b, double bound) {
  if (a.shape() != b.shape()) return false;
  for (Index i = 0; i < a.size(); ++i) {
    const auto x = static_cast<double>(a.data()[i]);
    const auto y = static_cast<double>(b.data()[i]);
    const bool same = a.data()[i] == b.data()[i] || (std::isnan(x) && std::isnan(y));
    if (!same && !(std::abs(x - y) <= bound)) return false;
  }
  return true;
}

Options with(Method method, Options options = {}) {
  options.method = method;
  return options;
}

/// For pixels up to 3e38, whose direct sums are finite.
void check_finite_as_direct(const Image<float>& x, const Image<float>& kernel, Mode mode) {
  const Options options{.mode = mode};
  const Plan<float> plan(Operation::convolve, x.shape(), kernel, with(Method::separable, options));
  Image<float> out(plan.output_shape());
  plan.execute(x, out);
  const auto direct = convolve2d(x, kernel, with(Method::direct, options));
  CHECK(std::all_of(direct.data(), direct.data() + direct.size(),
                    [](float value) { return std::isfinite(value); }));
  CHECK(near(out, direct, plan.error_bound(3e38)));
}

bool allowed(const Decision& decision, Method method) {
  for (const auto& candidate : decision.candidates) {
    if (candidate.method == method) return candidate.allowed;
  }
  return false;
}

}  // namespace

TEMPLATE_TEST_CASE("kernels of low rank, whole numbers", "[separable]", float, double, std::int8_t,
                   std::uint16_t, std::int32_t, std::uint64_t) {
  Random random(7);
  const Index ranks = std::is_integral_v<TestType> ? 1 : 2;
  int compared = 0;
  for (const Shape shape :
       {Shape{1, 1}, Shape{3, 40}, Shape{41, 5}, Shape{33, 70}, Shape{9, 9, 3}}) {
    for (const Shape k : {Shape{3, 3}, Shape{4, 7}, Shape{9, 2}, Shape{12, 13}, Shape{1, 8}}) {
      for (Index rank = 1; rank <= ranks; ++rank) {
        const auto kernel = product(integer_image<TestType>({k.rows, rank}, random, 2),
                                    integer_image<TestType>({rank, k.cols}, random, 2));
        const auto x = integer_image<TestType>(shape, random, 3);
        for (const Boundary boundary : all_boundaries) {
          for (const Operation operation : {Operation::convolve, Operation::correlate}) {
            for (const Isa isa : available_isas()) {
              const Options options{
                  .mode = Mode::full, .boundary = boundary, .fill_value = 2, .isa = isa};
              const Plan<TestType> judge(operation, shape, kernel,
                                         with(Method::reference, options));
              // Not where factors have been lost to wrap-around.
              if (!allowed(judge.decision(), Method::separable)) continue;
              const Plan<TestType> plan(operation, shape, kernel, with(Method::separable, options));
              Image<TestType> expected(judge.output_shape());
              Image<TestType> out(plan.output_shape());
              judge.execute(x, expected);
              plan.execute(x, out);
              REQUIRE(near(out, expected, plan.error_bound(3)));
              ++compared;
            }
          }
        }
      }
    }
  }
  CHECK(compared > 150 * std::ssize(available_isas()));
}

TEMPLATE_TEST_CASE("kernels given by their factors", "[separable]", float, std::int16_t,
                   std::complex<double>) {
  Random random(8);
  const auto column = integer_image<TestType>({5, 1}, random, 3);
  const auto row = integer_image<TestType>({1, 8}, random, 3);
  const SeparableKernel<TestType> factors{{column.data(), 5}, {row.data(), 8}};
  const auto kernel = product(column, row);
  const auto x = integer_image<TestType>({30, 45, 2}, random, 4);
  for (const Mode mode : {Mode::full, Mode::same, Mode::valid}) {
    const Options options{.mode = mode, .boundary = Boundary::symm};
    CHECK(equal(convolve2d(x, factors, with(Method::separable, options)),
                convolve2d(x, kernel, with(Method::reference, options))));
    CHECK(equal(correlate2d(x, factors, with(Method::separable, options)),
                correlate2d(x, kernel, with(Method::reference, options))));
    CHECK(equal(correlate2d(x, factors, with(Method::direct, options)),
                correlate2d(x, kernel, with(Method::reference, options))));
  }
  CHECK_THROWS_AS(convolve2d(x, SeparableKernel<TestType>{{}, factors.row}), Error);
}

TEST_CASE("componentwise, factors are taken where their roundings are no more than the taps",
          "[separable]") {
  const std::pair<Shape, bool> kernels[] = {{{3, 4}, true},   {{4, 3}, true},  {{3, 3}, false},
                                            {{2, 6}, false},  {{6, 2}, false}, {{2, 7}, true},
                                            {{1, 30}, false}, {{30, 1}, false}};
  for (const auto& [shape, is_taken] : kernels) {
    Image<double> kernel(shape);
    std::fill_n(kernel.data(), kernel.size(), 0.1);
    const Plan<double> plan(Operation::convolve, {40, 50}, kernel, {.accuracy = componentwise});
    INFO(shape.rows << 'x' << shape.cols);
    CHECK(allowed(plan.decision(), Method::separable) == is_taken);
  }
}

TEST_CASE("a rank is found, or seen to be too high", "[separable]") {
  Random random(9);
  Image<float> gaussian(15, 15);
  for (Index a = 0; a < 15; ++a) {
    for (Index b = 0; b < 15; ++b) {
      const double square = double((a - 7) * (a - 7) + (b - 7) * (b - 7));
      gaussian(a, b) = static_cast<float>(std::exp(-square / 18));
    }
  }
  const auto decide = [](const auto& kernel, const Options& options) {
    using T = typename std::decay_t<decltype(kernel)>::value_type;
    return Plan<T>(Operation::convolve, {512, 512}, kernel, options).decision();
  };
  CHECK(decide(gaussian, {}).method == Method::separable);
  CHECK(decide(gaussian, {.accuracy = componentwise}).method == Method::separable);
  CHECK(allowed(decide(Image<float>{{1, 2}, {2, 4}}, {}), Method::separable));
  CHECK_FALSE(allowed(decide(Image<float>{{1, 2}, {2, 4}}, {.accuracy = componentwise}),
                      Method::separable));
  CHECK_FALSE(allowed(decide(real_image<float>({15, 15}, random), {}), Method::separable));
  gaussian(3, 4) *= 1.00001F;  // a rank of two, then; not an approximation of rank one
  const auto decision = decide(gaussian, {});
  for (const auto& candidate : decision.candidates) {
    if (candidate.method == Method::separable && candidate.allowed) {
      CHECK((candidate.reason == "rank 2" || candidate.reason == "rank 3"));
    }
  }
  // A tap off by ten units, of which four are what rounded factors may be off by.
  Image<float> ones(15, 15);
  std::fill_n(ones.data(), ones.size(), 1.0F);
  CHECK(allowed(decide(ones, {.accuracy = componentwise}), Method::separable));
  ones(7, 7) += 10 * 0x1p-24F;
  CHECK_FALSE(allowed(decide(ones, {.accuracy = componentwise}), Method::separable));
  for (const auto& candidate : decide(ones, {}).candidates)
    CHECK(candidate.reason != "rank 1");
  CHECK(allowed(decide(Image<std::int32_t>{{2, 4, 6}, {3, 6, 9}}, {}), Method::separable));
  CHECK_FALSE(allowed(decide(Image<std::int32_t>{{2, 4, 6}, {3, 6, 8}}, {}), Method::separable));
  CHECK_THROWS_AS(Plan<float>(Operation::convolve, {9, 9}, real_image<float>({9, 9}, random),
                              with(Method::separable)),
                  Error);
}

TEMPLATE_TEST_CASE("a kernel of zeros is a column of zeros times a row of them", "[separable]",
                   float, double, std::uint8_t, std::int32_t) {
  Random random(12);
  auto x = integer_image<TestType>({20, 30, 2}, random, 4);
  if constexpr (!std::is_integral_v<TestType>) {
    x(4, 5, 1) = std::numeric_limits<TestType>::infinity();
    x(11, 17) = std::numeric_limits<TestType>::quiet_NaN();
  }
  for (const Shape shape : {Shape{1, 1}, Shape{1, 4}, Shape{3, 3}, Shape{8, 15}}) {
    Image<TestType> kernel(shape);
    const Options options{.mode = Mode::full, .boundary = Boundary::wrap};
    for (const auto last : {TestType{0}, TestType{1}}) {
      kernel(shape.rows - 1, shape.cols - 1) = last;
      CHECK(equal(convolve2d(x, kernel, with(Method::separable, options)),
                  convolve2d(x, kernel, with(Method::reference, options))));
    }
  }
}

// Lost beside the others, but not of itself.
TEST_CASE("componentwise, each tap has to be given back", "[separable]") {
  Image<float> kernel(7, 7);
  std::fill_n(kernel.data(), kernel.size(), 1.0F);
  for (Index i = 0; i < 7; ++i)
    kernel(6, i) = 0x1p-10F;
  const auto is_allowed = [&](const Accuracy& accuracy) {
    const Plan<float> plan(Operation::convolve, {40, 40}, kernel,
                           {.method = Method::direct, .accuracy = accuracy});
    return allowed(plan.decision(), Method::separable);
  };
  CHECK(is_allowed(componentwise));
  kernel(6, 6) *= 1 + 0x1p-15F;
  CHECK(is_allowed(normwise));
  CHECK_FALSE(is_allowed(componentwise));
}

TEST_CASE("the error stays within its bound", "[separable]") {
  Random random(10);
  const auto column = real_image<float>({11, 1}, random);
  const auto row = real_image<float>({1, 9}, random);
  const auto kernel = product(column, row);
  const auto x = real_image<float>({80, 90}, random);
  const Plan<float> plan(Operation::convolve, x.shape(), kernel, with(Method::separable));
  Image<float> out(plan.output_shape());
  plan.execute(x, out);
  Image<double> wide_x(80, 90);
  Image<double> wide_kernel(11, 9);
  for (Index i = 0; i < x.size(); ++i)
    wide_x.data()[i] = double{x.data()[i]};
  for (Index i = 0; i < kernel.size(); ++i)
    wide_kernel.data()[i] = double{kernel.data()[i]};
  const auto exact = convolve2d(wide_x, wide_kernel, with(Method::reference));
  for (Index i = 0; i < out.size(); ++i) {
    REQUIRE(std::abs(double{out.data()[i]} - exact.data()[i]) <= plan.error_bound(1));
  }
}

TEST_CASE("not-finite numbers reach what the direct sum gives them", "[separable]") {
  constexpr float inf = std::numeric_limits<float>::infinity();
  Random random(11);
  // Zero taps, which turn infinity into NaN, and a rank of two, whose parts have opposite signs.
  const Image<float> kernels[] = {
      {{0, 1, 2, 0}, {0, 3, 6, 0}, {0, 0, 0, 0}, {0, 2, 4, 0}},
      {{1, 2, 1, 0, 1}, {2, 4, 2, 0, 2}, {1, 0, -1, 2, 0}, {0, 2, 2, -2, 1}, {3, 6, 3, 0, 3}}};
  for (const auto& kernel : kernels) {
    for (const float odd : {inf, -inf, std::nanf("")}) {
      for (const Point at : {Point{0, 0}, Point{7, 5}, Point{19, 29}}) {
        auto x = integer_image<float>({20, 30}, random, 4);
        x(at.row, at.col) = odd;
        x(10, 10) = inf;
        const Options options{.mode = Mode::same, .boundary = Boundary::symm};
        const Plan<float> plan(Operation::convolve, x.shape(), kernel,
                               with(Method::separable, options));
        Image<float> out(20, 30);
        plan.execute(x, out);
        CHECK(near(out, convolve2d(x, kernel, with(Method::reference, options)),
                   plan.error_bound(4)));
      }
    }
  }
}

TEST_CASE("sums that overflow between the two passes are the direct ones", "[separable]") {
  Random random(13);
  for (const Index size : {3, 15}) {  // in one pass, and in two
    Image<float> kernel(size, size);
    std::fill_n(kernel.data(), kernel.size(), 0.25F);  // a column and a row of 0.5 each
    // Along one line 0.5·(3·3e38) is too large, 0.25·(3·3e38) is not, and the line beside it
    // takes it away again.
    auto x = integer_image<float>({40, 50}, random, 4);
    for (Index i = 0; i < 3; ++i) {
      x(20, 20 + i) = 3e38F;
      x(21, 20 + i) = -3e38F;
      x(30 + i, 40) = 3e38F;
      x(30 + i, 41) = -3e38F;
    }
    check_finite_as_direct(x, kernel, Mode::full);
  }
}

TEST_CASE("sums that overflow in the second pass are the direct ones", "[separable]") {
  Image<float> kernel(15, 15);
  std::fill_n(kernel.data(), kernel.size(), 0x1p-4F);  // columns of 1/16, rows of 1
  // Sums of columns are far from overflow, 0.75e38. Five of them are not, before as many take them
  // away again; along a row of the image, five taps' products are.
  Image<float> x(15, 15);
  for (Index row = 5; row < 9; ++row) {
    std::fill_n(&x(row, 2), 5, 3e38F);
    std::fill_n(&x(row, 7), 5, -3e38F);
  }
  check_finite_as_direct(x, kernel, Mode::valid);
}

TEST_CASE("regions and threads keep the bits of a separable sum", "[separable]") {
  Random random(12);
  const auto kernel = product(real_image<float>({9, 1}, random), real_image<float>({1, 6}, random));
  const auto x = real_image<float>({150, 301}, random);
  const Options options = with(Method::separable, {.mode = Mode::same, .boundary = Boundary::wrap});
  const auto whole = convolve2d(x, kernel, options);
  for (const unsigned threads : {2U, 3U, 8U}) {
    Options shared = options;
    Threads executor(threads);
    shared.executor = &executor;
    CHECK(equal(convolve2d(x, kernel, shared), whole));
  }
  const Plan<float> plan(Operation::convolve, x.shape(), kernel, options);
  Image<float> parts(150, 301);
  for (Index row = 0; row < 150; row += 37) {
    for (Index col = 0; col < 301; col += 53) {
      const Rect part{row, col, std::min<Index>(37, 150 - row), std::min<Index>(53, 301 - col)};
      plan.execute_region(x, {}, part, parts.view().region(part));
    }
  }
  CHECK(equal(parts, whole));
}

}  // namespace twofold::test
