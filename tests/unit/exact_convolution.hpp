// SPDX-License-Identifier: BSD-3-Clause
// The judge of accuracy: convolution from its definition in double-double arithmetic, some fifty
// bits beyond double, so that what remains of a difference is the library's error.
#pragma once

#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "double_double.hpp"
#include "naive.hpp"

namespace twofold::test {

/// The numbers of an image divided by 2^exponent, so that the largest is near 1. Exact: no bit is
/// lost, and none of a product of two of them, wherever in the type's range the image lies.
class ScaledNumbers {
 public:
  template <Element T>
  explicit ScaledNumbers(View<const T> image)
      : cols_(image.cols()), exponent_(exponent_of_largest(image)) {
    for (Index row = 0; row < image.rows(); ++row) {
      for (Index col = 0; col < image.cols(); ++col) {
        const std::complex<double> number(image(row, col));
        real_.push_back(scaled(number.real()));
        imag_.push_back(scaled(number.imag()));
        modulus_.push_back(std::abs(std::complex(real_.back(), imag_.back())));
      }
    }
  }

  [[nodiscard]] int exponent() const { return exponent_; }
  [[nodiscard]] std::size_t at(Index row, Index col) const {
    return static_cast<std::size_t>(row * cols_ + col);
  }
  [[nodiscard]] double real(std::size_t i) const { return real_[i]; }
  [[nodiscard]] double imag(std::size_t i) const { return imag_[i]; }
  [[nodiscard]] double modulus(std::size_t i) const { return modulus_[i]; }

  /// ‖·‖₂ of a part.
  [[nodiscard]] double norm(const Rect& part) const {
    double squares = 0;
    for (Index row = part.row; row < part.row_end(); ++row) {
      for (Index col = part.col; col < part.col_end(); ++col)
        squares += modulus_[at(row, col)] * modulus_[at(row, col)];
    }
    return std::sqrt(squares);
  }

 private:
  template <class T>
  static int exponent_of_largest(View<const T> image) {
    double largest = 0;
    for (Index row = 0; row < image.rows(); ++row) {
      for (Index col = 0; col < image.cols(); ++col) {
        const std::complex<double> number(image(row, col));
        largest = std::max({largest, std::abs(number.real()), std::abs(number.imag())});
      }
    }
    return largest > 0 ? std::ilogb(largest) : 0;
  }

  [[nodiscard]] double scaled(double number) const {
    const double result = std::ldexp(number, -exponent_);
    if (number != 0 && !(std::abs(result) > 0x1p-450)) {
      throw std::range_error("numbers too far apart for an exact judge");
    }
    return result;
  }

  Index cols_;
  int exponent_;
  std::vector<double> real_;
  std::vector<double> imag_;
  std::vector<double> modulus_;
};

/// One output and the sum of its terms' magnitudes, divided by ExactConvolution's power of two.
struct ExactOutput {
  DoubleDouble real;
  DoubleDouble imag;
  double magnitude = 0;
};

/// The outputs of a problem of one channel, one by one. Errors and bounds are measured in units of
/// 2^exponent, because double itself has no room for those of the smallest and the largest images.
template <Element T>
class ExactConvolution {
 public:
  ExactConvolution(const Problem& problem, View<const T> x, View<const T> kernel)
      : ExactConvolution(extended_image<T>(problem, x, kernel.shape()),
                         window_weights<T>(problem.operation, kernel)) {}

  [[nodiscard]] Shape outputs() const {
    return {extended_.rows - weights_.rows + 1, extended_.cols - weights_.cols + 1, 1};
  }
  [[nodiscard]] Shape extended() const { return extended_; }
  [[nodiscard]] Shape kernel() const { return weights_; }
  [[nodiscard]] Index taps() const { return weights_.rows * weights_.cols; }

  [[nodiscard]] ExactOutput at(Index row, Index col) const {
    ExactOutput sum;
    for (Index i = 0; i < weights_.rows; ++i) {
      const std::size_t pixel = pixels_.at(row + i, col);
      const std::size_t tap = taps_.at(i, 0);
      for (std::size_t j = 0; j < static_cast<std::size_t>(weights_.cols); ++j)
        add_term(sum, pixel + j, tap + j);
    }
    return sum;
  }

  /// How far `value` is from the exact output.
  [[nodiscard]] double error(const ExactOutput& exact, T value) const {
    const std::complex<double> number(value);
    return std::hypot(distance(exact.real, in_units(number.real())),
                      distance(exact.imag, in_units(number.imag())));
  }
  [[nodiscard]] double in_units(double number) const {
    return std::ldexp(number, -pixels_.exponent() - taps_.exponent());
  }

