// SPDX-License-Identifier: BSD-3-Clause
// From the sums to the elements of the result.
#pragma once

#include "problem/element_visit.hpp"
#include "problem/erased_view.hpp"
#include "support/pixels.hpp"

namespace twofold::detail {

/// A sum of L as an element of the result: itself, rounded to a pixel, or, of integers whose sums
/// fit a narrower type than the result's, widened. Lanes are unsigned, what they hold is not.
template <class Out, class L>
[[nodiscard]] inline Out result_of(const L& sum) noexcept {
  if constexpr (std::is_same_v<Out, L>) {
    return sum;
  } else if constexpr (std::is_integral_v<L>) {
    return static_cast<Out>(static_cast<std::make_signed_t<L>>(sum));
  } else {
    return rounded_pixel<Out>(sum);
  }
}

/// visit(Tag<Out>{}) with the type in which the results of sums of L are written: L itself where
/// `output` has its bits, the lane type of `output` where that is wider, a pixel type where the
/// sums are rounded to `output`.
template <class L, class Visitor>
decltype(auto) visit_result(ElementType output, Visitor&& visit) {
  if constexpr (std::is_floating_point_v<L>) {
    if (output == ElementType::int8) return visit(Tag<std::int8_t>{});
    if (output == ElementType::uint8) return visit(Tag<std::uint8_t>{});
    if (output == ElementType::int16) return visit(Tag<std::int16_t>{});
    if (output == ElementType::uint16) return visit(Tag<std::uint16_t>{});
  }
  if constexpr (std::is_integral_v<L>) {
    if constexpr (sizeof(L) == 2) {
      if (size_in_bytes(output) == 4) return visit(Tag<std::uint32_t>{});
    }
    if constexpr (sizeof(L) == 2 || sizeof(L) == 4) {
      if (size_in_bytes(output) == 8) return visit(Tag<std::uint64_t>{});
    }
  }
  return visit(Tag<L>{});
}

/// Writes sums to a part of every row of `out`: to its elements, channels counted, begin …
/// begin + count, as far as the row has them; sums[r·pitch + i] to the i-th of these in row r.
/// `round`, if there is one, is a faster way to round sums to pixels that lie side by side.
template <class L>
void store_results(const L* sums, Index pitch, Index begin, Index count, const ErasedView& out,
                   ConvertRun round = nullptr);

}  // namespace twofold::detail
