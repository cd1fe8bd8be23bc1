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

/// The shape of a block in registers: output rows × vectors of sums.
struct Blocking {
  int rows;
  int vectors;
};

/// The same for a window whose size is known when this is compiled: no loop is left.
template <int tap_rows, int tap_cols, Blocking blocking, class T>
void sum_small_block(const T* in, Index in_pitch, T* out, Index out_pitch, const T* taps,
                     Index spacing) {
  using L = Lanes<T>;
  typename L::Accumulator sums[blocking.rows][blocking.vectors];
#pragma GCC unroll 16
  for (int r = 0; r < blocking.rows; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < blocking.vectors; ++v)
      sums[r][v] = L::zero();
  }
#pragma GCC unroll 32
  for (int y = 0; y < tap_rows + blocking.rows - 1; ++y) {
#pragma GCC unroll 16
    for (int b = 0; b < tap_cols; ++b) {
      const T* at = in + y * in_pitch + b * spacing;
      typename L::Vector x[blocking.vectors];
#pragma GCC unroll 16
      for (int v = 0; v < blocking.vectors; ++v)
        x[v] = L::load(at + v * L::width);
#pragma GCC unroll 16
      for (int r = 0; r < blocking.rows; ++r) {
        if (y - r < 0 || y - r >= tap_rows) continue;
        const auto tap = L::broadcast(taps[(y - r) * tap_cols + b]);
#pragma GCC unroll 16
        for (int v = 0; v < blocking.vectors; ++v)
          L::multiply_add(sums[r][v], x[v], tap);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < blocking.rows; ++r) {
#pragma GCC unroll 16
    for (int v = 0; v < blocking.vectors; ++v) {
      L::store(sums[r][v], out + r * out_pitch + v * L::width);
    }
  }
}

/// Windows of any size.
template <Blocking wanted, class T>
struct AnyWindow {
  static constexpr Blocking blocking = wanted;
  static constexpr Blocking row_blocking{1, wanted.rows* wanted.vectors * 2 / 3};

  template <Blocking shape>
  static void sum(const T* in, Index in_pitch, T* out, Index out_pitch, const T* taps,
                  const Window& window) {
    sum_block<shape.rows, shape.vectors>(in, in_pitch, out, out_pitch, taps, window);
  }
};

/// Windows of one size.
template <int tap_rows, int tap_cols, Blocking wanted, class T>
struct SmallWindow {
  static constexpr Blocking blocking = wanted;
  static constexpr Blocking row_blocking{1, wanted.vectors};

  template <Blocking shape>
  static void sum(const T* in, Index in_pitch, T* out, Index out_pitch, const T* taps,
                  const Window& window) {
    sum_small_block<tap_rows, tap_cols, shape>(in, in_pitch, out, out_pitch, taps, window.spacing);
  }
};

/// A strip of output rows. What remains beside whole blocks is covered by single vectors, the last
/// of which is moved back to end with the row: it computes some outputs again, to the same bits.
template <class Blocks, Blocking shape, class T>
void sum_strip(const T* in, Index in_pitch, T* out, Index out_pitch, Index width, const T* taps,
               const Window& window) {
  constexpr Index block = shape.vectors * Lanes<T>::width;
  Index i = 0;
  for (; i + block <= width; i += block) {
    Blocks::template sum<shape>(in + i, in_pitch, out + i, out_pitch, taps, window);
  }
  while (i < width) {
    const Index at = i + Lanes<T>::width <= width ? i : width - Lanes<T>::width;
    constexpr Blocking narrow{shape.rows, 1};
    Blocks::template sum<narrow>(in + at, in_pitch, out + at, out_pitch, taps, window);
    i = at + Lanes<T>::width;
  }
}

/// Windows of a single row have nothing to share between output rows: one row of many vectors then
/// keeps as many sums under way.
template <class Blocks, class T>
void sum_all(const T* in, Index in_pitch, T* out, Index out_pitch, Index rows, Index width,
             const T* taps, const Window& window) {
  Index r = 0;
  if (window.tap_rows > 1) {
    for (; r + Blocks::blocking.rows <= rows; r += Blocks::blocking.rows) {
      sum_strip<Blocks, Blocks::blocking>(in + r * in_pitch, in_pitch, out + r * out_pitch,
                                          out_pitch, width, taps, window);
    }
  }
  for (; r < rows; ++r) {
    sum_strip<Blocks, Blocks::row_blocking>(in + r * in_pitch, in_pitch, out + r * out_pitch,
                                            out_pitch, width, taps, window);
  }
}

/// The blocks that serve a type: in general, and for square windows of 3, 5 and 7; no rows where
/// the general one is as good.
struct Blockings {
  Blocking any;
  Blocking three{0, 0};
  Blocking five{0, 0};
  Blocking seven{0, 0};
};

template <int taps, Blocking blocking, class T>
bool sum_if_square(const T* in, Index in_pitch, T* out, Index out_pitch, Index rows, Index width,
                   const T* values, const Window& window) {
  if constexpr (blocking.rows == 0) {
    return false;
  } else {
    if (window.tap_rows != taps || window.tap_cols != taps) return false;
    sum_all<SmallWindow<taps, taps, blocking, T>>(in, in_pitch, out, out_pitch, rows, width, values,
                                                  window);
    return true;
  }
}

template <Blockings blockings, class T>
void sliding_sum(const T* in, Index in_pitch, T* out, Index out_pitch, Index rows, Index width,
                 const T* taps, const Window& window) {
  if (sum_if_square<3, blockings.three>(in, in_pitch, out, out_pitch, rows, width, taps, window) ||
      sum_if_square<5, blockings.five>(in, in_pitch, out, out_pitch, rows, width, taps, window) ||
      sum_if_square<7, blockings.seven>(in, in_pitch, out, out_pitch, rows, width, taps, window)) {
    return;
  }
  sum_all<AnyWindow<blockings.any, T>>(in, in_pitch, out, out_pitch, rows, width, taps, window);
}

}  // namespace
}  // namespace twofold::detail
