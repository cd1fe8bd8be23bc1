// SPDX-License-Identifier: BSD-3-Clause
// Windows most of whose taps are zero: the others one by one, wherever they are. Included only by
// the files in isa/.
#pragma once

#include "kernels/sliding_sum.hpp"

namespace twofold::detail {
namespace {

template <int vectors, class T>
inline __attribute__((always_inline)) void scattered_strip(const T* const* rows, Index at, T* to,
                                                           bool streamed,
                                                           const ScatteredTap<T>* taps,
                                                           Index count) {
  using L = Lanes<T>;
  typename L::Accumulator sums[vectors];
#pragma GCC unroll 16
  for (int v = 0; v < vectors; ++v)
    sums[v] = L::zero();
  for (const auto* tap = taps; tap != taps + count; ++tap) {
    const T* in = rows[tap->row] + tap->offset + at;
    const auto factor = L::broadcast(tap->value);
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v)
      L::multiply_add(sums[v], L::load(in + v * L::width), factor);
  }
  store_sums<T>(sums, to, streamed);
}

/// A ScatteredSum.
template <Form form, class T>
void scattered_sum(const Rows<T>& in_rows, const Target<T>& target, Index out_rows, Index width,
                   const ScatteredTap<T>* taps, Index count) {
  for (Index row = 0; row < out_rows; ++row) {
    T* to = target.data + row * target.pitch;
    for_each_strip<form, T>(width, [&]<Form narrowed>(Index at) {
      const bool streamed = is_streamed<narrowed.vectors * Lanes<T>::width>(target, at);
      scattered_strip<narrowed.vectors>(in_rows.pointers + row, at, to + at, streamed, taps, count);
    });
  }
  if (target.streamed) finish_streaming();
}

}  // namespace
}  // namespace twofold::detail
