// SPDX-License-Identifier: BSD-3-Clause
// The whole image through one Fourier transform: for kernels comparable to the image, and for
// boundaries that make the extended image periodic, where one period is all there is to transform.
#include <numeric>

#include "engines/engines.hpp"
#include "engines/kernel_spectrum.hpp"
#include "engines/period_rows.hpp"
#include "engines/plane_rows.hpp"
#include "support/executors.hpp"

namespace twofold::detail {

namespace {

template <class T>
class WholeFft final : public Engine {
  using R = transform_real_t<T>;
  using C = std::complex<R>;
  using Number = transform_number_t<T>;

 public:
  WholeFft(const Problem& problem, const PeriodShape& period)
      : problem_(problem),
        period_(period),
        points_(static_cast<double>(period.rows.length) * static_cast<double>(period.cols.length)),
        plane_(plane_of(period, problem.type), problem.isa),
        kernels_(kernels_for(problem.isa).planes<R>()),
        kernel_exponent_(exponent_of(problem.kernel.traits().norm1)),
        spectrum_(Image<C>::uninitialized({1, plane_.shape().spectrum_size(), 1})),
        direct_(make_direct(problem.one_part_of_one_channel())) {
    const auto place = [](const Period& axis_period, const Axis& axis) {
      return TapPlace{axis_period.length, axis.centre - axis_period.origin, axis_period.fold};
    };
    kernel_norm_ = transform_kernel<R>(problem_.kernel.view<T>(), place(period.rows, problem.rows),
                                       place(period.cols, problem.cols), kernel_exponent_, plane_,
                                       spectrum_.data());
    rule_ = transform_rule(problem_, points_, kernel_norm_);
  }

  [[nodiscard]] static std::size_t bytes(const PlaneShape& shape, Index parts,
                                         std::size_t direct_bytes) {
    Scratch measure(nullptr);
    (void)lay_out(shape, direct_bytes, measure);
    const std::size_t shared = measure.used();
    (void)lay_out_part(shape, measure);
    return shared + static_cast<std::size_t>(parts) * (measure.used() - shared);
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return bytes(plane_.shape(), parts(), direct_->workspace_bytes());
  }

  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    // Taps that meet the same elements have been added up in kernel_real, and may cancel.
    const double folding = static_cast<double>(problem_.kernel.taps()) *
                           static_cast<double>(std::numeric_limits<kernel_real>::epsilon()) *
                           largest_magnitude * problem_.kernel.traits().norm1;
    return transform_error_bound(problem_, points_, kernel_norm_, largest_magnitude) +
           (is_integer(problem_.type) ? 0 : folding);
  }

  void run(const Task& task, std::byte* workspace, Executor& executor) const override {
    Scratch scratch(workspace);
    const Buffers buffers = lay_out(plane_.shape(), direct_->workspace_bytes(), scratch);
    const Call call{task, transform_source<T>(task, problem_), buffers, workspace + scratch.used(),
                    executor};
    for (Index channel = 0; channel < problem_.channels; ++channel)
      run_channel(call, channel);
  }

 private:
  /// The scratch memory of a call.
  struct Buffers {
    C* spectrum;
    double* squares;  ///< of the numbers in each group of rows
    std::byte* direct;
  };

  /// The scratch memory of one concurrent part.
  struct PartBuffers {
    PlaneLines<R> lines;
    Number* rows[2];
    Index* columns;
  };

  struct Call {
    const Task& task;
    Source<Number> source;
    Buffers buffers;
    std::byte* parts;
    Executor& executor;
  };

  static Buffers lay_out(const PlaneShape& shape, std::size_t direct_bytes, Scratch& scratch) {
    return {scratch.take<C>(shape.spectrum_size()), scratch.take<double>(shape.groups()),
            scratch.take<std::byte>(static_cast<Index>(direct_bytes))};
  }
  static PartBuffers lay_out_part(const PlaneShape& shape, Scratch& scratch) {
    return {lay_out_lines<R>(shape, scratch),
            {scratch.take<Number>(shape.cols), scratch.take<Number>(shape.cols)},
            scratch.take<Index>(shape.cols)};
  }

  [[nodiscard]] Index parts() const noexcept {
    return std::min<Index>(problem_.threads, plane_.shape().groups());
  }

