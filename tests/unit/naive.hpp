// SPDX-License-Identifier: BSD-3-Clause
// The judge of the unit tests: convolution written down from its definition (SciPy's convolve2d
// and correlate2d, and the five boundaries), independent of the library and of its reference
// engine.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "random_images.hpp"

namespace twofold::test {

/// The larger of two errors, where NaN is larger than any: std::max would pass over it.
inline double worse_of(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::infinity() : std::max(a, b);
}

/// Which of 0 … n − 1 stands at position i of an extended axis; nothing for the fill value. One
/// reflection or one period at a time, as the definition says it.
inline std::optional<Index> source_index(Index i, Index n, Boundary boundary) {
  while (i < 0 || i >= n) {
    switch (boundary) {
      case Boundary::fill:
        return std::nullopt;
      case Boundary::wrap:
        i += i < 0 ? n : -n;
        break;
      case Boundary::symm:
        i = i < 0 ? -1 - i : 2 * n - 1 - i;
        break;
      case Boundary::mirror:
        if (n == 1) return 0;
        i = i < 0 ? -i : 2 * (n - 1) - i;
        break;
      case Boundary::nearest:
        return i < 0 ? 0 : n - 1;
    }
  }
  return i;
}

/// Along one axis: how many outputs, and the input position at which output 0's window begins
/// (each window then covers as many positions as the kernel has elements).
struct Windows {
  Index count = 0;
  Index first = 0;
};

inline Windows windows(Operation operation, Mode mode, Index image, Index kernel) {
  switch (mode) {
    case Mode::full:
      return {image + kernel - 1, -(kernel - 1)};
    case Mode::valid:
      return {image - kernel + 1, 0};
    case Mode::same:
      break;
  }
  // Convolution: y[m] = Σ k[j]·x[m + c − j], so that the window begins at m + c − (K − 1);
  // correlation: y[m] = Σ k[j]·x[m − c + j]; c = ⌊(K − 1)/2⌋ in both.
  const Index centre = (kernel - 1) / 2;
  return {image, operation == Operation::convolve ? centre - (kernel - 1) : -centre};
}

/// What is asked, apart from the pixels.
struct Problem {
  Operation operation = Operation::convolve;
  Mode mode = Mode::full;
  Boundaries boundary = Boundary::fill;
  int fill = 0;
};

/// The part of the extended image that the outputs need; dense.
template <Element T>
Image<T> extended_image(const Problem& problem, View<const T> x, Shape kernel) {
  const auto rows = windows(problem.operation, problem.mode, x.rows(), kernel.rows);
  const auto cols = windows(problem.operation, problem.mode, x.cols(), kernel.cols);
  Image<T> extended(rows.count + kernel.rows - 1, cols.count + kernel.cols - 1, x.channels());
  for (Index row = 0; row < extended.rows(); ++row) {
    const auto from_row = source_index(rows.first + row, x.rows(), problem.boundary.rows);
    for (Index col = 0; col < extended.cols(); ++col) {
      const auto from_col = source_index(cols.first + col, x.cols(), problem.boundary.cols);
      for (Index channel = 0; channel < x.channels(); ++channel) {
        extended(row, col, channel) = from_row && from_col
                                          ? x(*from_row, *from_col, channel)
                                          : T(static_cast<real_t<T>>(problem.fill));
      }
    }
  }
  return extended;
}

/// The kernel as the window meets it: rotated for convolution, conjugated for correlation.
template <Element T>
Image<T> window_weights(Operation operation, View<const T> kernel) {
  Image<T> weights(operation == Operation::convolve ? kernel.rotated() : kernel);
  if constexpr (is_complex_v<T>) {
    if (operation == Operation::correlate) {
      std::transform(weights.data(), weights.data() + weights.size(), weights.data(),
                     [](T z) { return std::conj(z); });
    }
  }
  return weights;
}

/// A sum of products of doubles, as if in twice their precision (Ogita, Rump and Oishi's Dot2).
class CompensatedSum {
 public:
  void add_product(double a, double b) {
    const double product = a * b;
    add(product, std::fma(a, b, -product));
  }
  /// The distance of `value` from this sum.
  [[nodiscard]] double distance(double value) const { return std::abs((value - high_) - low_); }

 private:
  void add(double term, double correction) {
    const double sum = high_ + term;
    const double part = sum - high_;
    low_ += ((high_ - (sum - part)) + (term - part)) + correction;
    high_ = sum;
  }

  double high_ = 0;
  double low_ = 0;
};

/// A sum of products of floats: exact products, sums in double.
class DoubleSum {
 public:
  void add_product(float a, float b) { sum_ += static_cast<double>(a) * static_cast<double>(b); }
  [[nodiscard]] double distance(float value) const { return std::abs(value - sum_); }

 private:
  double sum_ = 0;
};

/// One output, known better than its type can hold it, and the sum of its terms' magnitudes.
template <Element T>
class JudgedSum {
 public:
  void add_product(T a, T b) {
    if constexpr (is_complex_v<T>) {
      real_.add_product(a.real(), b.real());
      real_.add_product(-a.imag(), b.imag());
      imag_.add_product(a.real(), b.imag());
      imag_.add_product(a.imag(), b.real());
    } else {
      real_.add_product(a, b);
    }
    magnitude_ += static_cast<double>(std::abs(a)) * static_cast<double>(std::abs(b));
  }

