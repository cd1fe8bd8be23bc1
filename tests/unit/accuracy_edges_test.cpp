// SPDX-License-Identifier: BSD-3-Clause
// Where errors would exceed what is documented if nothing were done about it, each as small as it
// can be made.
#include "compare.hpp"
#include "exact_convolution.hpp"

namespace twofold::test {

namespace {

template <Element T>
double error_over_bound(const Problem& problem, const Image<T>& x, const Image<T>& kernel,
                        Method method, double largest_magnitude) {
  const Plan<T> plan(problem.operation, x.shape(), kernel, options_for(problem, {method}));
  return error_over_bound(plan, x, largest_magnitude, Judge<T>(problem, x, kernel));
}

}  // namespace

// Results among the subnormal numbers are rounded to multiples of the smallest of them, by up to
// 2^−150 in float, where m·u·max|x|·‖k‖₁ may be far less.
TEST_CASE("results below the normal numbers keep error_bound", "[accuracy_edges]") {
  CHECK(error_over_bound<float>({}, Image<float>{{0x1p-149F}}, Image<float>{{0.5F}}, Method::direct,
                                0x1p-149) <= 1);
}

// u·max|x| is zero, though ‖k‖₁ makes it 2^−1014 again.
TEST_CASE("error_bound itself does not vanish", "[accuracy_edges]") {
  CHECK(error_over_bound<double>({}, Image<double>{{0x3p-1032}}, Image<double>{{0x1p60 / 3}},
                                 Method::direct, 0x3p-1032) <= 1);
}

// 0·∞ is NaN, but the products of these taps with zeros are zero.
TEST_CASE("a kernel whose sum overflows has a bound", "[accuracy_edges]") {
  const Image<double> kernel{{1e308, 1e308}};
  const Plan<double> plan(Operation::convolve, {4, 4}, kernel, {.method = Method::direct});
  CHECK(plan.error_bound(0) == 0);
  CHECK(plan.error_bound(1) == std::numeric_limits<double>::infinity());
  const Plan<std::uint8_t, double, std::uint8_t> of_pixels(Operation::convolve, {4, 4}, kernel);
  CHECK(of_pixels.error_bound(0) == 0.5);
  const Plan<double> of_zeros(Operation::convolve, {4, 4}, Image<double>(1, 2));
  CHECK(of_zeros.error_bound(std::numeric_limits<double>::infinity()) ==
        std::numeric_limits<double>::infinity());
}

// Each of the faint taps is less than four roundings of the large one away from a kernel of rank 1,
// all of them together are not.
TEMPLATE_TEST_CASE("faint taps around a large one keep error_bound", "[accuracy_edges]", float,
                   double) {
  using T = TestType;
  Image<T> x(40, 40);
  std::fill_n(x.data(), x.size(), T(1));
  for (const Index side : {5, 11, 31}) {
    Image<T> kernel(side, side);
    std::fill_n(kernel.data(), kernel.size(), std::numeric_limits<T>::epsilon() * T(1.95));
    kernel(side / 2, side / 2) = 1;
    const Problem problem{Operation::convolve, Mode::valid};
    CHECK(error_over_bound<T>(problem, x, kernel, Method::automatic, 1) <= 1);
    CHECK(error_over_bound<T>(problem, x, kernel, Method::separable, 1) <= 1);  // of rank 2
  }
}

// The sum of squares is zero: the image has to be scaled all the same.
TEST_CASE("a whole transform of subnormal doubles keeps its precision", "[accuracy_edges]") {
  if (!has_fft()) return;
  const Image<double> x{{0x1p-1045, 0x3p-1046, 0x1p-1044, 0x5p-1047}};
  const Image<double> kernel{{0x1p100 / 3, 0x1p101 / 3, 0x1p100 / 7}};
  const Plan<double> plan(Operation::convolve, x.shape(), kernel, {.method = Method::whole_fft});
  const Judge<double> judge({}, x, kernel);
  // The bound, for an image of normal numbers, brought to where this one is.
  const double bound = judge.exact().in_units(std::ldexp(plan.error_bound(1), -1044));
  CHECK(judge.worst(executed(plan, x), [&](const auto&) { return bound; }) <= 1);
}

// The norm must not seem to be zero for the same reason, and the tolerance to be kept.
TEST_CASE("within holds where squares vanish", "[accuracy_edges]") {
  if (!has_fft()) return;
  Image<double> x(1, 40);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] = i == 0 ? 1e-170 : 1e-200;
  const Image<double> kernel{{1.0 / 3, 2.0 / 3, 1.0 / 7}};
  const double tolerance = 1e-200;
  const Plan<double> plan(Operation::convolve, x.shape(), kernel,
                          {.method = Method::whole_fft, .accuracy = within(tolerance)});
  const Judge<double> judge({}, x, kernel);
  CHECK(judge.worst(executed(plan, x), [&](const auto& output) {
    return std::max(judge.exact().in_units(tolerance),
                    direct_bound<double>(3, output.exact.magnitude));
  }) <= 1);
}

