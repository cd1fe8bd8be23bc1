// SPDX-License-Identifier: BSD-3-Clause
// DepthwiseSum: a vector of channels of several pixels at a time, whose sums stay in registers.
#pragma once

#include "kernels/channel_sum.hpp"

namespace twofold::detail {
namespace {

/// Each sum loads its own vector, so that registers are needed for sums alone.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int depthwise_pixels = 14;
#else
inline constexpr int depthwise_pixels = 8;
#endif

template <int pixels, class T>
void depthwise_block(const DepthwiseSum<T>& sum, Index pixel, Index channel) {
  ChannelBlock<pixels, 1, T> block;
  using Vector = typename ChannelBlock<pixels, 1, T>::Vector;
  block.start(sum.start + channel);
  const T* input = sum.input + pixel * sum.input_pitch + channel;
  const T* kernel = sum.kernel + channel;
  for (Index a = 0; a < sum.taps.rows; ++a) {
    for (Index b = 0; b < sum.taps.cols; ++b, kernel += sum.channels) {
      const LeftRows<pixels, T> rows(input + a * sum.taps.row_pitch + b * sum.taps.col_pitch,
                                     sum.input_pitch);
      Vector tap = Vector::load_unaligned(kernel);
      keep_in_register(tap);
#pragma GCC unroll 16
      for (int p = 0; p < pixels; ++p)
        block.sums[p][0] = multiply_add(Vector::load_unaligned(rows.row(p)), tap, block.sums[p][0]);
    }
  }
  block.clamp(sum.low, sum.high);
  block.store(sum.target + pixel * sum.target_pitch + channel, sum.target_pitch,
              ChannelBlock<pixels, 1, T>::width);
}

template <class T>
using DepthwiseBlockFunction = void (*)(const DepthwiseSum<T>& sum, Index pixel, Index channel);

/// The functions for 1, 2, … pixels.
template <class T, class Sizes>
struct DepthwiseBlocks;
template <class T, int... pixels>
struct DepthwiseBlocks<T, std::integer_sequence<int, pixels...>> {
  static constexpr DepthwiseBlockFunction<T> of_pixels[] = {&depthwise_block<pixels + 1, T>...};
};

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
              sum.kernel[(a * sum.taps.cols + b) * sum.channels + c];
        }
      }
      value = value < sum.low ? sum.low : value;
      sum.target[p * sum.target_pitch + c] = value > sum.high ? sum.high : value;
    }
  }
}

/// The last vector of channels may share some with the one before it, and computes these anew.
template <class T>
void depthwise_sum(const DepthwiseSum<T>& sum) {
  using Sizes = std::make_integer_sequence<int, depthwise_pixels>;
  constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
  if (sum.channels < width) {
    few_depthwise_sums(sum);
    return;
  }
  const Index blocks = (sum.pixels + depthwise_pixels - 1) / depthwise_pixels;
  for (Index i = 0; i < blocks; ++i) {
    const Index begin = sum.pixels * i / blocks;
    const Index end = sum.pixels * (i + 1) / blocks;
    const auto block = DepthwiseBlocks<T, Sizes>::of_pixels[end - begin - 1];
    for (Index c = 0; c < sum.channels; c += width)
      block(sum, begin, c + width <= sum.channels ? c : sum.channels - width);
  }
}

}  // namespace
}  // namespace twofold::detail
