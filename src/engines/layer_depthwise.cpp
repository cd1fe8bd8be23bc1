// SPDX-License-Identifier: BSD-3-Clause
// The direct engine of depthwise layers: a vector of channels at a time, each summed by itself.
#include "engines/layer_rows.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

namespace {

template <class T>
class LayerDepthwise final : public LayerEngine<T> {
 public:
  explicit LayerDepthwise(const LayerProblem<T>& problem)
      : shape_(problem.shape),
        epilogue_(problem),
        kernels_(kernels_for(shape_.isa).template layers<T>()),
        kernel_(1, std::max(static_cast<Index>(problem.kernel.size()), Index{1})),
        bias_(1, shape_.out_channels),
        tiling_(tiling_of(shape_)),
        bound_(problem) {
    std::copy(problem.kernel.begin(), problem.kernel.end(), kernel_.data());
    std::copy(problem.bias.begin(), problem.bias.end(), bias_.data());
    Scratch measure(nullptr);
    static_cast<void>(lay_out(measure));
    bytes_per_worker_ = measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return bytes_per_worker_ * shape_.threads;
  }

  [[nodiscard]] double largest_norm() const noexcept override { return bound_.norm(); }
  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return bound_.at(largest_magnitude);
  }

  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    const Index tiles = tiling_.count();
    share_work(task.batch * tiles, shape_.threads, executor, [&](Index worker, Index i) {
      Scratch scratch(workspace + static_cast<std::size_t>(worker) * bytes_per_worker_);
      sum_tile(task, i / tiles, tiling_.tile(shape_, i % tiles), lay_out(scratch));
    });
  }

 private:
  struct Buffers {
    T* window = nullptr;
    T* repeated = nullptr;
    T* sums = nullptr;
  };

  [[nodiscard]] Index multiplier() const noexcept { return shape_.group_outputs(); }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    const Rect tile{0, 0, tiling_.tile_rows, tiling_.tile_cols};
    const Rect window = window_of(shape_, tile);
    Buffers buffers;
    buffers.window = scratch.take<T>(window.rows, window.cols * shape_.in_channels);
    if (multiplier() > 1)
      buffers.repeated = scratch.take<T>(window.rows, window.cols * shape_.out_channels);
    buffers.sums = scratch.take<T>(tile.rows, tile.cols * shape_.out_channels);
    return buffers;
  }

  void sum_tile(const LayerTask<T>& task, Index image, const Rect& tile,
                const Buffers& buffers) const {
    const Rect window = window_of(shape_, tile);
    const bool in_place = task.inputs.channel_stride == 1 && multiplier() == 1 &&
                          !shape_.rows.is_padded() && !shape_.cols.is_padded();
    const LayerView<T>& outputs = task.outputs;
    const bool delivers = outputs.channel_stride != 1;

    DepthwiseSum<T> sum;
    sum.input = in_place ? task.inputs.at(image, window.row, window.col) : buffers.window;
    Index pixel_pitch = in_place ? task.inputs.col_stride : shape_.out_channels;
    Index row_pitch = in_place ? task.inputs.row_stride : window.cols * shape_.out_channels;
    if (!in_place) {
      pack_window(shape_, task.inputs, image, window, buffers.window, kernels_);
      if (multiplier() > 1) sum.input = repeat_channels(window, buffers);
    }
    sum.input_pitch = shape_.cols.stride * pixel_pitch;
    sum.taps = {shape_.rows.taps, shape_.rows.dilation * row_pitch, shape_.cols.taps,
                shape_.cols.dilation * pixel_pitch};
    sum.kernel = kernel_.data();
    sum.start = bias_.data();
    sum.low = epilogue_.low;
    sum.high = epilogue_.high;
    sum.target = delivers ? buffers.sums : outputs.at(image, tile.row, tile.col);
    sum.target_pitch = delivers ? shape_.out_channels : outputs.col_stride;
    sum.pixels = tile.cols;
    sum.channels = shape_.out_channels;
    for (Index row = 0; row < tile.rows; ++row) {
      kernels_.depthwise_sum(sum);
      epilogue_.finish(sum.target, sum.target_pitch, sum.pixels, sum.channels, kernels_);
      sum.input += shape_.rows.stride * row_pitch;
      sum.target += delivers ? tile.cols * shape_.out_channels : outputs.row_stride;
    }
    if (delivers) {
      deliver(outputs, image, tile, 0, shape_.out_channels, buffers.sums, shape_.out_channels,
              kernels_);
    }
  }

  /// Each channel as often as it has kernels.
  [[nodiscard]] const T* repeat_channels(const Rect& window, const Buffers& buffers) const {
    T* to = buffers.repeated;
    for (Index i = 0; i < window.rows * window.cols * shape_.in_channels; ++i)
      to = std::fill_n(to, multiplier(), buffers.window[i]);
    return buffers.repeated;
  }

  LayerShape shape_;
  Epilogue<T> epilogue_;
  const LayerKernels<T>& kernels_;
  Image<T> kernel_;
  Image<T> bias_;
  LayerTiling tiling_;
  LayerDirectBound bound_;
  std::size_t bytes_per_worker_ = 0;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_depthwise(const LayerProblem<T>& problem) {
  return std::make_unique<LayerDepthwise<T>>(problem);
}

template std::unique_ptr<const LayerEngine<float>> make_layer_depthwise(const LayerProblem<float>&);
template std::unique_ptr<const LayerEngine<double>> make_layer_depthwise(
    const LayerProblem<double>&);

}  // namespace twofold::detail
