// SPDX-License-Identifier: BSD-3-Clause
// How large numbers are. Included only by the files in isa/.
#pragma once

#include "kernels/lanes.hpp"

namespace twofold::detail {
namespace {

/// Four vectors at a time, the last four moved back to end with the numbers. NaN is never at most
/// anything.
template <class R>
bool all_within(const R* numbers, Index count, R limit) {
  using Vector = xsimd::batch<R, Arch>;
  constexpr Index width = static_cast<Index>(Vector::size);
  constexpr Index block = 4 * width;
  const Vector largest(limit);
  const auto within = [&](Index at) __attribute__((always_inline)) {
    return xsimd::abs(Vector::load_unaligned(numbers + at)) <= largest;
  };
  if (count >= block) {
    for (Index i = 0; i < count; i += block) {
      const Index at = i + block <= count ? i : count - block;
      if (!xsimd::all(within(at) & within(at + width) & within(at + 2 * width) &
                      within(at + 3 * width))) {
        return false;
      }
    }
    return true;
  }
  for (Index i = 0; i < count; ++i) {
    if (!(numbers[i] <= limit && numbers[i] >= -limit)) return false;
  }
  return true;
}

}  // namespace
}  // namespace twofold::detail
