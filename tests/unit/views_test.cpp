// SPDX-License-Identifier: BSD-3-Clause
// Views in and out: any strides, interleaved channels, other libraries' spans; what lies between
// the elements of an output is never touched.
#include <array>
#include <cstring>

#include "compare.hpp"
#include "layouts.hpp"

namespace twofold::test {
namespace {

/// A buffer of canaries with a view into it; knows afterwards whether a canary was touched.
template <Element T>
class Canvas {
 public:
  Canvas(Shape shape, const Layout& layout) {
    const auto [before, after] = reach_of(shape, layout);
    // 0xFF in every byte: NaN in each floating type, −1 or the maximum in the others.
    elements_.resize(static_cast<std::size_t>(before + after + 2 * margin));
    std::memset(static_cast<void*>(elements_.data()), 0xFF, elements_.size() * sizeof(T));
    view_ = {elements_.data() + margin + before, shape, layout.row_stride, layout.col_stride};
  }

  [[nodiscard]] View<T> view() const { return view_; }

  void draw(const Image<T>& image) {
    for (Index row = 0; row < image.rows(); ++row) {
      for (Index col = 0; col < image.cols(); ++col) {
        for (Index channel = 0; channel < image.channels(); ++channel) {
          view_(row, col, channel) = image(row, col, channel);
        }
      }
    }
  }

  /// Whether every element outside the view still is a canary. Spoils the view's elements.
  [[nodiscard]] bool canaries_alive() {
    for (Index row = 0; row < view_.rows(); ++row) {
      for (Index col = 0; col < view_.cols(); ++col) {
        std::memset(static_cast<void*>(view_.at(row, col)), 0xFF,
                    static_cast<std::size_t>(view_.channels()) * sizeof(T));
      }
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(elements_.data());
    return std::all_of(bytes, bytes + elements_.size() * sizeof(T),
                       [](unsigned char byte) { return byte == 0xFF; });
  }

 private:
  static constexpr Index margin = 17;
  std::vector<T> elements_;
  View<T> view_;
};

/// The least that std::mdspan and its forerunners offer.
template <class T>
struct Span2d {
  using element_type = T;
  T* data;
  std::array<std::size_t, 2> extents;
  std::array<std::size_t, 2> strides;

