// SPDX-License-Identifier: BSD-3-Clause
// NaN and infinity reach exactly the outputs that the direct sum would give them, by every engine.
#include <cmath>

#include "error_bounds.hpp"

namespace twofold::test {
namespace {

enum class Kind { finite, nan, positive_infinity, negative_infinity };

template <class R>
Kind kind_of(R value) {
  if (std::isnan(value)) return Kind::nan;
  if (!std::isinf(value)) return Kind::finite;
  return value > 0 ? Kind::positive_infinity : Kind::negative_infinity;
}

template <Element T>
bool same_kind(T a, T b) {
  if constexpr (is_complex_v<T>) {
    return kind_of(a.real()) == kind_of(b.real()) && kind_of(a.imag()) == kind_of(b.imag());
  } else {
    return kind_of(a) == kind_of(b);
  }
}

template <Element T>
bool is_finite(T value) {
  return same_kind(value, T{});
}

/// Counts the outputs that are not finite; fails where `y`, the engine's, disagrees with the direct
/// sum.
template <Element T>
int check_kinds_of(const Image<T>& y, const Problem& problem, View<const T> x, View<const T> kernel,
                   const Engine& engine) {
  const auto judged = judge<PlainSum<T>>(problem, x, kernel);
  REQUIRE(y.shape() == judged.shape);
  int nonfinite = 0;
  for (Index row = 0; row < y.rows(); ++row) {
    for (Index col = 0; col < y.cols(); ++col) {
      const T expected = judged.at(row, col, 0).value();
      nonfinite += !is_finite(expected);
      if (same_kind(y(row, col), expected)) continue;
      FAIL_CHECK(describe<T>(problem, x.shape(), kernel.shape(), engine)
                 << ": at (" << row << ", " << col << ") " << y(row, col) << ", expected "
                 << expected);
      return nonfinite;
    }
  }
  return nonfinite;
}

template <Element T>
int check_kinds(const Problem& problem, View<const T> x, View<const T> kernel,
                const Options& options, const Engine& engine) {
  return check_kinds_of<T>(compute<T>(problem.operation, x, kernel, options), problem, x, kernel,
                           engine);
}

template <Element T>
std::vector<T> special_values() {
  using R = real_t<T>;
  constexpr R nan = std::numeric_limits<R>::quiet_NaN();
  constexpr R infinity = std::numeric_limits<R>::infinity();
  if constexpr (is_complex_v<T>) {
    return {{nan, 1}, {2, nan}, {infinity, 1}, {1, -infinity}, {infinity, infinity}};
  } else {
    return {nan, infinity, -infinity};
  }
}

/// Small integers, one element of the kernel zero: 0·NaN and 0·∞ are NaN, too.
template <Element T>
Image<T> kernel_with_zero(Shape shape, Random& random) {
  auto kernel = integer_image<T>(shape, random);
  kernel.data()[shape.rows * shape.cols / 2] = T{};
  return kernel;
}

/// Factors, one number of which is zero, and their product.
template <Element T>
struct FactoredKernel {
  std::vector<T> column{T(1), T{}, T(2)};
  std::vector<T> row;
  Image<T> product{3, 2};

