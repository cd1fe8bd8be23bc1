// SPDX-License-Identifier: BSD-3-Clause
// The sliding window, blocked in registers: several output rows × several vectors of sums. A loaded
// vector of input serves every output row of the block whose window covers it, which is what keeps
// the multipliers busy: one output row alone would be bound by its loads.
//
// Included only by the files in isa/, after lanes.hpp.
#pragma once

#include "kernels/lanes.hpp"

namespace twofold::detail {
namespace {

/// One input row's contribution to the output rows From … To of a block. `taps` is the row of taps
/// that meets it in output row 0, so in output row r it meets the row of taps r rows before.
template <int From, int To, class T, int rows, int vectors>
inline __attribute__((always_inline)) void add_input_row(
    typename Lanes<T>::Accumulator (&sums)[rows][vectors], const T* in, const T* taps,
    const Window& window) {
  using L = Lanes<T>;
  for (Index b = 0; b < window.tap_cols; ++b) {
    const T* at = in + b * window.spacing;
    typename L::Vector x[vectors];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v)
      x[v] = L::load(at + v * L::width);
#pragma GCC unroll 8
    for (int r = From; r <= To; ++r) {
      const auto tap = L::broadcast(taps[b - r * window.tap_cols]);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v)
        L::multiply_add(sums[r][v], x[v], tap);
    }
  }
}

/// The first and last input rows of a block serve only some of its output rows.
template <int From, int To, class T, int rows, int vectors>
inline __attribute__((always_inline)) void add_edge_row(
    int from, int to, typename Lanes<T>::Accumulator (&sums)[rows][vectors], const T* in,
    const T* taps, const Window& window) {
  if (from == From && to == To) {
    add_input_row<From, To, T>(sums, in, taps, window);
  } else if constexpr (To > From) {
    if (to < To) {
      add_edge_row<From, To - 1, T>(from, to, sums, in, taps, window);
    } else {
      add_edge_row<From + 1, To, T>(from, to, sums, in, taps, window);
    }
  }
}

/// rows × (vectors · width) outputs.
template <int rows, int vectors, class T>
void sum_block(const T* in, Index in_pitch, T* out, Index out_pitch, const T* taps,
               const Window& window) {
  using L = Lanes<T>;
  typename L::Accumulator sums[rows][vectors];
#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v)
      sums[r][v] = L::zero();
  }

  const Index last = window.tap_rows - 1;
  const T* tap_row = taps;
  for (Index y = 0; y <= last + rows - 1; ++y, in += in_pitch, tap_row += window.tap_cols) {
    if (y >= rows - 1 && y <= last) {
      add_input_row<0, rows - 1, T>(sums, in, tap_row, window);
    } else {
      const int from = y > last ? static_cast<int>(y - last) : 0;
      const int to = y < rows - 1 ? static_cast<int>(y) : rows - 1;
      add_edge_row<0, rows - 1, T>(from, to, sums, in, tap_row, window);
    }
  }

#pragma GCC unroll 8
  for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v)
      L::store(sums[r][v], out + r * out_pitch + v * L::width);
  }
}

/// A strip of `rows` output rows. What remains beside whole blocks is covered by single vectors,
/// the last of which is moved back to end with the row: it computes some outputs again, to the same
/// bits.
template <int rows, int vectors, class T>
void sum_strip(const T* in, Index in_pitch, T* out, Index out_pitch, Index width, const T* taps,
               const Window& window) {
  constexpr Index block = vectors * Lanes<T>::width;
  Index i = 0;
  for (; i + block <= width; i += block) {
    sum_block<rows, vectors>(in + i, in_pitch, out + i, out_pitch, taps, window);
  }
  while (i < width) {
    const Index at = i + Lanes<T>::width <= width ? i : width - Lanes<T>::width;
    sum_block<rows, 1>(in + at, in_pitch, out + at, out_pitch, taps, window);
    i = at + Lanes<T>::width;
  }
}

template <int rows, int vectors, class T>
void sliding_sum(const T* in, Index in_pitch, T* out, Index out_pitch, Index count, Index width,
                 const T* taps, const Window& window) {
  Index r = 0;
  for (; r + rows <= count; r += rows) {
    sum_strip<rows, vectors>(in + r * in_pitch, in_pitch, out + r * out_pitch, out_pitch, width,
                             taps, window);
  }
  for (; r < count; ++r) {
    sum_strip<1, vectors>(in + r * in_pitch, in_pitch, out + r * out_pitch, out_pitch, width, taps,
                          window);
  }
}

}  // namespace
}  // namespace twofold::detail
