// SPDX-License-Identifier: BSD-3-Clause
// The blocking of each element type and window, for the files in isa/: as many sums as the vector
// registers hold beside the loaded vectors and the taps. bench/README.md holds what was tried.
#pragma once

#include "kernels/activations.hpp"
#include "kernels/channel_sum.hpp"
#include "kernels/depthwise_sum.hpp"
#include "kernels/magnitudes.hpp"
#include "kernels/mirrored_sum.hpp"
#include "kernels/pair_lanes.hpp"
#include "kernels/pixels.hpp"
#include "kernels/plane_sum.hpp"
#include "kernels/planes.hpp"
#include "kernels/row_sum.hpp"
#include "kernels/scattered_sum.hpp"
#include "kernels/separable_sum.hpp"
#include "kernels/sliding_sum.hpp"
#include "kernels/tile_planes.hpp"
#include "kernels/transposition.hpp"
#include "kernels/winograd.hpp"

namespace twofold::detail {
namespace {

/// Complex sums and those of bytes take two registers each.
template <class T>
constexpr ScatteredSum<T> scattered_kernel() {
  constexpr bool single = sizeof(typename Lanes<T>::Accumulator) == sizeof(typename Lanes<T>::Tap);
  return &scattered_sum<Form{1, single ? 8 : 4}, T>;
}

template <class T, Form... forms>
constexpr LaneKernels<T> lane_kernels() {
  return {Lanes<T>::width, &sliding_kernel<T, forms...>, scattered_kernel<T>()};
}

/// In order of preference; the last one serves every window, streamed or not. Those of a single
/// column are what the separable engine needs.
template <class T>
constexpr LaneKernels<T> real_kernels() {
#if defined(__AVX512F__)
  constexpr auto sliding =
      &sliding_or_row_kernel<T, Form{3, 4, 3, 3}, Form{5, 3, 5, 5}, Form{6, 3, 0, 7},
                             Form{3, 8, 3, 1}, Form{5, 4, 5, 1}, Form{4, 6, 0, 1}, Form{2, 8, 2},
                             Form{3, 4, 3}, Form{4, 4, 4}, Form{5, 4, 5}, Form{6, 4, 6}, Form{8, 3},
                             Form{1, 8}>;
  constexpr auto one_pass =
      &one_pass_kernel<T, Form{3, 4, 3, 3}, Form{5, 4, 5, 5}, Form{7, 3, 7, 7}>;
  constexpr auto mirrored =
      &mirrored_kernel<T, Form{3, 4, 3}, Form{4, 4, 4}, Form{5, 4, 5}, Form{6, 4, 6}, Form{8, 3}>;
#else
#if defined(__AVX2__)
  constexpr auto sliding =
      &sliding_kernel<T, Form{3, 4, 3, 3}, Form{5, 2, 5, 5}, Form{4, 3, 0, 7}, Form{3, 4, 3, 1},
                      Form{5, 2, 5, 1}, Form{4, 3, 0, 1}, Form{6, 2, 0, 1}, Form{2, 6, 2},
                      Form{3, 4, 3}, Form{5, 2, 5}, Form{4, 3}, Form{6, 2}, Form{3, 4}, Form{1, 8}>;
#else
  constexpr auto sliding = &sliding_kernel<T, Form{3, 4, 3, 3}, Form{5, 2, 5, 5}, Form{3, 4, 3, 1},
                                           Form{5, 2, 5, 1}, Form{4, 3, 0, 1}, Form{2, 6, 2},
                                           Form{3, 4, 3}, Form{5, 2, 5}, Form{4, 3}, Form{1, 8}>;
#endif
  constexpr auto one_pass =
      &one_pass_kernel<T, Form{3, 3, 3, 3}, Form{3, 2, 3, 3}, Form{5, 2, 5, 5}>;
  constexpr auto mirrored =
      &mirrored_kernel<T, Form{3, 4, 3}, Form{5, 2, 5}, Form{4, 3}, Form{6, 2}, Form{3, 4}>;
#endif
  return {Lanes<T>::width, sliding, scattered_kernel<T>(), one_pass, mirrored};
}

/// Complex numbers: sums and taps take two registers each.
template <class T>
constexpr LaneKernels<T> complex_kernels() {
#if defined(__AVX512F__)
  return lane_kernels<T, Form{4, 3}, Form{2, 4}, Form{1, 4}>();
#else
  return lane_kernels<T, Form{3, 2}, Form{1, 4}>();
#endif
}

/// Bytes in 16-bit lanes: sums and vectors take two registers each.
constexpr LaneKernels<std::uint8_t> byte_kernels() {
#if defined(__AVX512F__)
  return lane_kernels<std::uint8_t, Form{4, 3}, Form{2, 4}, Form{1, 4}>();
#else
  return lane_kernels<std::uint8_t, Form{2, 3}, Form{1, 4}>();
#endif
}

template <class T>
constexpr LaneKernels<T> integer_kernels() {
  return lane_kernels<T, Form{4, 3}, Form{2, 4}, Form{1, 8}>();
}

/// Pairs: sums and vectors take two registers each.
constexpr LaneKernels<PairLanes> pair_kernels() {
#if defined(__AVX512F__)
  return {Lanes<PairLanes>::width, &sliding_kernel<PairLanes, Form{4, 3}, Form{2, 4}, Form{1, 4}>};
#elif defined(__SSE2__)
  return {Lanes<PairLanes>::width, &sliding_kernel<PairLanes, Form{2, 3}, Form{1, 4}>};
#else
  return {};
#endif
}

template <class T>
constexpr LayerKernels<T> layer_kernels() {
  constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
  return {
      .vector_width = width,
      .block_rows = channel_sum_rows,
      .block_columns = 2 * width,
      .channel_sum = &channel_sum<T>,
      .depthwise_sum = &depthwise_sum<T>,
      .depthwise_leaves_out = &depthwise_leaves_out<T>,
      .plane_sum_of = &plane_sum_of<T>,
      .plane_sum_leaves_out = LaneMask<T>::exists,
      .transpose = &transpose_matrix<T>,
      .copy = &copy_matrix<T>,
      .shift = &shift<T>,
      .activate = &activate<T>,
      .tiles = tile_kernels<T>(),
      .winograd = winograd_kernels<T>(),
  };
}

constexpr KernelTable make_table() {
  return {
      .u8 = byte_kernels(),
      .u16 = integer_kernels<std::uint16_t>(),
      .u32 = integer_kernels<std::uint32_t>(),
      .u64 = lane_kernels<std::uint64_t, Form{2, 2}, Form{1, 4}>(),
      .f32 = real_kernels<float>(),
      .f64 = real_kernels<double>(),
      .c64 = complex_kernels<std::complex<float>>(),
      .c128 = complex_kernels<std::complex<double>>(),
      .pairs = pair_kernels(),
      .planes_f32 = plane_kernels<float>(),
      .planes_f64 = plane_kernels<double>(),
      .layers_f32 = layer_kernels<float>(),
      .layers_f64 = layer_kernels<double>(),
      .all_within_f32 = &all_within<float>,
      .all_within_f64 = &all_within<double>,
      .pixels = {pixel_kernels<std::int8_t>(), pixel_kernels<std::uint8_t>(),
                 pixel_kernels<std::int16_t>(), pixel_kernels<std::uint16_t>()},
  };
}

}  // namespace
}  // namespace twofold::detail
