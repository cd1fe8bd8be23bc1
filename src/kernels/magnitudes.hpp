// SPDX-License-Identifier: BSD-3-Clause
// How large numbers are. Included only by the files in isa/.
#pragma once

#include "kernels/lanes.hpp"

namespace twofold::detail {
namespace {

/// Largest magnitudes in four vectors at a time. A comparison with NaN is false, so NaN is counted
/// by comparing for "not larger".
template <class R>
bool all_within(const R* numbers, Index count, R limit) {
  using Vector = xsimd::batch<R, Arch>;
  constexpr Index width = static_cast<Index>(Vector::size);
  const Vector largest(limit);
  Index i = 0;
  for (; i + 4 * width <= count; i += 4 * width) {
    const auto within = [&](Index at) __attribute__((always_inline)) {
      return xsimd::abs(Vector::load_unaligned(numbers + i + at * width)) <= largest;
    };
    if (!xsimd::all(within(0) & within(1) & within(2) & within(3))) return false;
  }
  for (; i < count; ++i) {
    if (!(numbers[i] <= limit && numbers[i] >= -limit)) return false;
  }
  return true;
}

}  // namespace
}  // namespace twofold::detail
