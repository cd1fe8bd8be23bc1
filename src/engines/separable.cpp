// SPDX-License-Identifier: BSD-3-Clause
// The separable engine: rows first, columns second, for kernels that are a short sum of products of
// columns and rows. Filtered rows go into a buffer that stays in cache, from which the columns are
// summed as soon as it holds enough of them: the intermediate image never exists as a whole.
#include <cmath>
#include <limits>

#include "engines/engines.hpp"
#include "kernels/kernels.hpp"
#include "support/executors.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

namespace {

/// A view with its rows in reverse order.
template <class L>
View<const L> upside_down(const View<const L>& view) {
  return {view.at(view.rows() - 1, 0), view.shape(), -view.row_stride(), view.col_stride()};
}

template <class L>
class Separable final : public Engine {
 public:
  Separable(const Problem& problem, std::shared_ptr<const Factors> factors)
      : problem_(problem),
        factors_(std::move(factors)),
        kernels_(kernels_for(problem.isa).lanes<L>()),
        column_taps_(upside_down(factors_->columns<L>().view())),
        row_taps_(upside_down(factors_->rows<L>().view().transposed()).transposed()),
        chunk_(chunk_for(problem, kernels_.vector_width)),
        component_pitch_(chunk_.cols * problem.channels),
        across_{1, problem.cols.kernel, problem.channels},
        down_{problem.rows.kernel, factors_->rank(), component_pitch_},
        direct_(make_direct(one_part(problem))) {
    Scratch measure(nullptr);
    (void)lay_out(measure);
    bytes_per_part_ = measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return bytes_per_part_ * static_cast<std::size_t>(parts());
  }

  /// A row and a column are summed one after the other, rounded factors multiplied: kh + kw + 4
  /// roundings for each component, of magnitudes that add up to Σ_r ‖u_r‖₁‖v_r‖₁.
  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    if (is_integer(problem_.type)) return 0;
    const double roundings = static_cast<double>(problem_.rows.kernel + problem_.cols.kernel + 4);
    const double factor = is_complex(problem_.type) ? 2.8284271247461903 : 1.0;
    return std::max(direct_error_bound(problem_, largest_magnitude),
                    factor * roundings * unit_roundoff(problem_.type) * largest_magnitude *
                        magnitude_of_factors());
  }

  void run(const Task& task, std::byte* workspace, Executor& executor) const override {
    const Index bands = std::min(parts(), task.outputs.rows);
    for_each_part(bands, executor, [&](Index i) {
      Scratch scratch(workspace + static_cast<std::size_t>(i) * bytes_per_part_);
      const Buffers buffers = lay_out(scratch);
      const Rect band = band_of(task.outputs, i, bands);
      for (Index col = band.col; col < band.col_end(); col += chunk_.cols) {
        const Index cols = std::min(chunk_.cols, band.col_end() - col);
        run_chunk(task, {band.row, col, band.rows, cols}, buffers);
      }
    });
  }

 private:
  static constexpr Index packed_rows = 8;

  struct Buffers {
    L* window;    ///< rows of the extended image, packed where they cannot be read in place
    L* filtered;  ///< filtered rows, the components of one side by side
    L* outputs;
    L* direct_outputs;
    std::byte* direct;
  };

  /// Σ_r ‖u_r‖₁‖v_r‖₁: at least ‖k‖₁, and more where the components cancel.
  [[nodiscard]] double magnitude_of_factors() const noexcept {
    double total = 0;
    for (Index r = 0; r < factors_->rank(); ++r) {
      double column = 0;
      double row = 0;
      for (Index a = 0; a < column_taps_.rows(); ++a)
        column += std::abs(real_or_complex(column_taps_(a, r)));
      for (Index b = 0; b < row_taps_.cols(); ++b)
        row += std::abs(real_or_complex(row_taps_(r, b)));
      total += column * row;
    }
    return total;
  }

  [[nodiscard]] static auto real_or_complex(const L& tap) noexcept {
    if constexpr (is_complex_v<L>) {
      return std::complex<double>(tap);
    } else {
      return static_cast<double>(tap);
    }
  }

