// SPDX-License-Identifier: BSD-3-Clause
// Periods of whole transforms, and the memory that transforms need.
#include "engines/transform_shape.hpp"

#include <algorithm>
#include <span>

namespace twofold::detail {

Period natural_period(const Axis& axis) noexcept {
  const Index natural = period_of(axis.extension, axis.image);
  return {natural, 0, natural};
}

bool is_zero_beyond(const Problem& problem, const Axis& axis) noexcept {
  if (axis.extension == Extension::absent) return true;
  const auto fill = std::span(problem.fill).first(size_in_bytes(problem.type));
  const auto is_zero = [](std::byte byte) { return byte == std::byte{0}; };
  return axis.extension == Extension::fill && std::all_of(fill.begin(), fill.end(), is_zero);
}

namespace {

/// A kernel longer than the extension's own period folds onto one period first.
Index folded_kernel(const Axis& axis) noexcept {
  const Index natural = period_of(axis.extension, axis.image);
  return natural == 0 ? axis.kernel : std::min(axis.kernel, natural);
}

}  // namespace

Index least_extended_length(const Axis& axis, bool zero_beyond) noexcept {
  if (!zero_beyond) return axis.output + folded_kernel(axis) - 1;
  // The product may wrap around where no output looks. Output m is the linear convolution's point
  // m + c of N + K − 1, so P ≥ c + M, and the point m + c + P must lie beyond the last, so
  // P ≥ N + K − 1 − c.
  return std::max(
      {axis.image, axis.image + axis.kernel - 1 - axis.centre, axis.centre + axis.output});
}

Period extended_period(const Axis& axis, bool zero_beyond, Index length) noexcept {
  if (zero_beyond) return {length, 0, axis.kernel};
  const Index kernel = folded_kernel(axis);
  return {length, axis.centre - (kernel - 1), kernel};
}

Index overlap_save_jobs(const Problem& problem, const TileShape& tile,
                        const Rect& outputs) noexcept {
  const Index tiles = ceil_divide(outputs.rows, tile.rows - problem.rows.kernel + 1) *
                      ceil_divide(outputs.cols, tile.cols - problem.cols.kernel + 1) *
                      problem.channels;
  return is_complex(problem.type) ? tiles : ceil_divide(tiles, 2);
}

}  // namespace twofold::detail
