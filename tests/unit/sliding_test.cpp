// SPDX-License-Identifier: BSD-3-Clause
// The sliding window's blocks, strips and edges: every shape of window against the definition, bits
// that depend on neither threads nor regions, and memory that is not touched.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "compare.hpp"
#include "guarded_memory.hpp"
#include "random_images.hpp"

namespace twofold::test {

namespace {

template <class T>
bool same_bits(View<const T> a, View<const T> b) {
  if (a.shape() != b.shape()) return false;
  for (Index row = 0; row < a.rows(); ++row) {
    for (Index col = 0; col < a.cols(); ++col) {
      if (std::memcmp(a.at(row, col), b.at(row, col),
                      sizeof(T) * static_cast<std::size_t>(a.channels())) != 0) {
        return false;
      }
    }
  }
  return true;
}

template <class T>
Image<T> executed(const Plan<T>& plan, const Image<T>& x) {
  auto y = Image<T>::uninitialized(plan.output_shape());
  plan.execute(x, y);
  return y;
}

std::string described(Isa isa, const Shape& image, const Shape& kernel) {
  return std::string(name_of(isa)) + ", image " + std::to_string(image.rows) + "x" +
         std::to_string(image.cols) + ", kernel " + std::to_string(kernel.rows) + "x" +
         std::to_string(kernel.cols);
}

/// An image in guarded memory.
template <class T>
class Guarded {
 public:
  using At = MemoryEnd;

  Guarded(const Image<T>& image, At at)
      : memory_(image.data(), image.size(), at), view_(memory_.data(), image.shape()) {}

  [[nodiscard]] View<T> view() const { return view_; }

 private:
  GuardedMemory<T> memory_;
  View<T> view_;
};

}  // namespace

TEMPLATE_TEST_CASE("every window up to 12x12 and beyond gives the exact sum", "[sliding]", float,
                   double, std::int16_t, std::uint8_t, std::complex<float>) {
  Random random(11);
  const std::vector<Index> sizes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 17, 21};
  for (const Isa isa : available_isas()) {
    for (const Index rows : sizes) {
      for (const Index cols : sizes) {
        // Wide enough for the middle to be read in place; tall enough for blocks and a rest.
        const Shape shape{random.index(1, 61), random.index(1, 300)};
        const auto x = integer_image<TestType>(shape, random);
        const auto k = integer_image<TestType>({rows, cols}, random);
        const auto boundary = random.coin() ? Boundary::symm : Boundary::fill;
        Options options{.mode = Mode::same, .boundary = boundary, .isa = isa};
        options.method = Method::reference;
        const auto expected = convolve2d(x, k, options);
        options.method = Method::direct;
        INFO(described(isa, shape, k.shape()));
        CHECK(same_bits<TestType>(convolve2d(x, k, options), expected));
      }
    }
  }
}

TEST_CASE("windows given by factors, in one pass and in two", "[sliding]") {
  Random random(12);
  for (const Isa isa : available_isas()) {
    for (const Index rows : {1, 2, 3, 4, 5, 6, 7, 9, 15}) {
      for (const Index cols : {1, 2, 3, 5, 7, 8, 16, 17, 33}) {
        const Shape shape{random.index(1, 61), random.index(1, 300)};
        const auto x = integer_image<float>(shape, random);
        const auto column = integer_image<float>({1, rows}, random, 3);
        const auto row = integer_image<float>({1, cols}, random, 3);
        const SeparableKernel<float> k{{column.data(), static_cast<std::size_t>(rows)},
                                       {row.data(), static_cast<std::size_t>(cols)}};
        Options options{.mode = Mode::same, .boundary = Boundary::mirror, .isa = isa};
        options.method = Method::reference;
        const auto expected = correlate2d(x, k, options);
        options.method = Method::separable;
        INFO(described(isa, shape, {rows, cols}));
        CHECK(same_bits<float>(correlate2d(x, k, options), expected));
      }
    }
  }
}

