// SPDX-License-Identifier: BSD-3-Clause
// The inner loops of layers, as one table of function pointers per instruction set.
#pragma once

#include <complex>
#include <limits>

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
  const T* start = nullptr;      ///< null: 0
  const T* row_start = nullptr;  ///< instead of start[f]: row_start[p]
  bool clamps = false;           ///< whether low and high are limits
  T low{};                       ///< NaN stays NaN
  T high{};
  bool streams = false;  ///< past the cache, as far as rows of the target fill lines of it
  T* target = nullptr;
  Index target_pitch = 0;
  Index rows = 0;
  Index columns = 0;  ///< ≤ LayerKernels::block_columns
};

/// A sum for each channel by itself:
///
///   target[p·target_pitch + c] = clamp(start[c] + Σ_a Σ_b
///       input[p·input_pitch + (a, b) + c] · kernel[a·kernel_row_pitch + b·kernel_col_pitch + c])
///
/// for p < pixels, c < channels, in the order of the taps. Where depthwise_leaves_out says so,
/// pixels may have windows that reach beyond the inputs: only columns low_col … high_col − 1, in
/// col_pitch from `input`, are there, and taps beyond them are left out. `stride` is input_pitch in
/// col_pitch where pixels follow each other along the columns of taps, and 0 where they do not.
template <class T>
struct DepthwiseSum {
  const T* input = nullptr;
  Index input_pitch = 0;
  Index stride = 0;
  WindowTaps taps;
  Index low_col = 0;
  Index high_col = std::numeric_limits<Index>::max();
  const T* kernel = nullptr;
  Index kernel_row_pitch = 0;
  Index kernel_col_pitch = 0;
  const T* start = nullptr;
  bool clamps = false;  ///< whether low and high are limits
  T low{};
  T high{};
  bool fetches = false;  ///< the row below the windows, which is probably in no near cache
  T* target = nullptr;
  Index target_pitch = 0;
  Index pixels = 0;
  Index channels = 0;
};

/// Sums of channels, each by itself, whose columns lie side by side:
///
///   target[p·target_plane + r·target_pitch + c] = clamp(start[p] + Σ_b Σ_a
///       input[p·plane_pitch + (r·stride + a)·row_pitch + c·stride + b·dilation]
///       · kernel[(p·tap_rows + a)·tap_cols + b])
///
/// for p < planes, r < rows, c < cols, b < tap_cols, and tap_rows and the stride for which the
/// function has been chosen, in this order for all of them. Only rows low_row … high_row − 1 and
/// columns low_col … high_col − 1, from `input` on, are there: others count as zeros or are left
/// out, and are not read where plane_sum_leaves_out says so.
template <class T>
struct PlaneSum {
  const T* input = nullptr;
  Index plane_pitch = 0;
  Index row_pitch = 0;
  Index low_row = 0;
  Index high_row = 0;
  Index low_col = 0;
  Index high_col = 0;
  Index tap_cols = 0;
  Index dilation = 1;
  const T* kernel = nullptr;
  const T* start = nullptr;
  bool clamps = false;  ///< whether low and high are limits
  T low{};
  T high{};
  bool fetches = false;  ///< the rows below, which are probably in no near cache
  T* target = nullptr;
  Index target_plane = 0;
  Index target_pitch = 0;
  Index planes = 0;
  Index rows = 0;
  Index cols = 0;
};
template <class T>
using PlaneSumFunction = void (*)(const PlaneSum<T>&);

/// Channels of a tile that are transformed side by side.
inline constexpr Index strip_channels = 16;

/// A frequency of a tile and the one that mirrors it, as points of its spectrum. A real tile has
/// conjugate numbers there; one that mirrors itself is real.
struct TileFrequency {
  Index here = 0;
  Index there = 0;
};

/// One of each frequency and its mirror: those that mirror themselves first.
struct TileFrequencies {
  const TileFrequency* list = nullptr;
  Index real = 0;
  Index complex = 0;
};