// The folded kernel is 2^−24·3/2, of which a sum 1 + 2^−24·3/2 in float would keep but one bit; and
// the bound is made of the folded kernel's norm.
TEST_CASE("a kernel that cancels on one period keeps error_bound", "[accuracy_edges]") {
  if (!has_fft()) return;
  const Problem problem{Operation::convolve, Mode::same, Boundary::wrap};
  const Image<float> x{{1, 0}};
  const Image<float> kernel{{1, 0, 0x3p-25F, 0, -1, 0}};
  CHECK(error_over_bound<float>(problem, x, kernel, Method::whole_fft, 1) <= 1);
}

// The sums of columns would be subnormal, though neither the image nor the kernel nor the result
// is.
TEST_CASE("factors far apart keep error_bound", "[accuracy_edges]") {
  const Image<float> x{{0x5p-52F}};
  const float column = 0x1p-99F;
  const float row = 0x1p99F;
  const Plan<float> plan(Operation::convolve, x.shape(),
                         SeparableKernel<float>{{&column, 1}, {&row, 1}},
                         {.method = Method::separable});
  const double error = std::abs(double{executed(plan, x)(0, 0)} - double{x(0, 0)});
  CHECK(error / plan.error_bound(0x5p-52) <= 1);
}

// So would they be by factors that are found, if these shared the kernel's magnitude; and in one
// pass, for square kernels, the sums along rows, if the columns had it.
TEST_CASE("subnormal sums by factors that are found are as exact as by taps", "[accuracy_edges]") {
  Image<double> x(9, 40);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] = static_cast<double>(1 + i % 7) * 0x1.5555p-1062;
  for (const Shape shape : {Shape{5, 6}, {3, 3}, {5, 5}, {7, 7}}) {
    Image<double> kernel(shape);
    for (Index row = 0; row < shape.rows; ++row) {
      for (Index col = 0; col < shape.cols; ++col)
        kernel(row, col) = 1e9 * static_cast<double>((2 * row + 1) * (3 * col + 1));
    }
    const Judge<double> judge({}, x, kernel);
    const double half_smallest =
        judge.exact().in_units(std::numeric_limits<double>::denorm_min()) / 2;
    const Index roundings = std::max(kernel.size(), shape.rows + shape.cols + 5);
    const double underflows = static_cast<double>(kernel.size()) * half_smallest;
    for (const Isa isa : available_isas()) {
      for (const Accuracy accuracy : {normwise, componentwise}) {
        // Factors round more often than the taps of 3×3, and are refused there.
        if (accuracy == componentwise && roundings > kernel.size()) continue;
        const Plan<double> plan(Operation::convolve, x.shape(), kernel,
                                {.method = Method::separable, .accuracy = accuracy, .isa = isa});
        INFO(name_of(isa) << ' ' << kernel.size() << " taps");
        CHECK(error_over_bound(plan, x, x(0, 6), judge) <= 1);
        CHECK(judge.worst(executed(plan, x), [&](const auto& output) {
          return direct_bound<double>(roundings, output.exact.magnitude) + underflows;
        }) <= 1);
      }
    }
  }
}