  static constexpr std::size_t rank() { return 2; }
  [[nodiscard]] T* data_handle() const { return data; }
  [[nodiscard]] std::size_t extent(std::size_t axis) const { return extents[axis]; }
  [[nodiscard]] std::size_t stride(std::size_t axis) const { return strides[axis]; }
};

/// With an accessor that shows the elements themselves, or one that makes others of them.
template <class T, class Reference>
struct AccessedSpan2d : Span2d<T> {
  using reference = Reference;
};

template <Element T>
Image<T> exact(Image<T> y, Method method) {
  return is_fft(method) ? rounded(std::move(y)) : y;
}

}  // namespace

TEMPLATE_TEST_CASE("every layout, in and out, with one to four channels", "[views]", float,
                   std::uint8_t, std::int32_t, std::complex<double>) {
  Random random(2718);
  for (Index channels = 1; channels <= 4; ++channels) {
    for (const auto& engine : all_engines()) {
      const Problem problem{random.pick(operations),
                            random.pick(modes),
                            {random.pick(boundaries), random.pick(boundaries)},
                            2};
      const Shape shape{random.index(7, 12), random.index(8, 22), channels};
      const auto x = integer_image<TestType>(shape, random);
      const auto kernel =
          integer_image<TestType>({random.index(1, 5), random.index(1, 5)}, random, 3);
      const auto judged = judge<JudgedSum<TestType>, TestType>(problem, x, kernel);
      for (const auto& in_layout : layouts(shape)) {
        for (const auto& out_layout : layouts(judged.shape)) {
          Canvas<TestType> in(shape, in_layout);
          in.draw(x);
          Canvas<TestType> out(judged.shape, out_layout);
          const auto options = options_for(problem, engine);
          if (problem.operation == Operation::convolve) {
            convolve2d(in.view(), kernel, out.view(), options);
          } else {
            correlate2d(in.view(), kernel, out.view(), options);
          }
          const auto y = exact(Image<TestType>(out.view()), engine.method);
          const auto fault = not_exact<TestType>(y, judged);
          if (!fault.empty() || !out.canaries_alive()) {
            FAIL_CHECK(describe<TestType>(problem, shape, kernel.shape(), engine)
                       << ": " << in_layout.name << " to " << out_layout.name << ": "
                       << (fault.empty() ? "wrote outside the output" : fault));
          }
        }
      }
    }
  }
}

TEMPLATE_LIST_TEST_CASE("interleaved channels are convolved one by one", "[views]", AllTypes) {
  Random random(3);
  for (Index channels = 1; channels <= 5; ++channels) {
    for (const auto boundary : boundaries) {
      for (const auto mode : modes) {
        const Shape shape{random.index(9, 14), random.index(9, 40), channels};
        const auto x = exact_image<TestType>(shape, random);
        const auto kernel = exact_image<TestType>({random.index(1, 6), random.index(1, 6)}, random);
        for (const auto& engine : direct_engines()) {
          const auto options = options_for({Operation::convolve, mode, boundary, 1}, engine);
          const auto y = convolve2d(x, kernel, options);
          REQUIRE(y.channels() == channels);
          for (Index channel = 0; channel < channels; ++channel) {
            const auto alone = convolve2d(x.view().channel(channel), kernel, options);
            if (!same_bits<TestType>(Image<TestType>(y.view().channel(channel)), alone)) {
              FAIL_CHECK("channel " << channel << " of " << channels << ", " << name_of(mode)
                                    << ", " << name_of(boundary));
            }
          }
        }
      }
    }
  }
}

TEST_CASE("a kernel may be a view of any strides", "[views]") {
  Random random(4);
  const auto x = integer_image<float>({12, 15}, random);
  const auto kernel = integer_image<float>({3, 4}, random);
  const auto expected = convolve2d(x, kernel);
  for (const auto& layout : layouts(kernel.shape())) {
    Canvas<float> canvas(kernel.shape(), layout);
    canvas.draw(kernel);
    INFO(layout.name);
    CHECK(same_bits(convolve2d(x, canvas.view()), expected));
  }
}

TEST_CASE("an input whose elements coincide is read like any other", "[views]") {
  Random random(5);
  const auto row = integer_image<float>({1, 30}, random);
  const View<const float> repeated(row.data(), {20, 30}, 0, 1);
  const Image<float> copied(repeated);
  const auto kernel = integer_image<float>({3, 3}, random);
  for (const auto& engine : all_engines()) {
    const auto options = options_for({Operation::convolve, Mode::full, Boundary::symm}, engine);
    CHECK(same_bits(exact(convolve2d(repeated, kernel, options), engine.method),
                    exact(convolve2d(copied, kernel, options), engine.method)));
  }
}

TEST_CASE("strides of an axis of one element do not matter", "[views]") {
  constexpr Index absurd = std::numeric_limits<Index>::max();
  Random random(6);
  const auto x = integer_image<float>({1, 9}, random);
  const auto kernel = integer_image<float>({1, 3}, random);
  const auto expected = convolve2d(x, kernel);
  CHECK(same_bits(convolve2d(View<const float>(x.data(), {1, 9}, absurd, 1), kernel), expected));
  Image<float> out(1, 11);
  convolve2d(x, kernel, View<float>(out.data(), {1, 11}, 0, 1));
  CHECK(same_bits(out, expected));
}

TEST_CASE("spans of other libraries are views", "[views]") {
  Random random(7);
  const auto x = integer_image<double>({9, 11}, random);
  const auto kernel = integer_image<double>({3, 2}, random);
  const Span2d<const double> span{x.data(), {9, 11}, {11, 1}};
  static_assert(ViewLike<Span2d<const double>>);
  static_assert(std::same_as<element_of_t<Span2d<const double>>, double>);
  static_assert(ViewLike<AccessedSpan2d<const double, const double&>>);
  static_assert(!ViewLike<AccessedSpan2d<const double, double>>);
  static_assert(!std::convertible_to<AccessedSpan2d<const double, double>, View<const double>>);
  const auto expected = convolve2d(x, kernel);
  CHECK(same_bits(convolve2d(span, kernel), expected));

  // Column-major, as std::layout_left has it.
  Image<double> columns(11, 9);
  for (Index row = 0; row < 9; ++row) {
    for (Index col = 0; col < 11; ++col)
      columns(col, row) = x(row, col);
  }
  CHECK(same_bits(convolve2d(Span2d<double>{columns.data(), {9, 11}, {1, 9}}, kernel), expected));

  Image<double> out(expected.shape());
  convolve2d(
      span, kernel,
      Span2d<double>{out.data(),
                     {static_cast<std::size_t>(out.rows()), static_cast<std::size_t>(out.cols())},
                     {static_cast<std::size_t>(out.cols()), 1}});
  CHECK(same_bits(out, expected));
}

TEST_CASE("a view's own operations", "[views]") {
  const Image<int> image{{1, 2, 3}, {4, 5, 6}};
  const auto view = image.view();
  CHECK(view.rotated()(0, 0) == 6);
  CHECK(view.rotated()(1, 2) == 1);
  CHECK(view.transposed()(2, 1) == 6);
  CHECK(view.transposed().rows() == 3);
  CHECK(view.region({1, 1, 1, 2})(0, 1) == 6);
  CHECK(same_bits(Image<int>(view.rotated().rotated()), image));
  const Image<int> pixels = generate<int>({1, 2, 3}, [n = 0]() mutable { return n++; });
  CHECK(pixels.view().channel(1)(0, 1) == 4);
  CHECK(pixels(0, 1, 2) == 5);
}

TEST_CASE("an image is a value", "[views]") {
  Image<float> a{{1, 2}, {3, 4}};
  auto b = a;
  b(0, 0) = 9;
  CHECK(a(0, 0) == 1);
  const auto c = std::move(b);
  CHECK(c(0, 0) == 9);
  a = c;
  CHECK(same_bits(a, c));
  CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
  CHECK(Image<float>(2, 3)(1, 2) == 0);
  CHECK_THROWS_AS((Image<float>{{1, 2}, {3}}), Error);
}

}  // namespace twofold::test