/// What a complex product of matrices x·w is made of, three real ones (Gauss):
/// p = (re x + im x)·re w, q = re x·(im w − re w), r = im x·(re w + im w); p − r + i·(p + q).
inline constexpr Index planes_per_complex = 3;

/// What happens to a strip of two tiles beside its transform. A frequency has one plane of numbers
/// if it is real and planes_per_complex otherwise, plane_pitch apart, in the order of the list.
template <class R>
struct TileKernels {
  using C = std::complex<R>;

  /// to[p·strip + c] = a[p·a_pitch + c] + i·b[p·b_pitch + c] for p < pixels and c of a strip.
  void (*pair_pixels)(const R* a, Index a_pitch, const R* b, Index b_pitch, Index pixels,
                      C* to) = nullptr;
  /// From the spectrum of a + i·b, twice the left factors of a's products, and of b's, which are
  /// written first: where both go to one place, a's remain.
  void (*separate)(const C* mixed, const TileFrequencies& frequencies, R* a, R* b,
                   Index plane_pitch) = nullptr;
  /// From the products of a and b, the conjugate of the spectrum of a + i·b.
  void (*combine)(const R* a, const R* b, Index plane_pitch, const TileFrequencies& frequencies,
                  C* mixed) = nullptr;
  /// to[p·to_pitch + c] = clamp(start[c] + Re from[p·strip + c]), or of −Im, for p < pixels.
  /// Whether these parts of `from` are all finite.
  bool (*take_re)(const C* from, Index pixels, const R* start, R low, R high, R* to,
                  Index to_pitch) = nullptr;
  bool (*take_minus_im)(const C* from, Index pixels, const R* start, R low, R high, R* to,
                        Index to_pitch) = nullptr;
};

/// Between tiles of F(4×4, 3×3) and their 36 planes, plane_pitch apart, for a strip of channels.
template <class T>
struct WinogradKernels {
  /// Of a window of 6×6 pixels.
  void (*inputs)(const T* window, Index row_pitch, Index pixel_pitch, T* planes,
                 Index plane_pitch) = nullptr;
  /// 4×4 pixels clamp(start[c] + sum). Whether the sums are all finite.
  bool (*outputs)(const T* planes, Index plane_pitch, const T* start, T low, T high, T* to,
                  Index row_pitch, Index pixel_pitch) = nullptr;
};

template <class T>
struct LayerKernels {
  Index vector_width = 0;
  Index block_rows = 0;     ///< rows that a channel sum keeps in registers at a time
  Index block_columns = 0;  ///< columns, two vectors
  void (*channel_sum)(const ChannelSum<T>&) = nullptr;
  void (*depthwise_sum)(const DepthwiseSum<T>&) = nullptr;
  /// For windows of so many columns, pixels `stride` columns apart, and `channels` channels.
  bool (*depthwise_leaves_out)(Index cols, Index stride, Index pixels, Index channels) = nullptr;
  /// For windows of so many taps, `stride` rows and columns apart; null for those without a loop.
  PlaneSumFunction<T> (*plane_sum_of)(Index tap_rows, Index tap_cols, Index stride) = nullptr;
  /// Whether these read what is there alone. If not, all rows and columns must be there, and two
  /// vectors beyond each row be readable.
  bool plane_sum_leaves_out = false;
  /// to[c·to_pitch + r] = from[r·from_pitch + c] for r < rows, c < cols.
  void (*transpose)(const T* from, Index from_pitch, Index rows, Index cols, T* to,
                    Index to_pitch) = nullptr;
  /// to[r·to_pitch + c] = from[r·from_pitch + c] for r < rows, c < cols.
  void (*copy)(const T* from, Index from_pitch, Index rows, Index cols, T* to,
               Index to_pitch) = nullptr;
  /// data[i] = clamp(data[i] + summand) for i < count.
  void (*shift)(T summand, T low, T high, T* data, Index count) = nullptr;
  /// data[i] = activation(data[i]) for i < count.
  void (*activate)(nn::Activation activation, T negative_slope, T* data, Index count) = nullptr;
  TileKernels<T> tiles;
  WinogradKernels<T> winograd;
};

}  // namespace twofold::detail
