// SPDX-License-Identifier: BSD-3-Clause
// Overlap-save: tiles of the extended image through the Fourier transform, each giving the outputs
// whose windows lie inside it. Two real tiles go through one complex transform, a as its real and b
// as its imaginary part: with a real kernel, IFFT(FFT(a + ib)·H) = a∗h + i·(b∗h).
#include "engines/engines.hpp"
#include "engines/transform.hpp"
#include "fft/fft.hpp"
#include "kernels/kernels.hpp"
#include "support/executors.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

namespace {

template <class T>
class OverlapSave final : public Engine {
  using R = transform_real_t<T>;
  using C = std::complex<R>;
  using Number = transform_number_t<T>;
  static constexpr bool paired = !is_complex_v<T>;
  static constexpr Index tiles_per_job = paired ? 2 : 1;

 public:
  OverlapSave(const Problem& problem, const TileShape& shape)
      : problem_(problem),
        shape_(shape),
        step_{shape.rows - problem.rows.kernel + 1, shape.cols - problem.cols.kernel + 1},
        pitch_(tile_layout(problem, shape).pitch),
        points_(static_cast<double>(shape.rows) * static_cast<double>(shape.cols)),
        rule_(transform_rule(problem, points_, problem.kernel.traits().norm2)),
        rows_forward_({shape.cols, shape.rows, 1, pitch_}, fft::Direction::forward),
        cols_forward_({shape.rows, shape.cols, pitch_, 1}, fft::Direction::forward),
        cols_backward_({shape.rows, shape.cols, pitch_, 1}, fft::Direction::backward),
        rows_backward_({shape.cols, step_.row, 1, pitch_}, fft::Direction::backward),
        multiply_(kernels_for(problem.isa).multiply_spectra<R>()),
        spectrum_(1, shape.rows * pitch_),
        direct_(make_direct(problem.one_part_of_one_channel())) {
    prepare_spectrum();
    Scratch measure(nullptr);
    (void)lay_out(measure);
    bytes_per_part_ = measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return overlap_save_workspace(problem_, shape_, direct_->workspace_bytes());
  }

  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return transform_error_bound(problem_, points_, problem_.kernel.traits().norm2,
                                 largest_magnitude);
  }

  void run(const Task& task, std::byte* workspace, Executor& executor) const override {
    const Index jobs = overlap_save_jobs(problem_, shape_, task.outputs);
    const Index count = std::min<Index>(problem_.threads, jobs);
    const Index tiles = tile_count(task.outputs);
    const auto source = transform_source<T>(task, problem_);
    for_each_part(count, executor, [&](Index part) {
      Scratch scratch(workspace + static_cast<std::size_t>(part) * bytes_per_part_);
      const Buffers buffers = lay_out(scratch);
      for (Index first = part * tiles_per_job; first < tiles; first += count * tiles_per_job) {
        run_job(task, source, first, std::min(first + tiles_per_job, tiles), buffers);
      }
    });
  }

