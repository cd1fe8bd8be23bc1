// SPDX-License-Identifier: BSD-3-Clause
// The direct engine of layers: every output row is a product of matrices, of the inputs' windows
// and the packed kernel. Tiles of inputs are packed where there are zeros around them or channels
// do not lie side by side; where neither is so, windows are read in the caller's memory.
#include <vector>

#include "engines/layer_rows.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

namespace {

/// The kernel in blocks of filters, as ChannelSum reads them.
template <class T>
class PackedKernel {
 public:
  struct Block {
    Index first = 0;    ///< filter
    Index columns = 0;  ///< filters
    Index pitch = 0;
    Index group = 0;
    const T* taps = nullptr;
    const T* bias = nullptr;
  };

  PackedKernel(const LayerProblem<T>& problem, const LayerKernels<T>& kernels) {
    const LayerShape& shape = problem.shape;
    const Index products = shape.products();
    for (Index group = 0; group < shape.groups; ++group) {
      for (Index f = 0; f < shape.group_outputs(); f += kernels.block_columns) {
        const Index columns = std::min(kernels.block_columns, shape.group_outputs() - f);
        const Index pitch = round_up(columns, kernels.vector_width);
        blocks_.push_back({group * shape.group_outputs() + f, columns, pitch, group});
        size_ += (products + 1) * pitch;
      }
    }
    memory_ = Image<T>(1, size_);
    T* next = memory_.data();
    for (Block& block : blocks_) {
      block.bias = next;
      std::copy_n(problem.bias.data() + block.first, block.columns, next);
      next += block.pitch;
      block.taps = next;
      for (Index i = 0; i < products; ++i, next += block.pitch)
        std::copy_n(problem.kernel.data() + i * shape.out_channels + block.first, block.columns,
                    next);
    }
  }

  [[nodiscard]] const std::vector<Block>& blocks() const noexcept { return blocks_; }

 private:
  std::vector<Block> blocks_;
  Index size_ = 0;
  Image<T> memory_;
};

/// Where the windows of a tile are read: packed, or in the caller's memory.
template <class T>
struct TileSource {
  const T* first = nullptr;  ///< the first tap of the first output's window
  Index row_pitch = 0;       ///< from one row of inputs to the next
  Index pixel_pitch = 0;
};

/// Where its sums go: to the outputs, or to where they are delivered from.
template <class T>
struct TileTarget {
  T* first = nullptr;
  Index row_pitch = 0;
  Index pixel_pitch = 0;
};

template <class T>
class LayerDirect final : public LayerSumEngine<T> {
 public:
  explicit LayerDirect(const LayerProblem<T>& problem)
      : LayerSumEngine<T>(problem),
        shape_(problem.shape),
        epilogue_(problem),
        kernels_(kernels_for(shape_.isa).template layers<T>()),
        packed_(problem, kernels_),
        tiling_(tiling_of(shape_)),
        leaves_out_(shape_.rows.is_padded() && has_finite_kernel(problem)),
        memory_(shape_.threads, [this](Scratch& scratch) { return lay_out(scratch); }) {}

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override { return memory_.bytes(); }

  /// Where tiles are too few to be shared evenly, their filters are shared, too.
  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    const Index tiles = task.batch * tiling_.count();
    const auto blocks = static_cast<Index>(packed_.blocks().size());
    constexpr Index turns = 4;
    const Index wanted = ceil_divide(turns * shape_.threads, std::max(tiles, Index{1}));
    const Index shares = shape_.threads == 1 ? 1 : std::min(wanted, blocks);
    share_work(tiles * shares, shape_.threads, executor, [&](Index worker, Index i) {
      Scratch scratch = memory_.of(workspace, worker);
      const Index share = i / tiles;
      const Index tile = i % tiles;
      sum_tile(task, tile / tiling_.count(), tiling_.tile(shape_, tile % tiling_.count()),
               {blocks * share / shares, blocks * (share + 1) / shares}, lay_out(scratch));
    });
  }

