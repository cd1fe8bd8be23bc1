// SPDX-License-Identifier: BSD-3-Clause
// Pixels to float32 and back. Included only by the files in isa/, after lanes.hpp. Plain loops,
// which the compiler vectorises for the file's instruction set.
#pragma once

#include "kernels/kernels.hpp"

namespace twofold::detail {
namespace {

template <class P>
void widen_pixels(const void* from, void* to, Index count) {
  const P* __restrict pixels = static_cast<const P*>(from);
  float* __restrict numbers = static_cast<float*>(to);
  for (Index i = 0; i < count; ++i)
    numbers[i] = static_cast<float>(pixels[i]);
}

template <class P>
void round_to_pixels(const void* from, void* to, Index count) {
  const float* __restrict numbers = static_cast<const float*>(from);
  P* __restrict pixels = static_cast<P*>(to);
  for (Index i = 0; i < count; ++i)
    pixels[i] = rounded_pixel<P>(numbers[i]);
}

template <class P>
constexpr PixelKernels pixel_kernels() {
  return {&widen_pixels<P>, &round_to_pixels<P>};
}

}  // namespace
}  // namespace twofold::detail