  explicit FactoredKernel(Random& random) {
    const auto numbers = integer_image<T>({1, 2}, random);
    row = {numbers(0, 0), numbers(0, 1)};
    for (Index i = 0; i < 6; ++i) {
      product.data()[i] =
          column[static_cast<std::size_t>(i / 2)] * row[static_cast<std::size_t>(i % 2)];
    }
  }
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("one special value at every position", "[nonfinite]", FloatingTypes) {
  Random random(11);
  int nonfinite = 0;
  for (const auto& engine : engines_of_all_kinds()) {
    for (const auto mode : modes) {
      for (const auto boundary : boundaries) {
        auto x = integer_image<TestType>({5, 6}, random);
        const auto kernel = kernel_with_zero<TestType>({3, 2}, random);
        const FactoredKernel<TestType> factored(random);
        for (Index i = 0; i < x.size(); ++i) {
          const Boundaries both(boundary, i % 2 == 0 ? boundary : random.pick(boundaries));
          const Problem problem{random.pick(operations), mode, both, 1};
          const Options options = options_for(problem, engine);
          for (const auto special : special_values<TestType>()) {
            const auto finite = std::exchange(x.data()[i], special);
            if (engine.method == Method::separable) {
              const Plan<TestType> plan(problem.operation, x.shape(),
                                        SeparableKernel<TestType>{factored.column, factored.row},
                                        options);
              Image<TestType> y(plan.output_shape());
              plan.execute(x, y);
              nonfinite += check_kinds_of<TestType>(y, problem, x, factored.product, engine);
            } else {
              nonfinite += check_kinds<TestType>(problem, x, kernel, options, engine);
            }
            x.data()[i] = finite;
          }
        }
      }
    }
  }
  CHECK(nonfinite > 1000);
}

TEMPLATE_LIST_TEST_CASE("several special values at once", "[nonfinite]", FloatingTypes) {
  Random random(12);
  const auto specials = special_values<TestType>();
  for (const auto& engine : all_engines()) {
    for (int draw = 0; draw < 40; ++draw) {
      const Problem problem{random.pick(operations),
                            random.pick(modes),
                            {random.pick(boundaries), random.pick(boundaries)},
                            -1};
      auto x = integer_image<TestType>({random.index(12, 40), random.index(12, 40)}, random);
      const auto kernel =
          kernel_with_zero<TestType>({random.index(1, 9), random.index(1, 9)}, random);
      for (Index count = random.index(1, 4); count > 0; --count) {
        x.data()[random.index(0, x.size() - 1)] = specials[random.bits() % specials.size()];
      }
      check_kinds<TestType>(problem, x, kernel, options_for(problem, engine), engine);
    }
  }
}

TEST_CASE("special values in an image of many tiles", "[nonfinite]") {
  Random random(13);
  auto x = integer_image<float>({400, 420}, random, 5);
  x(0, 0) = NAN;
  x(399, 419) = INFINITY;
  x(200, 128) = -INFINITY;
  x(201, 129) = INFINITY;
  const auto kernel = kernel_with_zero<float>({9, 8}, random);
  for (const auto& engine : all_engines()) {
    for (const auto boundary : boundaries) {
      const Problem problem{Operation::convolve, Mode::same, boundary, 0};
      const int nonfinite =
          check_kinds<float>(problem, x, kernel, options_for(problem, engine), engine);
      CHECK(nonfinite > 72);
      // The finite outputs are as exact as ever.
      const auto y = convolve2d(x, kernel, options_for(problem, engine));
      const auto judged = judge<JudgedSum<float>, float>(problem, x, kernel);
      Index wrong = 0;
      for (Index row = 0; row < y.rows(); ++row) {
        for (Index col = 0; col < y.cols(); ++col) {
          const float value = y(row, col);
          wrong += std::isfinite(value) && judged.at(row, col, 0).error(std::round(value)) != 0;
        }
      }
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("overflow is infinity where the direct sum overflows", "[nonfinite]") {
  // Finite pixels, whose norm does not fit the type: a transform would make NaN of everything.
  Random random(14);
  auto x = integer_image<float>({60, 60}, random);
  x(30, 30) = 3e38F;
  x(30, 31) = 3e38F;
  const Image<float> kernel{{1, 1, 0}, {0, 1, 1}, {0, 0, 1}};
  for (const auto& engine : all_engines()) {
    const Problem problem{Operation::convolve, Mode::same, Boundary::fill, 0};
    CHECK(check_kinds<float>(problem, x, kernel, options_for(problem, engine), engine) == 2);
  }
}

TEMPLATE_LIST_TEST_CASE("special values in the kernel", "[nonfinite]", FloatingTypes) {
  Random random(15);
  for (Engine engine : {Engine{Method::automatic}, Engine{Method::reference}}) {
    for (const auto mode : modes) {
      for (const auto boundary : boundaries) {
        const Problem problem{random.pick(operations), mode, boundary, 0};
        const auto x = integer_image<TestType>({7, 9}, random);
        auto kernel = kernel_with_zero<TestType>({3, 3}, random);
        for (Index i = 0; i < kernel.size(); ++i) {
          for (const auto special : special_values<TestType>()) {
            const auto finite = std::exchange(kernel.data()[i], special);
            for (const auto& direct : direct_engines()) {
              check_kinds<TestType>(problem, x, kernel, options_for(problem, direct), direct);
            }
            check_kinds<TestType>(problem, x, kernel, options_for(problem, engine), engine);
            kernel.data()[i] = finite;
          }
        }
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("methods that would spread a kernel's special value refuse it",
                        "[nonfinite]", FloatingTypes) {
  Random random(19);
  const auto x = integer_image<TestType>({7, 9}, random);
  auto kernel = FactoredKernel<TestType>(random).product;
  for (const auto& engine : engines_of_all_kinds()) {
    // Of complex kernels no factors are found at all.
    const bool factors = engine.method == Method::separable && !is_complex_v<TestType>;
    if (!factors && !is_fft(engine.method)) continue;
    const Options options = options_for({}, engine);
    CHECK_NOTHROW(convolve2d(x, kernel, options));
    for (Index i = 0; i < kernel.size(); ++i) {
      for (const auto special : special_values<TestType>()) {
        const auto finite = std::exchange(kernel.data()[i], special);
        try {
          (void)convolve2d(x, kernel, options);
          FAIL_CHECK("not refused by " << name_of(engine.method));
        } catch (const Error& error) {
          CHECK(error.code() == Errc::unsupported);
        }
        kernel.data()[i] = finite;
      }
    }
  }
}

TEST_CASE("NaN in a kernel that is larger than the image", "[nonfinite]") {
  // In mode valid taps that meet no element of the image count nothing, not zero times NaN.
  Random random(19);
  const auto x = integer_image<float>({3, 2}, random);
  auto kernel = integer_image<float>({6, 6}, random);
  kernel(0, 5) = NAN;
  for (const Method method : {Method::automatic, Method::reference}) {
    const Plan<float> plan(Operation::convolve, x.shape(), kernel,
                           {.mode = Mode::valid, .method = method});
    Image<float> y(plan.output_shape());
    plan.execute(x, y);
    const auto expected = convolve2d(kernel, x, {.mode = Mode::valid});
    REQUIRE(y.shape() == expected.shape());
    INFO(name_of(method));
    for (Index row = 0; row < y.rows(); ++row) {
      for (Index col = 0; col < y.cols(); ++col) {
        CHECK(std::isnan(y(row, col)) == (row == 0 && col == y.cols() - 1));
        CHECK(same_kind(y(row, col), expected(row, col)));
      }
    }
  }
  // Vectors of taps would meet zeros; a transform would spread it.
  for (const Method method : {Method::direct, Method::fft}) {
    if (method == Method::fft && !has_fft()) continue;
    CHECK_THROWS_WITH(Plan<float>(Operation::convolve, x.shape(), kernel,
                                  {.mode = Mode::valid, .method = method}),
                      Catch::Contains("a kernel with NaN or infinity"));
  }
}

TEST_CASE("automatic computes a large kernel with a NaN directly", "[nonfinite]") {
  Random random(16);
  const auto x = integer_image<float>({64, 64}, random);
  auto kernel = integer_image<float>({41, 41}, random);
  kernel(0, 0) = NAN;
  const auto y = convolve2d(x, kernel);
  for (Index row = 0; row < y.rows(); ++row) {
    for (Index col = 0; col < y.cols(); ++col) {
      // Taps beyond the edge are multiplied by the fill value: NaN everywhere, as in SciPy.
      REQUIRE(std::isnan(y(row, col)));
    }
  }
}

TEST_CASE("a fill value that is not finite", "[nonfinite]") {
  Random random(17);
  const auto x = integer_image<float>({20, 24}, random);
  const auto kernel = integer_image<float>({5, 4}, random);
  for (const float fill : {NAN, INFINITY, -INFINITY}) {
    auto padded = generate<float>({28, 30}, [&] { return fill; });
    for (Index row = 0; row < 20; ++row) {
      for (Index col = 0; col < 24; ++col)
        padded(row + 4, col + 3) = x(row, col);
    }
    const auto judged =
        judge<PlainSum<float>, float>({Operation::convolve, Mode::valid}, padded, kernel);
    for (const auto& engine : all_engines()) {
      const auto y =
          convolve2d(x, kernel, {.fill_value = fill, .method = engine.method, .isa = engine.isa});
      Index wrong = 0;
      for (Index row = 0; row < y.rows(); ++row) {
        for (Index col = 0; col < y.cols(); ++col) {
          wrong += !same_kind(y(row, col), judged.at(row, col, 0).value());
        }
      }
      INFO("fill " << fill << ", method " << name_of(engine.method));
      CHECK(wrong == 0);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("Nonfinite::reject refuses before anything is written", "[nonfinite]",
                        FloatingTypes) {
  Random random(18);
  const auto kernel = integer_image<TestType>({3, 3}, random);
  for (const auto& engine : all_engines()) {
    Options options{.mode = Mode::same,
                    .method = engine.method,
                    .nonfinite = Nonfinite::reject,
                    .isa = engine.isa};
    auto x = integer_image<TestType>({33, 29}, random);
    CHECK_NOTHROW(convolve2d(x, kernel, options));
    for (const auto special : special_values<TestType>()) {
      for (const Index i : {Index{0}, Index{28}, Index{500}, x.size() - 1}) {
        const auto finite = std::exchange(x.data()[i], special);
        const auto before = integer_image<TestType>({33, 29}, random);
        auto out = before;
        try {
          convolve2d(x, kernel, out, options);
          FAIL_CHECK("not rejected by " << name_of(engine.method));
        } catch (const Error& error) {
          CHECK(error.code() == Errc::nonfinite);
          CHECK(std::string(error.what()).find("image") != std::string::npos);
        }
        CHECK(same_bits(out, before));
        x.data()[i] = finite;
      }
    }
  }
}

}  // namespace twofold::test
