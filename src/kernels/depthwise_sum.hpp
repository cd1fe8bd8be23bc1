// SPDX-License-Identifier: BSD-3-Clause
// DepthwiseSum: a vector of channels of several pixels at a time, whose sums stay in registers.
#pragma once

#include "kernels/channel_sum.hpp"

namespace twofold::detail {
namespace {

/// Each sum loads its own vector, so that registers are needed for sums alone.
inline constexpr int depthwise_pixels = has_many_registers ? 14 : 8;

/// Calls sum(channel) for vectors of channels; the last one may share some with the one before it,
/// and computes these anew.
template <class T, class Sum>
inline __attribute__((always_inline)) void for_each_vector(Index channels, const Sum& sum) {
  constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
  for (Index c = 0; c < channels; c += width)
    sum(c + width <= channels ? c : channels - width);
}

template <int pixels, class T>
struct DepthwiseBlock {
  using Block = ChannelBlock<pixels, 1, T>;
  using Vector = typename Block::Vector;

  static inline __attribute__((always_inline)) void add_taps(Block& block, const T* input,
                                                             const T* kernel,
                                                             const DepthwiseSum<T>& sum) {
    LeftRows<pixels, T> rows(input, sum.input_pitch);
    const Index col_pitch = sum.taps.col_pitch;
    const Index next_row = sum.taps.row_pitch - sum.taps.cols * col_pitch;
    const Index next_kernel_row = sum.kernel_row_pitch - sum.taps.cols * sum.kernel_col_pitch;
    for (Index a = sum.taps.rows; a > 0; --a) {
      for (Index b = sum.taps.cols; b > 0; --b) {
        Vector tap = Vector::load_unaligned(kernel);
        keep_in_register(tap);
#pragma GCC unroll 16
        for (int p = 0; p < pixels; ++p)
          block.sums[p][0] =
              multiply_add(Vector::load_unaligned(rows.row(p)), tap, block.sums[p][0]);
        kernel += sum.kernel_col_pitch;
        rows.advance(col_pitch);
      }
      kernel += next_kernel_row;
      rows.advance(next_row);
    }
  }

  static inline __attribute__((always_inline)) void sum_vector(const DepthwiseSum<T>& sum,
                                                               const T* input, T* target,
                                                               Index channel) {
    Block block;
    block.start(sum.start + channel);
    add_taps(block, input + channel, sum.kernel + channel, sum);
    if (sum.clamps) block.clamp(sum.low, sum.high);
    block.store(target + channel, sum.target_pitch, Block::width);
  }

  static void run(const DepthwiseSum<T>& sum, Index pixel) {
    const T* const input = sum.input + pixel * sum.input_pitch;
    T* const target = sum.target + pixel * sum.target_pitch;
    for_each_vector<T>(sum.channels,
                       [&](Index channel) { sum_vector(sum, input, target, channel); });
  }
};

template <class T>
using DepthwiseBlockFunction = void (*)(const DepthwiseSum<T>& sum, Index pixel);

/// The functions for 1, 2, … pixels.
template <class T, class Sizes>
struct DepthwiseBlocks;
template <class T, int... pixels>
struct DepthwiseBlocks<T, std::integer_sequence<int, pixels...>> {
  static constexpr DepthwiseBlockFunction<T> of_pixels[] = {&DepthwiseBlock<pixels + 1, T>::run...};
};

template <class T>
using DepthwiseFunction = void (*)(const DepthwiseSum<T>& sum);

/// Fewer channels than a vector has lanes.
template <class T>
void few_depthwise_sums(const DepthwiseSum<T>& sum) {
  for (Index p = 0; p < sum.pixels; ++p) {
    for (Index c = 0; c < sum.channels; ++c) {
      T value = sum.start[c];
      for (Index a = 0; a < sum.taps.rows; ++a) {
        for (Index b = 0; b < sum.taps.cols; ++b) {
          value +=
              sum.input[p * sum.input_pitch + a * sum.taps.row_pitch + b * sum.taps.col_pitch + c] *
              sum.kernel[a * sum.kernel_row_pitch + b * sum.kernel_col_pitch + c];
        }
      }
      if (sum.clamps) value = value < sum.low ? sum.low : value > sum.high ? sum.high : value;
      sum.target[p * sum.target_pitch + c] = value;
    }
  }
}

/// Pixels `stride` columns apart, with as many taps in a row as `cols`: each vector that is loaded
/// meets all the taps that it has in a row.
template <int pixels, int cols, int stride, class T>
struct DepthwiseRow {
  using Block = ChannelBlock<pixels, 1, T>;
  using Vector = typename Block::Vector;
  static constexpr int reach = (pixels - 1) * stride + cols;

