// SPDX-License-Identifier: BSD-3-Clause
// What engines have in common that cut the outputs of a layer into tiles, take each tile's inputs
// to another domain, and multiply matrices there: for every number that a tile consists of (a
// plane), tiles × channels by channels × filters.
#pragma once

#include <utility>

#include "engines/layer_rows.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

/// Square tiles of outputs, and of the inputs that they need.
struct LayerTileShape {
  Index side = 0;      ///< of the inputs of a tile
  Index out_rows = 0;  ///< outputs of one tile
  Index out_cols = 0;
  Index down = 0;
  Index across = 0;

  LayerTileShape() = default;
  /// As many outputs as their windows have room for.
  LayerTileShape(const LayerShape& shape, Index of_side)
      : LayerTileShape(shape, of_side, of_side - shape.rows.taps + 1,
                       of_side - shape.cols.taps + 1) {}
  LayerTileShape(const LayerShape& shape, Index of_side, Index rows, Index cols)
      : side(of_side), out_rows(rows), out_cols(cols) {
    if (out_rows <= 0 || out_cols <= 0) return;
    down = ceil_divide(shape.rows.output, out_rows);
    across = ceil_divide(shape.cols.output, out_cols);
  }

  [[nodiscard]] Index points() const noexcept { return side * side; }
  [[nodiscard]] Index tiles() const noexcept { return down * across; }
  /// The outputs of `count` tiles side by side, the first of which is tile i of an image.
  [[nodiscard]] Rect outputs_of(const LayerShape& shape, Index i, Index count = 1) const noexcept {
    const Index row = i / across * out_rows;
    const Index col = i % across * out_cols;
    return {row, col, std::min(out_rows, shape.rows.output - row),
            std::min(count * out_cols, shape.cols.output - col)};
  }
  /// The inputs of these tiles.
  [[nodiscard]] Rect window_of(const LayerShape& shape, Index i, Index count = 1) const noexcept {
    const Rect outputs = outputs_of(shape, i, count);
    return {shape.rows.first(outputs.row), shape.cols.first(outputs.col), side,
            side + (count - 1) * out_cols};
  }
};

/// Tiles that go through the engine together: neighbours in a line of tiles, all of one image,
/// whose result then does not depend on the others.
struct TileUnits {
  Index line = 0;   ///< tiles in a line
  Index lines = 0;  ///< in an image
  Index size = 1;   ///< tiles of a unit; the last one of a line may have fewer

  [[nodiscard]] Index per_line() const noexcept { return ceil_divide(line, size); }
  [[nodiscard]] Index per_image() const noexcept { return lines * per_line(); }
  /// The first tile of a unit, both counted through the batch.
  [[nodiscard]] Index first(Index unit) const noexcept {
    return unit / per_line() * line + unit % per_line() * size;
  }
  [[nodiscard]] Index count(Index unit) const noexcept {
    return std::min(size, line - unit % per_line() * size);
  }
};

/// The right factors of the products, plane by plane in blocks of filters as ChannelSum reads them.
template <class T>
class FilterPlanes {
 public:
  FilterPlanes(const LayerShape& shape, Index planes, const LayerKernels<T>& kernels)
      : channels_(shape.in_channels),
        there_(shape.out_channels),
        planes_(planes),
        block_(kernels.block_columns),
        pitch_(round_up(there_, strip_channels)),
        numbers_(Image<T>::uninitialized({planes, pitch_ * channels_})) {}

