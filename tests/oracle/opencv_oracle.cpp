// SPDX-License-Identifier: BSD-3-Clause
// OpenCV as the judge of what docs/porting.md says of it: operation, borders, anchor, rounding,
// types, channels, factors. Numbers are whole or halves, so that direct sums are exact.
#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

#include "random_images.hpp"

namespace twofold::test {
namespace {

struct Border {
  int of_opencv;
  Boundary boundary;
};
constexpr Border borders[] = {{cv::BORDER_REFLECT_101, Boundary::mirror},
                              {cv::BORDER_REFLECT, Boundary::symm},
                              {cv::BORDER_REPLICATE, Boundary::nearest},
                              {cv::BORDER_CONSTANT, Boundary::fill}};

template <class T>
cv::Mat mat_of(const Image<T>& image) {
  const int type = CV_MAKETYPE(cv::DataType<T>::depth, static_cast<int>(image.channels()));
  cv::Mat mat(static_cast<int>(image.rows()), static_cast<int>(image.cols()), type);
  REQUIRE(mat.isContinuous());
  std::copy_n(image.data(), image.size(), mat.ptr<T>());
  return mat;
}

template <class T>
View<const T> view_of(const cv::Mat& mat) {
  REQUIRE(mat.depth() == cv::DataType<T>::depth);
  return {mat.ptr<T>(),
          {mat.rows, mat.cols, mat.channels()},
          static_cast<Index>(mat.step / sizeof(T)),
          mat.channels()};
}

/// The number of elements that differ; those of another shape all do.
template <class T>
Index differences(const View<const T>& a, const View<const T>& b, double tolerance = 0) {
  if (a.shape() != b.shape()) return a.shape().rows * a.shape().cols * a.shape().channels;
  Index count = 0;
  for (Index row = 0; row < a.rows(); ++row) {
    for (Index col = 0; col < a.cols(); ++col) {
      for (Index channel = 0; channel < a.channels(); ++channel) {
        const auto one = static_cast<double>(a(row, col, channel));
        const auto other = static_cast<double>(b(row, col, channel));
        if (!(std::abs(one - other) <= tolerance)) ++count;
      }
    }
  }
  return count;
}

/// Whole numbers, of which some sums lie beyond uint8 and below zero; divided by `divisor`.
Image<float> taps(Shape shape, Random& random, float divisor = 1) {
  Image<float> kernel(shape);
  std::generate_n(kernel.data(), kernel.size(),
                  [&] { return static_cast<float>(random.index(-5, 6)) / divisor; });
  return kernel;
}

Shape draw_shape(Random& random) {
  return {random.index(1, 40), random.index(1, 50), random.index(1, 4)};
}
/// Of fewer than 50 taps, as OpenCV transforms larger ones, for some types of pixels.
Shape draw_odd_kernel(Random& random) {
  return {2 * random.index(0, 3) + 1, 2 * random.index(0, 3) + 1};
}

/// From pixels T to pixels Out, with halves where sums are rounded.
template <class T, class Out>
void check_filter(Random& random) {
  for (const Border& border : borders) {
    for (int draw = 0; draw < 25; ++draw) {
      const auto x = sizeof(T) == 1 ? full_range_image<T>(draw_shape(random), random)
                                    : integer_image<T>(draw_shape(random), random, 3000);
      const auto kernel = taps(draw_odd_kernel(random), random, 2);
      cv::Mat expected;
      cv::filter2D(mat_of(x), expected, cv::DataType<Out>::depth, mat_of(kernel), {-1, -1}, 0,
                   border.of_opencv);
      Image<Out> y(x.shape());
      correlate2d(x, kernel, y,
                  {.mode = Mode::same, .boundary = border.boundary, .method = Method::direct});
      INFO(x.rows() << 'x' << x.cols() << 'x' << x.channels() << " by " << kernel.rows() << 'x'
                    << kernel.cols() << ", border " << border.of_opencv);
      CHECK(differences<Out>(y, view_of<Out>(expected)) == 0);
    }
  }
}

}  // namespace

TEST_CASE("filter2D") {
  Random random(1);
  check_filter<std::uint8_t, std::uint8_t>(random);
  check_filter<std::uint8_t, float>(random);
  check_filter<std::uint16_t, std::uint16_t>(random);
  check_filter<std::int16_t, std::int16_t>(random);
}

TEST_CASE("filter2D of real numbers") {
  Random random(2);
  for (const Border& border : borders) {
    for (int draw = 0; draw < 25; ++draw) {
      const auto x = integer_image<float>(draw_shape(random), random);
      const auto kernel = taps(draw_odd_kernel(random), random);
      cv::Mat expected;
      cv::filter2D(mat_of(x), expected, -1, mat_of(kernel), {-1, -1}, 0, border.of_opencv);
      const auto y = correlate2d(
          x, kernel, {.mode = Mode::same, .boundary = border.boundary, .method = Method::direct});
      CHECK(differences<float>(y.view(), view_of<float>(expected)) == 0);
    }
  }
}

// "zeros around the kernel, so that the anchor is its centre"
TEST_CASE("an anchor anywhere, and that of kernels of even size") {
  Random random(3);
  for (int draw = 0; draw < 100; ++draw) {
    const auto x = integer_image<float>(draw_shape(random), random);
    const auto kernel = taps({random.index(1, 6), random.index(1, 6)}, random);
    const bool is_default = random.coin();
    const Index row = is_default ? kernel.rows() / 2 : random.index(0, kernel.rows() - 1);
    const Index col = is_default ? kernel.cols() / 2 : random.index(0, kernel.cols() - 1);
    cv::Mat expected;
    const cv::Point anchor =
        is_default ? cv::Point(-1, -1) : cv::Point(static_cast<int>(col), static_cast<int>(row));
    cv::filter2D(mat_of(x), expected, -1, mat_of(kernel), anchor);

    const Index half_rows = std::max(row, kernel.rows() - 1 - row);
    const Index half_cols = std::max(col, kernel.cols() - 1 - col);
    Image<float> around(2 * half_rows + 1, 2 * half_cols + 1);
    for (Index a = 0; a < kernel.rows(); ++a) {
      for (Index b = 0; b < kernel.cols(); ++b)
        around(half_rows - row + a, half_cols - col + b) = kernel(a, b);
    }
    const auto y = correlate2d(
        x, around, {.mode = Mode::same, .boundary = Boundary::mirror, .method = Method::direct});
    CHECK(differences<float>(y.view(), view_of<float>(expected)) == 0);
  }
}

// "compute in float, add it, and round then": sums below zero are still there.
TEST_CASE("delta") {
  Random random(4);
  const auto x = full_range_image<std::uint8_t>({30, 40, 3}, random);
  const Image<float> sobel{{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};
  cv::Mat expected;
  cv::filter2D(mat_of(x), expected, -1, mat_of(sobel), {-1, -1}, 128);
  const Image<float> sums = correlate2d(
      x, sobel, {.mode = Mode::same, .boundary = Boundary::mirror, .method = Method::direct});
  Image<std::uint8_t> y(x.shape());
  for (Index i = 0; i < y.size(); ++i)
    y.data()[i] =
        static_cast<std::uint8_t>(std::clamp(std::nearbyint(sums.data()[i] + 128), 0.F, 255.F));
  CHECK(differences<std::uint8_t>(y.view(), view_of<std::uint8_t>(expected)) == 0);
}

TEST_CASE("sepFilter2D: the row comes first there") {
  Random random(5);
  for (const Border& border : borders) {
    for (int draw = 0; draw < 25; ++draw) {
      const auto column = taps({2 * random.index(0, 5) + 1, 1}, random);
      const auto row = taps({1, 2 * random.index(0, 5) + 1}, random);
      const SeparableKernel<float> factors{{column.data(), static_cast<std::size_t>(column.rows())},
                                           {row.data(), static_cast<std::size_t>(row.cols())}};
      const Options options{.mode = Mode::same, .boundary = border.boundary};
      cv::Mat expected;

      const auto x = integer_image<float>(draw_shape(random), random);
      cv::sepFilter2D(mat_of(x), expected, -1, mat_of(row), mat_of(column), {-1, -1}, 0,
                      border.of_opencv);
      const auto y = correlate2d(x, factors, options);
      CHECK(differences<float>(y.view(), view_of<float>(expected)) == 0);

      const auto pixels = full_range_image<std::uint8_t>(draw_shape(random), random);
      cv::sepFilter2D(mat_of(pixels), expected, -1, mat_of(row), mat_of(column), {-1, -1}, 0,
                      border.of_opencv);
      Image<std::uint8_t> rounded(pixels.shape());
      correlate2d(pixels, factors, rounded, options);
      CHECK(differences<std::uint8_t>(rounded.view(), view_of<std::uint8_t>(expected)) == 0);
    }
  }
}

std::vector<float> gaussian_of_opencv(int size, double sigma) {
  const cv::Mat column = cv::getGaussianKernel(size, sigma, CV_32F);
  return {column.ptr<float>(), column.ptr<float>() + size};
}

// For pixels of 8 bits, OpenCV rounds its taps to 1/256. The largest difference in 5.7 million
// random pixels was 3.
TEST_CASE("GaussianBlur") {
  Random random(6);
  for (const int size : {3, 5, 9, 15, 31}) {
    const double sigma = size / 6.0;
    const std::vector<float> gaussian = gaussian_of_opencv(size, sigma);
    const SeparableKernel<float> factors{gaussian, gaussian};
    const Options options{.mode = Mode::same, .boundary = Boundary::mirror};
    cv::Mat expected;

    const auto x = real_image<float>({40, 50, 3}, random);
    cv::GaussianBlur(mat_of(x), expected, {size, size}, sigma);
    const Plan<float> plan(Operation::correlate, x.shape(), factors, options);
    Image<float> y(plan.output_shape());
    plan.execute(x, y);
    CHECK(differences<float>(y.view(), view_of<float>(expected), 2 * plan.error_bound(1)) == 0);

    const auto pixels = full_range_image<std::uint8_t>({40, 50, 3}, random);
    cv::GaussianBlur(mat_of(pixels), expected, {size, size}, sigma);
    Image<std::uint8_t> rounded(pixels.shape());
    correlate2d(pixels, factors, rounded, options);
    CHECK(differences<std::uint8_t>(rounded.view(), view_of<std::uint8_t>(expected), 3) == 0);
  }
}

TEST_CASE("GaussianBlur of stripes: there most taps may err the same way") {
  constexpr int size = 121;
  constexpr double sigma = size / 6.0;
  Image<std::uint8_t> stripes(20, 400);
  for (Index row = 0; row < stripes.rows(); ++row) {
    for (Index col = 0; col < stripes.cols(); ++col)
      stripes(row, col) = col / 2 % 2 == 0 ? 0 : 255;
  }
  cv::Mat in_8_bits;
  cv::GaussianBlur(mat_of(stripes), in_8_bits, {size, size}, sigma);
  const std::vector<float> gaussian = gaussian_of_opencv(size, sigma);
  Image<std::uint8_t> blurred(stripes.shape());
  correlate2d(stripes, SeparableKernel<float>{gaussian, gaussian}, blurred,
              {.mode = Mode::same, .boundary = Boundary::mirror});
  const auto differing = [&](double tolerance) {
    return differences<std::uint8_t>(blurred.view(), view_of<std::uint8_t>(in_8_bits), tolerance);
  };
  CHECK(differing(0) > blurred.size() / 2);
  CHECK(differing(3) > 0);
}

}  // namespace twofold::test
