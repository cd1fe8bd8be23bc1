// SPDX-License-Identifier: BSD-3-Clause
// What the direct engine leaves out where a kernel allows it: zero taps, multiplications of
// mirrored rows of taps, imaginary parts that are zero. The result has to be that of all taps, NaN,
// infinity and overflow included.
#include "compare.hpp"

namespace twofold::test {
namespace {

/// Taps in a few places: a line from corner to corner, and one more.
template <Element T>
Image<T> scattered(Shape shape, Random& random) {
  Image<T> kernel(shape);
  const Index longest = std::max(shape.rows, shape.cols);
  for (Index i = 0; i < longest; ++i) {
    kernel(i * shape.rows / longest, i * shape.cols / longest) =
        integer_image<T>({1, 1}, random)(0, 0);
  }
  kernel(random.index(0, shape.rows - 1), random.index(0, shape.cols - 1)) = T{3};
  return kernel;
}

template <Element T>
Image<T> mirrored(Image<T> kernel) {
  for (Index a = 0; a < kernel.rows(); ++a) {
    for (Index b = 0; b < kernel.cols() / 2; ++b)
      kernel(a, kernel.cols() - 1 - b) = kernel(a, b);
  }
  return kernel;
}

template <Element T>
Image<T> without_imaginary_parts(Image<T> kernel) {
  if constexpr (is_complex_v<T>) {
    for (Index i = 0; i < kernel.size(); ++i)
      kernel.data()[i] = kernel.data()[i].real();
  }
  return kernel;
}

/// One kernel for each of the shortcuts that T has.
template <Element T>
std::vector<Image<T>> kernels_with_shortcuts(Shape shape, Random& random) {
  return {scattered<T>(shape, random), mirrored(integer_image<T>(shape, random)),
          without_imaginary_parts(integer_image<T>(shape, random)),
          without_imaginary_parts(scattered<T>(shape, random))};
}

constexpr Shape kernel_shapes[] = {{3, 7},   {4, 9},  {5, 12}, {7, 7},  {9, 9},
                                   {12, 15}, {1, 17}, {19, 2}, {10, 31}};

}  // namespace

TEMPLATE_LIST_TEST_CASE("shortcuts give the exact sum", "[shortcuts]", AllTypes) {
  Random random(21);
  for (const auto& engine : direct_engines()) {
    for (const Shape kernel_shape : kernel_shapes) {
      for (const auto& kernel : kernels_with_shortcuts<TestType>(kernel_shape, random)) {
        const Shape shape{random.index(1, 70), random.index(1, 330), random.coin() ? 1 : 3};
        const auto x = exact_image<TestType>(shape, random);
        const Problem problem{random.pick(operations), Mode::same, random.pick(boundaries), 2};
        auto options = options_for(problem, engine);
        const auto y = compute<TestType>(problem.operation, x, kernel, options);
        options.method = Method::reference;
        INFO(describe<TestType>(problem, shape, kernel_shape, engine));
        // Not the bits: a zero that nothing was added to may have another sign.
        const auto expected = compute<TestType>(problem.operation, x, kernel, options);
        CHECK(std::equal(y.data(), y.data() + y.size(), expected.data()));
      }
    }
  }
}

TEMPLATE_TEST_CASE("pairs of 16-bit taps give the exact sum of 32 bits", "[shortcuts]",
                   (std::pair<std::int16_t, std::int32_t>), (std::pair<std::int8_t, std::int32_t>),
                   (std::pair<std::uint8_t, std::int32_t>),
                   (std::pair<std::uint8_t, std::uint32_t>),
                   (std::pair<std::uint8_t, std::int64_t>),
                   (std::pair<std::uint16_t, std::int32_t>)) {
  using Pixel = typename TestType::first_type;
  using Tap = typename TestType::second_type;
  using Sum = promoted_t<Pixel, Tap>;
  Random random(25);
  for (const auto& engine : direct_engines()) {
    for (int i = 0; i < 150; ++i) {
      const Shape shape{random.index(1, 40), random.index(1, 300), i % 5 == 0 ? 3 : 1};
      const auto x = full_range_image<Pixel>(shape, random);
      auto kernel = generate<Tap>({random.index(1, 9), random.index(1, 9)},
                                  [&] { return static_cast<std::int16_t>(random.bits()); });
      // The largest product, whose double is the one sum that the instruction wraps around; and a
      // tap that does not fit.
      if (i % 4 == 0) std::fill_n(kernel.data(), kernel.size(), static_cast<Tap>(-32768));
      if (i % 11 == 0) kernel(0, 0) = 32768;
      const Index fill = i % 7 == 0 ? 40000 : random.index(-100, 100);
      const Problem problem{random.pick(operations), random.pick(modes), random.pick(boundaries),
                            static_cast<int>(fill)};
      if (problem.mode == Mode::valid &&
          (shape.rows < kernel.rows()) != (shape.cols < kernel.cols())) {
        continue;
      }
      auto options = options_for(problem, engine);
      const auto run = [&]() -> Image<Sum> {
        return problem.operation == Operation::convolve ? convolve2d(x, kernel, options)
                                                        : correlate2d(x, kernel, options);
      };
      if (problem.mode == Mode::valid && shape.rows < kernel.rows()) continue;
      const auto y = run();
      options.method = Method::reference;
      INFO(describe<Sum>(problem, shape, kernel.shape(), engine));
      CHECK(same_bits(y, run()));

      const Plan<Pixel, Tap> plan(problem.operation, shape, kernel, options_for(problem, engine));
      const Shape whole = plan.output_shape();
      const Rect part{whole.rows / 3, whole.cols / 3, (whole.rows + 1) / 2, (whole.cols + 1) / 2};
      auto piece = Image<Sum>::uninitialized({part.rows, part.cols, whole.channels});
      plan.execute_region(x, {}, part, piece);
      CHECK(same_bits<Sum>(piece.view(), y.view().region(part)));
    }
  }
}

TEMPLATE_LIST_TEST_CASE("shortcuts keep the direct sum's bound", "[shortcuts]", FloatingTypes) {
  Random random(22);
  for (const auto& engine : direct_engines()) {
    for (const Shape kernel_shape : kernel_shapes) {
      const auto x = real_image<TestType>({random.index(1, 20), random.index(20, 200)}, random);
      const auto taps = real_image<TestType>(kernel_shape, random);
      for (const auto& kernel : {mirrored(taps), without_imaginary_parts(taps)}) {
        const Problem problem{random.pick(operations), Mode::full, random.pick(boundaries), 3};
        const auto y =
            compute<TestType>(problem.operation, x, kernel, options_for(problem, engine));
        INFO(describe<TestType>(problem, x.shape(), kernel_shape, engine));
        const auto judged = judge<JudgedSum<TestType>, TestType>(problem, x, kernel);
        CHECK(out_of_bound<TestType>(y, judged, Method::direct).empty());
      }
    }
  }
}

TEST_CASE("one row of taps that is not mirrored", "[shortcuts]") {
  Random random(26);
  const auto x = integer_image<float>({20, 60}, random);
  for (const auto& engine : direct_engines()) {
    for (const Index row : {0, 4, 8}) {
      auto kernel = mirrored(integer_image<float>({9, 9}, random));
      kernel(row, 0) += 1;
      const auto y = convolve2d(x, kernel, {.method = engine.method, .isa = engine.isa});
      CHECK(same_bits(y, convolve2d(x, kernel, {.method = Method::reference})));
    }
  }
}

TEMPLATE_LIST_TEST_CASE("NaN and infinity meet taps that are left out", "[shortcuts]",
                        FloatingTypes) {
  using R = real_t<TestType>;
  constexpr R nan = std::numeric_limits<R>::quiet_NaN();
  constexpr R infinity = std::numeric_limits<R>::infinity();
  std::vector<TestType> specials = {TestType(nan), TestType(infinity), TestType(-infinity)};
  if constexpr (is_complex_v<TestType>) {
    specials.push_back({1, nan});
    specials.push_back({-2, infinity});
  }
  const auto kind = [](R value) {
    return std::isfinite(value) ? 0 : std::isnan(value) ? 1 : value > 0 ? 2 : 3;
  };
  const auto same_kind = [&](TestType a, TestType b) {
    if constexpr (is_complex_v<TestType>) {
      return kind(a.real()) == kind(b.real()) && kind(a.imag()) == kind(b.imag());
    } else {
      return kind(a) == kind(b);
    }
  };
  Random random(23);
  for (const auto& engine : direct_engines()) {
    for (int i = 0; i < 60; ++i) {
      const Shape kernel_shape = random.pick(kernel_shapes);
      for (const auto& kernel : kernels_with_shortcuts<TestType>(kernel_shape, random)) {
        const Problem problem{random.pick(operations), random.pick(modes), random.pick(boundaries),
                              0};
        auto x = integer_image<TestType>({random.index(31, 40), random.index(31, 90)}, random);
        for (Index count = random.index(1, 3); count > 0; --count)
          x.data()[random.index(0, x.size() - 1)] = specials[random.bits() % specials.size()];
        const auto y =
            compute<TestType>(problem.operation, x, kernel, options_for(problem, engine));
        const auto judged = judge<PlainSum<TestType>, TestType>(problem, x, kernel);
        Index wrong = 0;
        for (Index row = 0; row < y.rows(); ++row) {
          for (Index col = 0; col < y.cols(); ++col)
            wrong += !same_kind(y(row, col), judged.at(row, col, 0).value());
        }
        INFO(describe<TestType>(problem, x.shape(), kernel_shape, engine));
        CHECK(wrong == 0);
      }
    }
  }
}

TEMPLATE_TEST_CASE("elements are added first only where that cannot overflow", "[shortcuts]", float,
                   double) {
  // Far apart in a row of the window, they meet the same tap: their sum overflows, not the result.
  constexpr TestType tap = TestType(1) / 16;
  const auto huge = std::numeric_limits<TestType>::max() / TestType(1.5);
  Image<TestType> kernel(9, 9);
  std::fill_n(kernel.data(), kernel.size(), tap);
  kernel(0, 4) = 0;  // not a product of a column and a row
  for (const auto& engine : direct_engines()) {
    Image<TestType> x(40, 200);
    x(20, 100) = huge;
    x(20, 108) = huge;
    Options options{.mode = Mode::valid, .method = engine.method, .isa = engine.isa};
    const auto y = correlate2d(x, kernel, options);
    CHECK(y(20, 100) == 2 * (huge / 16));
    CHECK(y(20, 95) == huge / 16);
    CHECK(y(20, 101) == huge / 16);
    CHECK(y(20, 96) == 0);
    CHECK(y(0, 0) == 0);
  }
}

TEMPLATE_TEST_CASE("taps that cannot be halved are not", "[shortcuts]", float, double) {
  // In the middle of mirrored rows, a tap meets its element twice, with half its value each time.
  constexpr TestType tap = 3 * std::numeric_limits<TestType>::denorm_min();
  Image<TestType> kernel(9, 9);
  std::fill_n(kernel.data(), kernel.size(), tap);
  Image<TestType> x(12, 90);
  std::fill_n(x.data(), x.size(), TestType(1024));
  for (const auto& engine : direct_engines()) {
    const auto y =
        convolve2d(x, kernel, {.mode = Mode::valid, .method = engine.method, .isa = engine.isa});
    CHECK(std::all_of(y.data(), y.data() + y.size(),
                      [&](TestType sum) { return sum == 81 * 1024 * tap; }));
  }
}

TEST_CASE("bits beside NaN depend on neither threads nor regions", "[shortcuts]") {
  Random random(24);
  for (const auto& engine : direct_engines()) {
    for (const Shape kernel_shape : {Shape{9, 9}, Shape{5, 16}}) {
      const auto taps = real_image<float>(kernel_shape, random);
      auto line = scattered<float>(kernel_shape, random);
      for (Index i = 0; i < line.size(); ++i)
        line.data()[i] *= 0.1F;
      for (const auto& kernel : {mirrored(taps), line}) {
        auto x = real_image<float>({197, 301}, random);
        x(50, 150) = std::numeric_limits<float>::quiet_NaN();
        x(20, 9) = 0.97F * std::numeric_limits<float>::max();
        Options options{.mode = Mode::same, .boundary = Boundary::symm};
        options.method = engine.method;
        options.isa = engine.isa;
        const auto whole = convolve2d(x, kernel, options);
        for (const unsigned threads : {2U, 3U, 8U}) {
          Threads executor(threads);
          options.executor = &executor;
          CHECK(same_bits(convolve2d(x, kernel, options), whole));
        }
        options.executor = nullptr;
        const Plan<float> plan(Operation::convolve, x.shape(), kernel, options);
        for (const Rect part : {Rect{0, 0, 1, 301}, Rect{45, 140, 9, 30}, Rect{18, 0, 60, 20}}) {
          Image<float> piece(part.rows, part.cols);
          plan.execute_region(x, {}, part, piece);
          CHECK(same_bits<float>(piece.view(), whole.view().region(part)));
        }
      }
    }
  }
}

}  // namespace twofold::test
