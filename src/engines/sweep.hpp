// SPDX-License-Identifier: BSD-3-Clause
// Sweep: how the sliding engines go over an image. Column by column of it, in each a group of rows
// at a time, with pointers to the rows of the extended image that the group's windows cover. Where
// windows lie inside the image the pointers lead into the caller's memory; near its left and right
// edge, and where pixels do not lie side by side or are of another type, to rows packed into a
// ring, which stays in cache with kernels of ordinary size. No other code of these engines knows
// about boundaries.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "engines/engine.hpp"
#include "kernels/kernels.hpp"
#include "problem/problem.hpp"
#include "problem/source.hpp"
#include "support/checked.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

/// Whether groups of few rows pay, because few pages are then in use at a time: where memory is
/// waited for, and little is done with what comes, for small windows, or in narrow strips.
template <class L>
[[nodiscard]] bool waits_for_pages(const Problem& problem) noexcept {
  const Index vector_width = kernels_for(problem.isa).lanes<L>().vector_width;
  const bool narrow = vector_width * static_cast<Index>(sizeof(L)) < 64;
  return outlives_cache(problem) && (problem.rows.kernel <= 4 || narrow);
}

template <class L>
class Sweep {
 public:
  /// Outputs that are computed together. `rows` points to outputs.rows + kernel rows − 1 rows of
  /// the extended image, each from the first column of the outputs' windows on. Fewer columns than
  /// fill a vector are widened to `width` elements, which the extended image allows.
  struct Group {
    Rect outputs;
    Rows<L> rows;
    Index width;
  };

  /// How many rows of outputs belong to a group: usually, and where the image's rows lie a multiple
  /// of 4 KiB apart, so that they share the same few lines of the first-level cache.
  struct GroupRows {
    Index usual;
    Index crowded;
  };

  /// Outputs in rows of at least `vector_width` elements, at most `chunk_cols` columns at a time.
  /// Edges are multiples of `edge_width` wide, itself a multiple of the vector width.
  Sweep(const Problem& problem, Index vector_width, Index edge_width, GroupRows group_rows,
        Index chunk_cols)
      : problem_(&problem),
        convert_(kernels_for(problem.isa).pixels_of<L>(problem.image_type).widen),
        vector_width_(vector_width),
        least_cols_(ceil_divide(vector_width, problem.channels)),
        edge_cols_(edge_width),
        group_rows_(std::min(group_rows.usual, problem.rows.output)),
        crowded_rows_(std::min(group_rows.crowded, group_rows_)),
        chunk_cols_(std::max(chunk_cols, 2 * edge_width)),
        packed_cols_(std::max(std::min({chunk_cols_, problem.cols.output, most_packed_cols}),
                              least_cols_)) {}

  [[nodiscard]] Index group_rows() const noexcept { return group_rows_; }
  /// The most columns of outputs that a group has.
  [[nodiscard]] Index group_cols() const noexcept {
    return std::max(packed_cols_, std::min(chunk_cols_, problem_->cols.output));
  }

