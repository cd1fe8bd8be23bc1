// SPDX-License-Identifier: BSD-3-Clause
// Image, kernel and result of different types: promotion, and pixels that stay pixels.
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <catch2/catch.hpp>
#include <twofold/twofold.hpp>

#include "error_bounds.hpp"

namespace twofold::test {

namespace {

// What goes together, and what does not.
static_assert(Combines<std::uint8_t, std::int8_t, std::int16_t>);
static_assert(Combines<std::int64_t, float, double>);
static_assert(Combines<std::uint8_t, float, float>);
static_assert(Combines<std::uint8_t, float, std::uint8_t>);
static_assert(Combines<std::uint16_t, double, std::uint16_t>);
static_assert(!Combines<std::uint8_t, float, std::uint16_t>);
static_assert(!Combines<std::int32_t, float, std::int32_t>);
static_assert(!Combines<std::uint8_t, std::int16_t, std::uint8_t>);
static_assert(!Combines<std::uint8_t, std::complex<float>, std::uint8_t>);
static_assert(!Combines<float, float, double>);

std::vector<Engine> engines_and_separable() {
  auto engines = all_engines();
  engines.push_back({Method::separable});
  return engines;
}

/// Whether results come from sums in which nothing but the products' sum is rounded.
bool is_plain_sum(Method method) {
  return method == Method::direct || method == Method::reference;
}

/// Nothing, where the method cannot compute the problem.
template <class Compute>
auto unless_unsupported(Compute compute) -> std::optional<decltype(compute())> {
  try {
    return compute();
  } catch (const Error& error) {
    if (error.code() != Errc::unsupported) throw;
    return std::nullopt;
  }
}

/// Whole ranges where the sum is of integers, so that it wraps around; otherwise small integers.
template <Element Promoted, Element T>
Image<T> operand(Shape shape, Random& random) {
  if constexpr (std::integral<Promoted>) {
    return full_range_image<T>(shape, random);
  } else {
    return integer_image<T>(shape, random);
  }
}

/// The first output that is further off than the contract allows; empty if none. Sums of integers
/// are exact, and so are those that were made of small ones.
template <Element T, Element K>
std::string violation(const Problem& problem, const Plan<T, K>& plan, const Image<T>& x,
                      const Judgement<JudgedSum<promoted_t<T, K>>>& judged, Method method) {
  using P = promoted_t<T, K>;
  Image<P> y(plan.output_shape());
  plan.execute(x, y);
  const auto view = std::as_const(y).view();
  if (is_plain_sum(method) || std::integral<P>) return not_exact<P>(view, judged);
  if (is_fft(method)) return out_of_bound<P>(view, judged, Method::whole_fft);
  const double bound = plan.error_bound(largest_magnitude(problem, x));
  return first_violation<P>(view, judged, [&](const auto&) { return bound; });
}

/// Every engine against the definition, evaluated after converting both operands. Returns how many
/// results were judged.
template <Element T, Element K>
int check_pair(const Problem& problem, Shape shape, const Image<K>& kernel, Random& random) {
  using P = promoted_t<T, K>;
  const auto x = operand<P, T>(shape, random);
  const auto wide_x = as<P>(x);
  const auto wide_kernel = as<P>(kernel);
  const auto judged =
      judge<JudgedSum<P>>(problem, std::as_const(wide_x).view(), std::as_const(wide_kernel).view());
  int count = 0;
  for (const Engine& engine : engines_and_separable()) {
    const auto plan = unless_unsupported([&] {
      return Plan<T, K>(problem.operation, x.shape(), kernel, options_for(problem, engine));
    });
    if (!plan) continue;
    ++count;
    const auto found = violation(problem, *plan, x, judged, engine.method);
    if (!found.empty()) {
      FAIL_CHECK(name_of(element_type_of<T>)
                 << " image, " << describe<K>(problem, shape, kernel.shape(), engine) << ": "
                 << found);
    }
  }
  return count;
}

template <Element T, class... Kernels>
int check_image_type(std::tuple<Kernels...>) {
  Random random(static_cast<std::uint64_t>(element_type_of<T>) + 1);
  int count = 0;
  const auto check = [&]<Element K>(K) {
    for (const Mode mode : modes) {
      const Problem problem{random.pick(operations), mode,
                            Boundaries(random.pick(boundaries), random.pick(boundaries)), 3};
      count +=
          check_pair<T>(problem, {13, 21, 2}, operand<promoted_t<T, K>, K>({3, 4}, random), random);
      count += check_pair<T>(problem, {40, 37}, product_image<K>({5, 4}, random, 3), random);
      // Larger than the image; in mode valid, the roles are exchanged.
      count += check_pair<T>(problem, {4, 5}, operand<promoted_t<T, K>, K>({6, 7}, random), random);
    }
  };
  (check(Kernels{}), ...);
  return count;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every image with every kernel", "[mixed_types]", AllTypes) {
  CHECK(check_image_type<TestType>(AllTypes{}) > 300);
}

namespace {

/// Rounded half to even and saturated.
template <PixelElement P>
P pixel_of(double sum) {
  const double lowest = std::numeric_limits<P>::min();
  const double highest = std::numeric_limits<P>::max();
  return static_cast<P>(std::clamp(std::nearbyint(sum), lowest, highest));
}

/// The sums of `problem`, in double, before anything is rounded.
template <PixelElement P, Element K>
Image<double> exact_sums(const Problem& problem, View<const P> x, View<const K> kernel) {
  const auto extended = extended_image(problem, x, kernel.shape());
  const auto weights = window_weights(problem.operation, kernel);
  Image<double> sums(extended.rows() - weights.rows() + 1, extended.cols() - weights.cols() + 1,
                     x.channels());
  for (Index row = 0; row < sums.rows(); ++row) {
    for (Index col = 0; col < sums.cols(); ++col) {
      for (Index channel = 0; channel < sums.channels(); ++channel) {
        double sum = 0;
        for (Index a = 0; a < weights.rows(); ++a) {
          for (Index b = 0; b < weights.cols(); ++b) {
            sum += static_cast<double>(extended(row + a, col + b, channel)) *
                   static_cast<double>(weights(a, b));
          }
        }
        sums(row, col, channel) = sum;
      }
    }
  }
  return sums;
}

/// The largest difference from the rounded, saturated exact sum, in pixel values.
template <PixelElement P>
Index largest_difference(View<const P> actual, const Image<double>& exact) {
  REQUIRE(actual.shape() == exact.shape());
  Index largest = 0;
  for (Index row = 0; row < exact.rows(); ++row) {
    for (Index col = 0; col < exact.cols(); ++col) {
      for (Index channel = 0; channel < exact.channels(); ++channel) {
        const Index expected = pixel_of<P>(exact(row, col, channel));
        largest = std::max(largest, std::abs(Index{actual(row, col, channel)} - expected));
      }
    }
  }
  return largest;
}

/// Taps that are multiples of 1/2, of both signs: products and sums are exact in float, and many
/// lie half-way between pixels.
template <Element K>
Image<K> halves(Shape shape, Random& random) {
  return generate<K>(shape, [&] { return static_cast<K>(random.index(-3, 4)) / 2; });
}

template <Element K>
Image<K> integers(Shape shape, Random& random) {
  return integer_image<K>(shape, random, 2);
}

/// By how much a method may miss the pixel: not at all, where sums are exact; by one, where factors
/// or float's transforms come before the rounding; 16 bits through float's transforms, by a little
/// more; but never by more than what the plan says of the sum explains.
template <PixelElement P, Element K>
Index allowance(Method method, double error_bound) {
  if (is_plain_sum(method)) return 0;
  const Index most = sizeof(P) == 2 && std::same_as<K, float> ? 4 : 1;
  return std::min(most, static_cast<Index>(error_bound + 0.5));
}

template <PixelElement P, Element K>
int check_pixels(const Problem& problem, const Image<P>& x, const Image<K>& kernel) {
  const auto exact = exact_sums(problem, x.view(), kernel.view());
  int count = 0;
  for (const Engine& engine : engines_and_separable()) {
    const auto plan = unless_unsupported([&] {
      return Plan<P, K, P>(problem.operation, x.shape(), kernel, options_for(problem, engine));
    });
    if (!plan) continue;
    ++count;
    Image<P> out(plan->output_shape());
    plan->execute(x, out);
    const Index difference = largest_difference(std::as_const(out).view(), exact);
    const double bound = plan->error_bound(largest_magnitude(problem, x));
    if (difference > allowance<P, K>(engine.method, bound)) {
      FAIL_CHECK(name_of(element_type_of<P>)
                 << ' ' << describe<K>(problem, x.shape(), kernel.shape(), engine) << ": off by "
                 << difference);
    }
  }
  return count;
}

}  // namespace

TEMPLATE_TEST_CASE("pixels stay pixels", "[mixed_types]", std::uint8_t, std::int8_t, std::uint16_t,
                   std::int16_t) {
  Random random(20);
  constexpr Shape images[] = {{23, 41}, {17, 19, 3}, {14, 9, 4}, {1, 30}, {30, 1}, {3, 2, 2}};
  constexpr Shape kernels[] = {{3, 3}, {1, 5}, {4, 1}, {2, 4}, {5, 6}};
  int count = 0;
  for (const Shape image : images) {
    const auto x = full_range_image<TestType>(image, random);
    for (const Shape kernel : kernels) {
      for (const Boundary boundary : boundaries) {
        const Problem problem{random.pick(operations), random.coin() ? Mode::same : Mode::full,
                              Boundaries(boundary, random.pick(boundaries)), 77};
        count += check_pixels(problem, x, integers<float>(kernel, random));
        count += check_pixels(problem, x, halves<float>(kernel, random));
        count += check_pixels(problem, x, product_image<float>(kernel, random, 3));
        count += check_pixels(problem, x, halves<double>(kernel, random));
      }
    }
  }
  CHECK(count > 2000);
}

TEMPLATE_TEST_CASE("blocks and tiles of pixels", "[mixed_types]", std::uint8_t, std::int16_t) {
  Random random(21);
  for (const Shape image : {Shape{130, 601}, Shape{70, 171, 3}}) {
    const auto x = full_range_image<TestType>(image, random);
    for (const Boundary boundary : boundaries) {
      const Problem problem{Operation::correlate, Mode::same, boundary, 5};
      check_pixels(problem, x, halves<float>({3, 3}, random));
      check_pixels(problem, x, product_image<float>({7, 4}, random, 3));
    }
  }
}

TEST_CASE("a half goes to the even pixel, and the ends of the range are kept", "[mixed_types]") {
  const Image<std::uint8_t> x{{0, 1, 2, 3, 4, 5, 200, 255}};
  const auto times = [&](float tap) { return convolve2d<std::uint8_t>(x, Image<float>{{tap}}); };
  const auto equals = [](const auto& image, std::vector<int> expected) {
    return std::equal(image.data(), image.data() + image.size(), expected.begin(), expected.end());
  };
  CHECK(equals(times(0.5F), {0, 0, 1, 2, 2, 2, 100, 128}));
  CHECK(equals(times(2), {0, 2, 4, 6, 8, 10, 255, 255}));
  CHECK(equals(times(-1), {0, 0, 0, 0, 0, 0, 0, 0}));
  const Image<std::int16_t> y{{-32768, -3, -1, 1, 3, 32767}};
  const auto twice = [&](double tap) { return convolve2d<std::int16_t>(y, Image<double>{{tap}}); };
  CHECK(equals(twice(0.5), {-16384, -2, 0, 0, 2, 16384}));
  CHECK(equals(twice(-1.5), {32767, 4, 2, -2, -4, -32768}));
  CHECK(equals(twice(1e300), {-32768, -32768, -32768, 32767, 32767, 32767}));
}

TEST_CASE("sums that overflow are saturated, and NaN becomes 0", "[mixed_types]") {
  constexpr float huge = 3e38F;
  constexpr float inf = std::numeric_limits<float>::infinity();
  const Image<std::int8_t> x{{100, 100, 100, -100}};
  for (const Engine& engine : engines_and_separable()) {
    Options options{.mode = Mode::valid, .method = engine.method, .isa = engine.isa};
    const auto filtered = [&](const Image<float>& kernel) {
      return unless_unsupported([&] { return correlate2d<std::int8_t>(x, kernel, options); });
    };
    if (const auto y = filtered({{huge}})) {
      CHECK(+(*y)(0, 0) == 127);
      CHECK(+(*y)(0, 3) == -128);
    }
    if (const auto y = filtered({{inf, -inf}})) {
      CHECK(+(*y)(0, 0) == 0);  // ∞ − ∞
      CHECK(+(*y)(0, 2) == 127);
    }
    if (const auto y = filtered({{std::nanf(""), 0}})) CHECK(+(*y)(0, 1) == 0);
    if (const auto y = filtered({{-inf}})) CHECK(+(*y)(0, 1) == -128);
  }
}

TEST_CASE("the fill value is a pixel where pixels come out", "[mixed_types]") {
  const Image<std::uint8_t> x(2, 2);
  const Image<float> right{{1, 0, 0}};
  const auto edge = [&](const Scalar& fill) {
    const Options options{.mode = Mode::same, .fill_value = fill};
    return std::pair(convolve2d<std::uint8_t>(x, right, options)(0, 1),
                     convolve2d(x, right, options)(0, 1));
  };
  CHECK(edge(99) == std::pair(std::uint8_t{99}, 99.F));
  CHECK(edge(2.75) == std::pair(std::uint8_t{3}, 2.75F));
  CHECK(edge(-1) == std::pair(std::uint8_t{0}, -1.F));
  CHECK(edge(300) == std::pair(std::uint8_t{255}, 300.F));
  const Options options{.fill_value = std::nan("")};
  CHECK(std::isnan(convolve2d(x, right, options)(0, 3)));
  CHECK_THROWS_AS(convolve2d<std::uint8_t>(x, right, options), Error);
}

namespace {

/// Every other row and column of a larger image, with the columns in reverse.
template <Element T>
View<T> sparse_view(Image<T>& storage, Shape shape) {
  return {storage.data() + (2 * shape.cols - 2) * shape.channels, shape,
          4 * shape.cols * shape.channels, -2 * shape.channels};
}

template <Element T>
Image<T> storage_for(Shape shape) {
  return Image<T>(2 * shape.rows, 2 * shape.cols, shape.channels);
}

}  // namespace

TEST_CASE("views, regions and threads keep the bits of pixels", "[mixed_types]") {
  Random random(23);
  const Shape shape{90, 300, 3};
  const auto x = full_range_image<std::uint8_t>(shape, random);
  auto spread_x = storage_for<std::uint8_t>(shape);
  const auto sparse_x = sparse_view(spread_x, shape);
  for (Index row = 0; row < shape.rows; ++row) {
    for (Index col = 0; col < shape.cols; ++col)
      std::copy_n(x.view().at(row, col), shape.channels, sparse_x.at(row, col));
  }
  const auto kernel = product_image<float>({5, 4}, random, 3);
  for (const Engine& engine : engines_and_separable()) {
    if (!has_fft() && is_fft(engine.method)) continue;
    Options options{.mode = Mode::same, .boundary = Boundary::symm, .method = engine.method};
    options.isa = engine.isa;
    const Plan<std::uint8_t, float, std::uint8_t> plan(Operation::convolve, shape, kernel, options);
    Image<std::uint8_t> whole(shape);
    plan.execute(x, whole);

    auto spread = storage_for<std::uint8_t>(shape);
    plan.execute(View<const std::uint8_t>(sparse_x), sparse_view(spread, shape));
    CHECK(same_bits<std::uint8_t>(sparse_view(spread, shape), whole.view()));

    Threads executor(2);
    options.executor = &executor;
    CHECK(same_bits(convolve2d<std::uint8_t>(x, kernel, options), whole));

    // Each from the smallest part of the image that holds what is needed.
    Image<std::uint8_t> parts(shape);
    for (Index row = 0; row < shape.rows; row += 37) {
      for (Index col = 0; col < shape.cols; col += 101) {
        const Rect part{row, col, std::min<Index>(37, shape.rows - row),
                        std::min<Index>(101, shape.cols - col)};
        const Rect needed = plan.input_region(part);
        plan.execute_region(x.view().region(needed), {needed.row, needed.col}, part,
                            parts.view().region(part));
      }
    }
    if (is_fft(engine.method)) continue;
    CHECK(same_bits(parts, whole));
  }
}

TEST_CASE("one channel of interleaved pixels into one channel of others", "[mixed_types]") {
  Random random(24);
  const auto rgba = full_range_image<std::uint8_t>({40, 50, 4}, random);
  auto result = rgba;
  const auto kernel = halves<float>({3, 2}, random);
  const View<std::uint8_t> colours(result.data(), {40, 50, 3}, 200, 4);
  const View<const std::uint8_t> from(rgba.data(), {40, 50, 3}, 200, 4);
  const Options options{.mode = Mode::same, .method = Method::direct};
  correlate2d(from, kernel, colours, options);
  for (Index channel = 0; channel < 3; ++channel) {
    const Image<std::uint8_t> plane(rgba.view().channel(channel));
    CHECK(same_bits<std::uint8_t>(result.view().channel(channel),
                                  correlate2d<std::uint8_t>(plane, kernel, options).view()));
  }
  CHECK(same_bits<std::uint8_t>(result.view().channel(3), rgba.view().channel(3)));
}

TEST_CASE("the ways to ask for a type", "[mixed_types]") {
  Random random(25);
  const auto x = full_range_image<std::uint8_t>({20, 31}, random);
  const auto column = halves<float>({3, 1}, random);
  const auto row = halves<float>({1, 4}, random);
  const SeparableKernel<float> factors{{column.data(), 3}, {row.data(), 4}};
  Image<float> kernel(3, 4);
  for (Index a = 0; a < 3; ++a) {
    for (Index b = 0; b < 4; ++b)
      kernel(a, b) = column(a, 0) * row(0, b);
  }
  const Options options{.mode = Mode::same, .boundary = Boundary::mirror, .method = Method::direct};
  const Image<float> floats = correlate2d(x, kernel, options);
  const auto pixels = correlate2d<std::uint8_t>(x, kernel, options);
  Image<float> float_out(x.shape());
  Image<std::uint8_t> pixel_out(x.shape());

  CHECK(same_bits(correlate2d<float>(x, kernel, options), floats));
  correlate2d(x, kernel, float_out, options);
  CHECK(same_bits(float_out, floats));
  correlate2d(x, kernel, pixel_out, options);
  CHECK(same_bits(pixel_out, pixels));

  CHECK(same_bits(correlate2d(x, factors, options), floats));
  CHECK(same_bits(correlate2d<std::uint8_t>(x, factors, options), pixels));
  float_out = Image<float>(x.shape());
  correlate2d(x, factors, float_out, options);
  CHECK(same_bits(float_out, floats));
  pixel_out = Image<std::uint8_t>(x.shape());
  correlate2d(x, factors, pixel_out, options);
  CHECK(same_bits(pixel_out, pixels));

  // Turned, along both axes, by hand.
  const Image<float> turned(kernel.view().rotated());
  CHECK(same_bits(convolve2d<std::uint8_t>(x, turned), correlate2d<std::uint8_t>(x, kernel)));
  pixel_out = Image<std::uint8_t>(22, 34);
  convolve2d(x, turned, pixel_out);
  CHECK(same_bits(pixel_out, correlate2d<std::uint8_t>(x, factors)));

  // Factors of another type, converted before they are multiplied: 200·2 does not wrap around.
  const std::uint8_t steep[] = {200, 2};
  const Image<float> one{{1}};
  CHECK(convolve2d(one, SeparableKernel<std::uint8_t>{steep, steep})(1, 0) == 400.F);
}

TEST_CASE("the larger operand is the image of a valid result of pixels, too", "[mixed_types]") {
  Random random(26);
  const auto x = full_range_image<std::uint8_t>({3, 4}, random);
  const auto kernel = halves<float>({9, 8}, random);
  const Options valid{.mode = Mode::valid};
  const auto exact_convolution = convolve2d(as<double>(x), as<double>(kernel), valid);
  const auto exact_correlation = correlate2d(as<double>(x), as<double>(kernel), valid);
  CHECK(largest_difference<std::uint8_t>(convolve2d<std::uint8_t>(x, kernel, valid),
                                         exact_convolution) == 0);
  CHECK(largest_difference<std::uint8_t>(correlate2d<std::uint8_t>(x, kernel, valid),
                                         exact_correlation) == 0);
}

TEST_CASE("what is promised of rounded sums", "[mixed_types]") {
  Random random(27);
  const auto x = full_range_image<std::uint8_t>({60, 70}, random);
  auto kernel = real_image<float>({9, 9}, random);
  for (Index i = 0; i < kernel.size(); ++i)
    kernel.data()[i] /= 16;
  const Problem problem{Operation::convolve, Mode::same, Boundary::wrap, 0};
  const auto exact = exact_sums<std::uint8_t, float>(problem, x, kernel);
  for (const Engine& engine : all_engines()) {
    const Plan<std::uint8_t, float, std::uint8_t> plan(problem.operation, x.shape(), kernel,
                                                       options_for(problem, engine));
    Image<std::uint8_t> out(x.shape());
    plan.execute(x, out);
    const double bound = plan.error_bound(255);
    CHECK(bound > 0.5);
    for (Index i = 0; i < out.size(); ++i) {
      const double nearest = std::clamp(exact.data()[i], 0.0, 255.0);
      REQUIRE(std::abs(out.data()[i] - nearest) <= bound);
    }
  }

  Options options = options_for(problem);
  options.accuracy = componentwise;
  const auto decision = Plan<std::uint8_t, float, std::uint8_t>(Operation::convolve, {512, 512},
                                                                Image<float>(31, 31), options)
                            .decision();
  for (const Candidate& candidate : decision.candidates)
    CHECK(candidate.allowed == is_plain_sum(candidate.method));
}

TEST_CASE("the image is not copied, and shares no byte with the result", "[mixed_types]") {
  for (const Method method : {Method::direct, Method::separable}) {
    Image<float> kernel(5, 5);
    std::fill_n(kernel.data(), kernel.size(), 1.F);
    const Options options{.method = method};
    const Plan<std::uint8_t, float, std::uint8_t> pixels(Operation::convolve, {4096, 4096}, kernel,
                                                         options);
    const Plan<std::uint16_t, float> promoted(Operation::convolve, {4096, 4096}, kernel, options);
    CHECK(pixels.workspace_bytes() < 1U << 20);
    CHECK(promoted.workspace_bytes() < 1U << 20);
  }

  Image<float> memory(4, 4);
  const View<const std::uint8_t> x(reinterpret_cast<std::uint8_t*>(memory.data()), 4, 4);
  const Plan<std::uint8_t, float> plan(Operation::convolve, {4, 4}, Image<float>{{1}});
  CHECK_THROWS_AS(plan.execute(x, memory), Error);
  const Plan<std::uint8_t, float> row(Operation::convolve, {1, 4}, Image<float>{{1}});
  CHECK_NOTHROW(row.execute(x.region({3, 0, 1, 4}), memory.view().region({1, 0, 1, 4})));
}

TEMPLATE_LIST_TEST_CASE("sums that fit a narrower type are those of the wide one", "[mixed_types]",
                        IntegerTypes) {
  using K = TestType;
  Random random(77);
  const auto check = [&]<class T>(const Image<T>& x) {
    using R = promoted_t<T, K>;
    if constexpr (std::is_integral_v<R>) {
      for (int i = 0; i < 12; ++i) {
        // From kernels that fit 16 bits to such that fit nothing but 64.
        const auto bits = random.index(0, 8 * static_cast<Index>(sizeof(K)) - 1);
        auto k = integer_image<K>({random.index(1, 5), random.index(1, 5)}, random);
        k(0, 0) = static_cast<K>(random.bits() >> (63 - bits));
        Options options{.mode = Mode::same};
        options.boundary = random.coin() ? Boundary::fill : Boundary::mirror;
        options.fill_value = static_cast<std::int8_t>(random.index(-100, 100));
        Threads executor(2);
        options.executor = &executor;
        options.method = Method::reference;
        const Image<R> expected = correlate2d(x, k, options);
        for (const Method method : {Method::automatic, Method::direct}) {
          options.method = method;
          const Image<R> y = correlate2d(x, k, options);
          CHECK(std::equal(y.data(), y.data() + y.size(), expected.data()));
        }
      }
    }
  };
  check(full_range_image<std::uint8_t>({23, 150}, random));
  check(full_range_image<std::int8_t>({23, 150}, random));
  check(full_range_image<std::int16_t>({23, 150}, random));
  check(full_range_image<std::uint16_t>({23, 150}, random));
  check(full_range_image<std::int32_t>({9, 40}, random));
}

TEST_CASE("the largest sums that 16 bits hold, and one more", "[mixed_types]") {
  const Image<std::uint8_t> white{{255, 255, 255}};
  const Image<std::int8_t> black{{-128, -128, -128}};
  for (const std::int64_t tap : {128, 129, -128, -129, 255, 256, 8421504, 8421505, -8421505}) {
    const Image<std::int64_t> k{{tap}};
    CHECK(convolve2d(white, k)(0, 1) == 255 * tap);
    CHECK(convolve2d(black, k)(0, 1) == -128 * tap);
    const Options options{.fill_value = std::int64_t{1} << 40};
    CHECK(convolve2d(white, Image<std::int64_t>{{0, 0, tap}}, options)(0, 0) == (tap << 40));
  }
}

}  // namespace twofold::test