  static Problem one_part(Problem problem) {
    problem.threads = 1;
    return problem;
  }

  /// Rows × columns of outputs computed at a time. The filtered rows of a chunk stay in the first
  /// or second cache level; more rows at a time mean fewer rows moved up, more columns fewer calls.
  static Rect chunk_for(const Problem& problem, Index vector_width) {
    constexpr Index bytes = 96 * 1024;
    const Index rows = std::min(problem.rows.output, std::max<Index>(32, 3 * problem.rows.kernel));
    const Index buffered = rows + problem.rows.kernel - 1;
    const Index pixel = problem.channels * static_cast<Index>(sizeof(L));
    const Index least = ceil_divide(vector_width, problem.channels);
    const Index wanted = std::max<Index>(bytes / (buffered * pixel), 128);
    return {0, 0, rows, std::max(least, std::min({wanted, problem.cols.output, Index{1024}}))};
  }

  [[nodiscard]] Index parts() const noexcept {
    return std::min<Index>(problem_.threads, problem_.rows.output);
  }
  [[nodiscard]] Index window_pitch() const noexcept {
    return (chunk_.cols + problem_.cols.kernel - 1) * problem_.channels;
  }
  [[nodiscard]] Index filtered_pitch() const noexcept {
    return component_pitch_ * factors_->rank();
  }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    return {scratch.take<L>(packed_rows, window_pitch()),
            scratch.take<L>(chunk_.rows + problem_.rows.kernel - 1, filtered_pitch()),
            scratch.take<L>(chunk_.rows, component_pitch_),
            scratch.take<L>(chunk_.rows, component_pitch_),
            scratch.take<std::byte>(static_cast<Index>(direct_->workspace_bytes()))};
  }

  /// A chunk's columns, from the band's first row to its last.
  void run_chunk(const Task& task, const Rect& part, const Buffers& buffers) const {
    const auto source = task.source<L>(problem_);
    const Index overlap = problem_.rows.kernel - 1;
    // Filtered wider than asked where that is less than a vector, which the extended image allows.
    const Index cols = std::max(part.cols, ceil_divide(kernels_.vector_width, problem_.channels));
    filter_rows(source, problem_.rows.window_begin(part.row), overlap, part.col, cols, buffers,
                buffers.filtered);
    for (Index row = part.row; row < part.row_end(); row += chunk_.rows) {
      const Rect block{row, part.col, std::min(chunk_.rows, part.row_end() - row), part.cols};
      filter_rows(source, problem_.rows.window_begin(row) + overlap, block.rows, part.col, cols,
                  buffers, buffers.filtered + overlap * filtered_pitch());
      sum_columns(task, block, cols, buffers);
      if (block.row_end() < part.row_end()) {
        std::copy_n(buffers.filtered + block.rows * filtered_pitch(), overlap * filtered_pitch(),
                    buffers.filtered);
      }
    }
  }

  /// Filters `count` rows of the extended image from `first` on.
  void filter_rows(const Source<L>& source, Index first, Index count, Index col, Index cols,
                   const Buffers& buffers, L* filtered) const {
    const Index window_col = problem_.cols.window_begin(col);
    const Index window_cols = cols + problem_.cols.kernel - 1;
    const bool inside = source.is_in_place() && source.tile.col_stride == problem_.channels &&
                        source.cols.holds(window_col) &&
                        source.cols.holds(window_col + window_cols - 1);
    for (Index row = first; row < first + count;) {
      const Index left = first + count - row;
      Index rows = 0;
      if (inside && source.rows.holds(row)) {
        rows = std::min(left, source.rows.origin + source.rows.tile - row);
        const auto tile = source.in_place();
        filter(tile.at(row - source.rows.origin, window_col - source.cols.origin),
               tile.row_stride(), rows, cols, filtered);
      } else {
        rows = std::min(left, packed_rows);
        if (inside && row < source.rows.origin) rows = std::min(rows, source.rows.origin - row);
        pack_extended(source, {row, window_col, rows, window_cols}, buffers.window, window_pitch(),
                      problem_.channels);
        filter(buffers.window, window_pitch(), rows, cols, filtered);
      }
      filtered += rows * filtered_pitch();
      row += rows;
    }
  }

  void filter(const L* in, Index in_pitch, Index rows, Index cols, L* filtered) const {
    for (Index component = 0; component < factors_->rank(); ++component) {
      kernels_.sliding_sum(in, in_pitch, filtered + component * component_pitch_, filtered_pitch(),
                           rows, cols * problem_.channels, &row_taps_(component, 0), across_);
    }
  }

  void sum_columns(const Task& task, const Rect& block, Index cols, const Buffers& buffers) const {
    const Index width = cols * problem_.channels;
    const bool in_place = cols == block.cols && task.takes_rows_of<L>();
    L* sums = in_place ? task.out_view<L>(block).data() : buffers.outputs;
    const Index pitch = in_place ? task.out.row_stride : component_pitch_;
    kernels_.sliding_sum(buffers.filtered, filtered_pitch(), sums, pitch, block.rows, width,
                         column_taps_.data(), down_);
    if (!all_finite(sums, pitch, block.rows, block.cols * problem_.channels)) {
      repair(task, block, sums, pitch, buffers);
    }
    if (!in_place) store_results(sums, pitch, task.out_part(block));
  }

  [[nodiscard]] static bool all_finite(const L* sums, Index pitch, Index rows, Index width) {
    if constexpr (std::is_integral_v<L>) {
      return true;
    } else {
      using R = real_t<L>;
      constexpr Index reals = sizeof(L) / sizeof(R);
      for (Index row = 0; row < rows; ++row) {
        const R* numbers = reinterpret_cast<const R*>(sums + row * pitch);
        // x·0 is 0 for every finite x, and NaN for the others; so is the sum.
        R parts[8] = {};
        Index i = 0;
        for (; i + 8 <= width * reals; i += 8) {
          for (Index j = 0; j < 8; ++j)
            parts[j] += numbers[i + j] * R(0);
        }
        for (; i < width * reals; ++i)
          parts[0] += numbers[i] * R(0);
        R total = 0;
        for (const R part : parts)
          total += part;
        if (total != 0) return false;
      }
      return true;
    }
  }

  /// NaN and infinity take other ways through factors than through the kernel itself: a tap that is
  /// zero may be a sum of factors that are not. Where they come up, the direct sum decides.
  void repair(const Task& task, const Rect& block, L* sums, Index pitch,
              const Buffers& buffers) const {
    SerialExecutor serial;
    const Index width = block.cols * problem_.channels;
    Task part = task;
    part.outputs = block;
    part.out = {buffers.direct_outputs,
                problem_.type,
                {block.rows, block.cols, problem_.channels},
                component_pitch_,
                problem_.channels};
    direct_->run(part, buffers.direct, serial);
    for (Index row = 0; row < block.rows; ++row) {
      const L* decided = buffers.direct_outputs + row * component_pitch_;
      L* line = sums + row * pitch;
      for (Index i = 0; i < width; ++i) {
        if (!all_finite(line + i, 0, 1, 1)) line[i] = decided[i];
      }
    }
  }

  Problem problem_;
  std::shared_ptr<const Factors> factors_;
  LaneKernels<L> kernels_;
  Image<L> column_taps_;  ///< rows.kernel × rank, in the order in which the window meets them
  Image<L> row_taps_;     ///< rank × cols.kernel, likewise
  Rect chunk_;
  Index component_pitch_;
  Window across_;
  Window down_;
  std::unique_ptr<const Engine> direct_;
  std::size_t bytes_per_part_ = 0;
};

}  // namespace

std::unique_ptr<const Engine> make_separable(const Problem& problem,
                                             std::shared_ptr<const Factors> factors) {
  return visit_lane(problem.type, [&]<class L>(Tag<L>) -> std::unique_ptr<const Engine> {
    return std::make_unique<Separable<L>>(problem, factors);
  });
}

}  // namespace twofold::detail
