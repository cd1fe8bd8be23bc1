// SPDX-License-Identifier: BSD-3-Clause
// Every engine, on every instruction set of this machine, against the definition: integer-valued
// data bit for bit, real data within the contract's bounds.
#include "compare.hpp"

namespace twofold::test {
namespace {

/// Largest |x|, the fill value included.
template <Element T>
double largest_magnitude(View<const T> x, int fill) {
  double largest = std::abs(fill);
  for (Index row = 0; row < x.rows(); ++row) {
    for (Index col = 0; col < x.cols(); ++col) {
      if constexpr (is_complex_v<T>) {
        largest = std::max(largest, static_cast<double>(std::abs(x(row, col))));
      } else {
        largest = std::max(largest, std::abs(static_cast<double>(x(row, col))));
      }
    }
  }
  return largest;
}

/// What is wrong with integer-valued data's result; empty if nothing.
template <Element T>
std::string integer_valued_fault(View<const T> y, const Judgement<JudgedSum<T>>& judged,
                                 Method method) {
  if (std::integral<T> || !is_fft(method)) return not_exact(y, judged);
  auto fault = out_of_bound(y, judged, method);
  if (fault.empty()) fault = not_exact<T>(rounded(Image<T>(y)), judged);
  return fault;
}

/// Whether the contract lets an integer problem be refused by the Fourier transform before its
/// pixels are known: only if pixels of the type could exceed the proof's limit.
template <Element T>
bool may_refuse_fft(const Judgement<JudgedSum<T>>& judged) {
  if constexpr (std::integral<T>) {
    const double points = 0x1p18;
    const double image_norm = -std::min(-static_cast<double>(std::numeric_limits<T>::max()),
                                        static_cast<double>(std::numeric_limits<T>::min())) *
                              std::sqrt(points);
    return image_norm * judged.kernel_norm >= 0x1p53 / (48 * (std::log2(points) + 1));
  }
  return false;
}

struct Tally {
  int computed = 0;
  int refused = 0;
};

/// Computes integer-valued data on one engine, judges it, and compares the plan's own bound.
template <Element T>
void check_integer_valued(const Problem& problem, const Image<T>& x, const Image<T>& kernel,
                          const Engine& engine, const Judgement<JudgedSum<T>>& judged,
                          Tally& tally) {
  const auto text = [&] { return describe<T>(problem, x.shape(), kernel.shape(), engine); };
  const auto options = options_for(problem, engine);
  try {
    const auto y = compute<T>(problem.operation, x, kernel, options);
    const auto fault = integer_valued_fault<T>(y, judged, engine.method);
    if (!fault.empty()) FAIL_CHECK(text() << ": " << fault);
    ++tally.computed;
    if (exchanged(problem.mode, x.shape(), kernel.shape())) return;
    const Plan<T> plan(problem.operation, x.shape(), kernel, options);
    const double bound = plan.error_bound(largest_magnitude<T>(x, problem.fill));
    const auto beyond = first_violation<T>(y, judged, [&](const auto&) { return bound; });
    if (!beyond.empty()) FAIL_CHECK(text() << ": beyond error_bound: " << beyond);
  } catch (const Error& error) {
    if (error.code() != Errc::unsupported || !may_refuse_fft(judged)) {
      FAIL_CHECK(text() << ": " << error.what());
    }
    ++tally.refused;
  }
}

/// Odd, even, one row, one column, larger than the image along one axis or along both.
Shape draw_kernel_shape(Random& random, Shape x) {
  switch (random.index(0, 6)) {
    case 0:
      return {2 * random.index(0, 4) + 1, 2 * random.index(0, 4) + 1};
    case 1:
      return {2 * random.index(1, 4), 2 * random.index(1, 4)};
    case 2:
      return {1, random.index(1, 12)};
    case 3:
      return {random.index(1, 12), 1};
    case 4:
      return {x.rows + random.index(1, 9), random.index(1, 5)};
    case 5:
      return {x.rows + random.index(0, 13), x.cols + random.index(0, 13)};
    default:
      return {random.index(1, 11), random.index(1, 11)};
  }
}

std::pair<Shape, Shape> draw_shapes(Random& random, Mode mode) {
  for (;;) {
    const Shape x{random.index(1, 20), random.index(1, 36)};
    const Shape kernel = draw_kernel_shape(random, x);
    if (defined(mode, x, kernel)) return {x, kernel};
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every engine gives the exact answer on integer-valued data", "[engines]",
                        AllTypes) {
  Random random(20240601 + static_cast<unsigned>(element_type_of<TestType>));
  Tally tally;
  int expected = 0;
  for (const auto& engine : all_engines()) {
    for (const auto operation : operations) {
      for (const auto mode : modes) {
        for (const auto along_rows : boundaries) {
          for (const auto along_cols : boundaries) {
            const Problem problem{
                operation, mode, {along_rows, along_cols}, static_cast<int>(random.index(-3, 3))};
            const auto [shape, kernel_shape] = draw_shapes(random, mode);
            const auto x = exact_image<TestType>(shape, random);
            const auto kernel = exact_image<TestType>(kernel_shape, random);
            const auto judged = judge<JudgedSum<TestType>, TestType>(problem, x, kernel);
            check_integer_valued<TestType>(problem, x, kernel, engine, judged, tally);
            ++expected;
          }
        }
      }
    }
  }
  CHECK(tally.computed + tally.refused == expected);
  CHECK(tally.computed >= expected - 2 * 3 * 25 * static_cast<int>(fft_engines().size()));
}

TEMPLATE_TEST_CASE("small integers go through every Fourier engine", "[engines]", std::int8_t,
                   std::uint8_t, std::int16_t, std::uint16_t) {
  // Kernels as filters have them: far inside the limit up to which the transform is proven exact,
  // so that no engine may refuse, while the results still wrap around.
  Random random(77 + static_cast<unsigned>(element_type_of<TestType>));
  for (const auto& engine : fft_engines()) {
    Tally tally;
    for (const auto mode : modes) {
      for (const auto boundary : boundaries) {
        const Problem problem{random.pick(operations), mode, boundary, 3};
        const Shape shape{random.index(20, 60), random.index(20, 60)};
        const auto x = full_range_image<TestType>(shape, random);
        const auto kernel =
            integer_image<TestType>({random.index(2, 15), random.index(2, 15)}, random, 100);
        const auto judged = judge<JudgedSum<TestType>, TestType>(problem, x, kernel);
        check_integer_valued<TestType>(problem, x, kernel, engine, judged, tally);
      }
    }
    CHECK(tally.computed == 15);
  }
}

TEST_CASE("the direct engine is exact at every width", "[engines]") {
  // Widths from one element past several blocks of vectors, so that each kind of remainder occurs
  // for each height of a block.
  Random random(4711);
  const Shape kernels[] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 3}, {3, 5},   {4, 4},
                           {5, 5}, {1, 7}, {7, 1}, {8, 3}, {7, 9}, {11, 11}, {13, 2}};
  Tally tally;
  for (Index cols = 1; cols <= 67; ++cols) {
    for (const Shape kernel_shape : kernels) {
      for (const auto mode : modes) {
        const Shape shape{random.index(1, 13), cols};
        if (!defined(mode, shape, kernel_shape)) continue;
        const Problem problem{random.pick(operations),
                              mode,
                              {random.pick(boundaries), random.pick(boundaries)},
                              static_cast<int>(random.index(-2, 2))};
        const auto x = integer_image<float>(shape, random);
        const auto kernel = integer_image<float>(kernel_shape, random);
        const auto judged = judge<JudgedSum<float>, float>(problem, x, kernel);
        for (const auto& engine : direct_engines()) {
          check_integer_valued<float>(problem, x, kernel, engine, judged, tally);
        }
      }
    }
  }
  CHECK(tally.refused == 0);
  CHECK(tally.computed > 2000);
}

TEMPLATE_LIST_TEST_CASE("the direct engine is exact around every vector length", "[engines]",
                        AllTypes) {
  Random random(815 + static_cast<unsigned>(element_type_of<TestType>));
  // Bytes have the most lanes: 32 in a register of 256 bits.
  const Index widest = 4 * 32 / static_cast<Index>(sizeof(TestType)) + 35;
  Tally tally;
  for (Index cols = 1; cols <= widest; ++cols) {
    const Shape kernel_shape{random.index(1, 6), random.index(1, 6)};
    const Shape shape{random.index(1, 9), cols};
    const Problem problem{random.pick(operations),
                          random.pick({Mode::full, Mode::same}),
                          {random.pick(boundaries), random.pick(boundaries)},
                          1};
    const auto x = exact_image<TestType>(shape, random);
    const auto kernel = exact_image<TestType>(kernel_shape, random);
    const auto judged = judge<JudgedSum<TestType>, TestType>(problem, x, kernel);
    for (const auto& engine : direct_engines()) {
      check_integer_valued<TestType>(problem, x, kernel, engine, judged, tally);
    }
  }
  CHECK(tally.refused == 0);
  CHECK(tally.computed == widest * static_cast<Index>(direct_engines().size()));
}

TEMPLATE_LIST_TEST_CASE("real data stay within the contract's bounds", "[engines]", FloatingTypes) {
  Random random(31337 + static_cast<unsigned>(element_type_of<TestType>));
  double rounded_somewhere = 0;
  for (const auto& engine : all_engines()) {
    for (int draw = 0; draw < 120; ++draw) {
      const Problem problem{random.pick(operations),
                            random.pick(modes),
                            {random.pick(boundaries), random.pick(boundaries)},
                            1};
      const auto [shape, kernel_shape] = draw_shapes(random, problem.mode);
      const auto x = real_image<TestType>(shape, random);
      const auto kernel = real_image<TestType>(kernel_shape, random);
      const auto judged = judge<JudgedSum<TestType>, TestType>(problem, x, kernel);
      const auto y = compute<TestType>(problem.operation, x, kernel, options_for(problem, engine));
      const auto fault = out_of_bound<TestType>(y, judged, engine.method);
      if (!fault.empty()) {
        FAIL_CHECK(describe<TestType>(problem, shape, kernel_shape, engine) << ": " << fault);
      }
      rounded_somewhere = std::max(rounded_somewhere, judged.sums.front().error(y.data()[0]));
    }
  }
  CHECK(rounded_somewhere > 0);  // otherwise the data did not test rounding
}

TEMPLATE_TEST_CASE("images of many tiles", "[engines]", float, std::complex<float>, std::uint8_t,
                   double) {
  Random random(99);
  const std::pair<Shape, Shape> sizes[] = {
      {{331, 517}, {7, 9}}, {{150, 701}, {24, 13}}, {{613, 40}, {3, 31}}, {{260, 259}, {33, 2}}};
  for (const auto& [shape, kernel_shape] : sizes) {
    const auto x = integer_image<TestType>(shape, random, 5);
    const auto kernel = integer_image<TestType>(kernel_shape, random, 3);
    const Problem problem{random.pick(operations),
                          random.pick(modes),
                          {random.pick(boundaries), random.pick(boundaries)},
                          2};
    const auto judged = judge<JudgedSum<TestType>, TestType>(problem, x, kernel);
    Tally tally;
    for (const auto& engine : all_engines()) {
      check_integer_valued<TestType>(problem, x, kernel, engine, judged, tally);
    }
    CHECK(tally.computed == static_cast<int>(all_engines().size()));
  }
}

TEST_CASE("a bright pixel spoils only the tiles around it", "[engines]") {
  if (!has_fft()) return;
  Random random(5);
  auto x = real_image<float>({1200, 1100}, random);
  const auto kernel = real_image<float>({15, 15}, random);
  const Problem problem{Operation::convolve, Mode::same, Boundary::fill, 0};
  const auto options = options_for(problem, {Method::overlap_save});
  const Plan<float> plan(Operation::convolve, x.shape(), kernel, options);
  x(0, 0) = 1e12F;
  const auto y = convolve2d(x, kernel, options);
  // The last quarter is hundreds of pixels away; its error is that of pixels of magnitude 1.
  const Rect far{900, 825, 300, 275};
  const Rect around{far.row - 7, far.col - 7, far.rows + 7, far.cols + 7};
  const auto judged = judge<JudgedSum<float>, float>(
      {Operation::convolve, Mode::full, Boundary::fill, 0}, x.view().region(around), kernel);
  const double bound = plan.error_bound(1);
  double worst = 0;
  for (Index row = 0; row < far.rows; ++row) {
    for (Index col = 0; col < far.cols; ++col) {
      const auto& sum = judged.at(row + 14, col + 14, 0);
      worst = worse_of(worst, sum.error(y(far.row + row, far.col + col)));
    }
  }
  CHECK(worst > 0);
  CHECK(worst <= bound);
}

TEST_CASE("integers beyond the proof of exactness stay exact", "[engines]") {
  // Products of 2^62: no transform in double can carry them. Forced, it refuses or is exact.
  Random random(64);
  const auto x = full_range_image<std::int64_t>({40, 40}, random);
  const auto kernel = full_range_image<std::int64_t>({9, 9}, random);
  const Problem problem{Operation::convolve, Mode::same, Boundary::symm, 0};
  const auto judged = judge<JudgedSum<std::int64_t>, std::int64_t>(problem, x, kernel);
  CHECK(not_exact<std::int64_t>(convolve2d(x, kernel, options_for(problem)), judged).empty());
  for (const auto& engine : fft_engines()) {
    try {
      const auto y = convolve2d(x, kernel, options_for(problem, engine));
      CHECK(not_exact<std::int64_t>(y, judged).empty());
    } catch (const Error& error) {
      CHECK(error.code() == Errc::unsupported);
    }
  }
}

TEST_CASE("integers at the gate of the transform stay exact", "[engines]") {
  // ‖x‖₂‖k‖₂ from far below 2^53 / (48(log₂N + 1)) to far above it, all of one sign: where SciPy's
  // own rule lets wrong integers through.
  Random random(128);
  for (int log_magnitude = 8; log_magnitude <= 30; log_magnitude += 2) {
    const auto largest = Index{1} << log_magnitude;
    const auto draw = [&] { return largest - random.index(0, 3); };
    const auto x = generate<std::int64_t>({128, 128}, draw);
    const auto kernel = generate<std::int64_t>({5, 5}, draw);
    const Problem problem{Operation::convolve, Mode::full, Boundary::fill, 0};
    const auto judged = judge<JudgedSum<std::int64_t>, std::int64_t>(problem, x, kernel);
    auto engines = fft_engines();
    engines.push_back({Method::automatic});
    for (const auto& engine : engines) {
      try {
        const auto y = convolve2d(x, kernel, options_for(problem, engine));
        INFO("magnitude 2^" << log_magnitude << ", method " << name_of(engine.method));
        CHECK(not_exact<std::int64_t>(y, judged).empty());
      } catch (const Error& error) {
        CHECK(engine.method != Method::automatic);
        CHECK(error.code() == Errc::unsupported);
      }
    }
  }
}

TEST_CASE("a forced Fourier transform is refused where the contract excludes it", "[engines]") {
  Random random(6);
  const auto x = real_image<float>({20, 20}, random);
  auto kernel = real_image<float>({5, 5}, random);
  const auto refused = [&](Options options) {
    try {
      (void)convolve2d(x, kernel, options);
      return false;
    } catch (const Error& error) {
      return error.code() == (has_fft() ? Errc::unsupported : Errc::unavailable) ||
             (!has_fft() && error.code() == Errc::unsupported);
    }
  };
  for (const auto method : {Method::fft, Method::overlap_save, Method::whole_fft}) {
    CHECK(refused({.method = method}) == !has_fft());
    CHECK(refused({.method = method, .accuracy = componentwise}));
    const float finite = kernel(2, 3);
    for (const float value : {NAN, INFINITY, -INFINITY}) {
      kernel(2, 3) = value;
      CHECK(refused({.method = method}));
    }
    kernel(2, 3) = finite;
  }
}

TEST_CASE("accuracy within an absolute error is kept", "[engines]") {
  Random random(8);
  auto x = real_image<float>({300, 280}, random);
  for (Index col = 0; col < 100; ++col)
    x(40, col) *= 1e6F;
  const auto kernel = real_image<float>({21, 21}, random);
  const Problem problem{Operation::correlate, Mode::same, Boundary::mirror, 0};
  const auto judged = judge<JudgedSum<float>, float>(problem, x, kernel);
  for (const double tolerance : {0.0, 1e-4, 1e-2, 1.0, 100.0}) {
    auto engines = fft_engines();
    engines.push_back({Method::automatic});
    for (const auto& engine : engines) {
      auto options = options_for(problem, engine);
      options.accuracy = within(tolerance);
      INFO("within " << tolerance << ", method " << name_of(engine.method));
      try {
        const auto y = correlate2d(x, kernel, options);
        CHECK(first_violation<float>(y, judged, [&](const auto& sum) {
                return std::max(tolerance, direct_bound<float>(judged.taps, sum.magnitude()));
              }) == "");
      } catch (const Error& error) {
        CHECK(engine.method != Method::automatic);
        CHECK(error.code() == Errc::unsupported);
      }
    }
  }
}

TEST_CASE("componentwise accuracy keeps zeros and signs", "[engines]") {
  Random random(12);
  auto x = generate<float>({200, 200}, [&] { return std::abs(random.real()); });
  for (Index row = 100; row < 200; ++row) {
    for (Index col = 0; col < 200; ++col)
      x(row, col) = 0;
  }
  const auto kernel = generate<float>({41, 41}, [&] { return std::abs(random.real()); });
  const auto y = convolve2d(x, kernel, {.mode = Mode::same, .accuracy = componentwise});
  Index zeros = 0;
  bool negative = false;
  for (Index row = 0; row < 200; ++row) {
    for (Index col = 0; col < 200; ++col) {
      zeros += y(row, col) == 0;
      negative = negative || y(row, col) < 0;
    }
  }
  CHECK(zeros == (200 - 120) * 200);
  CHECK_FALSE(negative);
}

}  // namespace twofold::test
