// SPDX-License-Identifier: BSD-3-Clause
// Overlap-save: tiles of the extended image through the Fourier transform, each giving the outputs
// whose windows lie inside it. Two real tiles go through one complex transform, a as its real and b
// as its imaginary part: with a real kernel, IFFT(FFT(a + ib)·H) = a∗h + i·(b∗h).
#include "engines/engines.hpp"
#include "engines/tile_transform.hpp"
#include "engines/tiles.hpp"
#include "engines/transform.hpp"
#include "support/executors.hpp"

namespace twofold::detail {

namespace {

template <class T>
class OverlapSave final : public Engine {
  using R = transform_real_t<T>;
  using C = std::complex<R>;
  using Number = transform_number_t<T>;
  using Tiles = std::conditional_t<is_complex_v<T>, ComplexTile<T>, RealTiles<T>>;

 public:
  OverlapSave(const Problem& problem, const TileShape& shape)
      : problem_(problem),
        shape_(shape),
        step_{shape.rows - problem.rows.kernel + 1, shape.cols - problem.cols.kernel + 1},
        points_(static_cast<double>(shape.rows) * static_cast<double>(shape.cols)),
        rule_(transform_rule(problem, points_, problem.kernel.traits().norm2)),
        kernel_exponent_(exponent_of(problem.kernel.traits().norm2)),
        tiles_(problem_, shape, rule_, kernel_exponent_),
        transform_(problem.type, shape, step_.row, problem.isa),
        spectrum_(1, tile_points(problem.type, shape)),
        direct_(make_direct(problem.one_part_of_one_channel())),
        bytes_per_part_(lay_out_part(problem, shape, direct_->workspace_bytes(), nullptr).bytes) {
    prepare_spectrum();
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
      const TileBuffers buffers =
          lay_out_part(problem_, shape_, direct_->workspace_bytes(),
                       workspace + static_cast<std::size_t>(part) * bytes_per_part_);
      for (Index first = part * Tiles::per_job; first < tiles; first += count * Tiles::per_job)
        run_job(task, source, first, std::min(first + Tiles::per_job, tiles), buffers);
    });
  }

 private:
  /// The kernel's spectrum, with the transform's 1/N and a power of two that brings it near 1. It
  /// is turned so that the kept outputs are the first rows and columns of the result.
  void prepare_spectrum() {
    const auto place = [](Index length, const Axis& axis) {
      return TapPlace{length, axis.kernel - 1, axis.kernel};
    };
    Image<C> other(1, spectrum_.cols());
    place_kernel(problem_.kernel.view<T>(), place(shape_.rows, problem_.rows),
                 place(shape_.cols, problem_.cols), PowerOfTwo<R>(-kernel_exponent_),
                 spectrum_.data(), tile_layout(problem_.type, shape_).pitch);
    if (transform_.forward(spectrum_.data(), other.data()) != spectrum_.data())
      std::swap(spectrum_, other);
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
               const TileBuffers& buffers) const {
    Tile tiles[Tiles::per_job];
    const Index count = end - first;
    for (Index i = 0; i < count; ++i)
      tiles[i] = tile_at(task.outputs, first + i);
    if (tiles_.pack(source, {tiles, static_cast<std::size_t>(count)}, buffers)) {
      transform_.convolve(buffers.points<R>(), buffers.other<R>(), spectrum_.data());
      tiles_.unpack(task, {tiles, static_cast<std::size_t>(count)}, buffers);
    }
    for (Index i = 0; i < count; ++i) {
      if (tiles[i].way == Way::direct) sum_directly(task, tiles[i], buffers.direct);
      if (tiles[i].way == Way::zero) put_zeros(task, tiles[i]);
    }
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
  TileShape shape_;
  Point step_;  ///< outputs per tile
  double points_;
  TransformRule rule_;
  int kernel_exponent_;
  Tiles tiles_;
  TileTransform<R> transform_;
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
  return lay_out_part(problem, shape, direct_bytes, nullptr).bytes *
         static_cast<std::size_t>(std::min<Index>(problem.threads, jobs));
}

}  // namespace twofold::detail
