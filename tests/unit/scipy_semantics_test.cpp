// SPDX-License-Identifier: BSD-3-Clause
// SciPy's rules, each by an example that can be checked by hand: anchors, operand rules, types,
// wrap-around, the fill value.
#include <array>
#include <cmath>
#include <limits>

#include "compare.hpp"

namespace twofold::test {
namespace {

/// numpy.result_type of every pair; rows and columns in the order of ElementType.
constexpr auto promotion_table = [] {
  using enum ElementType;
  return std::array<std::array<ElementType, 12>, 12>{{
      {int8, int16, int16, int32, int32, int64, int64, float64, float32, float64, complex64,
       complex128},
      {int16, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64, complex64,
       complex128},
      {int16, int16, int16, int32, int32, int64, int64, float64, float32, float64, complex64,
       complex128},
      {int32, uint16, int32, uint16, int32, uint32, int64, uint64, float32, float64, complex64,
       complex128},
      {int32, int32, int32, int32, int32, int64, int64, float64, float64, float64, complex128,
       complex128},
      {int64, uint32, int64, uint32, int64, uint32, int64, uint64, float64, float64, complex128,
       complex128},
      {int64, int64, int64, int64, int64, int64, int64, float64, float64, float64, complex128,
       complex128},
      {float64, uint64, float64, uint64, float64, uint64, float64, uint64, float64, float64,
       complex128, complex128},
      {float32, float32, float32, float32, float64, float64, float64, float64, float32, float64,
       complex64, complex128},
      {float64, float64, float64, float64, float64, float64, float64, float64, float64, float64,
       complex128, complex128},
      {complex64, complex64, complex64, complex64, complex128, complex128, complex128, complex128,
       complex64, complex128, complex64, complex128},
      {complex128, complex128, complex128, complex128, complex128, complex128, complex128,
       complex128, complex128, complex128, complex128, complex128},
  }};
}();

consteval bool promotion_is_numpys() {
  for (unsigned a = 0; a < 12; ++a) {
    for (unsigned b = 0; b < 12; ++b) {
      if (promote(ElementType{static_cast<unsigned char>(a)},
                  ElementType{static_cast<unsigned char>(b)}) != promotion_table[a][b]) {
        return false;
      }
    }
  }
  return true;
}
static_assert(promotion_is_numpys());
static_assert(std::same_as<promoted_t<std::uint8_t, std::int8_t>, std::int16_t>);
static_assert(std::same_as<promoted_t<std::int64_t, std::uint64_t>, double>);
static_assert(std::same_as<promoted_t<std::int32_t, float>, double>);
static_assert(std::same_as<promoted_t<std::int16_t, std::complex<float>>, std::complex<float>>);

template <Element T>
std::vector<T> elements(const Image<T>& image) {
  return {image.data(), image.data() + image.size()};
}

Image<float> impulse_row(Index size, Index where) {
  Image<float> image(1, size);
  image(0, where) = 1;
  return image;
}

using Row = std::vector<float>;

template <Element A, Element B>
int check_pair() {
  using R = promoted_t<A, B>;
  const Image<A> x{{A(3), A(1), A(2)}};
  const Image<B> kernel{{B(5), B(7)}};
  const auto y = convolve2d(x, kernel);
  static_assert(std::same_as<typename decltype(y)::value_type, R>);
  constexpr auto expected = promotion_table[static_cast<unsigned>(element_type_of<A>)]
                                           [static_cast<unsigned>(element_type_of<B>)];
  static_assert(element_type_of<R> == expected);
  CHECK(elements(y) == std::vector<R>{R(15), R(26), R(17), R(14)});
  const auto z = correlate2d(x, kernel);
  CHECK(elements(z) == std::vector<R>{R(21), R(22), R(19), R(10)});
  return 1;
}

template <Element A, Element... B>
int check_pairs(const std::tuple<B...>&) {
  return (check_pair<A, B>() + ...);
}

}  // namespace

TEST_CASE("every pair of types combines as in NumPy", "[scipy_semantics]") {
  const int pairs = std::apply(
      [](auto... a) { return (check_pairs<decltype(a)>(AllTypes{}) + ...); }, AllTypes{});
  CHECK(pairs == 144);
}

TEST_CASE("anchors in mode same", "[scipy_semantics]") {
  const Options same{.mode = Mode::same};
  const auto x = impulse_row(10, 5);
  // Convolution by a kernel of K elements puts kernel[c] on the impulse, c = ⌊(K − 1)/2⌋.
  CHECK(elements(convolve2d(x, Image<float>{{1, 2, 3, 4}}, same)) ==
        Row{0, 0, 0, 0, 1, 2, 3, 4, 0, 0});
  CHECK(elements(convolve2d(x, Image<float>{{1, 2}}, same)) == Row{0, 0, 0, 0, 0, 1, 2, 0, 0, 0});
  CHECK(elements(convolve2d(x, Image<float>{{1, 2, 3}}, same)) ==
        Row{0, 0, 0, 0, 1, 2, 3, 0, 0, 0});
  // Correlation reverses it, with its own anchor at ⌊(K − 1)/2⌋.
  CHECK(elements(correlate2d(x, Image<float>{{1, 2, 3, 4}}, same)) ==
        Row{0, 0, 0, 4, 3, 2, 1, 0, 0, 0});
  CHECK(elements(correlate2d(x, Image<float>{{1, 2}}, same)) == Row{0, 0, 0, 0, 2, 1, 0, 0, 0, 0});
  CHECK(elements(correlate2d(x, Image<float>{{1, 2, 3}}, same)) ==
        Row{0, 0, 0, 0, 3, 2, 1, 0, 0, 0});
}

TEST_CASE("correlation by an even kernel is not convolution by the rotated one",
          "[scipy_semantics]") {
  const auto x = impulse_row(10, 5);
  const Image<float> kernel{{1, 2, 3, 4}};
  const Image<float> rotated(kernel.view().rotated());
  const auto full = convolve2d(x, rotated);
  const auto same = correlate2d(x, kernel, {.mode = Mode::same});
  // One pixel beside the centre of `full` that convolve2d takes: at ⌊K/2⌋.
  CHECK(elements(same) == elements(Image<float>(full.view().region({0, 2, 1, 10}))));
  CHECK(elements(same) != elements(convolve2d(x, rotated, {.mode = Mode::same})));
}

TEST_CASE("same is always of the image's size", "[scipy_semantics]") {
  const Image<float> x{{1, 2, 3}};
  const Image<float> kernel{{1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}, {1, 1, 1, 1, 1}};
  for (const auto operation : operations) {
    const auto y = compute<float>(operation, x, kernel, {.mode = Mode::same});
    CHECK(elements(y) == Row{12, 12, 12});
  }
}

TEST_CASE("the boundaries, as their pictures show them", "[scipy_semantics]") {
  const Image<float> x{{1, 2, 3, 4}};
  // Correlation with an impulse at one end of a kernel of 7 shows the extension by 3 to the left.
  const auto left = [&](Boundary boundary, Scalar fill = 0) {
    Image<float> kernel(1, 7);
    kernel(0, 0) = 1;
    return elements(
        correlate2d(x, kernel, {.mode = Mode::same, .boundary = boundary, .fill_value = fill}));
  };
  CHECK(left(Boundary::fill, 9) == Row{9, 9, 9, 1});
  CHECK(left(Boundary::wrap) == Row{2, 3, 4, 1});
  CHECK(left(Boundary::symm) == Row{3, 2, 1, 1});
  CHECK(left(Boundary::mirror) == Row{4, 3, 2, 1});
  CHECK(left(Boundary::nearest) == Row{1, 1, 1, 1});
  const auto right = [&](Boundary boundary, Scalar fill = 0) {
    Image<float> kernel(1, 7);
    kernel(0, 6) = 1;
    return elements(
        correlate2d(x, kernel, {.mode = Mode::same, .boundary = boundary, .fill_value = fill}));
  };
  CHECK(right(Boundary::fill, 9) == Row{4, 9, 9, 9});
  CHECK(right(Boundary::wrap) == Row{4, 1, 2, 3});
  CHECK(right(Boundary::symm) == Row{4, 4, 3, 2});
  CHECK(right(Boundary::mirror) == Row{4, 3, 2, 1});
  CHECK(right(Boundary::nearest) == Row{4, 4, 4, 4});
}

TEST_CASE("a boundary of its own along each axis", "[scipy_semantics]") {
  const Image<float> x{{1, 2}, {3, 4}};
  Image<float> kernel(3, 3);
  kernel(0, 0) = 1;  // each output is its upper left neighbour
  const auto y = correlate2d(
      x, kernel,
      {.mode = Mode::same, .boundary = {Boundary::wrap, Boundary::fill}, .fill_value = 9});
  CHECK(elements(y) == Row{9, 3, 9, 1});
  const auto z = correlate2d(
      x, kernel,
      {.mode = Mode::same, .boundary = {Boundary::fill, Boundary::nearest}, .fill_value = 9});
  CHECK(elements(z) == Row{9, 9, 1, 1});
}

TEST_CASE("mode valid takes the larger operand as the image", "[scipy_semantics]") {
  const Image<float> small{{1, 2}};
  const Image<float> large{{1, 10, 100, 1000}};
  const Options valid{.mode = Mode::valid};
  CHECK(elements(convolve2d(large, small, valid)) == Row{12, 120, 1200});
  CHECK(elements(convolve2d(small, large, valid)) == Row{12, 120, 1200});
  CHECK(elements(correlate2d(large, small, valid)) == Row{21, 210, 2100});
  CHECK(elements(correlate2d(small, large, valid)) == Row{2100, 210, 21});
  for (const auto operation : operations) {
    CHECK(elements(compute<float>(operation, small, small, valid)).size() == 1);
  }
}

TEST_CASE("which operand correlation conjugates", "[scipy_semantics]") {
  using C = std::complex<double>;
  const Image<C> x{{C(0, 1)}};
  const Image<C> kernel{{C(1, 0), C(1, 0)}};
  const Options valid{.mode = Mode::valid};
  // With the roles exchanged it is the first operand; scipy.signal.correlate2d([[1j]], [[1, 1]],
  // "valid") is [[-1j, -1j]].
  CHECK(elements(correlate2d(x, kernel, valid)) == std::vector<C>{C(0, -1), C(0, -1)});
  CHECK(elements(correlate2d(kernel, x, valid)) == std::vector<C>{C(0, -1), C(0, -1)});
  CHECK(elements(convolve2d(x, kernel, valid)) == std::vector<C>{C(0, 1), C(0, 1)});
  CHECK(elements(correlate2d(x, Image<C>{{C(2, 3)}})) == std::vector<C>{C(3, 2)});
}

TEST_CASE("plans exchange operands as calls do", "[scipy_semantics]") {
  // A plan keeps the roles of its operands, and so does a call with several channels.
  using C = std::complex<double>;
  Random random(3);
  const auto kernel = integer_image<C>({5, 4}, random);
  const auto x = integer_image<C>({2, 3, 2}, random);
  for (const Method method : {Method::automatic, Method::direct, Method::reference}) {
    const Options valid{.mode = Mode::valid, .fill_value = C(9, 9), .method = method};
    for (const auto operation : operations) {
      const auto call = [&](const auto& image) {
        return operation == Operation::convolve ? convolve2d(image, kernel, valid)
                                                : correlate2d(image, kernel, valid);
      };
      const auto together = call(x);
      for (const Index channel : {0, 1}) {
        const Image<C> one(x.view().channel(channel));
        const Plan<C> plan(operation, one.shape(), kernel, valid);
        Image<C> planned(plan.output_shape());
        plan.execute(one, planned);
        INFO(name_of(operation) << ", " << name_of(method) << ", channel " << channel);
        CHECK(elements(planned) == elements(call(one)));
        CHECK(elements(planned) == elements(Image<C>(together.view().channel(channel))));
      }
    }
  }
}

TEST_CASE("integers wrap around", "[scipy_semantics]") {
  CHECK(convolve2d(Image<std::uint8_t>{{200}}, Image<std::uint8_t>{{2}})(0, 0) == 144);
  CHECK(convolve2d(Image<std::int8_t>{{-128}}, Image<std::int8_t>{{-1}})(0, 0) == -128);
  CHECK(convolve2d(Image<std::uint16_t>{{65535}}, Image<std::uint16_t>{{65535}})(0, 0) == 1);
  constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
  CHECK(convolve2d(Image<std::int64_t>{{smallest}}, Image<std::int64_t>{{-1}})(0, 0) == smallest);
  CHECK(convolve2d(Image<std::int32_t>{{1 << 30, 1 << 30}}, Image<std::int32_t>{{1, 1}})(0, 1) ==
        std::numeric_limits<std::int32_t>::min());
  constexpr auto largest = std::numeric_limits<std::uint64_t>::max();
  CHECK(convolve2d(Image<std::uint64_t>{{largest}}, Image<std::uint64_t>{{largest}})(0, 0) == 1);
  // Mixed operands are widened first, so that this does not wrap.
  CHECK(convolve2d(Image<std::uint8_t>{{200}}, Image<std::int8_t>{{-2}})(0, 0) == -400);
}

TEST_CASE("the fill value is converted as C converts it", "[scipy_semantics]") {
  // A window of the pixel and its left neighbour, which lies outside.
  const auto filled = []<class T>(const Image<T>& x, Scalar fill) {
    return convolve2d(x, Image<T>{{T(0), T(1)}}, {.mode = Mode::same, .fill_value = fill})(0, 0);
  };
  CHECK(filled(Image<std::int32_t>{{7}}, 2.7) == 2);
  CHECK(filled(Image<std::int32_t>{{7}}, -2.7) == -2);
  CHECK(filled(Image<std::uint8_t>{{7}}, -1) == 255);
  CHECK(filled(Image<std::uint8_t>{{7}}, 300) == 44);
  CHECK(filled(Image<std::int8_t>{{7}}, 200) == -56);
  CHECK(filled(Image<std::uint64_t>{{7}}, std::numeric_limits<std::uint64_t>::max()) ==
        std::numeric_limits<std::uint64_t>::max());
  CHECK(filled(Image<std::int64_t>{{7}}, std::numeric_limits<std::int64_t>::min()) ==
        std::numeric_limits<std::int64_t>::min());
  CHECK(filled(Image<float>{{7}}, 2.7) == 2.7F);
  CHECK(std::isnan(filled(Image<float>{{7}}, NAN)));
  CHECK(filled(Image<double>{{7}}, -INFINITY) == -INFINITY);
  using C = std::complex<float>;
  CHECK(filled(Image<C>{{C(7)}}, C(1, -2)) == C(1, -2));
  // With an integer image and a floating kernel it is the common type that receives the value.
  CHECK(correlate2d(Image<std::uint8_t>{{7}}, Image<float>{{1, 0, 0}},
                    {.mode = Mode::same, .fill_value = 2.5})(0, 0) == 2.5F);
}

TEST_CASE("taps outside the image are multiplied", "[scipy_semantics]") {
  const Image<float> x{{1, 2, 3}};
  for (const float tap : {INFINITY, NAN}) {
    for (const auto& engine : direct_engines()) {
      const auto y = convolve2d(x, Image<float>{{tap, 1, 1}},
                                {.mode = Mode::full, .method = engine.method, .isa = engine.isa});
      // ∞·0 beyond the edge is NaN, as in SciPy; inside it is what it is.
      CHECK(std::isnan(y(0, 4)));
      CHECK(std::isnan(y(0, 3)));
      CHECK((std::isnan(tap) ? std::isnan(y(0, 0)) : y(0, 0) == INFINITY));
    }
  }
}

TEST_CASE("the defaults are SciPy's", "[scipy_semantics]") {
  const Image<float> x{{1, 2}, {3, 4}};
  const Image<float> kernel{{1, 10}};
  CHECK(elements(convolve2d(x, kernel)) == Row{1, 12, 20, 3, 34, 40});
  CHECK(elements(correlate2d(x, kernel)) == Row{10, 21, 2, 30, 43, 4});
}

}  // namespace twofold::test