  struct Buffers {
    const L** rows;  ///< pointers to the rows of a group
    L* ring;         ///< packed rows
    L* blank;        ///< a row that lies outside the image altogether
    Index* columns;  ///< the packer's
  };
  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    return {scratch.take<const L*>(group_rows_ + problem_->rows.kernel - 1),
            scratch.take<L>(ring_rows(), ring_pitch()), scratch.take<L>(1, blank_elements()),
            scratch.take<Index>(packed_cols_ + problem_->cols.kernel - 1)};
  }

  /// Calls visit(group) for groups that cover `band`.
  template <class Visit>
  void run(const Source<L>& source, const Rect& band, const Buffers& buffers,
           const Visit& visit) const {
    const Columns inside = columns_inside(source, band);
    sweep_packed(source, {band.row, band.col, band.rows, inside.begin - band.col}, buffers, visit);
    for (Index col = inside.begin; col < inside.end;) {
      Index cols = std::min(chunk_cols_, inside.end - col);
      const Index left = inside.end - col - cols;
      if (left > 0 && left < least_cols_) cols -= edge_cols_;  // leaves no less than a vector
      sweep_in_place(source, {band.row, col, band.rows, cols}, buffers, visit);
      col += cols;
    }
    sweep_packed(source, {band.row, inside.end, band.rows, band.col_end() - inside.end}, buffers,
                 visit);
  }

  /// Where a group's sums can be written straight to the output: nowhere, if that takes no rows of
  /// sums, or the group was widened. `streams`: past the cache, as far as the rows are aligned.
  template <class Sum = L>
  [[nodiscard]] std::optional<Target<Sum>> target_in_place(const Task& task, const Group& group,
                                                           bool streams) const {
    if (!task.takes_rows_of<Sum>() || group.width != group.outputs.cols * problem_->channels) {
      return std::nullopt;
    }
    const auto out = task.out_view<Sum>(group.outputs);
    const bool aligned = reinterpret_cast<std::uintptr_t>(out.data()) % Scratch::alignment == 0 &&
                         out.row_stride() * static_cast<Index>(sizeof(Sum)) %
                                 static_cast<Index>(Scratch::alignment) ==
                             0;
    return Target<Sum>{out.data(), out.row_stride(), streams && aligned};
  }

 private:
  /// Enough to be worth a pass of its own; less is packed together with the edges.
  static constexpr Index fewest_inside = 160;
  static constexpr Index most_packed_cols = 1024;

  /// Elements in a cache line.
  static constexpr Index line = static_cast<Index>(Scratch::alignment / sizeof(L));

  struct Columns {
    Index begin;
    Index end;
  };

  [[nodiscard]] Index ring_rows() const noexcept { return group_rows_ + problem_->rows.kernel - 1; }
  [[nodiscard]] Index ring_pitch() const noexcept {
    // Room to begin later, and a cache line more than a round number: rows one above the other
    // compete for the same lines.
    const Index elements = (packed_cols_ + problem_->cols.kernel - 1) * problem_->channels;
    return round_up(elements + line, line) + line;
  }
  [[nodiscard]] Index blank_elements() const noexcept {
    return (group_cols() + problem_->cols.kernel - 1) * problem_->channels;
  }

  /// The columns of outputs whose windows can be read in place, as whole blocks: what is left for
  /// the edges then fills a block too. They begin on a multiple of the vector width, so that stores
  /// are aligned where the output is.
  [[nodiscard]] Columns columns_inside(const Source<L>& source, const Rect& band) const {
    const Columns none{band.col, band.col};
    if (!source.is_in_place() || source.tile.col_stride != problem_->channels) return none;
    const Index first = source.cols.origin + problem_->cols.kernel - 1 - problem_->cols.centre;
    const Index last = source.cols.origin + source.cols.tile - problem_->cols.centre;
    const bool left_edge = first > band.col;
    const bool right_edge = last < band.col_end();
    const Index begin = left_edge ? band.col + round_up(first - band.col, edge_cols_) : band.col;
    const Index most =
        (right_edge ? std::min(last, band.col_end() - edge_cols_) : band.col_end()) - begin;
    if (most < std::max(edge_cols_, ceil_divide(fewest_inside, problem_->channels))) return none;
    return {begin, right_edge ? begin + most / edge_cols_ * edge_cols_ : band.col_end()};
  }

  template <class Visit>
  void sweep_in_place(const Source<L>& source, const Rect& part, const Buffers& buffers,
                      const Visit& visit) const {
    const Rect window = problem_->window_of(part);
    std::fill_n(buffers.blank, window.cols * problem_->channels, source.fill);
    const auto tile = source.in_place();
    const Index tile_col = window.col - source.cols.origin;
    // Rows that share lines of the cache drive each other out if they are fetched too early, unless
    // each is needed for long.
    constexpr Index page = Index{4096} / static_cast<Index>(sizeof(L));
    const bool crowded = source.tile.row_stride % page == 0;
    const bool prefetched = !crowded || problem_->rows.kernel > 3;
    const Index group_rows = crowded ? crowded_rows_ : group_rows_;
    for (Index row = part.row; row < part.row_end(); row += group_rows) {
      const Rect outputs{row, part.col, std::min(group_rows, part.row_end() - row), part.cols};
      const Index first = problem_->rows.window_begin(row);
      for (Index i = 0; i < outputs.rows + problem_->rows.kernel - 1; ++i) {
        const Index tile_row = source.rows.locate(first + i);
        buffers.rows[i] = tile_row == outside ? buffers.blank : tile.at(tile_row, tile_col);
      }
      visit(Group{outputs, {buffers.rows, prefetched}, part.cols * problem_->channels});
    }
  }

  template <class Visit>
  void sweep_packed(const Source<L>& source, const Rect& part, const Buffers& buffers,
                    const Visit& visit) const {
    for (Index col = part.col; col < part.col_end();) {
      const Index cols = std::min(packed_cols_, part.col_end() - col);
      sweep_packed_chunk(source, {part.row, col, part.rows, cols}, buffers, visit);
      col += cols;
    }
  }

  template <class Visit>
  void sweep_packed_chunk(const Source<L>& source, const Rect& part, const Buffers& buffers,
                          const Visit& visit) const {
    const Index computed_cols = std::max(part.cols, least_cols_);
    const Rect window = problem_->window_of({part.row, part.col, part.rows, computed_cols});
    const Index overlap = problem_->rows.kernel - 1;
    const RowPacker<L> packer(source, window.col, window.col_end(), buffers.columns, convert_);
    const Index lead = round_up(packer.copied_from(), line) - packer.copied_from();
    Index next = window.row;  // the first row of the extended image that is not in the ring yet
    Index slot = 0;
    for (Index row = part.row; row < part.row_end(); row += group_rows_) {
      const Rect outputs{row, part.col, std::min(group_rows_, part.row_end() - row), part.cols};
      const Index kept = row == part.row ? 0 : overlap;
      std::copy_n(buffers.rows + group_rows_, kept, buffers.rows);
      for (Index i = kept; i < outputs.rows + overlap;) {
        const Index count = std::min(outputs.rows + overlap - i, ring_rows() - slot);
        L* to = buffers.ring + slot * ring_pitch() + lead;
        packer.pack(next, count, to, ring_pitch());
        for (const Index end = i + count; i < end; ++i, to += ring_pitch())
          buffers.rows[i] = to;
        next += count;
        slot += count;
        if (slot == ring_rows()) slot = 0;
      }
      visit(Group{outputs, {buffers.rows}, computed_cols * problem_->channels});
    }
  }

  const Problem* problem_;
  ConvertRun convert_;  ///< from pixels, if they are
  Index vector_width_;
  Index least_cols_;  ///< columns that fill a vector
  Index edge_cols_;   ///< columns that fill blocks, for any number of channels
  Index group_rows_;
  Index crowded_rows_;
  Index chunk_cols_;
  Index packed_cols_;
};

}  // namespace twofold::detail