// All products of the first sums err alike, and by how they err the second ones are multiplied.
TEMPLATE_TEST_CASE("sums of subnormal numbers by factors are componentwise", "[accuracy_edges]",
                   float, double) {
  using T = TestType;
  constexpr T smallest = std::numeric_limits<T>::denorm_min();
  for (const Shape shape : {Shape{5, 5}, {7, 7}, {5, 6}, {6, 5}, {2, 9}, {9, 2}, {12, 13}}) {
    for (const bool along_columns : {true, false}) {
      Image<T> kernel(shape);
      for (Index row = 0; row < shape.rows; ++row) {
        for (Index col = 0; col < shape.cols; ++col) {
          const bool is_large = (along_columns ? col : row) == 0;
          kernel(row, col) = is_large ? T(1.99) : T(1.99) * T(0.51);
        }
      }
      for (const int units : {1, 3, 7, 24, 25, 50, 51, 1000}) {
        Image<T> x(14, 15);
        std::fill_n(x.data(), x.size(), static_cast<T>(units) * smallest);
        const Judge<T> judge({}, x, kernel);
        for (const Isa isa : available_isas()) {
          const Plan<T> plan(Operation::convolve, x.shape(), kernel,
                             {.method = Method::separable, .accuracy = componentwise, .isa = isa});
          INFO(name_of(isa) << ", " << shape.rows << " by " << shape.cols << ", " << units);
          CHECK(judge.worst(executed(plan, x), [&](const auto& output) {
            return componentwise_bound<T>(judge.exact(), output.exact.magnitude);
          }) <= 1);
        }
      }
    }
  }
}

// As they are, all sums would be rounded up by nearly half a unit in both passes; and where their
// scale cannot be moved, the direct sum takes over.
TEMPLATE_TEST_CASE("sums of subnormal numbers by given factors are componentwise",
                   "[accuracy_edges]", float, std::complex<double>) {
  using T = TestType;
  using R = real_t<T>;
  using Limits = std::numeric_limits<R>;
  const R just_more = 1 + 4 * Limits::epsilon();
  Image<T> x(12, 10);
  std::fill_n(x.data(), x.size(), T(Limits::denorm_min()));
  for (const auto& [tap, other] :
       {std::pair{R(0.75), R(0x1p20)}, {R(0.5) * just_more, R(19) / 18 * just_more}}) {
    const std::vector<T> column(9, T(tap));
    const std::vector<T> row(6, T(other));
    Image<T> kernel(9, 6);
    std::fill_n(kernel.data(), kernel.size(), T(tap * other));
    const Judge<T> judge({}, x, kernel);
    for (const Method method : {Method::separable, Method::direct, Method::automatic}) {
      const Options options{.method = method, .accuracy = componentwise};
      const Plan<T> plan(Operation::convolve, x.shape(), SeparableKernel<T>{column, row}, options);
      INFO(name_of(method) << ' ' << tap << ' ' << other);
      CHECK(judge.worst(executed(plan, x), [&](const auto& output) {
        return componentwise_bound<T>(judge.exact(), output.exact.magnitude);
      }) <= 1);
    }
  }

  const std::vector<T> column(9, T(R(0.75)));
  std::vector<T> apart(6, T(1));
  apart[0] = T(std::ldexp(R(1), Limits::max_exponent - 27));
  apart[1] = T(std::ldexp(R(1.2345F), 3 - Limits::max_exponent));
  const SeparableKernel<T> factors{column, apart};
  Options options{.accuracy = componentwise};
  CHECK(Plan<T>(Operation::convolve, x.shape(), factors, options).decision().method ==
        Method::direct);
  options.method = Method::separable;
  CHECK_THROWS_AS(Plan<T>(Operation::convolve, x.shape(), factors, options), Error);
  options.accuracy = normwise;
  CHECK_NOTHROW(Plan<T>(Operation::convolve, x.shape(), factors, options));
}