 private:
  struct Buffers {
    T* window = nullptr;
    T* sums = nullptr;
  };
  struct BlockRange {
    Index begin = 0;
    Index end = 0;
  };

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    const Rect tile{0, 0, tiling_.tile_rows, tiling_.tile_cols};
    const Rect window = window_of(shape_, tile);
    Buffers buffers;
    buffers.window = scratch.take<T>(window.rows, window.cols * shape_.in_channels);
    buffers.sums = scratch.take<T>(tile.rows * tile.cols, kernels_.block_columns);
    return buffers;
  }

  [[nodiscard]] TileSource<T> source_of(const LayerTask<T>& task, Index image, const Rect& tile,
                                        const Buffers& buffers) const {
    const Rect window = window_of(shape_, tile);
    const bool in_place =
        task.inputs.channel_stride == 1 && !shape_.rows.is_padded() && !shape_.cols.is_padded();
    if (in_place) {
      return {task.inputs.at(image, window.row, window.col), task.inputs.row_stride,
              task.inputs.col_stride};
    }
    pack_window(shape_, task.inputs, image, window, buffers.window, kernels_);
    return {buffers.window, window.cols * shape_.in_channels, shape_.in_channels};
  }

  void sum_tile(const LayerTask<T>& task, Index image, const Rect& tile, const BlockRange& range,
                const Buffers& buffers) const {
    const TileSource<T> source = source_of(task, image, tile, buffers);
    const LayerView<T>& outputs = task.outputs;
    const bool in_place = outputs.channel_stride == 1;
    for (Index i = range.begin; i < range.end; ++i) {
      const auto& block = packed_.blocks()[static_cast<std::size_t>(i)];
      const TileTarget<T> target =
          in_place ? TileTarget<T>{outputs.at(image, tile.row, tile.col, block.first),
                                   outputs.row_stride, outputs.col_stride}
                   : TileTarget<T>{buffers.sums, tile.cols * block.pitch, block.pitch};
      const bool streams = in_place && epilogue_.is_clamp && outlives_cache(shape_, task.batch);
      sum_block(source, block, tile, target, streams);
      if (!in_place) {
        deliver(outputs, image, tile, block.first, block.columns, buffers.sums, block.pitch,
                kernels_);
      }
    }
  }

  /// Row by row, or all rows as one where they follow each other.
  void sum_block(const TileSource<T>& source, const typename PackedKernel<T>::Block& block,
                 const Rect& tile, const TileTarget<T>& target, bool streams) const {
    const Index row_step = shape_.rows.stride * source.row_pitch;
    for (Index row = tile.row; row < tile.row_end();) {
      const TapRun run = leaves_out_ ? tap_run(shape_.rows, row, tile.row_end())
                                     : TapRun{row, tile.row_end(), 0, shape_.rows.taps};
      ChannelSum<T> sum = sum_of(source, block, run);
      sum.left += (row - tile.row) * row_step;
      sum.streams = streams;
      sum.target = target.first + (row - tile.row) * target.row_pitch;
      sum.target_pitch = target.pixel_pitch;
      const bool joined = row_step == tile.cols * sum.left_pitch &&
                          target.row_pitch == tile.cols * target.pixel_pitch;
      sum.rows = joined ? run.length() * tile.cols : tile.cols;
      for (Index i = 0; i < (joined ? 1 : run.length()); ++i) {
        kernels_.channel_sum(sum);
        epilogue_.finish(sum.target, sum.target_pitch, sum.rows, sum.columns, kernels_);
        sum.left += row_step;
        sum.target += target.row_pitch;
      }
      row = run.end;
    }
  }

  /// For the first output of the tile; taps of the rows in `run` only.
  [[nodiscard]] ChannelSum<T> sum_of(const TileSource<T>& source,
                                     const typename PackedKernel<T>::Block& block,
                                     const TapRun& run) const {
    ChannelSum<T> sum;
    sum.left = source.first + run.first_tap * shape_.rows.dilation * source.row_pitch +
               block.group * shape_.group_inputs();
    sum.left_pitch = shape_.cols.stride * source.pixel_pitch;
    set_window(sum, source, run.taps);
    sum.right = block.taps + run.first_tap * shape_.cols.taps * shape_.group_inputs() * block.pitch;
    sum.right_pitch = block.pitch;
    sum.start = block.bias;
    sum.clamps = epilogue_.clamps;
    sum.low = epilogue_.low;
    sum.high = epilogue_.high;
    sum.columns = block.columns;
    return sum;
  }

  /// Taps of a row whose channels follow each other are one run.
  void set_window(ChannelSum<T>& sum, const TileSource<T>& source, Index tap_rows) const {
    const Index channels = shape_.group_inputs();
    const bool joined = shape_.cols.dilation == 1 && source.pixel_pitch == channels;
    sum.taps = {tap_rows, shape_.rows.dilation * source.row_pitch, joined ? 1 : shape_.cols.taps,
                shape_.cols.dilation * source.pixel_pitch};
    sum.run = joined ? shape_.cols.taps * channels : channels;
    if (shape_.taps() == 0) sum.taps.rows = 0;
  }

  LayerShape shape_;
  Epilogue<T> epilogue_;
  const LayerKernels<T>& kernels_;
  PackedKernel<T> packed_;
  LayerTiling tiling_;
  bool leaves_out_;  ///< rows of taps that meet zeros around the inputs
  WorkerMemory memory_;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_direct(const LayerProblem<T>& problem) {
  return std::make_unique<LayerDirect<T>>(problem);
}

template std::unique_ptr<const LayerEngine<float>> make_layer_direct(const LayerProblem<float>&);
template std::unique_ptr<const LayerEngine<double>> make_layer_direct(const LayerProblem<double>&);

}  // namespace twofold::detail
