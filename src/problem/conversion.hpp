// SPDX-License-Identifier: BSD-3-Clause
// From an operand's type to the type in which sums are formed.
#pragma once

#include "problem/element_visit.hpp"

namespace twofold::detail {

/// Whether promotion can lead from elements of From to sums of D, or to their lane type, or to the
/// transform of such sums (of integers, in double): no value is lost except by rounding.
template <class From, class D>
inline constexpr bool promotes_to = std::is_integral_v<D>
                                        ? std::is_integral_v<From> && sizeof(From) <= sizeof(D)
                                        : promote(element_type_of<From>,
                                                  element_type_of<D>) == element_type_of<D>;

/// Integers of a wider type modulo 2ⁿ: negative ones become what they are as unsigned.
template <class D, class From>
[[nodiscard]] constexpr D converted(const From& value) noexcept {
  static_assert(promotes_to<From, D>);
  if constexpr (is_complex_v<D> && !is_complex_v<From>) {
    return D(static_cast<real_t<D>>(value));
  } else {
    return static_cast<D>(value);
  }
}

}  // namespace twofold::detail
