// SPDX-License-Identifier: BSD-3-Clause
// The direct engine: the sliding window. Interior outputs are computed straight from the caller's
// image into the caller's output; only the frame of outputs whose windows reach beyond the tile is
// computed from a packed copy, a block at a time.
#include "engines/engines.hpp"
#include "kernels/kernels.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

namespace {

/// The outputs [begin, end) along one axis.
struct Span {
  Index begin = 0;
  Index end = 0;
};

/// The outputs along one axis, within `wanted`, whose windows lie inside the tile.
Span interior_of(const Axis& axis, const SourceAxis& source, Span wanted) {
  const Index begin = source.origin + axis.kernel - 1 - axis.centre;
  const Index end = source.origin + source.tile - axis.centre;
  const Index clamped = std::clamp(begin, wanted.begin, wanted.end);
  return {clamped, std::clamp(end, clamped, wanted.end)};
}

template <class L>
class Direct final : public Engine {
 public:
  explicit Direct(const Problem& problem)
      : problem_(problem),
        taps_(problem.kernel.view<L>().rotated()),
        kernels_(kernels_for(problem.isa).lanes<L>()),
        window_{problem.rows.kernel, problem.cols.kernel, problem.channels},
        least_cols_(ceil_divide(kernels_.vector_width, problem.channels)),
        block_{0, 0, std::min<Index>(problem.rows.output, largest_block_rows),
               std::max(least_cols_, std::min<Index>(problem.cols.output, largest_block_cols))} {
    Scratch measure(nullptr);
    (void)lay_out(measure);
    bytes_per_part_ = measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return bytes_per_part_ * static_cast<std::size_t>(parts());
  }

  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return direct_error_bound(problem_, largest_magnitude);
  }

  void run(const Task& task, std::byte* workspace, Executor& executor) const override {
    const Index bands = std::min(parts(), task.outputs.rows);
    for_each_part(bands, executor, [&](Index i) {
      Scratch scratch(workspace + static_cast<std::size_t>(i) * bytes_per_part_);
      sum_band(task, band_of(task.outputs, i, bands), lay_out(scratch));
    });
  }

 private:
  // Blocks of the frame: large enough to amortise the halo that each packs again, small enough to
  // stay in the second-level cache with kernels of ordinary size.
  static constexpr Index largest_block_rows = 32;
  static constexpr Index largest_block_cols = 256;
  static constexpr Index small_outputs = 320 * 320;

  struct Buffers {
    L* window;
    L* outputs;
  };

  [[nodiscard]] Index parts() const noexcept {
    return std::min<Index>(problem_.threads, problem_.rows.output);
  }
  [[nodiscard]] Index window_pitch() const noexcept {
    return (block_.cols + window_.tap_cols - 1) * problem_.channels;
  }
  [[nodiscard]] Index output_pitch() const noexcept { return block_.cols * problem_.channels; }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    return {scratch.take<L>(block_.rows + window_.tap_rows - 1, window_pitch()),
            scratch.take<L>(block_.rows, output_pitch())};
  }

  void sum_band(const Task& task, const Rect& band, const Buffers& buffers) const {
    const auto source = task.source<L>(problem_);
    const Rect interior = interior_part(source, task, band);
    // Of a small image, the frame's strips would cost more than packing all of it.
    const bool small = band.rows * band.cols * problem_.channels <= small_outputs;
    if (small || interior.rows == 0 || interior.cols == 0) {
      sum_packed(source, task, band, buffers);
      return;
    }
    sum_interior(source, task, interior);
    const Index rows_below = band.row_end() - interior.row_end();
    const Index cols_right = band.col_end() - interior.col_end();
    sum_packed(source, task, {band.row, band.col, interior.row - band.row, band.cols}, buffers);
    sum_packed(source, task, {interior.row_end(), band.col, rows_below, band.cols}, buffers);
    sum_packed(source, task, {interior.row, band.col, interior.rows, interior.col - band.col},
               buffers);
    sum_packed(source, task, {interior.row, interior.col_end(), interior.rows, cols_right},
               buffers);
  }

  /// What can be computed without a copy: nothing, where pixels do not lie side by side, are to be
  /// converted, or fewer than a vector of them would be left.
  [[nodiscard]] Rect interior_part(const Source<L>& source, const Task& task,
                                   const Rect& band) const {
    const Span rows = interior_of(problem_.rows, source.rows, {band.row, band.row_end()});
    const Span cols = interior_of(problem_.cols, source.cols, {band.col, band.col_end()});
    const bool readable = source.is_in_place() && source.tile.col_stride == problem_.channels;
    if (!readable || !task.takes_rows_of<L>() || cols.end - cols.begin < least_cols_)
      return {band.row, band.col, 0, 0};
    return {rows.begin, cols.begin, rows.end - rows.begin, cols.end - cols.begin};
  }

  void sum_interior(const Source<L>& source, const Task& task, const Rect& interior) const {
    const auto out = task.out_view<L>(interior);
    const auto tile = source.in_place();
    const L* in = tile.at(problem_.rows.window_begin(interior.row) - source.rows.origin,
                          problem_.cols.window_begin(interior.col) - source.cols.origin);
    kernels_.sliding_sum(in, tile.row_stride(), out.data(), out.row_stride(), interior.rows,
                         interior.cols * problem_.channels, taps_.data(), window_);
  }

  void sum_packed(const Source<L>& source, const Task& task, const Rect& part,
                  const Buffers& buffers) const {
    for (Index row = part.row; row < part.row_end(); row += block_.rows) {
      for (Index col = part.col; col < part.col_end(); col += block_.cols) {
        const Rect block{row, col, std::min(block_.rows, part.row_end() - row),
                         std::min(block_.cols, part.col_end() - col)};
        sum_block(source, task, block, buffers);
      }
    }
  }

  /// A block narrower than a vector is computed wider than asked, which the extended image allows.
  void sum_block(const Source<L>& source, const Task& task, const Rect& block,
                 const Buffers& buffers) const {
    const Rect computed{block.row, block.col, block.rows, std::max(block.cols, least_cols_)};
    pack_extended(source, problem_.window_of(computed), buffers.window, window_pitch(),
                  problem_.channels);
    const Index width = computed.cols * problem_.channels;
    if (computed.cols == block.cols && task.takes_rows_of<L>()) {
      const auto out = task.out_view<L>(block);
      kernels_.sliding_sum(buffers.window, window_pitch(), out.data(), out.row_stride(), block.rows,
                           width, taps_.data(), window_);
      return;
    }
    kernels_.sliding_sum(buffers.window, window_pitch(), buffers.outputs, output_pitch(),
                         block.rows, width, taps_.data(), window_);
    store_results(buffers.outputs, output_pitch(), task.out_part(block));
  }

  Problem problem_;
  Image<L> taps_;  ///< in the order in which the window meets them
  LaneKernels<L> kernels_;
  Window window_;
  Index least_cols_;  ///< columns that fill a vector
  Rect block_;
  std::size_t bytes_per_part_ = 0;
};

}  // namespace

std::unique_ptr<const Engine> make_direct(const Problem& problem) {
  return visit_lane(problem.type, [&]<class L>(Tag<L>) -> std::unique_ptr<const Engine> {
    return std::make_unique<Direct<L>>(problem);
  });
}

}  // namespace twofold::detail