  /// Columns low … high − 1 of the block's are there; all of them if it is not `at_edge`.
  template <bool at_edge, bool fetches>
  static inline __attribute__((always_inline)) void add_row(Block& block, const T* input,
                                                            const T* kernel,
                                                            const DepthwiseSum<T>& sum, Index low,
                                                            Index high) {
    Vector taps[cols];
#pragma GCC unroll 16
    for (int b = 0; b < cols; ++b) {
      taps[b] = Vector::load_unaligned(kernel + b * sum.kernel_col_pitch);
      keep_in_register(taps[b]);
    }
#pragma GCC unroll 48
    for (int x = 0; x < reach; ++x, input += sum.taps.col_pitch) {
      if (at_edge && (x < low || x >= high)) continue;
      if (fetches) __builtin_prefetch(input + sum.taps.row_pitch);
      Vector loaded = Vector::load_unaligned(input);
      keep_in_register(loaded);
#pragma GCC unroll 16
      for (int b = 0; b < cols; ++b) {
        if ((x - b) % stride != 0 || x < b || (x - b) / stride >= pixels) continue;
        Vector& value = block.sums[(x - b) / stride][0];
        value = multiply_add(loaded, taps[b], value);
      }
    }
  }

  template <bool at_edge, bool fetches>
  static void run(const DepthwiseSum<T>& sum, Index pixel) {
    const T* const input = sum.input + pixel * sum.input_pitch;
    T* const target = sum.target + pixel * sum.target_pitch;
    const Index low = sum.low_col - pixel * stride;
    const Index high = sum.high_col - pixel * stride;
    for_each_vector<T>(sum.channels, [&](Index channel) {
      Block block;
      block.start(sum.start + channel);
      const T* row = input + channel;
      const T* taps = sum.kernel + channel;
      for (Index a = 1; a < sum.taps.rows; ++a) {
        add_row<at_edge, false>(block, row, taps, sum, low, high);
        row += sum.taps.row_pitch;
        taps += sum.kernel_row_pitch;
      }
      // The row below is what the next row of outputs needs beside those of this one.
      if (sum.taps.rows > 0) add_row<at_edge, fetches>(block, row, taps, sum, low, high);
      if (sum.clamps) block.clamp(sum.low, sum.high);
      block.store(target + channel, sum.target_pitch, Block::width);
    });
  }

  static void run_block(const DepthwiseSum<T>& sum, Index pixel) {
    const Index first = pixel * stride;
    if (first < sum.low_col || first + reach > sum.high_col) {
      run<true, false>(sum, pixel);
    } else if (sum.fetches) {
      run<false, true>(sum, pixel);
    } else {
      run<false, false>(sum, pixel);
    }
  }
};

/// Blocks of few sizes; the last one may share pixels with the one before it.
inline constexpr Index least_depthwise_pixels = 4;

template <int cols, int stride, class T>
void depthwise_rows(const DepthwiseSum<T>& sum) {
  constexpr Index least = least_depthwise_pixels;
  Index pixel = 0;
  if constexpr (has_many_registers) {
    for (; pixel + 14 <= sum.pixels; pixel += 14)
      DepthwiseRow<14, cols, stride, T>::run_block(sum, pixel);
  }
  for (; pixel + 7 <= sum.pixels; pixel += 7)
    DepthwiseRow<7, cols, stride, T>::run_block(sum, pixel);
  for (; pixel < sum.pixels; pixel += least)
    DepthwiseRow<least, cols, stride, T>::run_block(
        sum, pixel + least <= sum.pixels ? pixel : sum.pixels - least);
}

/// The function for windows of 3, 5 and 7 columns, 1 or 2 columns apart; null for others.
template <class T>
DepthwiseFunction<T> depthwise_rows_of(Index cols, Index stride, Index pixels, Index channels) {
  constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
  if (pixels < least_depthwise_pixels || channels < width || stride < 1 || stride > 2)
    return nullptr;
  switch (cols) {
    case 3:
      return stride == 1 ? &depthwise_rows<3, 1, T> : &depthwise_rows<3, 2, T>;
    case 5:
      return stride == 1 ? &depthwise_rows<5, 1, T> : &depthwise_rows<5, 2, T>;
    case 7:
      return stride == 1 ? &depthwise_rows<7, 1, T> : &depthwise_rows<7, 2, T>;
    default:
      return nullptr;
  }
}

template <class T>
bool depthwise_leaves_out(Index cols, Index stride, Index pixels, Index channels) {
  return depthwise_rows_of<T>(cols, stride, pixels, channels) != nullptr;
}

template <class T>
void depthwise_sum(const DepthwiseSum<T>& sum) {
  using Sizes = std::make_integer_sequence<int, depthwise_pixels>;
  constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
  if (sum.channels < width) {
    few_depthwise_sums(sum);
    return;
  }
  const auto rows = depthwise_rows_of<T>(sum.taps.cols, sum.stride, sum.pixels, sum.channels);
  if (rows != nullptr) {
    rows(sum);
    return;
  }
  const Index blocks = (sum.pixels + depthwise_pixels - 1) / depthwise_pixels;
  for (Index i = 0; i < blocks; ++i) {
    const Index begin = sum.pixels * i / blocks;
    const Index end = sum.pixels * (i + 1) / blocks;
    DepthwiseBlocks<T, Sizes>::of_pixels[end - begin - 1](sum, begin);
  }
}

}  // namespace
}  // namespace twofold::detail
