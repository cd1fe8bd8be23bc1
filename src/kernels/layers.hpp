// SPDX-License-Identifier: BSD-3-Clause
// The inner loops of layers, as one table of function pointers per instruction set.
#pragma once

#include "twofold/nn/options.hpp"

namespace twofold::detail {

/// Where the elements of a window lie: tap (a, b) at a·row_pitch + b·col_pitch from the first.
struct WindowTaps {
  Index rows = 1;
  Index row_pitch = 0;
  Index cols = 1;
  Index col_pitch = 0;
};

/// A product of two matrices, the left one read through windows, and what becomes of its sums:
///
///   target[p·target_pitch + f] = clamp(start[f] + Σ_a Σ_b Σ_t
///       left[p·left_pitch + (a, b) + t] · right[((a·taps.cols + b)·run + t)·right_pitch + f])
///
/// for p < rows, f < columns. For a layer p is a pixel, f a filter, t a channel of a tap, or of a
/// row of taps where these lie side by side, and `right` the packed kernel. The sum's order is that
/// of `right`, for every p and f, wherever they lie: the same bits in any tile.
template <class T>
struct ChannelSum {
  const T* left = nullptr;
  Index left_pitch = 0;
  WindowTaps taps;
  Index run = 0;
  /// Readable up to the next multiple of the vector width beyond `columns`; so is `start`.
  const T* right = nullptr;
  Index right_pitch = 0;
  const T* start = nullptr;  ///< null: 0
  T low{};                   ///< NaN stays NaN
  T high{};
  T* target = nullptr;
  Index target_pitch = 0;
  Index rows = 0;
  Index columns = 0;  ///< ≤ LayerKernels::block_columns
};

/// A sum for each channel by itself:
///
///   target[p·target_pitch + c] = clamp(start[c] + Σ_a Σ_b
///       input[p·input_pitch + (a, b) + c] · kernel[(a·taps.cols + b)·channels + c])
///
/// for p < pixels, c < channels, in the order of the taps.
template <class T>
struct DepthwiseSum {
  const T* input = nullptr;
  Index input_pitch = 0;
  WindowTaps taps;
  const T* kernel = nullptr;
  const T* start = nullptr;
  T low{};
  T high{};
  T* target = nullptr;
  Index target_pitch = 0;
  Index pixels = 0;
  Index channels = 0;
};

template <class T>
struct LayerKernels {
  Index vector_width = 0;
  Index block_rows = 0;     ///< rows that a channel sum keeps in registers at a time
  Index block_columns = 0;  ///< columns, two vectors
  void (*channel_sum)(const ChannelSum<T>&) = nullptr;
  void (*depthwise_sum)(const DepthwiseSum<T>&) = nullptr;
  /// to[c·to_pitch + r] = from[r·from_pitch + c] for r < rows, c < cols.
  void (*transpose)(const T* from, Index from_pitch, Index rows, Index cols, T* to,
                    Index to_pitch) = nullptr;
  /// data[i] = activation(data[i]) for i < count.
  void (*activate)(nn::Activation activation, T negative_slope, T* data, Index count) = nullptr;
};

}  // namespace twofold::detail
