// SPDX-License-Identifier: BSD-3-Clause
// See question.hpp. Every number that is printed is computed here and now, and so is every "same".
#include "demo/question.hpp"

#include <iostream>
#include <string>
#include <string_view>
#include <utility>

#include "demo/keras.hpp"
#include "demo/question_data.hpp"
#include "demo/statistics.hpp"
#include "demo/terminal.hpp"
#include "text.hpp"
#include "twofold/twofold.hpp"

namespace twofold::demo {
namespace {

using tool::left_aligned;
using tool::right_aligned;

constexpr Options same{.mode = Mode::same};

/// What each call gives for one image.
struct Answers {
  Image<float> image;
  Image<float> keras;
  Image<float> convolved_transposed;
  Image<float> correlated_transposed;
  Image<float> correlated;
  Image<float> convolved_rotated;
  /// How far two sums of the same products may lie apart: twice the error bound of one.
  double rounding = 0;

  Answers(Image<float> x, View<const float> k);
};

Answers::Answers(Image<float> x, View<const float> k)
    : image(std::move(x)),
      keras(keras_conv2d_same(image, k)),
      convolved_transposed(convolve2d(image, k.transposed(), same)),
      correlated_transposed(correlate2d(image, k.transposed(), same)),
      correlated(correlate2d(image, k, same)),
      convolved_rotated(convolve2d(image, k.rotated(), same)),
      rounding(2 * Plan<float>(Operation::correlate, image.shape(), k, same)
                       .error_bound(largest_magnitude(image))) {}

/// The given image with its columns weighted 1, 2, 3, …: no longer symmetric.
Image<float> asymmetric_image() {
  Image<float> image = given_image();
  for (Index row = 0; row < image.rows(); ++row) {
    for (Index col = 0; col < image.cols(); ++col) {
      image(row, col) *= static_cast<float>(col + 1);
    }
  }
  return image;
}

std::string difference_text(const Answers& answers, View<const float> result) {
  const double difference = largest_difference(answers.keras, result);
  return difference <= answers.rounding ? "same" : number("%.2f", difference);
}

void print_comparison(const Answers& given, const Answers& asymmetric) {
  const auto line = [](std::string_view call, std::string_view mean_given, std::string_view off,
                       std::string_view mean_asymmetric, std::string_view off_asymmetric) {
    return left_aligned(call, 34) + right_aligned(mean_given, 11) + right_aligned(off, 11) +
           right_aligned(mean_asymmetric, 13) + right_aligned(off_asymmetric, 11);
  };
  const auto row = [&](std::string_view call, Image<float> Answers::*result) {
    const View<const float> x = given.*result;
    const View<const float> y = asymmetric.*result;
    const bool is_keras = result == &Answers::keras;
    print(line(call, number("%.6f", mean(x)), is_keras ? "–" : difference_text(given, x),
               number("%.6f", mean(y)), is_keras ? "–" : difference_text(asymmetric, y)));
  };
  print(dim(right_aligned("the image given", 56) + right_aligned("one not symmetric", 24)));
  print(dim(line("", "mean", "off by", "mean", "off by")));
  row("Keras  Conv2D, padding=\"same\"", &Answers::keras);
  row("SciPy  convolve2d(x, k.T)", &Answers::convolved_transposed);
  row("SciPy  correlate2d(x, k.T)", &Answers::correlated_transposed);
  row("SciPy  correlate2d(x, k)", &Answers::correlated);
  row("SciPy  convolve2d(x, rot180(k))", &Answers::convolved_rotated);
}

std::string values_text(View<const float> values) {
  std::string text;
  for (Index row = 0; row < values.rows(); ++row) {
    for (Index col = 0; col < values.cols(); ++col) {
      text += right_aligned(number("%.4f", static_cast<double>(values(row, col))), 10);
    }
  }
  return text;
}

/// Some of the values themselves: a piece of one row, and of one column where the answer is hidden.
void print_values(const Answers& given) {
  constexpr Rect row_piece{3, 2, 1, 4};
  constexpr Rect col_piece{2, 3, 4, 1};
  const auto line = [](std::string_view call, View<const float> result, const Rect& part) {
    print(left_aligned(call, 34) + values_text(result.region(part)));
  };
  print(dim("Of the image given, row 3, columns 2 to 5 (counted from 0):"));
  line("Keras  Conv2D", given.keras, row_piece);
  line("SciPy  convolve2d(x, k.T)", given.convolved_transposed, row_piece);
  line("SciPy  correlate2d(x, k.T)", given.correlated_transposed, row_piece);
  line("       its column 3, rows 2 to 5", given.correlated_transposed, col_piece);
  line("SciPy  correlate2d(x, k)", given.correlated, row_piece);
}

void print_kernels(View<const float> k) {
  print(dim(left_aligned("  k", 27) + left_aligned("  k.T", 27) + "  rot180(k)"));
  for (Index row = 0; row < k.rows(); ++row) {
    std::string line;
    for (const auto& kernel : {k, k.transposed(), k.rotated()}) {
      for (Index col = 0; col < kernel.cols(); ++col) {
        line += right_aligned(number("%.3f", static_cast<double>(kernel(row, col))), 8);
      }
      line += "   ";
    }
    print(line.substr(0, line.find_last_not_of(' ') + 1));
  }
}

double asymmetry(View<const float> x) {
  return largest_difference(x, x.transposed());
}

/// How far correlate2d(x, k.T) is from being Keras' result transposed.
double transposed_difference(const Answers& answers) {
  return largest_difference(answers.keras.view().transposed(), answers.correlated_transposed);
}

void print_reasons(const Answers& given, const Answers& asymmetric, View<const float> k) {
  const auto tiny = [](double value) { return number("%.1e", value); };
  print("1. Keras' \"convolution\" is correlation, y[m] = Σ k[j]·x[m + j]: the kernel as it");
  print("   is. Convolution, y[m] = Σ k[j]·x[m − j], runs against it: it is correlation");
  print("   with the kernel rotated by 180°.");
  print("2. k.T is not that rotation. It reflects the kernel in its diagonal:");
  print();
  print_kernels(k);
  print();
  print("3. correlate2d(x, k.T) only looks right. It is correlate2d(x.T, k).T, and the");
  print("   image given is its own transpose (to " + tiny(asymmetry(given.image)) +
        "). So the result is Keras',");
  print("   transposed (to " + tiny(transposed_difference(given)) +
        "): the same mean, but elements that are off by " +
        number("%.2f", largest_difference(given.keras, given.correlated_transposed)) + ".");
  print("   An image that is not symmetric (here its columns are weighted 1 to " +
        std::to_string(given.image.cols()) + ") tells:");
  print("   the mean differs too, and transposing back leaves " +
        number("%.2f", transposed_difference(asymmetric)) + ".");
  print();
  print(bold("Conv2D(padding=\"same\") is correlate2d(image, kernel, \"same\"), kernel as it is."));
}

/// What the explanation says, checked on the numbers it is printed with.
bool explanation_holds(const Answers& given, const Answers& asymmetric, View<const float> k) {
  for (const Answers* answers : {&given, &asymmetric}) {
    const auto is_keras = [&](View<const float> result) {
      return largest_difference(answers->keras, result) <= answers->rounding;
    };
    if (!is_keras(answers->correlated) || !is_keras(answers->convolved_rotated) ||
        is_keras(answers->correlated_transposed) || is_keras(answers->convolved_transposed)) {
      return false;
    }
  }
  // The image given is symmetric only to asymmetry(x), which moves an output by ‖k‖₁ times as much.
  const double almost = given.rounding + sum_of_magnitudes(k) * asymmetry(given.image);
  return transposed_difference(given) <= almost &&
         transposed_difference(asymmetric) > asymmetric.rounding;
}

}  // namespace

bool answer_question() {
  const Image<float> kernel = given_kernel();
  const Answers given(given_image(), kernel);
  const Answers asymmetric(asymmetric_image(), kernel);

  print_title("The question that started it");
  print("One 8×8 image x, one 3×3 kernel k, zeros outside. Keras' Conv2D and SciPy's");
  print("convolve2d(x, k.T), both \"same\", give different results. Why?");
  print();
  print_comparison(given, asymmetric);
  print(dim("off by: largest difference from Keras' result; same: equal up to rounding."));
  print(dim("SciPy's calls are twofold's, which the tests hold against SciPy itself; Keras'"));
  print(dim("Conv2D is its definition, a loop in examples/demo/keras.hpp."));
  print();
  print_values(given);
  print();
  print(bold("Why they differ"));
  print_reasons(given, asymmetric, kernel);
  if (explanation_holds(given, asymmetric, kernel)) return true;
  std::cerr << "twofold: the results do not bear out the explanation above\n";
  return false;
}

}  // namespace twofold::demo