  /// Calls work(begin, end, buffers) for the bands of 0 … count, concurrently.
  template <class Work>
  void share(const Call& call, Index count, const Work& work) const {
    Scratch measure(nullptr);
    (void)lay_out_part(plane_.shape(), measure);
    for_each_part(parts(), call.executor, [&](Index part) {
      Scratch scratch(call.parts + static_cast<std::size_t>(part) * measure.used());
      const PartBuffers buffers = lay_out_part(plane_.shape(), scratch);
      const Rect band = band_of({0, 0, count, 1}, part, parts());
      work(band.row, band.row_end(), buffers);
    });
  }

  /// What one channel of the outputs needs of the extended image.
  struct Input {
    Source<Number> source;
    std::array<Run, 2> rows;
    std::array<Run, 2> cols;
  };

  void run_channel(const Call& call, Index channel) const {
    const Rect& outputs = call.task.outputs;
    const Span rows = span_of(problem_.rows, period_.rows, outputs.row, outputs.rows);
    const Span cols = span_of(problem_.cols, period_.cols, outputs.col, outputs.cols);
    const Source<Number> source = call.source.channel(channel);
    const Input input{source, runs_of(rows, period_.rows), runs_of(cols, period_.cols)};
    if (leaves_out(rows, source.rows) || leaves_out(cols, source.cols)) {
      sum_directly(call, channel);
      return;
    }
    bring(call, input, 0);
    const double norm = norm_of(call, input);
    const bool allowed = norm == 0 || (is_scalable<R>(norm) && rule_.allows(norm));
    if (!allowed) {
      sum_directly(call, channel);
      return;
    }
    int exponent = exponent_of(norm);
    if (std::abs(exponent) > largest_exponent<R>) {
      bring(call, input, exponent);
    } else {
      exponent = 0;
    }
    share(call, plane_.shape().spectrum_rows(),
          [&](Index begin, Index end, const PartBuffers& part) {
            for (Index col = begin; col < end; ++col)
              plane_.convolve_column(col, call.buffers.spectrum, spectrum_.data(), part.lines);
          });
    take(call, channel, PowerOfTwo<R>(kernel_exponent_ + exponent));
  }

  /// The period, divided by 2^exponent, goes into the spectrum.
  void bring(const Call& call, const Input& input, int exponent) const {
    const R factor = std::ldexp(R(1), -exponent);
    share(call, plane_.shape().groups(), [&](Index begin, Index end, const PartBuffers& part) {
      const PeriodRows<Number> rows(input.source, input.rows, input.cols, part.columns);
      for (Number* row : part.rows)
        std::fill_n(row, period_.cols.length, Number{});
      for (Index group = begin; group < end; ++group) {
        Squares<R> squares;
        plane_.bring_group(group, call.buffers.spectrum, part.lines, [&](Index line, C* to) {
          return bring_line(rows, line, factor, part, squares, to);
        });
        call.buffers.squares[group] = squares.total();
      }
    });
  }

  bool bring_line(const PeriodRows<Number>& rows, Index line, R factor, const PartBuffers& part,
                  Squares<R>& squares, C* to) const {
    const Index count = period_.cols.length;
    if constexpr (is_complex_v<T>) {
      if (!rows.pack(line, part.rows[0])) return false;
      kernels_.sum_squares(reinterpret_cast<const R*>(part.rows[0]), 2 * count, squares.sums);
      for (Index i = 0; i < count; ++i)
        to[i] = part.rows[0][i] * factor;
    } else {
      const bool first = rows.pack(2 * line, part.rows[0]);
      const bool second = rows.pack(2 * line + 1, part.rows[1]);
      if (!first && !second) return false;
      if (!first) std::fill_n(part.rows[0], count, Number{});
      if (!second) std::fill_n(part.rows[1], count, Number{});
      kernels_.interleave(part.rows[0], part.rows[1], factor, factor, to, count, squares.sums,
                          squares.sums);
    }
    return true;
  }

  [[nodiscard]] double norm_of(const Call& call, const Input& input) const {
    const double* squares = call.buffers.squares;
    const double total = std::accumulate(squares, squares + plane_.shape().groups(), 0.0);
    // Those of a group of rows have been summed in R.
    constexpr Index reals = sizeof(Number) / sizeof(R);
    const auto count = static_cast<double>(reals * group_rows * period_.cols.length);
    return norm_from<R>(total, count, [&](const auto& visit) {
      Scratch scratch(call.parts);
      const PartBuffers part = lay_out_part(plane_.shape(), scratch);
      const PeriodRows<Number> rows(input.source, input.rows, input.cols, part.columns);
      std::fill_n(part.rows[0], period_.cols.length, Number{});
      for (Index row = 0; row < period_.rows.length; ++row) {
        if (rows.pack(row, part.rows[0]))
          visit(reinterpret_cast<const R*>(part.rows[0]), reals * period_.cols.length);
      }
    });
  }

