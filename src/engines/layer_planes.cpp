// SPDX-License-Identifier: BSD-3-Clause
// The direct engine of depthwise layers whose channels lie apart, and of layers of one channel:
// each output channel is an image correlated with a kernel, and is summed by the kernels that do
// this for images (kernels.hpp). Bands of rows are packed with zeros around them.
#include <vector>

#include "engines/layer_rows.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

namespace {

template <class T>
class LayerPlanes final : public LayerSumEngine<T> {
 public:
  explicit LayerPlanes(const LayerProblem<T>& problem)
      : LayerSumEngine<T>(problem),
        shape_(problem.shape),
        epilogue_(problem),
        kernels_(kernels_for(shape_.isa).template layers<T>()),
        window_{shape_.rows.taps, shape_.cols.taps, 1},
        kernel_(kernels_for(shape_.isa).template lanes<T>().sliding_kernel(window_, false)),
        taps_(shape_.out_channels, shape_.taps()),
        bias_(problem.bias),
        row_length_(shape_.cols.output + shape_.cols.taps - 1),
        band_rows_(rows_in_band()),
        memory_(shape_.threads, [this](Scratch& scratch) { return lay_out(scratch); }) {
    for (Index f = 0; f < shape_.out_channels; ++f) {
      for (Index tap = 0; tap < shape_.taps(); ++tap)
        taps_(f, tap) = problem.kernel[static_cast<std::size_t>(tap * shape_.out_channels + f)];
    }
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override { return memory_.bytes(); }

  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    const Index bands = ceil_divide(shape_.rows.output, band_rows_);
    const Index channels = shape_.out_channels;
    share_work(task.batch * channels * bands, shape_.threads, executor, [&](Index worker, Index i) {
      Scratch scratch = memory_.of(workspace, worker);
      const Index first = i % bands * band_rows_;
      const Band band{i / bands / channels, i / bands % channels, first,
                      std::min(band_rows_, shape_.rows.output - first)};
      sum_band(task, band, lay_out(scratch));
    });
  }

 private:
  /// Rows of outputs of one channel of one image.
  struct Band {
    Index image = 0;
    Index channel = 0;
    Index first = 0;
    Index rows = 0;
  };
  struct Buffers {
    T* packed = nullptr;
    const T** rows = nullptr;
  };

  /// A line more than a row: rows a power of two apart would share few places in the cache.
  [[nodiscard]] Index pitch() const noexcept {
    constexpr Index line = static_cast<Index>(Scratch::alignment / sizeof(T));
    return round_up(row_length_, line) + line;
  }

  [[nodiscard]] Index rows_in_band() const noexcept {
    constexpr Index bytes = 256 << 10;
    const Index rows = bytes / (pitch() * static_cast<Index>(sizeof(T))) - shape_.rows.taps;
    return std::clamp(rows, kernel_.block_rows, std::max(shape_.rows.output, kernel_.block_rows));
  }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    const Index rows = band_rows_ + shape_.rows.taps - 1;
    Buffers buffers;
    buffers.packed = scratch.take<T>(rows, pitch());
    buffers.rows = scratch.take<const T*>(rows);
    return buffers;
  }

  void sum_band(const LayerTask<T>& task, const Band& band, const Buffers& buffers) const {
    pack(task.inputs, band, buffers);
    T* const out = task.outputs.at(band.image, band.first, 0, band.channel);
    const Target<T> target{out, task.outputs.row_stride, false};
    kernel_.sum({buffers.rows, false}, target, band.rows, shape_.cols.output,
                &taps_(band.channel, 0), window_);
    finish(out, task.outputs.row_stride, band);
  }

  /// Bias and activation, in one go where the rows follow each other.
  void finish(T* out, Index row_stride, const Band& band) const {
    const T bias = bias_[static_cast<std::size_t>(band.channel)];
    const bool joined = row_stride == shape_.cols.output;
    const Index length = joined ? band.rows * shape_.cols.output : shape_.cols.output;
    for (Index row = 0; row < (joined ? 1 : band.rows); ++row) {
      T* const sums = out + row * row_stride;
      if (bias != T(0) || epilogue_.clamps)
        kernels_.shift(bias, epilogue_.low, epilogue_.high, sums, length);
      epilogue_.finish(sums, length, 1, length, kernels_);
    }
  }

  void pack(const LayerView<const T>& inputs, const Band& band, const Buffers& buffers) const {
    const Index first_row = shape_.rows.first(band.first);
    const Index rows = band.rows + shape_.rows.taps - 1;
    const Index first_col = shape_.cols.first(0);
    const Index top = std::clamp(-first_row, Index{0}, rows);
    const Index bottom = std::clamp(shape_.rows.input - first_row, top, rows);
    const Index left = std::clamp(-first_col, Index{0}, row_length_);
    const Index right = std::clamp(shape_.cols.input - first_col, left, row_length_);
    for (Index i = 0; i < rows; ++i) {
      T* const to = buffers.packed + i * pitch();
      buffers.rows[i] = to;
      const bool there = i >= top && i < bottom;
      for (Index c = 0; c < (there ? left : row_length_); ++c)
        to[c] = 0;
      for (Index c = right; there && c < row_length_; ++c)
        to[c] = 0;
    }
    const Index channel = band.channel / shape_.group_outputs();
    if (top < bottom && left < right) {
      kernels_.copy(inputs.at(band.image, first_row + top, first_col + left, channel),
                    inputs.row_stride, bottom - top, right - left,
                    buffers.packed + top * pitch() + left, pitch());
    }
  }

  LayerShape shape_;
  Epilogue<T> epilogue_;
  const LayerKernels<T>& kernels_;
  Window window_;
  SlidingKernel<T> kernel_;
  Image<T> taps_;  ///< output channels × taps
  std::vector<T> bias_;
  Index row_length_;
  Index band_rows_;
  WorkerMemory memory_;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_planes(const LayerProblem<T>& problem) {
  return std::make_unique<LayerPlanes<T>>(problem);
}

template std::unique_ptr<const LayerEngine<float>> make_layer_planes(const LayerProblem<float>&);
template std::unique_ptr<const LayerEngine<double>> make_layer_planes(const LayerProblem<double>&);

}  // namespace twofold::detail
