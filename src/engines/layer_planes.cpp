// SPDX-License-Identifier: BSD-3-Clause
// The direct engine of depthwise layers whose channels lie apart, and of layers of one channel:
// each output channel is an image correlated with a kernel, in bands of rows.
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
        sum_(kernels_.plane_sum_of(shape_.rows.taps, shape_.cols.taps, shape_.rows.stride)),
        in_place_(sum_ != nullptr && kernels_.plane_sum_leaves_out && has_finite_kernel(problem)),
        window_{shape_.rows.taps, shape_.cols.taps, 1},
        image_kernel_(kernels_for(shape_.isa).template lanes<T>().sliding_kernel(window_, false)),
        taps_(shape_.out_channels, shape_.taps()),
        bias_(problem.bias),
        band_rows_(rows_in_band()),
        group_planes_(planes_in_group()),
        comes_from_afar_(comes_from_afar(shape_)),
        memory_(shape_.threads, [this](Scratch& scratch) { return lay_out(scratch); }) {
    for (Index f = 0; f < shape_.out_channels; ++f) {
      for (Index tap = 0; tap < shape_.taps(); ++tap)
        taps_(f, tap) = problem.kernel[static_cast<std::size_t>(tap * shape_.out_channels + f)];
    }
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override { return memory_.bytes(); }

  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    const Index bands = ceil_divide(shape_.rows.output, band_rows_);
    const Index groups = ceil_divide(shape_.out_channels, group_planes_);
    share_work(task.batch * groups * bands, shape_.threads, executor, [&](Index worker, Index i) {
      Scratch scratch = memory_.of(workspace, worker);
      const Index channel = i / bands % groups * group_planes_;
      const Index first = i % bands * band_rows_;
      const Band band{i / bands / groups, channel,
                      std::min(group_planes_, shape_.out_channels - channel), first,
                      std::min(band_rows_, shape_.rows.output - first)};
      sum_band(task, band, lay_out(scratch));
    });
  }

 private:
  /// Rows of outputs of a few channels of one image.
  struct Band {
    Index image = 0;
    Index channel = 0;
    Index channels = 0;
    Index first = 0;
    Index rows = 0;
  };
  struct Buffers {
    T* packed = nullptr;
    const T** rows = nullptr;
  };

  [[nodiscard]] Index window_rows(Index rows) const noexcept {
    return (rows - 1) * shape_.rows.stride + shape_.rows.taps;
  }
  [[nodiscard]] Index window_cols() const noexcept {
    return (shape_.cols.output - 1) * shape_.cols.stride + shape_.cols.span();
  }
  /// Sums may read two vectors beyond a row. A line more: rows a power of two apart would share few
  /// places in the cache.
  [[nodiscard]] Index pitch() const noexcept {
    constexpr Index line = static_cast<Index>(Scratch::alignment / sizeof(T));
    return round_up(window_cols() + 2 * kernels_.vector_width, line) + line;
  }

  /// In whole blocks of the sum.
  [[nodiscard]] Index rows_in_band() const noexcept {
    constexpr Index bytes = 256 << 10;
    constexpr Index block = 14;
    const Index room = bytes / (pitch() * static_cast<Index>(sizeof(T))) - shape_.rows.taps;
    const Index rows = room / shape_.rows.stride / block * block;
    return std::clamp(rows, block, std::max(shape_.rows.output, block));
  }

  /// Channels summed in one call, whose inputs and outputs the first-level cache has room for.
  /// There is but one where each is packed, or read more than once.
  [[nodiscard]] Index planes_in_group() const noexcept {
    if (!in_place_ || shape_.group_outputs() > 1) return 1;
    constexpr Index bytes = 32 << 10;
    const Index outputs = std::min(band_rows_, shape_.rows.output) * shape_.cols.output;
    const Index plane =
        outputs * (1 + shape_.rows.stride * shape_.cols.stride) * static_cast<Index>(sizeof(T));
    const Index share = ceil_divide(shape_.out_channels, static_cast<Index>(shape_.threads));
    return std::clamp(bytes / std::max(plane, Index{1}), Index{1}, share);
  }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    const Index rows = in_place_ ? 0 : window_rows(band_rows_);
    Buffers buffers;
    buffers.packed = scratch.take<T>(rows, pitch());
    buffers.rows = scratch.take<const T*>(rows);
    return buffers;
  }

  void sum_band(const LayerTask<T>& task, const Band& band, const Buffers& buffers) const {
    if (!in_place_) pack(task.inputs, band, buffers);
    if (sum_ == nullptr) {
      sum_as_image(task.outputs, band, buffers);
    } else if (in_place_) {
      const Index row = shape_.rows.first(band.first);
      const Index col = shape_.cols.first(0);
      PlaneSum<T> sum;
      sum.input = task.inputs.at(band.image, row, col, band.channel / shape_.group_outputs());
      sum.plane_pitch = task.inputs.channel_stride;
      sum.row_pitch = task.inputs.row_stride;
      sum.low_row = -row;
      sum.high_row = shape_.rows.input - row;
      sum.low_col = -col;
      sum.high_col = shape_.cols.input - col;
      sum_planes(task.outputs, band, sum);
    } else {
      PlaneSum<T> sum;
      sum.input = buffers.packed;
      sum.row_pitch = pitch();
      sum.high_row = window_rows(band.rows);
      sum.high_col = pitch();
      sum_planes(task.outputs, band, sum);
    }
    for (Index f = band.channel; f < band.channel + band.channels; ++f) {
      epilogue_.finish(task.outputs.at(band.image, band.first, 0, f), task.outputs.row_stride,
                       band.rows, shape_.cols.output, kernels_);
    }
  }

  /// From the inputs of `sum`.
  void sum_planes(const LayerView<T>& outputs, const Band& band, PlaneSum<T>& sum) const {
    sum.tap_cols = shape_.cols.taps;
    sum.dilation = shape_.cols.dilation;
    sum.kernel = &taps_(band.channel, 0);
    sum.start = &bias_[static_cast<std::size_t>(band.channel)];
    sum.clamps = epilogue_.clamps;
    sum.low = epilogue_.low;
    sum.high = epilogue_.high;
    sum.target = outputs.at(band.image, band.first, 0, band.channel);
    sum.target_plane = outputs.channel_stride;
    sum.target_pitch = outputs.row_stride;
    sum.fetches = in_place_ && comes_from_afar_;
    sum.planes = band.channels;
    sum.rows = band.rows;
    sum.cols = shape_.cols.output;
    sum_(sum);
  }

  /// By the loops of images, which have no bias.
  void sum_as_image(const LayerView<T>& outputs, const Band& band, const Buffers& buffers) const {
    T* const out = outputs.at(band.image, band.first, 0, band.channel);
    const Index row_stride = outputs.row_stride;
    image_kernel_.sum({buffers.rows, false}, {out, row_stride, false}, band.rows,
                      shape_.cols.output, &taps_(band.channel, 0), window_);
    const T bias = bias_[static_cast<std::size_t>(band.channel)];
    if (bias == T(0) && !epilogue_.clamps) return;
    const bool joined = row_stride == shape_.cols.output;
    const Index length = joined ? band.rows * shape_.cols.output : shape_.cols.output;
    for (Index row = 0; row < (joined ? 1 : band.rows); ++row)
      kernels_.shift(bias, epilogue_.low, epilogue_.high, out + row * row_stride, length);
  }

  void pack(const LayerView<const T>& inputs, const Band& band, const Buffers& buffers) const {
    const Index first_row = shape_.rows.first(band.first);
    const Index rows = window_rows(band.rows);
    const Index first_col = shape_.cols.first(0);
    const Index top = std::clamp(-first_row, Index{0}, rows);
    const Index bottom = std::clamp(shape_.rows.input - first_row, top, rows);
    const Index left = std::clamp(-first_col, Index{0}, window_cols());
    const Index right = std::clamp(shape_.cols.input - first_col, left, window_cols());
    for (Index i = 0; i < rows; ++i) {
      T* const to = buffers.packed + i * pitch();
      buffers.rows[i] = to;
      const bool there = i >= top && i < bottom;
      std::fill_n(to, there ? left : window_cols(), T(0));
      if (there) std::fill(to + right, to + window_cols(), T(0));
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
  PlaneSumFunction<T> sum_;  ///< null: by the loops of images
  bool in_place_;            ///< taps beyond the inputs are left out, and nothing is packed
  Window window_;
  SlidingKernel<T> image_kernel_;
  Image<T> taps_;  ///< output channels × taps
  std::vector<T> bias_;
  Index band_rows_;
  Index group_planes_;
  bool comes_from_afar_;
  WorkerMemory memory_;
};

}  // namespace

namespace {

template <class T>
bool sums_in_place(const LayerShape& shape) noexcept {
  const LayerKernels<T>& kernels = kernels_for(shape.isa).template layers<T>();
  return kernels.plane_sum_leaves_out &&
         kernels.plane_sum_of(shape.rows.taps, shape.cols.taps, shape.rows.stride) != nullptr;
}

}  // namespace

bool sums_planes_in_place(const LayerShape& shape) noexcept {
  if (shape.rows.dilation != 1 || shape.rows.stride != shape.cols.stride) return false;
  return shape.type == ElementType::float32 ? sums_in_place<float>(shape)
                                            : sums_in_place<double>(shape);
}

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_planes(const LayerProblem<T>& problem) {
  return std::make_unique<LayerPlanes<T>>(problem);
}

template std::unique_ptr<const LayerEngine<float>> make_layer_planes(const LayerProblem<float>&);
template std::unique_ptr<const LayerEngine<double>> make_layer_planes(const LayerProblem<double>&);

}  // namespace twofold::detail
