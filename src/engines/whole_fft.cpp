// SPDX-License-Identifier: BSD-3-Clause
// The whole image through one Fourier transform: for kernels comparable to the image, and for
// boundaries that make the extended image periodic, where one period is all there is to transform.
#include <array>

#include "engines/engines.hpp"
#include "engines/transform.hpp"
#include "fft/fft.hpp"
#include "kernels/kernels.hpp"
#include "support/executors.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

namespace {

template <class T>
class WholeFft final : public Engine {
  using R = transform_real_t<T>;
  using C = std::complex<R>;
  static constexpr bool half_spectrum = !is_complex_v<T>;
  using Number = transform_number_t<T>;
  using RowPass = std::conditional_t<half_spectrum, fft::RealPass<R>, fft::ComplexPass<R>>;

 public:
  WholeFft(const Problem& problem, const PeriodShape& period)
      : problem_(problem),
        period_(period),
        cols_(period_layout(problem, period).cols),
        pitch_(period_layout(problem, period).pitch),
        kept_rows_(std::min(period.rows.length, problem.rows.output)),
        points_(static_cast<double>(period.rows.length) * static_cast<double>(period.cols.length)),
        rows_forward_({period.cols.length, period.rows.length, 1, pitch_}, fft::Direction::forward),
        cols_forward_({period.rows.length, cols_, pitch_, 1}, fft::Direction::forward),
        cols_backward_({period.rows.length, cols_, pitch_, 1}, fft::Direction::backward),
        rows_backward_({period.cols.length, kept_rows_, 1, pitch_}, fft::Direction::backward),
        multiply_(kernels_for(problem.isa).tiles<R>().multiply_spectra),
        spectrum_(Image<C>::uninitialized({period.rows.length, pitch_, 1})),
        direct_(make_direct(problem.one_part_of_one_channel())) {
    prepare_spectrum();
    Scratch measure(nullptr);
    (void)lay_out(measure);
    bytes_per_part_ = measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return whole_fft_workspace(problem_, period_, direct_->workspace_bytes());
  }

  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return transform_error_bound(problem_, points_, kernel_norm_, largest_magnitude);
  }

  void run(const Task& task, std::byte* workspace, Executor& executor) const override {
    const auto source = transform_source<T>(task, problem_);
    const Index count = parts();
    for_each_part(count, executor, [&](Index part) {
      Scratch scratch(workspace + static_cast<std::size_t>(part) * bytes_per_part_);
      const Buffers buffers = lay_out(scratch);
      for (Index channel = part; channel < problem_.channels; channel += count) {
        run_channel(task, source.channel(channel), channel, buffers);
      }
    });
  }

 private:
  struct Buffers {
    C* points;
    std::byte* direct;
  };

