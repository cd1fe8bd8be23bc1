// SPDX-License-Identifier: BSD-3-Clause
// One period of the extended image, row by row, as a whole transform takes it.
#pragma once

#include <array>

#include "engines/engine.hpp"
#include "engines/transform_shape.hpp"

namespace twofold::detail {

/// The part of the extended image that some outputs need, along one axis: `length` elements from
/// `begin` on, which occupy that many points, wrapped around, of the period.
struct Span {
  Index begin = 0;
  Index length = 0;
  bool cut = false;  ///< less than the windows cover: the rest repeats, or is zero
};

[[nodiscard]] inline Span span_of(const Axis& axis, const Period& period, Index first,
                                  Index count) noexcept {
  const Index kernel = std::min(axis.kernel, period.fold);
  const Span window{first + axis.centre - (kernel - 1), count + kernel - 1};
  const bool folded = axis.kernel > period.fold;
  if (window.length <= period.length) return {window.begin, window.length, folded};
  // More than a period: every element once is enough, or, with zeros outside, the image.
  if (period_of(axis.extension, axis.image) == period.length) {
    return {window.begin, period.length, true};
  }
  return {0, axis.image, true};
}

/// Whether the tile brings elements from outside the image that a cut span would not see.
[[nodiscard]] inline bool leaves_out(const Span& span, const SourceAxis& axis) noexcept {
  return span.cut && (axis.origin < 0 || axis.origin + axis.tile > axis.image);
}

/// Elements from `begin` on at points from `point` on.
struct Run {
  Index begin = 0;
  Index point = 0;
  Index length = 0;
};

/// A span falls into two runs where it reaches the period's end.
[[nodiscard]] inline std::array<Run, 2> runs_of(const Span& span, const Period& period) noexcept {
  const Index offset = (span.begin - period.origin) % period.length;
  const Index point = offset < 0 ? offset + period.length : offset;
  const Index length = std::min(span.length, period.length - point);
  return {{{span.begin, point, length}, {span.begin + length, 0, span.length - length}}};
}

/// The rows of a period, packed.
template <class N>
class PeriodRows {
 public:
  /// `columns` has room for a period's length.
  PeriodRows(const Source<N>& source, const std::array<Run, 2>& rows,
             const std::array<Run, 2>& cols, Index* columns)
      : rows_(rows),
        cols_(cols),
        packers_{packer_of(source, cols[0], columns),
                 packer_of(source, cols[1], columns + cols[0].length)} {}

  /// Writes the row at a point to those places of `to` that hold elements; the others are never
  /// written. False if it has none.
  bool pack(Index point, N* to) const {
    for (const Run& run : rows_) {
      if (point < run.point || point >= run.point + run.length) continue;
      for (std::size_t i = 0; i < cols_.size(); ++i) {
        if (cols_[i].length > 0)
          packers_[i].pack(run.begin + point - run.point, 1, to + cols_[i].point, 0);
      }
      return true;
    }
    return false;
  }

 private:
  static RowPacker<N> packer_of(const Source<N>& source, const Run& run, Index* columns) {
    return RowPacker<N>(source, run.begin, run.begin + run.length, columns);
  }

  std::array<Run, 2> rows_;
  std::array<Run, 2> cols_;
  RowPacker<N> packers_[2];
};

}  // namespace twofold::detail
