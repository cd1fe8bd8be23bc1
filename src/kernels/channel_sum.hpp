// SPDX-License-Identifier: BSD-3-Clause
// ChannelSum: blocks of rows × two vectors of columns, whose sums stay in registers.
#pragma once

#include <cstdint>
#include <utility>

#include "kernels/lanes.hpp"
#include "kernels/layers.hpp"

namespace twofold::detail {
namespace {

/// Sums in registers: they leave room for one row of the right matrix and one number of the left.
inline constexpr int channel_sum_rows = has_many_registers ? 14 : 6;

/// Rows of the left matrix, addressed by few registers: every third row has a pointer of its own,
/// the two after it are reached through the pitch.
template <int rows, class T>
struct LeftRows {
  static constexpr int count = (rows + 2) / 3;
  const T* pointers[count];
  Index pitch;

  inline __attribute__((always_inline)) LeftRows(const T* first, Index step) : pitch(step) {
#pragma GCC unroll 16
    for (int i = 0; i < count; ++i) {
      pointers[i] = first + 3 * (i * step);
      keep_in_register(pointers[i]);
    }
  }
  [[nodiscard]] inline __attribute__((always_inline)) const T* row(int p) const {
    return pointers[p / 3] + p % 3 * pitch;
  }
  inline __attribute__((always_inline)) void advance(Index by) {
#pragma GCC unroll 16
    for (int i = 0; i < count; ++i) {
      pointers[i] += by;
      keep_in_register(pointers[i]);
    }
  }
};

/// Elements of the right matrix that are fetched ahead: it may come from the third-level cache, and
/// what follows one block of it is the next one.
inline constexpr Index prefetch_distance = 1024;

template <int rows, int vectors, class T>
struct ChannelBlock {
  using Vector = xsimd::batch<T, Arch>;
  static constexpr Index width = static_cast<Index>(Vector::size);
  Vector sums[rows][vectors];

  inline __attribute__((always_inline)) void start(const T* values) {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      const Vector value =
          values != nullptr ? Vector::load_unaligned(values + v * width) : Vector(T(0));
#pragma GCC unroll 16
      for (int p = 0; p < rows; ++p)
        sums[p][v] = value;
    }
  }

  inline __attribute__((always_inline)) void start_rows(const T* values) {
#pragma GCC unroll 16
    for (int p = 0; p < rows; ++p) {
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v)
        sums[p][v] = Vector(values[p]);
    }
  }

  /// One row of the right matrix, by the elements `at` of all rows of the left one.
  inline __attribute__((always_inline)) void add(const LeftRows<rows, T>& left, int at,
                                                 const T* right) {
    Vector factors[vectors];
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      __builtin_prefetch(right + v * width + prefetch_distance);
      factors[v] = Vector::load_unaligned(right + v * width);
      keep_in_register(factors[v]);
    }
#pragma GCC unroll 16
    for (int p = 0; p < rows; ++p) {
      Vector x(left.row(p)[at]);
      if constexpr (vectors > 1) keep_in_register(x);
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v)
        sums[p][v] = multiply_add(x, factors[v], sums[p][v]);
    }
  }

  inline __attribute__((always_inline)) void add_run(const T* first, Index pitch, Index length,
                                                     const T*& right, Index right_pitch) {
    LeftRows<rows, T> left(first, pitch);
    constexpr int unrolled = 4;
    Index t = 0;
    for (; t + unrolled <= length; t += unrolled) {
#pragma GCC unroll 16
      for (int i = 0; i < unrolled; ++i) {
        add(left, i, right);
        right += right_pitch;
      }
      left.advance(unrolled);
    }
    for (; t < length; ++t) {
      add(left, 0, right);
      right += right_pitch;
      left.advance(1);
    }
  }

  /// Comparisons with NaN give the second operand of max and min: the sum.
  inline __attribute__((always_inline)) void clamp(T low, T high) {
    const Vector lowest(low);
    const Vector highest(high);
#pragma GCC unroll 16
    for (int p = 0; p < rows; ++p) {
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v)
        sums[p][v] = clamped(lowest, highest, sums[p][v]);
    }
  }

  /// Half a line past the cache would be two transfers, each of a whole line.
  [[nodiscard]] static bool fills_lines(const T* target, Index pitch, Index columns) {
    constexpr std::size_t line = 64;
    const auto place = reinterpret_cast<std::uintptr_t>(target);
    const auto step = static_cast<std::size_t>(pitch) * sizeof(T);
    return vectors * width * sizeof(T) >= line && columns == vectors * width && place % line == 0 &&
           step % line == 0;
  }

  inline __attribute__((always_inline)) void stream(T* target, Index pitch) const {
#pragma GCC unroll 16
    for (int p = 0; p < rows; ++p) {
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v)
        store_past_cache(sums[p][v], target + p * pitch + v * width);
    }
  }

  inline __attribute__((always_inline)) void store(T* target, Index pitch, Index columns) const {
#pragma GCC unroll 16
    for (int p = 0; p < rows; ++p) {
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v) {
        T* to = target + p * pitch + v * width;
        if (columns >= (v + 1) * width) {
          sums[p][v].store_unaligned(to);
        } else if (columns > v * width) {
          LaneMask<T>::of(0, columns - v * width).store(sums[p][v], to);
        }
      }
    }
  }
};

