// SPDX-License-Identifier: BSD-3-Clause
// How numbers become pixels. Included by the files in kernels/isa too, and so always inlined.
#pragma once

#include <bit>
#include <limits>
#include <type_traits>

#include "twofold/types.hpp"

namespace twofold::detail {

/// Converts elements that lie side by side.
using ConvertRun = void (*)(const void* from, void* to, Index count);

/// The nearest integer, of two the even one, saturated to P's range; 0 for NaN. In the rounding
/// mode in which sums are formed, to nearest. Without a comparison of floating-point numbers, which
/// compilers turn into branches: this becomes a vector loop on every instruction set.
template <class P, class R>
[[nodiscard]] inline __attribute__((always_inline)) P rounded_pixel(R sum) noexcept {
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
    magnitude = (magnitude < highest ? magnitude : highest) & ~is_nan;
  } else {
    const Bits most = highest + (sign & (lowest - highest));
    magnitude = (magnitude < most ? magnitude : most) & ~is_nan;
    magnitude |= bits & ~magnitude_bits;
  }
  const R value = std::bit_cast<R>(magnitude);
  // Beside 1.5·2^(p−1), with p the digits of the significand, there is room for integers only: the
  // addition rounds, and the value stands in the last bits.
  constexpr R room = sizeof(R) == 4 ? R(0x1.8p23) : R(0x1.8p52);
  return static_cast<P>(bits_of(value + room) - bits_of(room));
}

}  // namespace twofold::detail
