// SPDX-License-Identifier: BSD-3-Clause
// Overlap-save: tiles of the extended image through the Fourier transform, each giving the outputs
// whose windows lie inside it. Two real tiles go through one complex transform, a as its real and b
// as its imaginary part: with a real kernel, IFFT(FFT(a + ib)·H) = a∗h + i·(b∗h).
#include "engines/engines.hpp"
#include "engines/kernel_spectrum.hpp"
#include "engines/tiles.hpp"
#include "support/executors.hpp"

namespace twofold::detail {

namespace {

template <class T>
class OverlapSave final : public Engine {
  using R = transform_real_t<T>;
  using C = std::complex<R>;
  using Number = transform_number_t<T>;
  using Job = std::conditional_t<is_complex_v<T>, ComplexTile<T>, RealTiles<T>>;

 public:
  OverlapSave(const Problem& problem, const TileShape& shape)
      : problem_(problem),
        step_{shape.rows - problem.rows.kernel + 1, shape.cols - problem.cols.kernel + 1},
        points_(static_cast<double>(shape.rows) * static_cast<double>(shape.cols)),
        rule_{transform_rule(problem, points_, problem.kernel.traits().norm2),
              kernels_for(problem.isa).planes<R>(), exponent_of(problem.kernel.traits().norm2)},
        plane_(plane_of(shape), problem.isa),
        spectrum_(Image<C>::uninitialized({1, plane_.shape().spectrum_size(), 1})),
        direct_(make_direct(problem.one_part_of_one_channel())),
        bytes_per_part_(bytes_per_part(plane_.shape(), direct_->workspace_bytes())) {
    // Turned so that the kept outputs are the first rows and columns of the result.
    const auto place = [](Index length, const Axis& axis) {
      return TapPlace{length, axis.kernel - 1, axis.kernel};
    };
    transform_kernel<R>(problem_.kernel.view<T>(), place(shape.rows, problem.rows),
                        place(shape.cols, problem.cols), rule_.kernel_exponent, plane_,
                        spectrum_.data());
  }

  /// Of one concurrent part.
  [[nodiscard]] static std::size_t bytes_per_part(const PlaneShape& shape,
                                                  std::size_t direct_bytes) {
    Scratch measure(nullptr);
    (void)lay_out(shape, direct_bytes, measure);
    return measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return overlap_save_workspace(problem_, tile_shape(), direct_->workspace_bytes());
  }

  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return transform_error_bound(problem_, points_, problem_.kernel.traits().norm2,
                                 largest_magnitude);
  }

  void run(const Task& task, std::byte* workspace, Executor& executor) const override {
    constexpr auto per_job = static_cast<Index>(Job::per_job);
    const Index jobs = overlap_save_jobs(problem_, tile_shape(), task.outputs);
    const Index count = std::min<Index>(problem_.threads, jobs);
    const Index tiles = tile_count(task.outputs);
    const auto source = transform_source<T>(task, problem_);
    for_each_part(count, executor, [&](Index part) {
      Scratch scratch(workspace + static_cast<std::size_t>(part) * bytes_per_part_);
      const Buffers buffers = lay_out(plane_.shape(), direct_->workspace_bytes(), scratch);
      for (Index first = part * per_job; first < tiles; first += count * per_job)
        run_job(task, source, first, std::min(first + per_job, tiles), buffers);
    });
  }

 private:
  /// The scratch memory of one concurrent part.
  struct Buffers {
    C* spectrum;
    PlaneLines<R> lines;
    TileRows<Number> rows;
    std::byte* direct;
  };

  [[nodiscard]] static Buffers lay_out(const PlaneShape& shape, std::size_t direct_bytes,
                                       Scratch& scratch) {
    return {scratch.take<C>(shape.spectrum_size()), lay_out_lines<R>(shape, scratch),
            lay_out_rows<Number>(scratch, shape.cols),
            scratch.take<std::byte>(static_cast<Index>(direct_bytes))};
  }

  [[nodiscard]] TileShape tile_shape() const noexcept {
    return {plane_.shape().rows, plane_.shape().cols};
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
    Tile tiles[Job::per_job];
    for (Index i = first; i < end; ++i)
      tiles[i - first] = tile_at(task.outputs, i);
    const std::span<Tile> used(tiles, static_cast<std::size_t>(end - first));
    Job job(problem_, rule_, source, used, plane_.shape().cols, buffers.rows);
    bring(job, buffers);
    const bool as_brought = job.accept();
    if (const Index rows = wanted_rows(used); rows > 0) {
      if (!as_brought) bring(job, buffers);
      convolve(task, job, rows, buffers);
    }
    for (const Tile& tile : used) {
      if (tile.way == Way::direct) sum_directly(task, tile, buffers.direct);
      if (tile.way == Way::zero) put_zeros(task, tile);
    }
  }

  void bring(Job& job, const Buffers& buffers) const {
    for (Index group = 0; group < plane_.shape().groups(); ++group) {
      plane_.bring_group(group, buffers.spectrum, buffers.lines,
                         [&](Index row, C* to) { return job.bring(row, to); });
    }
  }

  /// Of the transform's result; none where no tile is transformed.
  [[nodiscard]] static Index wanted_rows(std::span<const Tile> tiles) noexcept {
    Index rows = 0;
    for (const Tile& tile : tiles)
      rows = std::max(rows, tile.way == Way::transform ? tile.outputs.rows : 0);
    return rows;
  }

  void convolve(const Task& task, const Job& job, Index rows, const Buffers& buffers) const {
    for (Index col = 0; col < plane_.shape().spectrum_rows(); ++col)
      plane_.convolve_column(col, buffers.spectrum, spectrum_.data(), buffers.lines);
    visit_result<T>(task.out.type, [&]<class Out>(Tag<Out>) {
      for (Index group = 0; group * group_rows < rows; ++group) {
        plane_.take_group(
            group, buffers.spectrum, buffers.lines, [&](Index row) { return row < rows; },
            [&](Index row, const C* points) {
              job.template take<Out>(task, row, points, buffers.rows.packed[0]);
            });
      }
    });
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

  void sum_directly(const Task& task, const Tile& tile, std::byte* workspace) const {
    SerialExecutor serial;
    direct_->run(channel_task(task, tile.outputs, tile.channel), workspace, serial);
  }

  Problem problem_;
  Point step_;  ///< outputs per tile
  double points_;
  TileRule<R> rule_;
  PlaneTransform<R> plane_;
  Image<C> spectrum_;
  std::unique_ptr<const Engine> direct_;
  std::size_t bytes_per_part_;
};

}  // namespace

std::unique_ptr<const Engine> make_overlap_save(const Problem& problem, const TileShape& shape) {
  return visit_element(problem.type, [&]<class T>(Tag<T>) -> std::unique_ptr<const Engine> {
    return std::make_unique<OverlapSave<T>>(problem, shape);
  });
}

std::size_t overlap_save_workspace(const Problem& problem, const TileShape& shape,
                                   std::size_t direct_bytes) {
  const Index jobs = overlap_save_jobs(problem, shape, problem.all_outputs());
  return visit_element(problem.type, [&]<class T>(Tag<T>) {
    return OverlapSave<T>::bytes_per_part(plane_of(shape), direct_bytes) *
           static_cast<std::size_t>(std::min<Index>(problem.threads, jobs));
  });
}

}  // namespace twofold::detail