template <int rows, int vectors, class T>
void channel_block(const ChannelSum<T>& sum, Index row) {
  ChannelBlock<rows, vectors, T> block;
  if (sum.row_start != nullptr) {
    block.start_rows(sum.row_start + row);
  } else {
    block.start(sum.start);
  }
  const T* left = sum.left + row * sum.left_pitch;
  const T* right = sum.right;
  for (Index a = 0; a < sum.taps.rows; ++a) {
    for (Index b = 0; b < sum.taps.cols; ++b) {
      block.add_run(left + a * sum.taps.row_pitch + b * sum.taps.col_pitch, sum.left_pitch, sum.run,
                    right, sum.right_pitch);
    }
  }
  if (sum.clamps) block.clamp(sum.low, sum.high);
  T* const target = sum.target + row * sum.target_pitch;
  if (sum.streams && block.fills_lines(target, sum.target_pitch, sum.columns)) {
    block.stream(target, sum.target_pitch);
  } else {
    block.store(target, sum.target_pitch, sum.columns);
  }
}

template <class T>
using ChannelBlockFunction = void (*)(const ChannelSum<T>& sum, Index row);

/// The functions for 1, 2, … rows.
template <int vectors, class T, class Sizes>
struct ChannelBlocks;
template <int vectors, class T, int... rows>
struct ChannelBlocks<vectors, T, std::integer_sequence<int, rows...>> {
  static constexpr ChannelBlockFunction<T> of_rows[] = {&channel_block<rows + 1, vectors, T>...};
};

/// Rows fall into blocks that differ by one row at most: a last block of few rows would leave the
/// multipliers waiting for each other.
template <class T>
void channel_sum(const ChannelSum<T>& sum) {
  using Sizes = std::make_integer_sequence<int, channel_sum_rows>;
  constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
  const ChannelBlockFunction<T>* const of_rows = sum.columns > width
                                                     ? ChannelBlocks<2, T, Sizes>::of_rows
                                                     : ChannelBlocks<1, T, Sizes>::of_rows;
  const Index blocks = (sum.rows + channel_sum_rows - 1) / channel_sum_rows;
  for (Index i = 0; i < blocks; ++i) {
    const Index begin = sum.rows * i / blocks;
    const Index end = sum.rows * (i + 1) / blocks;
    of_rows[end - begin - 1](sum, begin);
  }
  if (sum.streams) finish_streaming();
}

}  // namespace
}  // namespace twofold::detail
