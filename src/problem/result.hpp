// SPDX-License-Identifier: BSD-3-Clause
// From the sums to the elements of the result.
#pragma once

#include <algorithm>
#include <bit>
#include <limits>

#include "problem/element_visit.hpp"
#include "problem/erased_view.hpp"

namespace twofold::detail {

/// The nearest integer, of two the even one, saturated to P's range; 0 for NaN. In the rounding
/// mode in which sums are formed, to nearest. Without a comparison of floating-point numbers, which
/// compilers turn into branches: this becomes a vector loop on every instruction set.
template <class P, class R>
[[nodiscard]] inline P rounded_pixel(R sum) noexcept {
  static_assert(std::is_integral_v<P> && sizeof(P) <= 2 && std::is_floating_point_v<R>);
  using Bits = std::conditional_t<sizeof(R) == 4, std::int32_t, std::int64_t>;
  constexpr auto bits_of = [](R number) { return std::bit_cast<Bits>(number); };
  constexpr Bits magnitude_bits = std::numeric_limits<Bits>::max();
  constexpr Bits highest = bits_of(R(std::numeric_limits<P>::max()));
  constexpr Bits lowest = bits_of(-R(std::numeric_limits<P>::min())) & magnitude_bits;

  // Magnitudes are ordered as their bits are, infinity and then NaN above all numbers.
  const Bits bits = bits_of(sum);
  const Bits sign = bits >> (8 * sizeof(R) - 1);  // 0 or −1
  Bits magnitude = bits & (std::is_unsigned_v<P> ? ~sign : magnitude_bits);
  const Bits is_nan =
      (bits_of(std::numeric_limits<R>::infinity()) - magnitude) >> (8 * sizeof(R) - 1);
  if constexpr (std::is_unsigned_v<P>) {
    magnitude = std::min(magnitude, highest) & ~is_nan;
  } else {
    magnitude = std::min<Bits>(magnitude, highest + (sign & (lowest - highest))) & ~is_nan;
    magnitude |= bits & ~magnitude_bits;
  }
  const R value = std::bit_cast<R>(magnitude);
  // Beside 1.5·2^(p−1), with p the digits of the significand, there is room for integers only: the
  // addition rounds, and the value stands in the last bits.
  constexpr R room = sizeof(R) == 4 ? R(0x1.8p23) : R(0x1.8p52);
  return static_cast<P>(bits_of(value + room) - bits_of(room));
}

/// A sum of L as an element of the result: itself, or rounded to a pixel.
template <class Out, class L>
[[nodiscard]] inline Out result_of(const L& sum) noexcept {
  if constexpr (std::is_same_v<Out, L>) {
    return sum;
  } else {
    return rounded_pixel<Out>(sum);
  }
}

/// visit(Tag<Out>{}) with the type in which the results of sums of L are written: L itself where
/// `output` has its bits, a pixel type where the sums are rounded to `output`.
template <class L, class Visitor>
decltype(auto) visit_result(ElementType output, Visitor&& visit) {
  if constexpr (std::is_floating_point_v<L>) {
    if (output == ElementType::int8) return visit(Tag<std::int8_t>{});
    if (output == ElementType::uint8) return visit(Tag<std::uint8_t>{});
    if (output == ElementType::int16) return visit(Tag<std::int16_t>{});
    if (output == ElementType::uint16) return visit(Tag<std::uint16_t>{});
  }
  return visit(Tag<L>{});
}

/// Writes sums to a part of every row of `out`: to its elements, channels counted, begin …
/// begin + count, as far as the row has them; sums[r·pitch + i] to the i-th of these in row r.
template <class L>
void store_results(const L* sums, Index pitch, Index begin, Index count, const ErasedView& out);

}  // namespace twofold::detail