// For one pass, the scale would move from the column to the row: not where a tap would lose bits.
TEST_CASE("taps far apart keep all their bits", "[accuracy_edges]") {
  const double column[] = {0x1p60, 0x1.123456789abcdp-1010, 0};
  const double row[] = {0.25, 1, 0.5};
  Image<double> x(1, 40);
  std::fill_n(x.data(), x.size(), 1e250);
  for (const Isa isa : available_isas()) {
    const Plan<double> plan(Operation::convolve, x.shape(),
                            SeparableKernel<double>{{column, 3}, {row, 3}},
                            {.method = Method::separable, .isa = isa});
    const auto y = executed(plan, x);
    INFO(name_of(isa));
    CHECK(std::abs(y(1, 20) / (1.75 * column[1] * 1e250) - 1) <= 1e-15);
  }
}

// There the large taps stay in the column, and the sums along rows, of subnormal pixels, would be
// multiplied by them: columns have to be summed first, which here is exact.
TEST_CASE("taps far apart take two passes where one would lose bits", "[accuracy_edges]") {
  const double column[] = {0x1p60, 0x1.123456789abcdp-1020, 0x1p60, 0, 0x1p60};
  const double row[] = {0.25, 1, 0.5, 0.75, 1.25};
  constexpr double smallest = std::numeric_limits<double>::denorm_min();
  Image<double> x(9, 40);
  std::fill_n(x.data(), x.size(), 3 * smallest);
  for (const Isa isa : available_isas()) {
    for (const Accuracy accuracy : {normwise, componentwise}) {
      const Plan<double> plan(
          Operation::convolve, x.shape(), SeparableKernel<double>{column, row},
          {.mode = Mode::valid, .method = Method::separable, .accuracy = accuracy, .isa = isa});
      const auto y = executed(plan, x);
      INFO(name_of(isa));
      CHECK(std::all_of(y.data(), y.data() + y.size(),
                        [](double sum) { return sum == 3 * 0x1p60 * 3.75 * 3 * smallest; }));
    }
  }
}

// As taps the products are zero, or have lost bits, and the image brings them up again: the kernel
// is what has been rounded.
TEMPLATE_TEST_CASE("factors whose products vanish are not componentwise", "[accuracy_edges]", float,
                   double, std::complex<float>) {
  using T = TestType;
  using R = real_t<T>;
  using Limits = std::numeric_limits<R>;
  Image<T> x(12, 10);
  std::fill_n(x.data(), x.size(), T(std::ldexp(R(1.7F), Limits::max_exponent - 10)));
  for (const int exponent : {Limits::min_exponent - 40, Limits::min_exponent - 8}) {
    const R tap = std::ldexp(R(1.2345F), exponent / 2);
    const R other = std::ldexp(R(1.3579F), exponent - exponent / 2);
    const std::vector<T> column(9, T(tap));
    const std::vector<T> row(6, T(other));
    const SeparableKernel<T> factors{column, row};
    Image<T> kernel(9, 6);
    std::fill_n(kernel.data(), kernel.size(), T(tap * other));
    const Judge<T> judge({}, x, kernel);
    for (const Method method : {Method::direct, Method::automatic}) {
      const Plan<T> plan(Operation::convolve, x.shape(), factors,
                         {.method = method, .accuracy = componentwise});
      INFO(name_of(method) << ' ' << exponent);
      CHECK(judge.worst(executed(plan, x), [&](const auto& output) {
        return componentwise_bound<T>(judge.exact(), output.exact.magnitude);
      }) <= 1);
    }
    Options options{.method = Method::separable, .accuracy = componentwise};
    CHECK_THROWS_AS(Plan<T>(Operation::convolve, x.shape(), factors, options), Error);
    options.accuracy = normwise;
    const Plan<T> plan(Operation::convolve, x.shape(), factors, options);
    CHECK(error_over_bound(plan, x, std::abs(std::complex<double>(x(0, 0))), judge) <= 1);
  }
}