  /// ‖x‖₂·‖k‖₂ with x a part of the extended image.
  [[nodiscard]] double norms(const Rect& part) const {
    return pixels_.norm(part) * taps_.norm({0, 0, weights_.rows, weights_.cols});
  }
  [[nodiscard]] double norms() const { return norms({0, 0, extended_.rows, extended_.cols}); }

 private:
  ExactConvolution(const Image<T>& extended, const Image<T>& weights)
      : extended_(extended.shape()),
        weights_(weights.shape()),
        pixels_(View<const T>(extended)),
        taps_(View<const T>(weights)) {}

  void add_term(ExactOutput& sum, std::size_t pixel, std::size_t tap) const {
    sum.real = add(sum.real, two_product(pixels_.real(pixel), taps_.real(tap)));
    sum.magnitude += pixels_.modulus(pixel) * taps_.modulus(tap);
    if constexpr (is_complex_v<T>) {
      sum.real = add(sum.real, two_product(-pixels_.imag(pixel), taps_.imag(tap)));
      sum.imag = add(sum.imag, two_product(pixels_.real(pixel), taps_.imag(tap)));
      sum.imag = add(sum.imag, two_product(pixels_.imag(pixel), taps_.real(tap)));
    }
  }

  Shape extended_;
  Shape weights_;
  ScaledNumbers pixels_;
  ScaledNumbers taps_;
};

/// m·u·(|k|∗|x|) and half the smallest subnormal number for each product, 2√2 times as much for
/// complex numbers.
template <Element T>
double componentwise_bound(const ExactConvolution<T>& exact, double magnitude) {
  const double constant = is_complex_v<T> ? 2 * std::sqrt(2.0) : 1;
  const double smallest =
      exact.in_units(static_cast<double>(std::numeric_limits<real_t<T>>::denorm_min()));
  return direct_bound<T>(exact.taps(), magnitude) +
         constant * static_cast<double>(exact.taps()) * smallest / 2;
}

/// Some outputs and what they are exactly: all of them where that takes no more than so many
/// products, or else every so-and-so-manyth.
template <Element T>
class Judge {
 public:
  struct Output {
    Index row;
    Index col;
    ExactOutput exact;
  };

  Judge(const Problem& problem, View<const T> x, View<const T> kernel, Index products = 40'000)
      : exact_(problem, x, kernel) {
    const Shape shape = exact_.outputs();
    const Index all = shape.rows * shape.cols;
    Index step = std::max<Index>(1, all / std::max<Index>(20, products / exact_.taps()));
    // Steps that share no factor with the width meet every column.
    while (std::gcd(step, shape.cols) != 1)
      ++step;
    for (Index i = 0; i < all; i += step) {
      const Point at{i / shape.cols, i % shape.cols};
      outputs_.push_back({at.row, at.col, exact_.at(at.row, at.col)});
    }
  }

  [[nodiscard]] const ExactConvolution<T>& exact() const { return exact_; }
  [[nodiscard]] const std::vector<Output>& outputs() const { return outputs_; }

  /// The largest ratio of an error to what `allowed(output)` says, in the exact judge's units;
  /// infinite for NaN, and where nothing is allowed.
  template <class Allowed>
  [[nodiscard]] double worst(const Image<T>& y, Allowed allowed) const {
    if (y.shape() != exact_.outputs()) throw std::logic_error("a result of the wrong shape");
    double worst = 0;
    for (const Output& output : outputs_) {
      const double error = exact_.error(output.exact, y(output.row, output.col));
      if (error == 0) continue;
      worst = worse_of(worst, error / allowed(output));
    }
    return worst;
  }

 private:
  ExactConvolution<T> exact_;
  std::vector<Output> outputs_;
};

template <Element T>
Image<T> executed(const Plan<T>& plan, const Image<T>& x) {
  Image<T> y(plan.output_shape());
  plan.execute(x, y);
  return y;
}

/// The largest error of a plan's outputs, divided by Plan::error_bound.
template <Element T>
double error_over_bound(const Plan<T>& plan, const Image<T>& x, double largest_magnitude,
                        const Judge<T>& judge) {
  const double bound = judge.exact().in_units(plan.error_bound(largest_magnitude));
  return judge.worst(executed(plan, x), [&](const auto&) { return bound; });
}

}  // namespace twofold::test
