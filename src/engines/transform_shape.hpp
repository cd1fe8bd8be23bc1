// SPDX-License-Identifier: BSD-3-Clause
// Which transforms the Fourier engines use for a problem: lengths and where things lie in them.
// Chosen by the dispatcher, from the problem alone, so that equal problems give equal bits.
#pragma once

#include "problem/problem.hpp"
#include "support/checked.hpp"

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

/// An axis taken as the one period that its extension repeats, of which `length` is 0 where it does
/// not repeat.
[[nodiscard]] Period natural_period(const Axis& axis) noexcept;

/// Whether an axis may be taken as the image and zeros.
[[nodiscard]] bool is_zero_beyond(const Problem& problem, const Axis& axis) noexcept;
/// How many points an axis needs if it is extended explicitly.
[[nodiscard]] Index least_extended_length(const Axis& axis, bool zero_beyond) noexcept;
/// An axis of `length` points, extended explicitly.
[[nodiscard]] Period extended_period(const Axis& axis, bool zero_beyond, Index length) noexcept;

/// float32 and complex64 are transformed in single precision (0), everything else in double (1).
[[nodiscard]] constexpr std::size_t transform_precision(ElementType type) noexcept {
  return type == ElementType::float32 || type == ElementType::complex64 ? 0 : 1;
}
/// Of one complex number.
[[nodiscard]] constexpr Index transform_point_bytes(ElementType type) noexcept {
  return transform_precision(type) == 0 ? 8 : 16;
}

/// Rows of a plane that are transformed and transposed together: as many complex floats as fill a
/// cache line.
inline constexpr Index group_rows = 8;

/// A plane of numbers and its spectrum, in memory. The plane's lines are its rows, or two rows
/// each where the numbers are real. The rows of the spectrum are the plane's columns, or half of
/// them. Pitches are whole cache lines, and never powers of two, which would share a cache set.
struct PlaneShape {
  Index rows = 0;
  Index cols = 0;
  bool real = false;

  [[nodiscard]] constexpr Index rows_per_line() const noexcept { return real ? 2 : 1; }
  [[nodiscard]] constexpr Index lines() const noexcept {
    return ceil_divide(rows, rows_per_line());
  }
  /// How many rows of the plane a line holds: the last may hold one and zeros.
  [[nodiscard]] constexpr Index rows_of(Index line) const noexcept {
    return real && 2 * line + 1 < rows ? 2 : 1;
  }
  [[nodiscard]] constexpr Index groups() const noexcept { return ceil_divide(rows, group_rows); }
  [[nodiscard]] constexpr Index line_pitch() const noexcept { return round_up(cols, 8) + 8; }
  [[nodiscard]] constexpr Index spectrum_rows() const noexcept {
    return real ? cols / 2 + 1 : cols;
  }
  /// Transposing takes blocks.
  [[nodiscard]] constexpr Index padded_spectrum_rows() const noexcept {
    return round_up(spectrum_rows(), 4);
  }
  [[nodiscard]] constexpr Index spectrum_pitch() const noexcept {
    return round_up(rows, group_rows) + 8;
  }
  [[nodiscard]] constexpr Index spectrum_size() const noexcept {
    return padded_spectrum_rows() * spectrum_pitch();
  }
};

/// Two real tiles share a transform, as its real and imaginary parts.
[[nodiscard]] constexpr PlaneShape plane_of(const TileShape& tile) noexcept {
  return {tile.rows, tile.cols, false};
}
[[nodiscard]] constexpr PlaneShape plane_of(const PeriodShape& period, ElementType type) noexcept {
  return {period.rows.length, period.cols.length, !is_complex(type)};
}

// Bytes for one whole execute, where one direct sum of one channel takes `direct_bytes`.
[[nodiscard]] std::size_t overlap_save_workspace(const Problem& problem, const TileShape& tile,
                                                 std::size_t direct_bytes);
[[nodiscard]] std::size_t whole_fft_workspace(const Problem& problem, const PeriodShape& period,
                                              std::size_t direct_bytes);

/// How many transforms overlap-save needs for `outputs`: one per complex tile or two real ones.
[[nodiscard]] Index overlap_save_jobs(const Problem& problem, const TileShape& tile,
                                      const Rect& outputs) noexcept;

}  // namespace twofold::detail
