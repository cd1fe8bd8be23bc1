// SPDX-License-Identifier: BSD-3-Clause
// Which transforms the Fourier engines use for a problem: lengths and where things lie in them.
// Chosen by the dispatcher, from the problem alone, so that equal problems give equal bits.
#pragma once

#include "problem/problem.hpp"

namespace twofold::detail {

/// Overlap-save: tiles of rows × cols points, of which a kernel of K leaves T − K + 1 outputs.
struct TileShape {
  Index rows = 0;
  Index cols = 0;

  friend constexpr bool operator==(const TileShape&, const TileShape&) = default;
};

/// One axis of a whole transform: `length` points of the extended image from `origin` on, taken as
/// one period. Output m is then found at point m mod length.
struct Period {
  Index length = 0;
  Index origin = 0;
  Index fold = 0;  ///< taps this far apart meet the same elements and are added up first
};

struct PeriodShape {
  Period rows;
  Period cols;
};

/// The shortest good period for an axis. `even` asks for an even length.
[[nodiscard]] Period period_for(const Axis& axis, bool zero_fill, bool even);

/// The periods of a problem.
[[nodiscard]] PeriodShape periods_for(const Problem& problem);

/// Of one complex number: of floats for float32 and complex64, of doubles for everything else.
[[nodiscard]] Index transform_point_bytes(ElementType type);

/// How a two-dimensional transform lies in memory: rows of points, `pitch` apart. The pitch is a
/// whole number of cache lines and never a power of two, whose columns would share one cache set.
struct TransformLayout {
  Index rows = 0;
  Index cols = 0;  ///< points per row; half a spectrum's, where rows are real
  Index pitch = 0;

  [[nodiscard]] Index size() const noexcept { return rows * pitch; }
};

[[nodiscard]] TransformLayout tile_layout(ElementType type, const TileShape& tile);
/// With rows and columns exchanged.
[[nodiscard]] TransformLayout transposed_layout(ElementType type, const TileShape& tile);
/// Complex numbers in each of the two buffers that a tile's transform needs.
[[nodiscard]] Index tile_points(ElementType type, const TileShape& tile);
[[nodiscard]] TransformLayout period_layout(const Problem& problem, const PeriodShape& period);

// Bytes for one whole execute, where one direct sum of one channel takes `direct_bytes`.
[[nodiscard]] std::size_t overlap_save_workspace(const Problem& problem, const TileShape& tile,
                                                 std::size_t direct_bytes);
[[nodiscard]] std::size_t whole_fft_workspace(const Problem& problem, const PeriodShape& period,
                                              std::size_t direct_bytes);

/// How many transforms overlap-save needs for `outputs`: one per complex tile or two real ones.
[[nodiscard]] Index overlap_save_jobs(const Problem& problem, const TileShape& tile,
                                      const Rect& outputs) noexcept;

}  // namespace twofold::detail
