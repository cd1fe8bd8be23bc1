// SPDX-License-Identifier: BSD-3-Clause
// Laws that hold whatever the pixels are, and the promise of equal bits.
#include "compare.hpp"

namespace twofold::test {
namespace {

/// Integer-valued results are exact on the direct engines, and exact after rounding on the others.
template <Element T>
Image<T> run(Operation operation, View<const T> x, View<const T> kernel, const Problem& how,
             const Engine& engine) {
  auto y = compute<T>(operation, x, kernel, options_for(how, engine));
  return is_fft(engine.method) ? rounded(std::move(y)) : y;
}

template <Element T>
bool equal(const Image<T>& a, const Image<T>& b) {
  return a.shape() == b.shape() && std::equal(a.data(), a.data() + a.size(), b.data());
}

template <Element T>
Image<T> combined(T a, const Image<T>& x, T b, const Image<T>& y) {
  Image<T> sum(x.shape());
  for (Index i = 0; i < sum.size(); ++i)
    sum.data()[i] = a * x.data()[i] + b * y.data()[i];
  return sum;
}

/// Σ conj(a)·b.
std::complex<double> inner(const Image<std::complex<double>>& a,
                           const Image<std::complex<double>>& b) {
  std::complex<double> sum = 0;
  for (Index i = 0; i < a.size(); ++i)
    sum += std::conj(a.data()[i]) * b.data()[i];
  return sum;
}

template <Element T>
Image<T> rolled(const Image<T>& x, Index down, Index right) {
  Image<T> y(x.shape());
  for (Index row = 0; row < x.rows(); ++row) {
    for (Index col = 0; col < x.cols(); ++col) {
      y((row + down) % x.rows(), (col + right) % x.cols()) = x(row, col);
    }
  }
  return y;
}

/// All sums of two copies of the same problem drawn for each engine, mode and boundary.
template <class Check>
void for_each_problem(Check check) {
  for (const auto& engine : all_engines()) {
    for (const auto mode : modes) {
      for (const auto boundary : boundaries) {
        for (const auto operation : operations) {
          const Problem problem{operation, mode, boundary, 0};
          INFO(name_of(engine.method) << ' ' << name_of(engine.isa) << ' ' << name_of(operation)
                                      << ' ' << name_of(mode) << ' ' << name_of(boundary));
          check(problem, engine);
        }
      }
    }
  }
}

}  // namespace

TEST_CASE("linearity", "[properties]") {
  Random random(1);
  for_each_problem([&](const Problem& problem, const Engine& engine) {
    const Shape shape{random.index(8, 20), random.index(8, 20)};
    const auto a = integer_image<float>(shape, random);
    const auto b = integer_image<float>(shape, random);
    const auto kernel = integer_image<float>({random.index(1, 8), random.index(1, 8)}, random);
    const auto apply = [&](const Image<float>& x) {
      return run<float>(problem.operation, x, kernel, problem, engine);
    };
    CHECK(equal(apply(combined(2.F, a, -3.F, b)), combined(2.F, apply(a), -3.F, apply(b))));
  });
}

TEST_CASE("a shift of a periodic image shifts the result", "[properties]") {
  Random random(2);
  for (const auto& engine : all_engines()) {
    for (const auto operation : operations) {
      const auto x = integer_image<float>({19, 23}, random);
      const auto kernel = integer_image<float>({random.index(1, 30), random.index(1, 30)}, random);
      const Problem problem{operation, Mode::same, Boundary::wrap, 0};
      const Index down = random.index(1, 18);
      const Index right = random.index(1, 22);
      const auto y = run<float>(operation, x, kernel, problem, engine);
      const auto shifted = run<float>(operation, rolled(x, down, right), kernel, problem, engine);
      CHECK(equal(shifted, rolled(y, down, right)));
    }
  }
}

TEST_CASE("full convolution commutes", "[properties]") {
  Random random(3);
  for (const auto& engine : all_engines()) {
    for (int draw = 0; draw < 20; ++draw) {
      const auto a = integer_image<float>({random.index(1, 25), random.index(1, 25)}, random);
      const auto b = integer_image<float>({random.index(1, 25), random.index(1, 25)}, random);
      const Problem problem;
      CHECK(equal(run<float>(Operation::convolve, a, b, problem, engine),
                  run<float>(Operation::convolve, b, a, problem, engine)));
    }
  }
}

TEST_CASE("convolution is correlation with the conjugated, rotated kernel", "[properties]") {
  using C = std::complex<double>;
  Random random(4);
  for_each_problem([&](const Problem& problem, const Engine& engine) {
    if (problem.operation == Operation::correlate) return;
    // In mode `same` both anchors are ⌊(K − 1)/2⌋, so that only odd kernels turn onto themselves.
    const bool odd = problem.mode == Mode::same;
    const auto size = [&] { return odd ? 2 * random.index(0, 4) + 1 : random.index(1, 9); };
    const auto x = integer_image<C>({random.index(9, 20), random.index(9, 20)}, random);
    const auto kernel = integer_image<C>({size(), size()}, random);
    Image<C> turned(kernel.view().rotated());
    for (Index i = 0; i < turned.size(); ++i)
      turned.data()[i] = std::conj(turned.data()[i]);
    CHECK(equal(run<C>(Operation::convolve, x, kernel, problem, engine),
                run<C>(Operation::correlate, x, turned, problem, engine)));
  });
}

TEST_CASE("an impulse shows the kernel", "[properties]") {
  Random random(5);
  for (const auto& engine : all_engines()) {
    const auto kernel = integer_image<float>({5, 8}, random);
    Image<float> impulse(20, 21);
    impulse(7, 9) = 1;
    const Problem problem;
    const auto convolved = run<float>(Operation::convolve, impulse, kernel, problem, engine);
    CHECK(equal(Image<float>(convolved.view().region({7, 9, 5, 8})), kernel));
    const auto correlated = run<float>(Operation::correlate, impulse, kernel, problem, engine);
    CHECK(equal(Image<float>(correlated.view().region({7, 9, 5, 8}).rotated()), kernel));
    const auto sum = std::count_if(convolved.data(), convolved.data() + convolved.size(),
                                   [](float value) { return value != 0; });
    CHECK(sum == std::count_if(kernel.data(), kernel.data() + kernel.size(),
                               [](float value) { return value != 0; }));
  }
}

TEST_CASE("an impulse as the kernel shows the image", "[properties]") {
  Random random(6);
  for (const auto& engine : all_engines()) {
    for (const auto boundary : boundaries) {
      for (const auto operation : operations) {
        const auto x = integer_image<float>({13, 17}, random);
        const Problem problem{operation, Mode::same, boundary, 5};
        CHECK(equal(run<float>(operation, x, Image<float>{{1}}, problem, engine), x));
      }
    }
  }
}

TEST_CASE("correlation is the adjoint of convolution", "[properties]") {
  // ⟨Kx, y⟩ = ⟨x, K*y⟩: exact in double for integers.
  using C = std::complex<double>;
  Random random(7);
  for (const auto& engine : all_engines()) {
    for (int draw = 0; draw < 10; ++draw) {
      const Shape kernel_shape{random.index(1, 10), random.index(1, 10)};
      const auto kernel = integer_image<C>(kernel_shape, random);
      const auto x = integer_image<C>({14, 16}, random);
      const auto adjoint_to = [&](const Problem& forward, const Problem& backward) {
        const auto image = run<C>(Operation::convolve, x, kernel, forward, engine);
        const auto y = integer_image<C>(image.shape(), random);
        const auto back = run<C>(Operation::correlate, y, kernel, backward, engine);
        REQUIRE(back.shape() == x.shape());
        CHECK(inner(image, y) == inner(x, back));
      };
      adjoint_to({Operation::convolve, Mode::full}, {Operation::correlate, Mode::valid});
      adjoint_to({Operation::convolve, Mode::valid}, {Operation::correlate, Mode::full});
      adjoint_to({Operation::convolve, Mode::same, Boundary::wrap},
                 {Operation::correlate, Mode::same, Boundary::wrap});
      adjoint_to({Operation::convolve, Mode::same}, {Operation::correlate, Mode::same});
    }
  }
}

TEST_CASE("two kernels one after the other are their convolution", "[properties]") {
  Random random(8);
  for (const auto& engine : all_engines()) {
    const auto x = integer_image<double>({15, 18}, random);
    const auto a = integer_image<double>({4, 3}, random);
    const auto b = integer_image<double>({2, 6}, random);
    const Problem full;
    const auto apply = [&](const Image<double>& image, const Image<double>& kernel) {
      return run<double>(Operation::convolve, image, kernel, full, engine);
    };
    CHECK(equal(apply(apply(x, a), b), apply(x, apply(a, b))));
  }
}

TEMPLATE_TEST_CASE("a power of two times the image is one times the result", "[properties]", float,
                   std::complex<float>) {
  // Also where squares of the pixels overflow or vanish: transforms scale what they are given.
  Random random(11);
  const auto x = real_image<TestType>({200, 230}, random);
  const auto kernel = real_image<TestType>({15, 12}, random);
  for (const auto& engine : fft_engines()) {
    auto options = options_for({Operation::convolve, Mode::same, Boundary::mirror}, engine);
    const auto y = convolve2d(x, kernel, options);
    for (const int exponent : {-92, -70, -45, -20, 20, 45, 70, 92}) {
      const float factor = std::ldexp(1.0F, exponent);
      auto scaled = x;
      for (Index i = 0; i < x.size(); ++i)
        scaled.data()[i] *= factor;
      const auto result = convolve2d(scaled, kernel, options);
      Index wrong = 0;
      for (Index i = 0; i < y.size(); ++i)
        wrong += result.data()[i] != y.data()[i] * factor;
      INFO(name_of(engine.method) << ", 2^" << exponent);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("the same call gives the same bits", "[properties]") {
  // Sizes at which different numbers of threads could tempt a planner to different tiles.
  Random random(9);
  const std::pair<Shape, Shape> sizes[] = {{{301, 270}, {14, 11}},
                                           {{300, 333}, {9, 12}},
                                           {{700, 500}, {31, 31}},
                                           {{64, 900, 3}, {5, 21}}};
  for (const auto& [shape, kernel_shape] : sizes) {
    const auto x = real_image<float>(shape, random);
    const auto kernel = real_image<float>(kernel_shape, random);
    for (const auto& engine : all_engines()) {
      if (engine.method == Method::reference && kernel.size() > 200) continue;  // slow
      auto options = options_for({Operation::convolve, Mode::same, Boundary::mirror}, engine);
      const auto once = convolve2d(x, kernel, options);
      CHECK(same_bits(convolve2d(x, kernel, options), once));
      for (const unsigned threads : {2U, 3U, 4U, 8U}) {
        Threads executor(threads);
        options.executor = &executor;
        INFO(name_of(engine.method) << ", " << threads << " threads, kernel " << kernel_shape.rows
                                    << 'x' << kernel_shape.cols);
        CHECK(same_bits(convolve2d(x, kernel, options), once));
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("any number of threads gives the same bits", "[properties]", AllTypes) {
  Random random(10);
  for (const auto& engine : direct_engines()) {
    for (const Shape shape : {Shape{1, 300}, Shape{300, 1}, Shape{5, 7}, Shape{130, 61, 3}}) {
      const auto x = exact_image<TestType>(shape, random);
      const auto kernel = exact_image<TestType>({4, 3}, random);
      auto options = options_for({Operation::convolve, Mode::full, Boundary::symm}, engine);
      const auto once = convolve2d(x, kernel, options);
      for (const unsigned threads : {2U, 3U, 8U}) {
        Threads executor(threads);
        options.executor = &executor;
        CHECK(same_bits(convolve2d(x, kernel, options), once));
      }
    }
  }
}

}  // namespace twofold::test