TEST_CASE("an output that is stored past the cache is the same", "[sliding]") {
  Random random(13);
  // Rows that begin on a cache line, and rows that do not.
  for (const Index cols : {2048, 2051}) {
    const auto x = real_image<float>({1100, cols}, random);
    const auto k = real_image<float>({3, 5}, random);
    for (const Isa isa : available_isas()) {
      for (const Method method : {Method::direct, Method::separable}) {
        Options options{.mode = Mode::same, .boundary = Boundary::wrap, .method = method};
        options.isa = isa;
        const std::vector<float> column = {0.25F, 0.5F, -0.25F};
        const std::vector<float> row = {0.1F, 0.2F, 0.4F, 0.2F, 0.3F};
        const auto plan = method == Method::direct
                              ? Plan<float>(Operation::convolve, x.shape(), k, options)
                              : Plan<float>(Operation::convolve, x.shape(),
                                            SeparableKernel<float>{column, row}, options);
        const auto whole = executed(plan, x);
        for (const Rect part :
             {Rect{0, 0, 40, cols}, Rect{517, 3, 61, 700}, Rect{1060, 1900, 40, 148}}) {
          Image<float> piece(part.rows, part.cols);
          plan.execute_region(x, {}, part, piece);
          CHECK(same_bits<float>(piece, whole.view().region(part)));
        }
      }
    }
  }
}

TEST_CASE("threads do not change the bits, not even beside NaN", "[sliding]") {
  Random random(14);
  const std::vector<float> column = {0.3F, 0.1F, -0.7F, 0.2F, 0.9F};
  const std::vector<float> row = {0.1F, 0.2F, 0.4F, 0.2F, 0.3F};
  for (const Isa isa : available_isas()) {
    for (const Shape shape : {Shape{3, 40}, Shape{7, 130}, Shape{530, 301}, Shape{970, 164}}) {
      auto x = real_image<float>(shape, random);
      x(shape.rows / 2, shape.cols / 3) = std::numeric_limits<float>::quiet_NaN();
      for (const Method method : {Method::direct, Method::separable}) {
        std::vector<Image<float>> results;
        for (const unsigned threads : {1U, 2U, 3U, 8U}) {
          Options options{.mode = Mode::same, .boundary = Boundary::symm, .method = method};
          options.isa = isa;
          Threads executor(threads);
          options.executor = &executor;
          results.push_back(executed(Plan<float>(Operation::correlate, shape,
                                                 SeparableKernel<float>{column, row}, options),
                                     x));
        }
        INFO(described(isa, shape, {5, 5}) << ", " << name_of(method));
        for (const auto& result : results)
          CHECK(same_bits<float>(result, results.front()));
      }
    }
  }
}

TEST_CASE("a region is written, and nothing beside it, from a tile of any size", "[sliding]") {
  Random random(16);
  for (const Isa isa : available_isas()) {
    for (int i = 0; i < 80; ++i) {
      const Shape shape{random.index(1, 40), random.index(1, 400)};
      const auto x = integer_image<float>(shape, random);
      const auto column = integer_image<float>({1, random.index(1, 7)}, random);
      const auto row = integer_image<float>({1, random.index(1, 7)}, random);
      const SeparableKernel<float> k{{column.data(), static_cast<std::size_t>(column.size())},
                                     {row.data(), static_cast<std::size_t>(row.size())}};
      Options options{.mode = Mode::same, .boundary = Boundary::symm, .isa = isa};
      options.method = i % 2 == 0 ? Method::direct : Method::separable;
      const Plan<float> plan(Operation::convolve, shape, k, options);
      const auto whole = executed(plan, x);

      Rect part{random.index(0, shape.rows - 1), random.index(0, shape.cols - 1), 0, 0};
      part.rows = random.index(1, shape.rows - part.row);
      part.cols = random.index(1, std::min<Index>(shape.cols - part.col, i % 3 == 0 ? 400 : 12));
      constexpr float canary = -12345;
      constexpr Index margin = 70;
      Image<float> around(part.rows + 2, part.cols + 2 * margin);
      std::fill_n(around.data(), around.size(), canary);
      const Rect middle{1, margin, part.rows, part.cols};
      plan.execute_region(x, {}, part, around.view().region(middle));

      INFO(described(isa, shape, {column.size(), row.size()}));
      CHECK(same_bits<float>(around.view().region(middle), whole.view().region(part)));
      const auto untouched = std::count(around.data(), around.data() + around.size(), canary);
      CHECK(untouched == around.size() - part.rows * part.cols);
    }
  }
}

