// SPDX-License-Identifier: BSD-3-Clause
// The direct engine of depthwise layers: a vector of channels at a time, each summed by itself.
#include "engines/layer_rows.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

namespace {

template <class T>
class LayerDepthwise final : public LayerSumEngine<T> {
 public:
  explicit LayerDepthwise(const LayerProblem<T>& problem)
      : LayerSumEngine<T>(problem),
        shape_(problem.shape),
        epilogue_(problem),
        kernels_(kernels_for(shape_.isa).template layers<T>()),
        kernel_(1, std::max(static_cast<Index>(problem.kernel.size()), Index{1})),
        bias_(1, shape_.out_channels),
        tiling_(tiling_of(shape_)),
        leaves_out_(has_finite_kernel(problem)),
        block_channels_(channels_in_block()),
        cuts_windows_(cuts_windows()),
        in_place_(reads_in_place()),
        memory_(shape_.threads, [this](Scratch& scratch) { return lay_out(scratch); }) {
    std::copy(problem.kernel.begin(), problem.kernel.end(), kernel_.data());
    std::copy(problem.bias.begin(), problem.bias.end(), bias_.data());
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override { return memory_.bytes(); }

  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    const Index tiles = tiling_.count();
    share_work(task.batch * tiles, shape_.threads, executor, [&](Index worker, Index i) {
      Scratch scratch = memory_.of(workspace, worker);
      sum_tile(task, i / tiles, tiling_.tile(shape_, i % tiles), lay_out(scratch));
    });
  }

 private:
  struct Buffers {
    T* window = nullptr;
    T* repeated = nullptr;
    T* sums = nullptr;
  };

  /// Rows of fewer outputs leave the multipliers waiting.
  static constexpr Index cols_worth_a_row = 7;

  /// The rows of a window, as many channels of them as have room in the first-level cache.
  [[nodiscard]] Index channels_in_block() const noexcept {
    constexpr double first_level = 24 << 10;
    const auto rows = static_cast<double>(std::max(shape_.rows.taps, Index{1}));
    const double pixels = rows * static_cast<double>(tiling_.tile_cols * shape_.cols.stride);
    const double vector_bytes = static_cast<double>(kernels_.vector_width) * sizeof(T);
    const auto vectors = static_cast<Index>(std::max(first_level / (pixels * vector_bytes), 1.0));
    return std::min(vectors * kernels_.vector_width, shape_.out_channels);
  }

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

  struct Target {
    T* first = nullptr;
    Index row_pitch = 0;
    Index pixel_pitch = 0;
  };
  /// Where windows are read, with zeros around the columns or not.
  struct Source {
    const T* origin = nullptr;  ///< element (0, 0) of the inputs, which need not be there
    Index row_pitch = 0;
    Index pixel_pitch = 0;
    bool has_zeros = false;
  };

  void sum_tile(const LayerTask<T>& task, Index image, const Rect& tile,
                const Buffers& buffers) const {
    const LayerView<T>& outputs = task.outputs;
    const bool delivers = outputs.channel_stride != 1;
    const Index channels = shape_.out_channels;
    const Target target = delivers ? Target{buffers.sums, tile.cols * channels, channels}
                                   : Target{outputs.at(image, tile.row, tile.col),
                                            outputs.row_stride, outputs.col_stride};
    const Source source = source_of(task, image, tile, buffers);
    // The last block of channels may share some with the one before it.
    for (Index first = 0; first < channels; first += block_channels_)
      sum_channels(source, target, tile, std::min(first, channels - block_channels_));
    if (delivers) deliver(outputs, image, tile, 0, channels, buffers.sums, channels, kernels_);
  }

  /// Whether windows at the ends of rows are summed by those in the middle's loop.
  [[nodiscard]] bool cuts_windows() const noexcept {
    return leaves_out_ && shape_.cols.dilation == 1 &&
           kernels_.depthwise_leaves_out(shape_.cols.taps, shape_.cols.stride,
                                         tiling_.least_cols(shape_), block_channels_);
  }

  /// In place, taps beyond the inputs are left out, which pays where most outputs have all of them.
  [[nodiscard]] bool reads_in_place() const noexcept {
    const auto inner = [](const LayerAxis& axis) {
      const Index outer = axis.is_padded() ? axis.taps - 1 : 0;
      return static_cast<double>(std::max(axis.output - outer, Index{0})) /
             static_cast<double>(axis.output);
    };
    constexpr double most = 0.5;
    if (multiplier() > 1 || !leaves_out_) return false;
    return cuts_windows_ || inner(shape_.rows) * inner(shape_.cols) > most;
  }

