// SPDX-License-Identifier: BSD-3-Clause
// What the operations of the engines cost on a machine: the constants of the cost model.
#pragma once

#include <array>
#include <span>

#include "twofold/options.hpp"

namespace twofold::detail {

/// Seconds per point of transforms of one length along one axis, there and back.
struct TileRate {
  Index length;
  double seconds;
};

/// Seconds per point of a batched in-place pass, by length; see performance figures in bench/.
struct PassRate {
  Index length;
  double rows;  ///< contiguous transforms
  double cols;  ///< stride = pitch
};

struct Rates {
  /// Direct sum: seconds per output and tap, by lane type (u8, u16, u32, u64, f32, f64, c64, c128).
  std::array<double, 8> tap;
  double output;           ///< seconds per output beside its taps: zeroing, storing
  double frame;            ///< seconds per element packed for the frame
  double convert;          ///< seconds per element converted on its way to or from the sums
  double separable_tap;    ///< a tap of a one-dimensional pass, in taps of the direct sum
  double separable_start;  ///< what each component costs beside its taps, in taps
  double thread_start;     ///< seconds until a thread of a call's own works
  double call;             ///< seconds per call, before the first output

  /// Elements that are summed at a time, by lane type: fewer cost as much.
  std::array<double, 8> vector;

  // Overlap-save:
  /// The lengths that tiles may have: those at which FFTW is fast, in single and double precision.
  std::span<const TileRate> tiles[2];
  double tile_point[2];    ///< packing, checking, multiplying and unpacking one point of a tile
  double converted_point;  ///< what a point costs beside, if it is not a float of that precision
  double scattered_point;  ///< or if its channels, or real and imaginary parts, are interleaved
  double job;              ///< starting one tile's passes

  // Whole transforms, per point of float32; float64 takes `double_factor` times as long.
  std::array<PassRate, 16> passes;
  double long_pass;       ///< per point and binary digit of lengths beyond the table
  double point;           ///< packing, checking, multiplying and unpacking one point
  double real_transform;  ///< a whole real transform, as part of a complex one
  double double_factor;

  double reference;  ///< seconds per output and tap of the reference engine
};

/// Measured on the kind of machine that the project is developed on. Only ratios matter for the
/// choice of a method.
[[nodiscard]] const Rates& built_in_rates(Isa isa) noexcept;

}  // namespace twofold::detail
