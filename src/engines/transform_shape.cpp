// SPDX-License-Identifier: BSD-3-Clause
// The periods of whole transforms.
#include "engines/transform_shape.hpp"

#include <algorithm>

#include "fft/fft.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

Index transform_point_bytes(ElementType type) {
  return type == ElementType::float32 || type == ElementType::complex64 ? 8 : 16;
}

namespace {

TransformLayout layout_of(ElementType type, Index rows, Index cols) {
  const Index line = static_cast<Index>(Scratch::alignment) / transform_point_bytes(type);
  return {rows, cols, round_up(cols, line) + line};
}

}  // namespace

TransformLayout tile_layout(ElementType type, const TileShape& tile) {
  return layout_of(type, tile.rows, tile.cols);
}

TransformLayout transposed_layout(ElementType type, const TileShape& tile) {
  return layout_of(type, tile.cols, tile.rows);
}

Index tile_points(ElementType type, const TileShape& tile) {
  return std::max(tile_layout(type, tile).size(), transposed_layout(type, tile).size());
}

TransformLayout period_layout(const Problem& problem, const PeriodShape& period) {
  const Index length = period.cols.length;
  return layout_of(problem.type, period.rows.length,
                   is_complex(problem.type) ? length : length / 2 + 1);
}

Index overlap_save_jobs(const Problem& problem, const TileShape& tile,
                        const Rect& outputs) noexcept {
  const Index tiles = ceil_divide(outputs.rows, tile.rows - problem.rows.kernel + 1) *
                      ceil_divide(outputs.cols, tile.cols - problem.cols.kernel + 1) *
                      problem.channels;
  return is_complex(problem.type) ? tiles : ceil_divide(tiles, 2);
}

std::size_t whole_fft_workspace(const Problem& problem, const PeriodShape& period,
                                std::size_t direct_bytes) {
  Scratch scratch(nullptr);
  scratch.take<std::byte>(period_layout(problem, period).size() *
                          transform_point_bytes(problem.type));
  scratch.take<std::byte>(static_cast<Index>(direct_bytes));
  return scratch.used() *
         static_cast<std::size_t>(std::min<Index>(problem.threads, problem.channels));
}

Period period_for(const Axis& axis, bool zero_fill, bool even) {
  const Index natural = period_of(axis.extension, axis.image);
  if (natural != 0 && fft::is_good_length(natural) && (!even || natural % 2 == 0)) {
    // The extension repeats itself: one period of it is all there is.
    return {natural, 0, natural};
  }
  if (axis.extension == Extension::absent || (axis.extension == Extension::fill && zero_fill)) {
    // Zeros beyond the image: the product may wrap around where no output looks. Output m is the
    // linear convolution's point m + c of N + K − 1, so P ≥ c + M, and the point m + c + P must
    // lie beyond the last, so P ≥ N + K − 1 − c.
    const Index least = std::max(
        {axis.image, axis.image + axis.kernel - 1 - axis.centre, axis.centre + axis.output});
    return {fft::good_length(least, even), 0, axis.kernel};
  }
  // Everything else is extended explicitly. A kernel longer than the extension's own period folds
  // onto one period first.
  const Index kernel = natural == 0 ? axis.kernel : std::min(axis.kernel, natural);
  return {fft::good_length(axis.output + kernel - 1, even), axis.centre - (kernel - 1), kernel};
}

PeriodShape periods_for(const Problem& problem) {
  bool zero_fill = true;
  for (std::size_t i = 0; i < size_in_bytes(problem.type); ++i) {
    zero_fill = zero_fill && problem.fill[i] == std::byte{0};
  }
  return {period_for(problem.rows, zero_fill, false),
          period_for(problem.cols, zero_fill, !is_complex(problem.type))};
}

}  // namespace twofold::detail