 private:
  struct Buffers {
    C* points;
    std::byte* direct;
  };
  enum class Way : unsigned char { transform, direct, zero };
  struct Tile {
    Rect outputs;
    Index channel = 0;
    double norm = 0;  ///< of the windows; not finite if an element is not
    Way way = Way::direct;
    int exponent = 0;  ///< its part of the transform has been divided by 2^exponent
  };

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    return {scratch.take<C>(shape_.rows, pitch_),
            scratch.take<std::byte>(static_cast<Index>(direct_->workspace_bytes()))};
  }

  /// The kernel's spectrum, with the transform's 1/N and a power of two that brings it near 1. It
  /// is turned so that the kept outputs are the first rows and columns of the result.
  void prepare_spectrum() {
    kernel_exponent_ = exponent_of(problem_.kernel.traits().norm2);
    const auto place = [](Index length, const Axis& axis) {
      return TapPlace{length, axis.kernel - 1, axis.kernel};
    };
    place_kernel(problem_.kernel.view<T>(), place(shape_.rows, problem_.rows),
                 place(shape_.cols, problem_.cols), PowerOfTwo<R>(-kernel_exponent_),
                 spectrum_.data(), pitch_);
    rows_forward_.run(spectrum_.data());
    cols_forward_.run(spectrum_.data());
    const R scale = static_cast<R>(1.0 / points_);
    for (Index i = 0; i < spectrum_.size(); ++i)
      spectrum_.data()[i] *= scale;
  }

  [[nodiscard]] Index tile_count(const Rect& outputs) const noexcept {
    return ceil_divide(outputs.rows, step_.row) * ceil_divide(outputs.cols, step_.col) *
           problem_.channels;
  }

  [[nodiscard]] Tile tile_at(const Rect& outputs, Index index) const noexcept {
    const Index across = ceil_divide(outputs.cols, step_.col);
    const Index channel = index % problem_.channels;
    const Index place = index / problem_.channels;
    const Index row = outputs.row + place / across * step_.row;
    const Index col = outputs.col + place % across * step_.col;
    return {{row, col, std::min(step_.row, outputs.row_end() - row),
             std::min(step_.col, outputs.col_end() - col)},
            channel};
  }

  void run_job(const Task& task, const Source<Number>& source, Index first, Index end,
               const Buffers& buffers) const {
    Tile tiles[tiles_per_job];
    const Index count = end - first;
    bool any = false;
    for (Index i = 0; i < count; ++i) {
      tiles[i] = tile_at(task.outputs, first + i);
      pack(source, tiles[i], i, buffers.points);
      any = any || tiles[i].way == Way::transform;
    }
    if (count < tiles_per_job) clear(1, buffers.points);
    if (any) {
      if constexpr (!std::is_integral_v<T>) equalise(tiles, count, buffers.points);
      convolve(buffers.points);
      for (Index i = 0; i < count; ++i) {
        if (tiles[i].way == Way::transform) unpack(task, tiles[i], i, buffers.points);
      }
    }
    for (Index i = 0; i < count; ++i) {
      if (tiles[i].way == Way::direct) sum_directly(task, tiles[i], buffers.direct);
      if (tiles[i].way == Way::zero) put_zeros(task, tiles[i]);
    }
  }

  /// Numbers per row, and from one to the next, of the part of the transform that tile i occupies.
  static constexpr Index number_step = paired ? 2 : 1;
  [[nodiscard]] static auto* part_of(C* points, Index i) {
    if constexpr (paired) {
      return reinterpret_cast<R*>(points) + i;
    } else {
      (void)i;
      return points;
    }
  }

  void clear(Index i, C* points) const {
    auto* part = part_of(points, i);
    const Index row_pitch = pitch_ * number_step;
    for (Index row = 0; row < shape_.rows; ++row, part += row_pitch) {
      for (Index col = 0; col < shape_.cols; ++col)
        part[col * number_step] = {};
    }
  }

  /// Brings the tile's windows in and decides whether it may be transformed; if not, its part is
  /// cleared, so that it does not spoil its neighbour's.
  void pack(const Source<Number>& source, Tile& tile, Index i, C* points) const {
    const Rect window = problem_.window_of(tile.outputs);
    const bool partial = window.rows < shape_.rows || window.cols < shape_.cols;
    if (partial) clear(i, points);
    auto* part = part_of(points, i);
    pack_extended(source.channel(tile.channel), window, part, pitch_ * number_step, number_step);
    if constexpr (paired) {
      tile.norm = norm_of(part, window.rows, window.cols, 2 * pitch_, 2);
    } else {
      const R* numbers = reinterpret_cast<const R*>(part);
      tile.norm = norm_of(numbers, window.rows, 2 * window.cols, 2 * pitch_, 1);
    }
    if (tile.norm == 0) {
      // Its outputs are zero, not its neighbour's rounding errors; or its squares have underflown.
      tile.way = is_zero(part, window) ? Way::zero : Way::direct;
    } else {
      tile.way = rule_.allows(tile.norm) ? Way::transform : Way::direct;
    }
    if (tile.way == Way::direct) clear(i, points);
  }

  template <class Part>
  [[nodiscard]] bool is_zero(const Part* part, const Rect& window) const {
    for (Index row = 0; row < window.rows; ++row, part += pitch_ * number_step) {
      for (Index col = 0; col < window.cols; ++col) {
        if (part[col * number_step] != Part{}) return false;
      }
    }
    return true;
  }

  void put_zeros(const Task& task, const Tile& tile) const {
    visit_result<T>(task.out.type, [&]<class Out>(Tag<Out>) {
      const auto out = task.out_view<Out>(tile.outputs).channel(tile.channel);
      for (Index row = 0; row < out.rows(); ++row) {
        for (Index col = 0; col < out.cols(); ++col)
          out(row, col) = Out{};
      }
    });
  }

  /// Rounding errors are shared by the two tiles of a transform, so a dim one next to a bright one
  /// is first scaled to the same brightness, by a power of two; so is one near the limits of the
  /// type.
  void equalise(Tile* tiles, Index count, C* points) const {
    constexpr int safe = std::numeric_limits<R>::max_exponent / 4;
    int lowest = safe;
    int highest = -safe;
    for (Index i = 0; i < count; ++i) {
      if (tiles[i].way != Way::transform) continue;
      const int exponent = exponent_of(tiles[i].norm);
      lowest = std::min(lowest, exponent);
      highest = std::max(highest, exponent);
    }
    if (highest == lowest && lowest >= -safe && highest <= safe) return;
    for (Index i = 0; i < count; ++i) {
      if (tiles[i].way != Way::transform) continue;
      tiles[i].exponent = exponent_of(tiles[i].norm);
      scale_numbers(part_of(points, i), shape_.rows, shape_.cols, pitch_ * number_step, number_step,
                    PowerOfTwo<R>(-tiles[i].exponent));
    }
  }

  void convolve(C* points) const {
    rows_forward_.run(points);
    cols_forward_.run(points);
    for (Index row = 0; row < shape_.rows; ++row) {
      multiply_(points + row * pitch_, spectrum_.data() + row * pitch_, shape_.cols);
    }
    cols_backward_.run(points);
    rows_backward_.run(points);
  }

  void unpack(const Task& task, const Tile& tile, Index i, C* points) const {
    const PowerOfTwo<R> scale(kernel_exponent_ + tile.exponent);
    const Number* part = part_of(points, i);
    visit_result<T>(task.out.type, [&]<class Out>(Tag<Out>) {
      const auto out = task.out_view<Out>(tile.outputs);
      for (Index row = 0; row < tile.outputs.rows; ++row, part += pitch_ * number_step) {
        Out* to = out.at(row, 0) + tile.channel;
        for (Index col = 0; col < tile.outputs.cols; ++col) {
          to[col * out.col_stride()] = to_result<Out, T>(scale.times(part[col * number_step]));
        }
      }
    });
  }

  void sum_directly(const Task& task, const Tile& tile, std::byte* workspace) const {
    SerialExecutor serial;
    direct_->run(channel_task(task, tile.outputs, tile.channel), workspace, serial);
  }

  Problem problem_;
  TileShape shape_;
  Point step_;  ///< outputs per tile
  Index pitch_;
  double points_;
  TransformRule rule_;
  fft::ComplexPass<R> rows_forward_;
  fft::ComplexPass<R> cols_forward_;
  fft::ComplexPass<R> cols_backward_;
  fft::ComplexPass<R> rows_backward_;
  MultiplySpectra<R> multiply_;
  Image<C> spectrum_;
  std::unique_ptr<const Engine> direct_;
  int kernel_exponent_ = 0;
  std::size_t bytes_per_part_ = 0;
};

}  // namespace

std::unique_ptr<const Engine> make_overlap_save(const Problem& problem, const TileShape& shape) {
  return visit_element(problem.type, [&]<class T>(Tag<T>) -> std::unique_ptr<const Engine> {
    return std::make_unique<OverlapSave<T>>(problem, shape);
  });
}

}  // namespace twofold::detail