  [[nodiscard]] Index planes() const noexcept { return planes_; }
  /// Rounded up to whole strips; those that are none are zeros.
  [[nodiscard]] Index filters() const noexcept { return pitch_; }
  /// Filters `first` … of one plane; block_pitch of its columns are there.
  [[nodiscard]] const T* block(Index plane, Index first) const noexcept {
    return numbers_.data() + offset_of(plane, first);
  }
  [[nodiscard]] Index block_pitch(Index first) const noexcept {
    return std::min(block_, pitch_ - first);
  }
  /// number(f) of filter f, for one channel.
  template <class Number>
  void write(Index plane, Index channel, const Number& number) {
    for (Index first = 0; first < pitch_; first += block_) {
      const Index columns = block_pitch(first);
      T* to = numbers_.data() + offset_of(plane, first) + channel * columns;
      for (Index f = 0; f < columns; ++f)
        to[f] =
            first + f < there_ ? static_cast<T>(number(static_cast<std::size_t>(first + f))) : T(0);
    }
  }

 private:
  [[nodiscard]] Index offset_of(Index plane, Index first) const noexcept {
    return (plane * pitch_ + first) * channels_;
  }

  Index channels_;
  Index there_;
  Index planes_;
  Index block_;
  Index pitch_;
  Image<T> numbers_;
};

/// Groups of units: all of a group are brought to the planes, multiplied there, and taken from
/// them.
template <class T>
class TileProducts {
 public:
  /// `workers`: what bring and take need.
  TileProducts(const LayerProblem<T>& problem, const TileUnits& units, FilterPlanes<T> right,
               const WorkerMemory& workers, const LayerKernels<T>& kernels)
      : shape_(problem.shape),
        kernels_(kernels),
        units_(units),
        right_(std::move(right)),
        in_pitch_(round_up(shape_.in_channels, strip_channels)),
        group_units_(group_size()),
        direct_(make_layer_direct(problem)),
        workers_(workers) {
    Scratch measure(nullptr);
    static_cast<void>(lay_out(measure));
    own_bytes_ = measure.used();
  }

  [[nodiscard]] const TileUnits& units() const noexcept { return units_; }
  /// That repairs what is not finite.
  [[nodiscard]] const LayerEngine<T>& direct() const noexcept { return *direct_; }
  [[nodiscard]] std::size_t workspace_bytes() const noexcept {
    return own_bytes_ + direct_->workspace_bytes();
  }

  /// A tile has a row of in_pitch numbers in each plane of left factors, of out_pitch in each plane
  /// of products. Planes lie a line more than their numbers apart, or their lines would share few
  /// places in the caches.
  [[nodiscard]] Index in_pitch() const noexcept { return in_pitch_; }
  [[nodiscard]] Index out_pitch() const noexcept { return right_.filters(); }
  [[nodiscard]] Index left_plane() const noexcept {
    return units_.size * group_units_ * in_pitch_ + strip_channels;
  }
  [[nodiscard]] Index product_plane() const noexcept {
    return units_.size * group_units_ * out_pitch() + strip_channels;
  }

