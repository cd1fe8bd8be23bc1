// SPDX-License-Identifier: BSD-3-Clause
// What the operations of the engines cost on a machine: the constants of the cost model.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "twofold/options.hpp"
#include "twofold/types.hpp"

namespace twofold::detail {

/// The lengths that tiles and extended periods may have: those products of 2, 3 and 5 at which FFTW
/// is fast, in single or double precision, without much larger gaps than it needs.
inline constexpr std::array<Index, 48> transform_lengths = {
    1,   2,   3,   4,    5,    6,    8,    10,   12,   16,   20,   24,   32,   40,   48,   64,
    80,  96,  120, 128,  144,  160,  192,  200,  240,  256,  320,  384,  400,  512,  576,  640,
    768, 800, 960, 1024, 1280, 1536, 1920, 2048, 2560, 2880, 3072, 3840, 4096, 5120, 6144, 8192};

/// The sides of the tiles in which layers are transformed: those at which FFTW is fast with
/// channels side by side.
inline constexpr std::array<Index, 9> tile_sides = {8, 9, 10, 12, 14, 15, 16, 20, 32};

/// In seconds, where nothing else is said.
struct Rates {
  /// Direct sum: per output and tap, by lane type (u8, u16, u32, u64, f32, f64, c64, c128).
  std::array<double, 8> tap;
  /// What a tap of a kernel of 1, 3, 5, 7, 9 and 11 columns costs, in taps of wider ones.
  std::array<double, 6> narrow;
  double lone_row;         ///< a row of outputs that fills no block of rows, in rows that do
  double output;           ///< per four bytes of output beside its taps: zeroing, storing
  double row;              ///< per row of outputs, whatever its length
  double frame;            ///< per element packed for the frame
  double convert;          ///< per element converted on its way to or from the sums
  double separable_tap;    ///< a tap of a one-dimensional pass, in taps of the direct sum
  double separable_start;  ///< what each component costs beside its taps, in taps
  double separable_row;    ///< per row of outputs and component, in two passes
  double thread_start;     ///< until a thread of a call's own works
  double call;             ///< per call, before the first output
  double reference;        ///< per output and tap of the reference engine

  // What the instruction set brings along, not measured:
  std::array<double, 8> vector;  ///< elements summed at a time, by lane type: fewer cost as much
  Index block_rows;              ///< rows of outputs summed at a time

  // The Fourier engines, in single and double precision:
  /// One transform of each of transform_lengths, there and back.
  std::array<double, transform_lengths.size()> transform[2];
  double plane_point[2];   ///< bringing, transposing, multiplying and taking a complex point
  double large_point[2];   ///< the same in a plane that no second-level cache holds
  double huge_point[2];    ///< in one that no cache holds
  double whole_point[2];   ///< what it costs more in a whole transform
  double converted_point;  ///< or if it is not a float of that precision
  double scattered_point;  ///< or if it lies between other channels
  double line;             ///< per row that goes through a transform, there and back
  double plane_start;      ///< per plane

  // Layers, in single and double precision:
  double product[2];            ///< per product of a sum over channels
  double depthwise_product[2];  ///< per product of a sum over the taps of one channel
  double packed[2];             ///< per element brought to another place, in or out
  /// A strip of channels of two tiles of each of tile_sides, there or back.
  std::array<double, tile_sides.size()> tile_strip[2];
  double spectrum_byte;  ///< read of a kernel's spectrum, or written to planes and read again
};

/// Rates by the names that profiles give them.
struct RateField {
  std::string_view name;
  std::span<double> (*values)(Rates&);
  /// What the values may be at least and at most: beyond that no machine has measured them.
  double least;
  double most;
};
[[nodiscard]] std::span<const RateField> rate_fields() noexcept;

/// Measured on the kind of machine that the project is developed on. Only ratios matter for the
/// choice of a method.
[[nodiscard]] const Rates& built_in_rates(Isa isa) noexcept;

}  // namespace twofold::detail
