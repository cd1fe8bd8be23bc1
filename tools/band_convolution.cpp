// SPDX-License-Identifier: BSD-3-Clause
// Convolution of an array that stays in its file, a band of rows at a time.
#include "band_convolution.hpp"

#include <algorithm>
#include <vector>

#include "progress.hpp"
#include "timed_plan.hpp"

namespace twofold::tool {

namespace {

/// Rows first … first + count − 1 of the image as its boundary continues it.
struct RowRange {
  Index first = 0;
  Index count = 0;
};

template <Element T, Element K>
class Bands {
 public:
  using Out = promoted_t<T, K>;

  Bands(Operation operation, const InputFile& file, const NpyRows& rows, const Image<K>& kernel,
        const Options& options)
      : file_(file),
        rows_(rows),
        wraps_(options.boundary.rows == Boundary::wrap),
        plan_(operation, rows.shape, kernel, options),
        workspace_(plan_.workspace_bytes()),
        height_(band_rows()),
        // No band needs more rows of the image than its outputs and the kernel have together.
        tile_(Image<T>::uninitialized(
            {height_ + kernel.rows(), rows.shape.cols, rows.shape.channels})),
        band_(
            Image<Out>::uninitialized({height_, plan_.output_shape().cols, rows.shape.channels})) {}

  [[nodiscard]] const Plan<T, K, Out>& plan() const noexcept { return plan_; }

  /// Calls take(elements, count) for bands of outputs from above to below. The seconds that it took
  /// to compute them.
  template <class Take>
  double compute(const Take& take) {
    using Clock = std::chrono::steady_clock;
    double seconds = 0;
    const Shape output = plan_.output_shape();
    ProgressBar bar(static_cast<double>(output.rows));
    for (Index row = 0; row < output.rows; row += height_) {
      const Rect outputs{row, 0, std::min(height_, output.rows - row), output.cols};
      const RowRange needed = rows_needed(outputs);
      read(needed);
      const View<const T> tile(tile_.data(), {needed.count, tile_.cols(), output.channels});
      const View<Out> band(band_.data(), {outputs.rows, outputs.cols, output.channels});
      const auto begin = Clock::now();
      plan_.execute_region(tile, {needed.first, 0}, outputs, band, workspace_.bytes());
      seconds += std::chrono::duration<double>(Clock::now() - begin).count();
      take(band_.data(), outputs.rows * outputs.cols * output.channels);
      bar.advance_to(static_cast<double>(row + outputs.rows));
    }
    return seconds;
  }

 private:
  [[nodiscard]] Index band_rows() const {
    constexpr Index bytes = 64 << 20;
    const Shape output = plan_.output_shape();
    const Index row_bytes = output.channels * (output.cols * static_cast<Index>(sizeof(Out)) +
                                               rows_.shape.cols * static_cast<Index>(sizeof(T)));
    return std::clamp(bytes / row_bytes, Index{1}, output.rows);
  }

  /// Where rows wrap around, the plan would ask for all of them: what lies outside is brought
  /// along.
  [[nodiscard]] RowRange rows_needed(const Rect& outputs) const {
    if (wraps_) {
      const Halo halo = plan_.halo();
      return {outputs.row - halo.before_rows, outputs.rows + halo.before_rows + halo.after_rows};
    }
    const Rect region = plan_.input_region(outputs);
    return {region.row, region.rows};
  }

  /// Into the tile, from as many places as it takes.
  void read(const RowRange& range) {
    const Index period = rows_.shape.rows;
    for (Index row = 0; row < range.count;) {
      const Index from = ((range.first + row) % period + period) % period;
      const Index count = std::min(range.count - row, period - from);
      read_npy_rows(file_, rows_, from, count,
                    tile_.data() + row * tile_.cols() * tile_.channels());
      row += count;
    }
  }

  const InputFile& file_;
  const NpyRows& rows_;
  bool wraps_;
  Plan<T, K, Out> plan_;
  detail::AlignedBytes workspace_;
  Index height_;
  Image<T> tile_;
  Image<Out> band_;
};

}  // namespace

DecisionReport convolve_bands(Operation operation, const InputFile& file, const NpyRows& rows,
                              const AnyImage& kernel, const Options& options, OutputFile& out) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  return std::visit(
      [&]<Element K>(const Image<K>& k) {
        return with_element_type(rows.type, [&]<Element T>(std::type_identity<T>) {
          Bands<T, K> bands(operation, file, rows, k, options);
          const std::chrono::duration<double> planned = Clock::now() - begin;
          DecisionReport report =
              report_on(bands.plan(), operation, rows.shape, k.shape(), options);
          write_npy_start(out, element_type_of<promoted_t<T, K>>, report.output, rows.dimensions);
          const double seconds = bands.compute(
              [&](const auto* sums, Index count) { write_npy_elements(out, sums, count); });
          report.measured = MeasuredTime{planned.count(), seconds};
          return report;
        });
      },
      kernel);
}

}  // namespace twofold::tool