  /// bring(unit, left, scratch) writes the left factors, from the row of the unit's first tile on;
  /// take(unit, products, scratch) makes outputs of the products, and says whether they are finite.
  template <class Bring, class Take>
  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor, const Bring& bring,
           const Take& take) const {
    const Index units = task.batch * units_.per_image();
    bool finite = true;  // the outputs so far of the image that a group begins with
    for (Index first = 0; first < units; first += group_units_) {
      const Group group{first, std::min(group_units_, units - first)};
      Scratch scratch(workspace);
      const Buffers buffers = lay_out(scratch);
      run_group(group, buffers, executor, bring, take);
      finite = repair(task, group, finite, buffers, workspace, executor);
    }
  }

 private:
  /// Units first … first + count of the batch.
  struct Group {
    Index first = 0;
    Index count = 0;
    [[nodiscard]] Index end() const noexcept { return first + count; }
  };
  struct Buffers {
    T* left = nullptr;
    T* products = nullptr;
    bool* finite = nullptr;  ///< of each unit of the group, its outputs
    std::byte* workers = nullptr;
  };

  [[nodiscard]] Index tiles_in(const Group& group) const noexcept {
    const Index last = group.end() - 1;
    return units_.first(last) + units_.count(last) - units_.first(group.first);
  }

  /// As many as have room in the caches beside the kernel, all of which each group reads.
  [[nodiscard]] Index group_size() const noexcept {
    constexpr double bytes = 6 << 20;
    constexpr double least_tiles = 28;
    const auto size = static_cast<double>(units_.size);
    const double of_unit = size * static_cast<double>(right_.planes()) *
                           static_cast<double>(in_pitch_ + out_pitch()) * sizeof(T);
    const Index units = units_.per_image() * std::max(shape_.batch, Index{1});
    const auto most =
        std::max(static_cast<Index>(std::max(bytes / of_unit, least_tiles / size)), Index{1});
    return ceil_divide(units, ceil_divide(units, most));
  }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    Buffers buffers;
    buffers.left = scratch.take<T>(right_.planes(), left_plane());
    buffers.products = scratch.take<T>(right_.planes(), product_plane());
    buffers.finite = scratch.take<bool>(1, group_units_);
    buffers.workers = scratch.take<std::byte>(1, static_cast<Index>(workers_.bytes()));
    return buffers;
  }

  template <class Bring, class Take>
  void run_group(const Group& group, const Buffers& buffers, Executor& executor, const Bring& bring,
                 const Take& take) const {
    const auto row_of = [&](Index unit) { return units_.first(unit) - units_.first(group.first); };
    share_work(group.count, shape_.threads, executor, [&](Index worker, Index i) {
      const Index unit = group.first + i;
      bring(unit, buffers.left + row_of(unit) * in_pitch_, workers_.of(buffers.workers, worker));
    });
    share_work(right_.planes(), shape_.threads, executor,
               [&](Index, Index plane) { multiply(group, plane, buffers); });
    share_work(group.count, shape_.threads, executor, [&](Index worker, Index i) {
      const Index unit = group.first + i;
      buffers.finite[i] = take(unit, buffers.products + row_of(unit) * out_pitch(),
                               workers_.of(buffers.workers, worker));
    });
  }

  void multiply(const Group& group, Index plane, const Buffers& buffers) const {
    ChannelSum<T> sum;
    sum.left = buffers.left + plane * left_plane();
    sum.left_pitch = in_pitch_;
    sum.run = shape_.in_channels;
    sum.target_pitch = out_pitch();
    sum.rows = tiles_in(group);
    for (Index first = 0; first < right_.filters(); first += kernels_.block_columns) {
      sum.right = right_.block(plane, first);
      sum.right_pitch = right_.block_pitch(first);
      sum.target = buffers.products + plane * product_plane() + first;
      sum.columns = sum.right_pitch;
      kernels_.channel_sum(sum);
    }
  }

  /// The other domain spreads NaN and infinity over a tile: the direct sum says where in the image
  /// they belong, once all groups that the image has a part in are done. `begun_finite`: whether
  /// what earlier groups have computed of the first image is. The same of the last one.
  bool repair(const LayerTask<T>& task, const Group& group, bool begun_finite,
              const Buffers& buffers, std::byte* workspace, Executor& executor) const {
    bool finite = begun_finite;
    for (Index unit = group.first; unit < group.end(); ++unit) {
      finite = finite && buffers.finite[unit - group.first];
      if ((unit + 1) % units_.per_image() != 0) continue;
      const Index image = unit / units_.per_image();
      if (!finite) {
        direct_->run({task.inputs.image(image), task.outputs.image(image), 1},
                     workspace + own_bytes_, executor);
      }
      finite = true;
    }
    return finite;
  }

  LayerShape shape_;
  const LayerKernels<T>& kernels_;
  TileUnits units_;
  FilterPlanes<T> right_;
  Index in_pitch_;
  Index group_units_;
  std::unique_ptr<const LayerEngine<T>> direct_;
  WorkerMemory workers_;
  std::size_t own_bytes_ = 0;
};

}  // namespace twofold::detail