TEST_CASE("tiles that go direct keep to themselves", "[sliding]") {
  Image<float> x(120, 200);
  Image<float> k(3, 3);
  for (Index i = 0; i < x.size(); ++i)
    x.data()[i] = std::sin(1.37F * static_cast<float>(i));
  for (Index i = 0; i < k.size(); ++i)
    k.data()[i] = std::cos(0.7F * static_cast<float>(i));
  x(60, 2) = std::numeric_limits<float>::quiet_NaN();
  if (fft_backend().name == "none") return;
  for (const Isa isa : available_isas()) {
    Options options{.mode = Mode::same, .method = Method::overlap_save, .isa = isa};
    const auto expected = executed(Plan<float>(Operation::convolve, x.shape(), k, options), x);
    Threads executor(4);
    options.executor = &executor;
    const Plan<float> plan(Operation::convolve, x.shape(), k, options);
    for (int i = 0; i < 10; ++i)
      CHECK(same_bits<float>(executed(plan, x), expected));
  }
}

TEMPLATE_TEST_CASE("nothing beyond the image is read, nothing beyond the output written",
                   "[sliding]", float, double, std::uint8_t, std::uint16_t, std::complex<float>) {
  Random random(15);
  using Place = typename Guarded<TestType>::At;
  for (const Isa isa : available_isas()) {
    for (int i = 0; i < 60; ++i) {
      const Shape shape{random.index(1, 30), random.index(1, 200)};
      const Index rows = random.index(1, 9);
      const Index cols = i % 4 == 0 ? random.index(1, 40) : random.index(1, 9);
      const Place place = random.coin() ? Place::begin : Place::end;
      const auto x = integer_image<TestType>(shape, random);
      const auto k = integer_image<TestType>({i % 4 == 1 ? 1 : rows, cols}, random);
      Options options{.mode = Mode::same, .boundary = Boundary::nearest, .isa = isa};
      options.method = Method::direct;
      const Plan<TestType> plan(Operation::convolve, shape, k, options);
      const Guarded<TestType> in(x, place);
      const Guarded<TestType> out(Image<TestType>(shape), place);
      plan.execute(in.view(), out.view());
      INFO(described(isa, shape, k.shape()));
      CHECK(same_bits<TestType>(out.view(), executed(plan, x)));
    }
  }
}

TEST_CASE("pairs of taps read nothing beyond the image", "[sliding]") {
  Random random(17);
  using Place = Guarded<std::int16_t>::At;
  for (const Isa isa : available_isas()) {
    for (int i = 0; i < 60; ++i) {
      const Shape shape{random.index(1, 20), random.index(1, 260)};
      const auto x = full_range_image<std::int16_t>(shape, random);
      const auto k =
          integer_image<std::int32_t>({random.index(1, 7), random.index(1, 9)}, random, 30000);
      Options options{.mode = Mode::same, .boundary = Boundary::nearest, .isa = isa};
      options.method = Method::direct;
      const Plan<std::int16_t, std::int32_t> plan(Operation::convolve, shape, k, options);
      for (const Place place : {Place::begin, Place::end}) {
        const Guarded<std::int16_t> in(x, place);
        const Guarded<std::int32_t> out(Image<std::int32_t>(shape), place);
        plan.execute(in.view(), out.view());
        Image<std::int32_t> expected(shape);
        plan.execute(x, expected);
        INFO(described(isa, shape, k.shape()));
        CHECK(same_bits<std::int32_t>(out.view(), expected));
      }
    }
  }
}

TEST_CASE("factors that cancel keep their own error bound", "[sliding]") {
  // An L of ones is a square of ones less a smaller one: ‖k‖₁ is much less than the sum of the
  // factors' norms, which is what rounding goes by.
  constexpr Index size = 15;
  Image<float> corner(size, size);
  for (Index i = 0; i < size; ++i)
    corner(0, i) = corner(i, 0) = 1;
  const Options options{
      .mode = Mode::same, .boundary = Boundary::wrap, .method = Method::separable};
  const Plan<float> plan(Operation::convolve, {64, 64}, corner, options);
  const double factors = size * size + (size - 1) * (size - 1);
  CHECK(plan.error_bound(1) >= (2 * size + 4) * 0x1p-24 * factors);
}

}  // namespace twofold::test
