// SPDX-License-Identifier: BSD-3-Clause
// What the two Fourier engines share: the rules for when a block of image may go through a
// transform, and the placing of kernels and results.
#pragma once

#include <cmath>
#include <limits>

#include "engines/engine.hpp"

namespace twofold::detail {

/// The real type in which elements of T are transformed: integers in double, where they are exact.
template <class T>
using transform_real_t = std::conditional_t<std::is_integral_v<T>, double, real_t<T>>;

/// 12(log₂N + 1)·u·‖x‖₂‖k‖₂, the largest error of an output of a product by transforms of N points
/// (Percival 2003; Brent and Zimmermann, Modern Computer Arithmetic, §3.3), without the norms.
[[nodiscard]] inline double transform_error_factor(double points, double roundoff) {
  return 12 * (std::log2(points) + 1) * roundoff;
}

/// What elements of T are packed as.
template <class T>
using transform_number_t =
    std::conditional_t<is_complex_v<T>, std::complex<transform_real_t<T>>, transform_real_t<T>>;

/// The image of a problem of T as numbers to be transformed.
template <class T>
[[nodiscard]] Source<transform_number_t<T>> transform_source(const Task& task,
                                                             const Problem& problem) noexcept {
  using Number = transform_number_t<T>;
  return task.source<Number>(problem, static_cast<Number>(problem.fill_as<T>()));
}

/// One channel of some outputs of a task.
[[nodiscard]] inline Task channel_task(const Task& task, const Rect& outputs,
                                       Index channel) noexcept {
  return {channel_of(task.tile, channel), task.tile_origin, outputs,
          channel_of(task.out_part(outputs), channel)};
}

/// Which blocks of image may be transformed so that the outputs are what the contract promises.
struct TransformRule {
  /// The largest ‖block‖₂; beyond it the block is summed directly. NaN and infinity are beyond.
  double largest_norm = 0;

  [[nodiscard]] bool allows(double norm) const noexcept {
    return std::isfinite(norm) && norm <= largest_norm;
  }
};

/// √5: a block shares its rounding errors with a neighbour whose norm is at most twice its own
/// (RealTiles::equalise).
inline constexpr double sharing_factor = 2.23606797749979;

/// ‖x‖₂‖k‖₂ up to which rounding restores integers: 2⁵³/(48(log₂N + 1)) keeps the error below ¼; √2
/// for the neighbour that shares the transform.
[[nodiscard]] inline double largest_exact_product(double points) {
  return 0x1p53 / (48 * (std::log2(points) + 1)) / 1.4142135623730951;
}

[[nodiscard]] inline TransformRule transform_rule(const Problem& problem, double points,
                                                  double kernel_norm) {
  if (is_integer(problem.type)) return {largest_exact_product(points) / kernel_norm};
  // An output is at most ‖x‖₂‖k‖₂ (Cauchy and Schwarz): where that could overflow, the transform
  // would spread the infinity.
  const bool single = unit_roundoff(problem.type) == 0x1p-24;
  const double limit = single ? static_cast<double>(std::numeric_limits<float>::max())
                              : std::numeric_limits<double>::max();
  const double largest = kernel_norm > 0 ? limit / 8 / kernel_norm : limit;
  if (problem.accuracy.kind() == Accuracy::Kind::within) {
    const double factor = transform_error_factor(points, unit_roundoff(problem.type));
    return {
        std::min(largest, problem.accuracy.tolerance() / (sharing_factor * factor * kernel_norm))};
  }
  return {largest};
}

/// Of the transform or, where a block is summed directly, of that.
[[nodiscard]] inline double transform_error_bound(const Problem& problem, double points,
                                                  double kernel_norm, double largest_magnitude) {
  if (is_integer(problem.type)) return 0;
  const double sharing = is_complex(problem.type) ? 1.0 : sharing_factor;
  const double bound = sharing * transform_error_factor(points, unit_roundoff(problem.type)) *
                       (largest_magnitude * std::sqrt(points) * kernel_norm);
  const bool is_limited = problem.accuracy.kind() == Accuracy::Kind::within;
  return std::max(is_limited ? std::min(bound, problem.accuracy.tolerance()) : bound,
                  direct_error_bound(problem, largest_magnitude));
}

/// 2^exponent as two factors, each of which is representable where their product is not.
template <class R>
struct PowerOfTwo {
  R first;
  R second;

  explicit PowerOfTwo(int exponent)
      : first(std::ldexp(R(1), exponent / 2)), second(std::ldexp(R(1), exponent - exponent / 2)) {}

  template <class N>
  [[nodiscard]] N times(const N& number) const noexcept {
    return number * first * second;
  }
  /// For real (0) or imaginary (1) parts of numbers that are conjugated.
  [[nodiscard]] PowerOfTwo of_part(std::size_t part) const noexcept {
    PowerOfTwo factor = *this;
    if (part == 1) factor.first = -factor.first;
    return factor;
  }
};

/// The exponent of a finite norm, 0 for zero: 2^−exponent brings the block near 1, exactly.
[[nodiscard]] inline int exponent_of(double norm) noexcept {
  return norm > 0 ? std::ilogb(norm) : 0;
}

/// A transform's result, of a problem of T, as an element of the result: integers are restored,
/// whatever the caller's rounding mode, modulo 2ⁿ.
template <class Out, class T, class N>
[[nodiscard]] Out to_result(const N& value) noexcept {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<Out>(static_cast<T>(static_cast<std::int64_t>(std::floor(value + 0.5))));
  } else {
    return result_of<Out>(value);
  }
}

}  // namespace twofold::detail
