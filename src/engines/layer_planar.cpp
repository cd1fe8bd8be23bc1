// SPDX-License-Identifier: BSD-3-Clause
// The direct engine of layers whose channels lie apart: the product of matrices the other way
// round, filters by pixels. A block of pixels, packed for all taps and channels, is the right
// matrix, the kernel the left one, and the sums of a filter lie side by side, as the outputs do:
// nothing has to be transposed.
#include <vector>

#include "engines/layer_rows.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

namespace {

template <class T>
class LayerPlanar final : public LayerSumEngine<T> {
 public:
  explicit LayerPlanar(const LayerProblem<T>& problem)
      : LayerSumEngine<T>(problem),
        shape_(problem.shape),
        epilogue_(problem),
        kernels_(kernels_for(shape_.isa).template layers<T>()),
        filters_(shape_.out_channels, std::max(shape_.products(), Index{1})),
        bias_(problem.bias),
        block_(kernels_.block_columns),
        memory_(shape_.threads, [this](Scratch& scratch) { return lay_out(scratch); }) {
    for (Index f = 0; f < shape_.out_channels; ++f) {
      for (Index i = 0; i < shape_.products(); ++i)
        filters_(f, i) = problem.kernel[static_cast<std::size_t>(i * shape_.out_channels + f)];
    }
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override { return memory_.bytes(); }

  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    const Lines lines = lines_of(task);
    const Index blocks = ceil_divide(lines.length, block_);
    share_work(task.batch * lines.count * blocks, shape_.threads, executor,
               [&](Index worker, Index i) {
                 Scratch scratch = memory_.of(workspace, worker);
                 const Index line = i / blocks % lines.count;
                 const Index first = i % blocks * block_;
                 sum_block(task, i / blocks / lines.count, line, first,
                           std::min(block_, lines.length - first), lay_out(scratch));
               });
  }

 private:
  /// Outputs that lie side by side: rows, or all rows of an image that a single tap reads.
  struct Lines {
    Index count = 0;
    Index length = 0;
  };

  /// What all taps and channels meet at a block of pixels.
  [[nodiscard]] T* lay_out(Scratch& scratch) const {
    return scratch.take<T>(shape_.products(), block_);
  }

  /// Whether every output is computed from the one input that lies where it does.
  [[nodiscard]] bool is_pointwise() const noexcept {
    const auto one_to_one = [](const LayerAxis& axis) {
      return axis.taps == 1 && axis.before == 0 && axis.output == axis.input;
    };
    return one_to_one(shape_.rows) && one_to_one(shape_.cols);
  }

  [[nodiscard]] Lines lines_of(const LayerTask<T>& task) const noexcept {
    const Lines rows{shape_.rows.output, shape_.cols.output};
    const bool joined = is_pointwise() && task.inputs.row_stride == rows.length &&
                        task.outputs.row_stride == rows.length;
    return joined ? Lines{1, rows.count * rows.length} : rows;
  }

  void sum_block(const LayerTask<T>& task, Index image, Index line, Index first, Index pixels,
                 T* packed) const {
    pack(task.inputs, image, line, first, pixels, packed);
    ChannelSum<T> sum;
    sum.left = filters_.data();
    sum.left_pitch = shape_.products();
    sum.run = shape_.products();
    sum.right = packed;
    sum.right_pitch = block_;
    sum.row_start = bias_.data();
    sum.clamps = epilogue_.clamps;
    sum.low = epilogue_.low;
    sum.high = epilogue_.high;
    sum.streams = epilogue_.is_clamp && outlives_cache(shape_, task.batch);
    sum.target = task.outputs.at(image, line, first);
    sum.target_pitch = task.outputs.channel_stride;
    sum.rows = shape_.out_channels;
    sum.columns = pixels;
    kernels_.channel_sum(sum);
    epilogue_.finish(sum.target, sum.target_pitch, shape_.out_channels, pixels, kernels_);
  }

  /// Row (a, b, c) of the packed block is what tap (a, b) of channel c meets at each pixel. Behind
  /// the last pixel stands what was there before, which nothing depends on.
  void pack(const LayerView<const T>& inputs, Index image, Index line, Index first, Index pixels,
            T* packed) const {
    const Index channels = shape_.in_channels;
    if (is_pointwise()) {  // a line may then be more than a row
      kernels_.copy(inputs.at(image, line, first), inputs.channel_stride, channels, pixels, packed,
                    block_);
      return;
    }
    for (Index a = 0; a < shape_.rows.taps; ++a) {
      const Index row = shape_.rows.first(line) + a;
      for (Index b = 0; b < shape_.cols.taps; ++b, packed += channels * block_) {
        const Index col = shape_.cols.first(first) + b;
        const bool there = row >= 0 && row < shape_.rows.input;
        const Index begin = std::clamp(-col, Index{0}, pixels);
        const Index end = there ? std::clamp(shape_.cols.input - col, begin, pixels) : begin;
        if (end - begin < pixels) std::fill_n(packed, channels * block_, T(0));
        if (end == begin) continue;
        kernels_.copy(inputs.at(image, row, col + begin), inputs.channel_stride, channels,
                      end - begin, packed + begin, block_);
      }
    }
  }

  LayerShape shape_;
  Epilogue<T> epilogue_;
  const LayerKernels<T>& kernels_;
  Image<T> filters_;  ///< filters × products
  std::vector<T> bias_;
  Index block_;
  WorkerMemory memory_;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_planar(const LayerProblem<T>& problem) {
  return std::make_unique<LayerPlanar<T>>(problem);
}

template std::unique_ptr<const LayerEngine<float>> make_layer_planar(const LayerProblem<float>&);
template std::unique_ptr<const LayerEngine<double>> make_layer_planar(const LayerProblem<double>&);

}  // namespace twofold::detail
