// SPDX-License-Identifier: BSD-3-Clause
// Sums: what a geometry gives for the image and kernel at hand, in double precision.
#pragma once

#include <array>
#include <complex>
#include <vector>

#include "diagnosis/geometry.hpp"
#include "problem/element_visit.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

/// One output of a result.
struct Probe {
  Index row = 0;
  Index col = 0;
  Index channel = 0;
};

/// The whole result of one geometry.
class WholeSums {
 public:
  WholeSums() = default;
  WholeSums(Image<double> sums, double error) : real_(std::move(sums)), error_(error) {}
  WholeSums(Image<std::complex<double>> sums, double error)
      : complex_(std::move(sums)), error_(error) {}

  [[nodiscard]] std::complex<double> operator()(Index row, Index col, Index channel) const {
    return complex_.data() != nullptr ? complex_(row, col, channel) : real_(row, col, channel);
  }
  /// How far they may be off.
  [[nodiscard]] double error() const { return error_; }
  [[nodiscard]] ErasedView view() const {
    return complex_.data() != nullptr ? erase(complex_.view()) : erase(real_.view());
  }

 private:
  Image<double> real_;
  Image<std::complex<double>> complex_;
  double error_ = 0;
};

class Sums {
 public:
  /// Refers to the image's memory, not to the kernel's. Throws Error.
  Sums(const ErasedView& image, const ErasedView& kernel);

  [[nodiscard]] const Operands& operands() const noexcept { return operands_; }
  [[nodiscard]] bool is_complex() const noexcept { return is_complex_; }
  /// Whether all sums are whole numbers.
  [[nodiscard]] bool are_integers() const noexcept { return are_integers_; }
  /// max|x|·‖k‖₁, which no sum exceeds, with `fill` among the pixels.
  [[nodiscard]] double largest(std::complex<double> fill) const noexcept;
  [[nodiscard]] Index taps() const noexcept {
    return operands_.kernel.rows * operands_.kernel.cols;
  }

  struct KernelTotals {
    std::complex<double> sum = 0;
    double magnitudes = 0;
    double squares = 0;
    double largest = 0;
  };
  [[nodiscard]] const KernelTotals& kernel_totals() const noexcept { return totals_; }

  /// One output, summed from its definition.
  [[nodiscard]] std::complex<double> at(const Geometry&, const Probe&) const;
  /// Whether that output's window lies inside the image.
  [[nodiscard]] bool is_inside(const Geometry&, const Probe&) const noexcept;
  /// All outputs, by whichever method is the fastest.
  [[nodiscard]] WholeSums whole(const Geometry&) const;

 private:
  using Taps = std::vector<std::complex<double>>;

  [[nodiscard]] Taps arranged(const Geometry&) const;
  [[nodiscard]] Shape kernel_shape(const Geometry&) const noexcept;
  template <class T>
  [[nodiscard]] WholeSums whole_of_type(const Geometry&) const;

  ErasedView image_;
  Operands operands_;
  bool is_complex_ = false;
  bool are_integers_ = false;
  double largest_pixel_ = 0;
  KernelTotals totals_;
  Taps kernel_;
  std::array<Taps, 8> arrangements_;  ///< by kernel_index
};

/// Any element as the kind of number that sums are compared as. Integers beyond 2^53 are rounded.
template <class T>
[[nodiscard]] std::complex<double> as_number(const T& element) noexcept {
  if constexpr (is_complex_v<T>) {
    return {static_cast<double>(element.real()), static_cast<double>(element.imag())};
  } else {
    return static_cast<double>(element);
  }
}
[[nodiscard]] std::complex<double> number_at(const ErasedView&, Index row, Index col,
                                             Index channel);

}  // namespace twofold::detail