  /// The outputs come back from the spectrum.
  void take(const Call& call, Index channel, const PowerOfTwo<R>& scale) const {
    const auto wanted = [&](Index line) {
      const Index step = plane_.shape().rows_per_line();
      for (Index part = 0; part < plane_.shape().rows_of(line); ++part) {
        if (first_output_at(call.task, line * step + part) < call.task.outputs.row_end())
          return true;
      }
      return false;
    };
    visit_result<T>(call.task.out.type, [&]<class Out>(Tag<Out>) {
      share(call, plane_.shape().groups(), [&](Index begin, Index end, const PartBuffers& part) {
        for (Index group = begin; group < end; ++group) {
          plane_.take_group(group, call.buffers.spectrum, part.lines, wanted,
                            [&](Index line, const C* points) {
                              take_line<Out>(call.task, channel, line, points, scale, part.rows[0]);
                            });
        }
      });
    });
  }

  /// The first of the outputs that stand in a row of the plane, a period apart; at the region's end
  /// or beyond if there is none.
  [[nodiscard]] Index first_output_at(const Task& task, Index row) const noexcept {
    const Index ahead = (row - task.outputs.row) % period_.rows.length;
    return task.outputs.row + (ahead < 0 ? ahead + period_.rows.length : ahead);
  }

  template <class Out>
  void take_line(const Task& task, Index channel, Index line, const C* points,
                 const PowerOfTwo<R>& scale, Number* spare) const {
    const auto out = task.out_view<Out>(task.outputs);
    const Index step = plane_.shape().rows_per_line();
    for (Index part = 0; part < plane_.shape().rows_of(line); ++part) {
      Index row = first_output_at(task, line * step + part);
      for (; row < task.outputs.row_end(); row += period_.rows.length) {
        Out* to = out.at(row - task.outputs.row, 0) + channel;
        // Outputs more than a period wide begin again.
        for (Index col = 0; col < task.outputs.cols;) {
          const Index point = (task.outputs.col + col) % period_.cols.length;
          const Index count = std::min(period_.cols.length - point, task.outputs.cols - col);
          put<Out>(points + point, part, scale, to + col * out.col_stride(), out.col_stride(),
                   count, spare);
          col += count;
        }
      }
    }
  }

  template <class Out>
  void put(const C* points, Index part, const PowerOfTwo<R>& scale, Out* to, Index stride,
           Index count, Number* spare) const {
    if constexpr (is_complex_v<T>) {
      for (Index i = 0; i < count; ++i)
        to[i * stride] = scale.times(std::conj(points[i]));
    } else {
      put_parts<Out, T>(kernels_, reinterpret_cast<const R*>(points) + part,
                        scale.of_part(static_cast<std::size_t>(part)), to, stride, count, spare);
    }
  }

  void sum_directly(const Call& call, Index channel) const {
    SerialExecutor serial;
    direct_->run(channel_task(call.task, call.task.outputs, channel), call.buffers.direct, serial);
  }

  Problem problem_;
  PeriodShape period_;
  double points_;
  PlaneTransform<R> plane_;
  PlaneKernels<R> kernels_;
  int kernel_exponent_;
  Image<C> spectrum_;
  std::unique_ptr<const Engine> direct_;
  double kernel_norm_ = 0;
  TransformRule rule_;
};

}  // namespace

std::unique_ptr<const Engine> make_whole_fft(const Problem& problem, const PeriodShape& period) {
  return visit_element(problem.type, [&]<class T>(Tag<T>) -> std::unique_ptr<const Engine> {
    return std::make_unique<WholeFft<T>>(problem, period);
  });
}

std::size_t whole_fft_workspace(const Problem& problem, const PeriodShape& period,
                                std::size_t direct_bytes) {
  const PlaneShape shape = plane_of(period, problem.type);
  return visit_element(problem.type, [&]<class T>(Tag<T>) {
    return WholeFft<T>::bytes(shape, std::min<Index>(problem.threads, shape.groups()),
                              direct_bytes);
  });
}

}  // namespace twofold::detail
