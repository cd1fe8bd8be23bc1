// SPDX-License-Identifier: BSD-3-Clause
// Factors: a kernel as a short sum of products of columns and rows.
#pragma once

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

#include "problem/element_visit.hpp"
#include "twofold/image.hpp"
#include "twofold/view.hpp"

namespace twofold::detail {

/// kernel(a, b) = Σ_r columns(a, r)·rows(r, b), r < rank; in the lane type (element_visit.hpp).
class Factors {
 public:
  template <class L>
  Factors(Image<L> columns, Image<L> rows)
      : rank_(rows.rows()),
        columns_(std::make_shared<Image<L>>(std::move(columns))),
        rows_(std::make_shared<Image<L>>(std::move(rows))) {}

  [[nodiscard]] Index rank() const noexcept { return rank_; }
  template <class L>
  [[nodiscard]] const Image<L>& columns() const noexcept {
    return *static_cast<const Image<L>*>(columns_.get());
  }
  template <class L>
  [[nodiscard]] const Image<L>& rows() const noexcept {
    return *static_cast<const Image<L>*>(rows_.get());
  }

 private:
  Index rank_;
  std::shared_ptr<const void> columns_;
  std::shared_ptr<const void> rows_;
};

/// Divides one by 2^exponent and multiplies the other by it. False, and both stay as they are,
/// where a tap would not keep all its bits. Of real or complex numbers.
template <class T>
bool move_power_of_two(Image<T>& from, Image<T>& to, int exponent) {
  using R = real_t<T>;
  const auto numbers_of = [](Image<T>& taps) {
    const auto size = static_cast<std::size_t>(taps.size());
    return std::span(reinterpret_cast<R*>(taps.data()), is_complex_v<T> ? 2 * size : size);
  };
  const auto moves_exactly = [](std::span<const R> numbers, int by) {
    return std::ranges::all_of(numbers, [by](R number) {
      const R moved = std::ldexp(number, by);
      return std::ldexp(moved, -by) == number && std::isfinite(moved);
    });
  };
  if (!moves_exactly(numbers_of(from), -exponent) || !moves_exactly(numbers_of(to), exponent))
    return false;
  for (R& number : numbers_of(from))
    number = std::ldexp(number, -exponent);
  for (R& number : numbers_of(to))
    number = std::ldexp(number, exponent);
  return true;
}

/// Whether two taps of the column and the row, of rank 1, that are not zero have a product below
/// the normal numbers: as a tap of the kernel it would keep few bits, or none. Never of integers.
[[nodiscard]] bool has_subnormal_product(const Factors& factors, ElementType type);

/// How closely the factors have to give the kernel back.
enum class Closeness : unsigned char {
  each_tap,  ///< every tap to a few units of its own last place; rank 1
  largest,   ///< every tap to a few units in the last place of the largest one
};

/// The factors of lowest rank up to `most` of a finite kernel, or null. A kernel of zeros has a
/// column and a row of zeros. Integers: exact factors of rank 1 or none; they stay exact modulo 2ⁿ.
/// Complex kernels have none.
template <class T>
[[nodiscard]] std::shared_ptr<const Factors> factorise(const View<const T>& kernel, Index most,
                                                       Closeness closeness);

}  // namespace twofold::detail
