// SPDX-License-Identifier: BSD-3-Clause
// The question that started twofold: why do Keras' Conv2D and SciPy's convolve2d differ on this
// image and kernel? Element by element, because the image is symmetric and its mean forgives
// errors.
#include <cmath>
#include <numeric>

#include "compare.hpp"

namespace twofold::test {
namespace {

const Image<float> question_image{
    {-1.16551484e-04F, -1.88735046e-03F, -7.90571701e-03F, -1.52302440e-02F, -1.55315138e-02F,
     -8.40757508e-03F, -2.12123734e-03F, -1.49851941e-04F},
    {-1.88735046e-03F, -3.05623915e-02F, -1.28019482e-01F, -2.46627569e-01F, -2.51506150e-01F,
     -1.36146188e-01F, -3.43497843e-02F, -2.42659380e-03F},
    {-7.90571701e-03F, -1.28019482e-01F, -5.06409585e-01F, -6.69258237e-01F, -6.63918257e-01F,
     -5.31925797e-01F, -1.43884048e-01F, -1.01644937e-02F},
    {-1.52302440e-02F, -2.46627569e-01F, -6.69258296e-01F, 2.44587708e+00F, 2.72079444e+00F,
     -6.30891442e-01F, -2.77190477e-01F, -1.95817426e-02F},
    {-1.55315138e-02F, -2.51506120e-01F, -6.63918316e-01F, 2.72079420e+00F, 3.01719952e+00F,
     -6.19484246e-01F, -2.82673597e-01F, -1.99690927e-02F},
    {-8.40757508e-03F, -1.36146188e-01F, -5.31925797e-01F, -6.30891442e-01F, -6.19484186e-01F,
     -5.57167232e-01F, -1.53017864e-01F, -1.08097391e-02F},
    {-2.12123734e-03F, -3.43497805e-02F, -1.43884048e-01F, -2.77190447e-01F, -2.82673597e-01F,
     -1.53017864e-01F, -3.86065207e-02F, -2.72730505e-03F},
    {-1.49851941e-04F, -2.42659380e-03F, -1.01644937e-02F, -1.95817426e-02F, -1.99690927e-02F,
     -1.08097391e-02F, -2.72730505e-03F, -1.92666746e-04F}};

const Image<float> question_kernel{{0.04277903F, 0.5318366F, 0.025291916F},
                                   {0.5756132F, -0.493123F, 0.116359994F},
                                   {0.10616145F, -0.319581F, -0.115053006F}};

/// scipy.signal.correlate2d(image, kernel, "same"), computed in float64.
constexpr double correlated[8][8] = {
    {3.957318478e-03, 2.423952015e-02, 6.708320540e-02, 9.531579155e-02, 6.777218612e-02,
     1.572051982e-02, -7.007668774e-03, -4.018246500e-03},
    {1.452027829e-02, 9.621684600e-02, 2.374174811e-01, 2.463385770e-01, 1.594209018e-01,
     2.924523051e-02, -7.252079423e-02, -3.077258176e-02},
    {2.046794091e-02, 1.342809021e-01, -7.117855215e-02, -1.347466994e+00, -8.047598606e-01,
     3.017228998e-01, -2.367063704e-01, -1.037382044e-01},
    {5.270505021e-03, 1.088579150e-01, 5.337614894e-02, -2.956286576e+00, -1.006520037e+00,
     2.080848014e+00, -3.014048630e-01, -1.850866569e-01},
    {-1.759305998e-02, -7.097322678e-03, 4.227149545e-01, 1.846503095e-01, 1.736988137e+00,
     1.913080872e+00, -4.034226811e-01, -1.879256740e-01},
    {-2.168734794e-02, -1.235072984e-01, -1.102868137e-01, 1.533599691e+00, 1.661398024e+00,
     -2.838430060e-01, -4.274490751e-01, -1.086882976e-01},
    {-1.053868693e-02, -8.531627218e-02, -2.805081044e-01, -3.455024811e-01, -4.029653087e-01,
     -4.167908464e-01, -1.751014808e-01, -3.340045892e-02},
    {-2.205386480e-03, -2.207070718e-02, -8.366590000e-02, -1.592428222e-01, -1.687463380e-01,
     -1.009307311e-01, -3.204704655e-02, -4.576894559e-03}};

/// scipy.signal.convolve2d(image, kernel.T, "same"), computed in float64.
constexpr double convolved_transposed[8][8] = {
    {-3.340101143e-03, -2.650563525e-02, -9.108308884e-02, -1.645353348e-01, -1.687220157e-01,
     -9.855585792e-02, -3.067623825e-02, -4.291599831e-03},
    {-2.541198412e-02, -1.490101197e-01, -3.930740245e-01, -4.398821304e-01, -3.457989915e-01,
     -2.528213357e-01, -7.985184823e-02, -8.724990678e-03},
    {-8.449676967e-02, -3.824574208e-01, -3.897029800e-01, 1.571662474e+00, 2.052838682e+00,
     3.240196030e-01, 1.977723861e-02, 1.396618800e-02},
    {-1.475122905e-01, -4.310667637e-01, 1.356060077e+00, 2.043094836e+00, -4.734977003e-01,
     -7.433409064e-01, 1.427656046e-01, 7.210905643e-02},
    {-1.447748081e-01, -3.699965452e-01, 1.519523341e+00, 4.594428502e-01, -3.114994050e+00,
     -1.595574782e+00, 2.188935514e-01, 1.073305690e-01},
    {-7.912034191e-02, -2.834965758e-01, -1.075456162e-01, 4.340023046e-01, 3.447514720e-02,
     -1.547632576e-01, 2.470605508e-01, 7.876257944e-02},
    {-2.183420798e-02, -8.908182362e-02, -1.346233861e-01, -8.748231520e-03, 1.189723709e-01,
     1.393739558e-01, 1.097884000e-01, 2.962971516e-02},
    {-2.332254954e-03, -1.155333980e-02, -2.442742804e-02, -2.056465171e-02, 5.485737514e-03,
     2.400264926e-02, 1.774094868e-02, 5.091050329e-03}};

/// Conv2D(filters=1, kernel_size=K, padding="same"), as TensorFlow defines it: no flip, K − 1
/// zeros along each axis in all, ⌊(K − 1)/2⌋ of them before.
template <Element T>
Image<T> keras_conv2d_same(const Image<T>& image, const Image<T>& kernel) {
  const Index before_rows = (kernel.rows() - 1) / 2;
  const Index before_cols = (kernel.cols() - 1) / 2;
  Image<T> y(image.rows(), image.cols());
  for (Index row = 0; row < y.rows(); ++row) {
    for (Index col = 0; col < y.cols(); ++col) {
      for (Index i = 0; i < kernel.rows(); ++i) {
        for (Index j = 0; j < kernel.cols(); ++j) {
          const Index from_row = row + i - before_rows;
          const Index from_col = col + j - before_cols;
          if (from_row < 0 || from_row >= image.rows()) continue;
          if (from_col < 0 || from_col >= image.cols()) continue;
          y(row, col) = static_cast<T>(y(row, col) + kernel(i, j) * image(from_row, from_col));
        }
      }
    }
  }
  return y;
}

double mean(const Image<float>& image) {
  return std::accumulate(image.data(), image.data() + image.size(), 0.0) /
         static_cast<double>(image.size());
}

double largest_difference(const Image<float>& a, const Image<float>& b) {
  double largest = 0;
  for (Index i = 0; i < a.size(); ++i) {
    largest = worse_of(largest, std::abs(static_cast<double>(a.data()[i] - b.data()[i])));
  }
  return largest;
}

/// No element is further off than 9 taps rounded to float, and the table's ten digits, explain.
void check_elements(const Image<float>& y, const double (&expected)[8][8]) {
  REQUIRE(y.shape() == Shape{8, 8});
  for (Index row = 0; row < 8; ++row) {
    for (Index col = 0; col < 8; ++col) {
      INFO("row " << row << ", column " << col);
      // Largest Σ|k||x| over the windows of this image: below 6.
      CHECK(std::abs(y(row, col) - expected[row][col]) <= 9 * 0x1p-24 * 6 + 1e-9);
    }
  }
}

std::vector<Engine> engines_and_automatic() {
  auto engines = all_engines();
  engines.push_back({Method::automatic});
  return engines;
}

Options same_by(const Engine& engine) {
  return {.mode = Mode::same, .method = engine.method, .isa = engine.isa};
}

}  // namespace

TEST_CASE("Conv2D(same) is correlate2d(same)", "[question]") {
  check_elements(keras_conv2d_same(question_image, question_kernel), correlated);
  for (const auto& engine : engines_and_automatic()) {
    INFO(name_of(engine.method));
    const auto y = correlate2d(question_image, question_kernel, same_by(engine));
    check_elements(y, correlated);
    CHECK(mean(y) == Approx(0.001124).margin(5e-7));
  }
}

TEST_CASE("convolve2d with the transposed kernel, as the question called it", "[question]") {
  const auto transposed = question_kernel.view().transposed();
  for (const auto& engine : engines_and_automatic()) {
    INFO(name_of(engine.method));
    const auto y = convolve2d(question_image, transposed, same_by(engine));
    check_elements(y, convolved_transposed);
    CHECK(mean(y) == Approx(0.000751).margin(5e-7));
  }
}

TEST_CASE("the trap: correlate2d with the transposed kernel has the same mean", "[question]") {
  const auto conv2d = correlate2d(question_image, question_kernel, {.mode = Mode::same});
  const auto trap =
      correlate2d(question_image, question_kernel.view().transposed(), {.mode = Mode::same});
  CHECK(mean(trap) == Approx(0.001124).margin(5e-7));
  CHECK(largest_difference(trap, conv2d) == Approx(1.40).margin(0.005));
  // It is Conv2D's result, transposed: the image equals its transpose but for its last digits.
  CHECK(largest_difference(Image<float>(trap.view().transposed()), conv2d) < 1e-6);
}

TEST_CASE("an asymmetric image tells all the candidates apart", "[question]") {
  Random random(1861);
  for (const Shape kernel_shape :
       {Shape{3, 3}, Shape{2, 4}, Shape{4, 2}, Shape{5, 5}, Shape{1, 6}}) {
    const auto image = integer_image<float>({8, 8}, random);
    const auto kernel = integer_image<float>(kernel_shape, random);
    const auto conv2d = keras_conv2d_same(image, kernel);
    for (const auto& engine : engines_and_automatic()) {
      const auto options = same_by(engine);
      const auto exact = [&](Image<float> y) {
        return is_fft(engine.method) ? rounded(std::move(y)) : y;
      };
      INFO(name_of(engine.method) << ", kernel " << kernel_shape.rows << 'x' << kernel_shape.cols);
      const auto y = exact(correlate2d(image, kernel, options));
      CHECK(largest_difference(y, conv2d) == 0);
      CHECK(largest_difference(exact(convolve2d(image, kernel, options)), conv2d) > 0);
      const auto transposed = kernel.view().transposed();
      CHECK(largest_difference(exact(correlate2d(image, transposed, options)), conv2d) > 0);
      CHECK(largest_difference(exact(convolve2d(image, transposed, options)), conv2d) > 0);
    }
  }
}

}  // namespace twofold::test