  [[nodiscard]] Index parts() const noexcept {
    return std::min<Index>(problem_.threads, problem_.channels);
  }
  [[nodiscard]] Index number_pitch() const noexcept { return half_spectrum ? 2 * pitch_ : pitch_; }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    return {scratch.take<C>(period_.rows.length, pitch_),
            scratch.take<std::byte>(static_cast<Index>(direct_->workspace_bytes()))};
  }

  void prepare_spectrum() {
    std::fill_n(spectrum_.data(), spectrum_.size(), C{});
    auto* numbers = reinterpret_cast<Number*>(spectrum_.data());
    const auto place = [](const Period& period, const Axis& axis) {
      return TapPlace{period.length, axis.centre - period.origin, period.fold};
    };
    kernel_exponent_ = exponent_of(problem_.kernel.traits().norm1);
    place_kernel(problem_.kernel.view<T>(), place(period_.rows, problem_.rows),
                 place(period_.cols, problem_.cols), PowerOfTwo<R>(-kernel_exponent_), numbers,
                 number_pitch());
    // A folded kernel has a norm of its own.
    kernel_norm_ = std::ldexp(norm_of_numbers(numbers), kernel_exponent_);
    rule_ = transform_rule(problem_, points_, kernel_norm_);
    rows_forward_.run(spectrum_.data());
    cols_forward_.run(spectrum_.data());
    const R scale = static_cast<R>(1.0 / points_);
    for (Index row = 0; row < period_.rows.length; ++row) {
      C* line = spectrum_.data() + row * pitch_;
      for (Index col = 0; col < cols_; ++col)
        line[col] *= scale;
    }
  }

  [[nodiscard]] double norm_of_numbers(const Number* numbers) const {
    constexpr Index reals = sizeof(Number) / sizeof(R);
    return norm_of(reinterpret_cast<const R*>(numbers), period_.rows.length,
                   reals * period_.cols.length, 2 * pitch_, 1);
  }

  /// The part of the extended image that the outputs of a region need, along one axis: `length`
  /// elements from `begin` on, which occupy that many points, wrapped around, of the period.
  struct Span {
    Index begin = 0;
    Index length = 0;
    bool cut = false;  ///< less than the windows cover: the rest repeats, or is zero
  };

  static Span span_of(const Axis& axis, const Period& period, Index first, Index count) noexcept {
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
  static bool leaves_out(const Span& span, const SourceAxis& axis) noexcept {
    return span.cut && (axis.origin < 0 || axis.origin + axis.tile > axis.image);
  }

  /// A span in one or two runs of points.
  struct Run {
    Index begin;  ///< in the extended image
    Index point;
    Index length;
  };
  static std::array<Run, 2> runs_of(const Span& span, const Period& period) noexcept {
    const Index offset = (span.begin - period.origin) % period.length;
    const Index point = offset < 0 ? offset + period.length : offset;
    const Index length = std::min(span.length, period.length - point);
    return {{{span.begin, point, length}, {span.begin + length, 0, span.length - length}}};
  }

  void pack(const Source<Number>& source, const Span& rows, const Span& cols,
            Number* numbers) const {
    if (rows.length < period_.rows.length || cols.length < period_.cols.length) {
      std::fill_n(numbers, period_.rows.length * number_pitch(), Number{});
    }
    for (const Run& row : runs_of(rows, period_.rows)) {
      for (const Run& col : runs_of(cols, period_.cols)) {
        pack_extended(source, {row.begin, col.begin, row.length, col.length},
                      numbers + row.point * number_pitch() + col.point, number_pitch(), 1);
      }
    }
  }

  void run_channel(const Task& task, const Source<Number>& source, Index channel,
                   const Buffers& buffers) const {
    auto* numbers = reinterpret_cast<Number*>(buffers.points);
    const Span rows = span_of(problem_.rows, period_.rows, task.outputs.row, task.outputs.rows);
    const Span cols = span_of(problem_.cols, period_.cols, task.outputs.col, task.outputs.cols);
    if (leaves_out(rows, source.rows) || leaves_out(cols, source.cols)) {
      sum_directly(task, channel, buffers.direct);
      return;
    }
    pack(source, rows, cols, numbers);
    const double norm = norm_of_numbers(numbers);
    if (!rule_.allows(norm)) {
      sum_directly(task, channel, buffers.direct);
      return;
    }
    const int exponent = range_exponent(norm);
    if (exponent != 0) {
      scale_numbers(numbers, period_.rows.length, period_.cols.length, number_pitch(), Index{1},
                    PowerOfTwo<R>(-exponent));
    }
    convolve(buffers.points);
    unpack(task, channel, PowerOfTwo<R>(kernel_exponent_ + exponent), numbers);
  }

  /// Blocks near the limits of the type are brought near 1; others stay as they are.
  [[nodiscard]] static int range_exponent(double norm) noexcept {
    constexpr int safe = std::numeric_limits<R>::max_exponent / 4;
    const int exponent = exponent_of(norm);
    return std::abs(exponent) > safe ? exponent : 0;
  }

  void convolve(C* points) const {
    rows_forward_.run(points);
    cols_forward_.run(points);
    for (Index row = 0; row < period_.rows.length; ++row) {
      multiply_(points + row * pitch_, spectrum_.data() + row * pitch_, cols_);
    }
    cols_backward_.run(points);
    rows_backward_.run(points);
  }

  void unpack(const Task& task, Index channel, const PowerOfTwo<R>& scale,
              const Number* numbers) const {
    visit_result<T>(task.out.type, [&]<class Out>(Tag<Out>) {
      const auto out = task.out_view<Out>(task.outputs);
      for (Index row = 0; row < task.outputs.rows; ++row) {
        const Index m = (task.outputs.row + row) % period_.rows.length;
        const Number* from = numbers + m * number_pitch();
        Out* to = out.at(row, 0) + channel;
        Index n = task.outputs.col % period_.cols.length;
        for (Index col = 0; col < task.outputs.cols; ++col) {
          to[col * out.col_stride()] = to_result<Out, T>(scale.times(from[n]));
          if (++n == period_.cols.length) n = 0;
        }
      }
    });
  }

  void sum_directly(const Task& task, Index channel, std::byte* workspace) const {
    SerialExecutor serial;
    direct_->run(channel_task(task, task.outputs, channel), workspace, serial);
  }

  Problem problem_;
  PeriodShape period_;
  Index cols_;  ///< complex numbers in a row of the spectrum
  Index pitch_;
  Index kept_rows_;
  double points_;
  RowPass rows_forward_;
  fft::ComplexPass<R> cols_forward_;
  fft::ComplexPass<R> cols_backward_;
  RowPass rows_backward_;
  decltype(TileKernels<R>::multiply_spectra) multiply_;
  Image<C> spectrum_;
  std::unique_ptr<const Engine> direct_;
  TransformRule rule_;
  int kernel_exponent_ = 0;
  double kernel_norm_ = 0;
  std::size_t bytes_per_part_ = 0;
};

}  // namespace

std::unique_ptr<const Engine> make_whole_fft(const Problem& problem, const PeriodShape& period) {
  return visit_element(problem.type, [&]<class T>(Tag<T>) -> std::unique_ptr<const Engine> {
    return std::make_unique<WholeFft<T>>(problem, period);
  });
}

}  // namespace twofold::detail
