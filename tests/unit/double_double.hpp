// SPDX-License-Identifier: BSD-3-Clause
// Numbers of about 106 bits: sums of two doubles. Dekker, A Floating-Point Technique for Extending
// the Available Precision (Numerische Mathematik 18, 1971); Knuth, The Art of Computer Programming
// 2, §4.2.2; Shewchuk, Adaptive Precision Floating-Point Arithmetic (1997).
#pragma once

#include <cmath>

namespace twofold::test {

/// high + low, where high is that sum rounded to double.
struct DoubleDouble {
  double high = 0;
  double low = 0;
};

/// a + b, exactly (Knuth's theorem B).
inline DoubleDouble two_sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

/// a + b, exactly, where |a| ≥ |b| or a = 0 (Dekker).
inline DoubleDouble quick_two_sum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

/// a·b, exactly, where it neither overflows nor lies so near zero that its last bits vanish.
inline DoubleDouble two_product(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

/// To within 3·2⁻¹⁰⁶ of the sum, whatever cancels (Li et al., XBLAS, 2002; Joldes, Muller and
/// Popescu, 2017).
inline DoubleDouble add(const DoubleDouble& a, const DoubleDouble& b) {
  const DoubleDouble highs = two_sum(a.high, b.high);
  const DoubleDouble lows = two_sum(a.low, b.low);
  const DoubleDouble sum = quick_two_sum(highs.high, highs.low + lows.high);
  return quick_two_sum(sum.high, sum.low + lows.low);
}

/// To within 5·2⁻¹⁰⁶ of the product.
inline DoubleDouble multiply(const DoubleDouble& a, const DoubleDouble& b) {
  const DoubleDouble product = two_product(a.high, b.high);
  const double cross = std::fma(a.high, b.low, a.low * b.high);
  return quick_two_sum(product.high, product.low + cross);
}

/// |a − b|, rounded to double.
inline double distance(const DoubleDouble& a, double b) {
  return std::abs(add(a, {-b, 0}).high);
}

}  // namespace twofold::test
