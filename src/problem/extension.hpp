// SPDX-License-Identifier: BSD-3-Clause
// How an image goes on outside itself: the boundary arithmetic, along one axis.
#pragma once

#include "twofold/options.hpp"

namespace twofold::detail {

enum class Extension : unsigned char {
  fill,
  wrap,
  symm,
  mirror,
  nearest,
  absent,  ///< there is nothing outside: the taps that would fall there are left out of the sum
};

[[nodiscard]] constexpr Extension extension_of(Boundary boundary) noexcept {
  switch (boundary) {
    case Boundary::fill:
      return Extension::fill;
    case Boundary::wrap:
      return Extension::wrap;
    case Boundary::symm:
      return Extension::symm;
    case Boundary::mirror:
      return Extension::mirror;
    case Boundary::nearest:
      break;
  }
  return Extension::nearest;
}

/// What `resolve` answers where the extended image holds no element of the image.
inline constexpr Index outside = -1;

/// After how many elements the extension of an image of n repeats itself; 0 if it never does.
[[nodiscard]] constexpr Index period_of(Extension extension, Index n) noexcept {
  switch (extension) {
    case Extension::wrap:
      return n;
    case Extension::symm:
      return 2 * n;
    case Extension::mirror:
      return n == 1 ? 1 : 2 * n - 2;
    default:
      return 0;
  }
}

/// Which element of an image of n > 0 stands at index i of the extended image, for any i: as many
/// reflections or periods away as it takes. Inside the image, i itself.
[[nodiscard]] constexpr Index resolve(Extension extension, Index i, Index n) noexcept {
  if (i >= 0 && i < n) return i;
  if (extension == Extension::nearest) return i < 0 ? 0 : n - 1;
  const Index period = period_of(extension, n);
  if (period == 0) return outside;
  // Most indices lie less than one period outside; division is for the others.
  Index k = i < 0 ? i + period : i;
  if (k < 0 || k >= period) {
    k %= period;
    if (k < 0) k += period;
  }
  if (k < n) return k;
  return extension == Extension::symm ? period - 1 - k : period - k;
}

}  // namespace twofold::detail