// The product of the factors is rounded, too.
TEST_CASE("few products of factors keep error_bound", "[accuracy_edges]") {
  const Image<float> x{{0x1.ff531ap+0F}};
  const float column = 0x1.64480cp+0F;
  const float row = 0x1.75a3cep+0F;
  const Plan<float> plan(Operation::convolve, x.shape(),
                         SeparableKernel<float>{{&column, 1}, {&row, 1}},
                         {.method = Method::direct});
  const Image<double> wide{{double{x(0, 0)}}};
  const Image<double> product{{double{column} * double{row}}};
  const ExactConvolution<double> exact({}, wide, product);
  const double error = exact.error(exact.at(0, 0), double{executed(plan, x)(0, 0)});
  CHECK(error / exact.in_units(plan.error_bound(double{x(0, 0)})) <= 1);
}

// An odd number of real rows leaves one without a partner.
TEST_CASE("a row without a partner leaves nothing behind", "[accuracy_edges]") {
  if (!has_fft()) return;
  Image<float> x(1, 21);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] = std::sin(1 + static_cast<float>(i));
  const auto y = executed(
      Plan<float>(Operation::convolve, x.shape(), Image<float>{{0}}, {.method = Method::whole_fft}),
      x);
  CHECK(std::all_of(y.data(), y.data() + y.size(), [](float value) { return value == 0; }));
}

// A tile of subnormal numbers is summed directly, with one rounding for every product.
TEST_CASE("subnormal images keep error_bound in tiles", "[accuracy_edges]") {
  Image<float> x(40, 40);
  std::fill_n(x.data(), x.size(), 1e-42F);
  Image<float> kernel(16, 16);
  std::fill_n(kernel.data(), kernel.size(), 0.3F);
  for (const Engine& engine : fft_engines())
    CHECK(error_over_bound<float>({}, x, kernel, engine.method, 1e-42) <= 1);
}

// A tile with NaN is summed directly, which for large kernels is less exact than a transform.
TEST_CASE("beside NaN a large kernel keeps error_bound", "[accuracy_edges]") {
  constexpr Index size = 100;
  Image<float> x(size + 20, size + 20);
  std::fill_n(x.data(), x.size(), 1.8162F);
  x(0, 0) = std::numeric_limits<float>::quiet_NaN();
  Image<float> kernel(size, size);
  std::fill_n(kernel.data(), kernel.size(), 0.986F);
  const double exact = double{size * size} * double{1.8162F} * double{0.986F};
  for (const Engine& engine : fft_engines()) {
    const Plan<float> plan(Operation::convolve, x.shape(), kernel,
                           {.mode = Mode::valid, .method = engine.method});
    const auto y = executed(plan, x);
    CHECK(std::isnan(y(0, 0)));
    CHECK(std::abs(double{y(10, 10)} - exact) <= plan.error_bound(double{1.8162F}));
  }
}

// The products of the factors are subnormal, and the image brings them up again.
TEST_CASE("subnormal products of factors keep error_bound", "[accuracy_edges]") {
  const float column = 1.5e-23F;
  const float row[] = {1.1e-22F, 1.2e-22F, 1.3e-22F};
  Image<float> x(1, 3);
  std::fill_n(x.data(), x.size(), 3e38F);
  const double exact = double{column} * (double{row[0]} + double{row[1]} + double{row[2]}) * 3e38F;
  const Plan<float> plan(Operation::convolve, x.shape(),
                         SeparableKernel<float>{{&column, 1}, {row, 3}},
                         {.mode = Mode::valid, .method = Method::direct});
  CHECK(std::abs(double{executed(plan, x)(0, 0)} - exact) <= plan.error_bound(3e38));
}

}  // namespace twofold::test