  [[nodiscard]] Source source_of(const LayerTask<T>& task, Index image, const Rect& tile,
                                 const Buffers& buffers) const {
    if (in_place_ && task.inputs.channel_stride == 1) {
      return {task.inputs.at(image, 0, 0), task.inputs.row_stride, task.inputs.col_stride, false};
    }
    Rect window = window_of(shape_, tile);
    if (cuts_windows_) window = inside(window);
    pack_window(shape_, task.inputs, image, window, buffers.window, kernels_);
    const T* packed = multiplier() > 1 ? repeat_channels(window, buffers) : buffers.window;
    const Index pixel = shape_.out_channels;
    const Index row = window.cols * pixel;
    return {packed - window.row * row - window.col * pixel, row, pixel, !cuts_windows_};
  }

  [[nodiscard]] Rect inside(const Rect& window) const noexcept {
    const Index top = std::clamp(window.row, Index{0}, shape_.rows.input);
    const Index left = std::clamp(window.col, Index{0}, shape_.cols.input);
    return {top, left, std::clamp(window.row_end(), top, shape_.rows.input) - top,
            std::clamp(window.col_end(), left, shape_.cols.input) - left};
  }

  /// All taps of an axis whose zeros are there.
  [[nodiscard]] static TapRun whole_run(const LayerAxis& axis, Index begin, Index end) noexcept {
    return {begin, end, 0, axis.taps};
  }

  /// A block of channels, whose rows stay in the first-level cache from one row of outputs to the
  /// next.
  void sum_channels(const Source& source, const Target& target, const Rect& tile,
                    Index first) const {
    for (Index row = tile.row; row < tile.row_end();) {
      const TapRun rows = leaves_out_ ? tap_run(shape_.rows, row, tile.row_end())
                                      : whole_run(shape_.rows, row, tile.row_end());
      for (Index col = tile.col; col < tile.col_end();) {
        const TapRun cols = source.has_zeros || cuts_windows_
                                ? whole_run(shape_.cols, col, tile.col_end())
                                : tap_run(shape_.cols, col, tile.col_end());
        sum_run(source, target, tile, first, rows, cols);
        col = cols.end;
      }
      row = rows.end;
    }
  }

  /// Columns at the edges are summed downwards.
  void sum_run(const Source& source, const Target& target, const Rect& tile, Index first,
               const TapRun& rows, const TapRun& cols) const {
    const Index channels = shape_.out_channels;
    DepthwiseSum<T> sum;
    sum.taps = {rows.taps, shape_.rows.dilation * source.row_pitch, cols.taps,
                shape_.cols.dilation * source.pixel_pitch};
    sum.input =
        source.origin + first +
        (shape_.rows.first(rows.begin) + rows.first_tap * shape_.rows.dilation) * source.row_pitch +
        (shape_.cols.first(cols.begin) + cols.first_tap * shape_.cols.dilation) *
            source.pixel_pitch;
    sum.kernel =
        kernel_.data() + first + (rows.first_tap * shape_.cols.taps + cols.first_tap) * channels;
    sum.kernel_row_pitch = shape_.cols.taps * channels;
    sum.kernel_col_pitch = channels;
    sum.start = bias_.data() + first;
    sum.clamps = epilogue_.clamps;
    sum.low = epilogue_.low;
    sum.high = epilogue_.high;
    sum.target = target.first + first + (rows.begin - tile.row) * target.row_pitch +
                 (cols.begin - tile.col) * target.pixel_pitch;
    sum.fetches = comes_from_afar(shape_);
    sum.channels = block_channels_;
    if (cuts_windows_) {
      sum.low_col = -shape_.cols.first(cols.begin);
      sum.high_col = shape_.cols.input - shape_.cols.first(cols.begin);
    }
    const bool downwards =
        !cuts_windows_ && cols.length() < rows.length() && cols.length() < cols_worth_a_row;
    const Index row_step = shape_.rows.stride * source.row_pitch;
    const Index col_step = shape_.cols.stride * source.pixel_pitch;
    sum.pixels = downwards ? rows.length() : cols.length();
    sum.input_pitch = downwards ? row_step : col_step;
    sum.stride = downwards || shape_.cols.dilation != 1 ? 0 : shape_.cols.stride;
    sum.target_pitch = downwards ? target.row_pitch : target.pixel_pitch;
    for (Index i = 0; i < (downwards ? cols.length() : rows.length()); ++i) {
      kernels_.depthwise_sum(sum);
      epilogue_.finish(sum.target, sum.target_pitch, sum.pixels, sum.channels, kernels_);
      sum.input += downwards ? col_step : row_step;
      sum.target += downwards ? target.pixel_pitch : target.row_pitch;
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
  bool leaves_out_;  ///< taps that meet zeros around the inputs
  Index block_channels_;
  bool cuts_windows_;
  bool in_place_;
  WorkerMemory memory_;
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