  /// How far `value` is from the exact output.
  [[nodiscard]] double error(T value) const {
    if constexpr (is_complex_v<T>) {
      return std::hypot(real_.distance(value.real()), imag_.distance(value.imag()));
    } else {
      return real_.distance(value);
    }
  }
  /// (|k| ∗ |x|) at this output.
  [[nodiscard]] double magnitude() const { return magnitude_; }

 private:
  using Part = std::conditional_t<std::same_as<real_t<T>, float>, DoubleSum, CompensatedSum>;
  Part real_;
  Part imag_;
  double magnitude_ = 0;
};

/// One output of an integer type: modulo 2^bits.
template <Element T>
requires std::integral<T>
class JudgedSum<T> {
 public:
  void add_product(T a, T b) {
    sum_ += static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b);
  }
  [[nodiscard]] double error(T value) const { return value == static_cast<T>(sum_) ? 0 : 1; }
  [[nodiscard]] double magnitude() const { return 0; }

 private:
  std::uint64_t sum_ = 0;
};

/// One output in the type's own arithmetic, complex products by the schoolbook: for what becomes
/// of NaN and infinity.
template <Element T>
class PlainSum {
 public:
  void add_product(T a, T b) {
    if constexpr (is_complex_v<T>) {
      sum_ = {sum_.real() + (a.real() * b.real() - a.imag() * b.imag()),
              sum_.imag() + (a.real() * b.imag() + a.imag() * b.real())};
    } else {
      sum_ += a * b;
    }
  }
  [[nodiscard]] T value() const { return sum_; }

 private:
  T sum_{};
};

template <class Sum>
struct Judgement {
  Shape shape;
  std::vector<Sum> sums;   ///< rows × cols × channels
  double image_norm = 0;   ///< ‖x‖₂ of the extended image
  double kernel_norm = 0;  ///< ‖k‖₂
  Index taps = 0;          ///< elements of the kernel
  Shape extended;          ///< the extended image's shape

  [[nodiscard]] const Sum& at(Index row, Index col, Index channel) const {
    return sums[static_cast<std::size_t>((row * shape.cols + col) * shape.channels + channel)];
  }
};

template <Element T>
double norm(View<const T> view) {
  double sum = 0;
  for (Index row = 0; row < view.rows(); ++row) {
    for (Index col = 0; col < view.cols(); ++col) {
      for (Index channel = 0; channel < view.channels(); ++channel) {
        if constexpr (is_complex_v<T>) {
          sum += static_cast<double>(std::norm(view(row, col, channel)));
        } else {
          sum += static_cast<double>(view(row, col, channel)) *
                 static_cast<double>(view(row, col, channel));
        }
      }
    }
  }
  return std::sqrt(sum);
}

/// The operands in their roles (no exchange).
template <class Sum, Element T>
Judgement<Sum> judge_unswapped(const Problem& problem, View<const T> x, View<const T> kernel) {
  const auto extended = extended_image(problem, x, kernel.shape());
  const auto weights = window_weights(problem.operation, kernel);
  const Index rows = extended.rows() - weights.rows() + 1;
  const Index cols = extended.cols() - weights.cols() + 1;
  const Index channels = x.channels();
  Judgement<Sum> judged{
      {rows, cols, channels},   std::vector<Sum>(static_cast<std::size_t>(rows * cols * channels)),
      norm<T>(extended.view()), norm<T>(kernel),
      weights.size(),           extended.shape()};
  for (Index row = 0; row < rows; ++row) {
    for (Index col = 0; col < cols; ++col) {
      for (Index channel = 0; channel < channels; ++channel) {
        auto& sum = judged.sums[static_cast<std::size_t>((row * cols + col) * channels + channel)];
        for (Index i = 0; i < weights.rows(); ++i) {
          const T* pixel =
              &extended.data()[((row + i) * extended.cols() + col) * channels + channel];
          const T* weight = &weights.data()[i * weights.cols()];
          for (Index j = 0; j < weights.cols(); ++j)
            sum.add_product(pixel[j * channels], weight[j]);
        }
      }
    }
  }
  return judged;
}

/// Whether mode `valid` exchanges the operands' roles, by SciPy's rule.
inline bool exchanged(Mode mode, Shape x, Shape kernel) {
  return mode == Mode::valid && (kernel.rows > x.rows || kernel.cols > x.cols);
}

/// Whether SciPy computes it at all: in mode `valid`, one operand must dominate.
inline bool defined(Mode mode, Shape x, Shape kernel) {
  const bool image_dominates = x.rows >= kernel.rows && x.cols >= kernel.cols;
  const bool kernel_dominates = kernel.rows >= x.rows && kernel.cols >= x.cols;
  return mode != Mode::valid || image_dominates || kernel_dominates;
}

/// The outputs of SciPy's convolve2d or correlate2d. In mode `valid` a larger kernel takes the
/// image's role; correlate2d's result is then reversed.
template <class Sum, Element T>
Judgement<Sum> judge(const Problem& problem, View<const T> x, View<const T> kernel) {
  if (!exchanged(problem.mode, x.shape(), kernel.shape())) {
    return judge_unswapped<Sum>(problem, x, kernel);
  }
  auto judged = judge_unswapped<Sum>(problem, kernel, x);
  if (problem.operation == Operation::correlate) {
    std::reverse(judged.sums.begin(), judged.sums.end());
  }
  return judged;
}

}  // namespace twofold::test
