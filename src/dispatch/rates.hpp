// SPDX-License-Identifier: BSD-3-Clause
// What the operations of the engines cost on a machine: the constants of the cost model.
#pragma once

#include <array>

#include "twofold/options.hpp"

namespace twofold::detail {

/// Seconds per point of a batched in-place pass, by length; see performance figures in bench/.
struct PassRate {
  Index length;
  double rows;  ///< contiguous transforms
  double cols;  ///< stride = pitch
};

struct Rates {
  /// Direct sum: seconds per output and tap, by lane type (u8, u16, u32, u64, f32, f64, c64, c128).
  std::array<double, 8> tap;
  double row_start;        ///< what beginning a row of taps costs, in taps
  double output;           ///< seconds per output beside its taps: zeroing, storing
  double frame;            ///< seconds per element packed for the frame
  double convert;          ///< seconds per element converted on its way to or from the sums
  double separable_tap;    ///< a tap of a one-dimensional pass, in taps of the direct sum
  double separable_start;  ///< what each component costs beside its taps, in taps
  double call;             ///< seconds per call, before the first output

  /// Fourier engines, per point of float32 transforms; float64 takes `double_factor` times as long.
  std::array<PassRate, 16> passes;
  double long_pass;       ///< per point and binary digit of lengths beyond the table
  double point;           ///< packing, checking, multiplying and unpacking one point of a tile
  double real_transform;  ///< a whole real transform, as part of a complex one
  double job;             ///< starting one tile's passes
  double double_factor;

  double reference;  ///< seconds per output and tap of the reference engine
};

/// Measured on the kind of machine that the project is developed on. Only ratios matter for the
/// choice of a method.
[[nodiscard]] const Rates& built_in_rates(Isa isa) noexcept;

}  // namespace twofold::detail
