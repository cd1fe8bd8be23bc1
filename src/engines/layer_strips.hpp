// SPDX-License-Identifier: BSD-3-Clause
// Strips of channels between a layer's tensors and engines that work on tiles: windows of inputs
// with zeros around the image, and outputs on their way to the caller.
#pragma once

#include "engines/layer_rows.hpp"

namespace twofold::detail {

/// Pixels of strip_channels channels side by side.
template <class T>
struct Strip {
  T* first = nullptr;
  Index row_pitch = 0;
  Index pixel_pitch = 0;

  [[nodiscard]] T* at(Index row, Index col) const noexcept {
    return first + row * row_pitch + col * pixel_pitch;
  }
};

template <class T>
class LayerStrips {
 public:
  LayerStrips(const LayerProblem<T>& problem, const LayerKernels<T>& kernels)
      : shape_(problem.shape),
        kernels_(kernels),
        epilogue_(problem),
        bias_(1, round_up(shape_.out_channels, strip_channels)) {
    std::copy(problem.bias.begin(), problem.bias.end(), bias_.data());
  }

  [[nodiscard]] const T* bias(Index filter) const noexcept { return bias_.data() + filter; }
  [[nodiscard]] const Epilogue<T>& epilogue() const noexcept { return epilogue_; }

  /// Channels from `channel` on of a window, where the caller has them, or packed.
  [[nodiscard]] Strip<const T> inputs(const LayerView<const T>& inputs, Index image,
                                      const Rect& window, Index channel, T* packed) const {
    const Index channels = std::min(strip_channels, shape_.in_channels - channel);
    const Rect all{0, 0, shape_.rows.input, shape_.cols.input};
    if (channels == strip_channels && inputs.channel_stride == 1 && all.contains(window)) {
      return {inputs.at(image, window.row, window.col, channel), inputs.row_stride,
              inputs.col_stride};
    }
    pack(inputs, image, window, channel, channels, packed);
    return {packed, window.cols * strip_channels, strip_channels};
  }

  /// Where filters from `filter` on of `outputs` may be written: to the caller's if those that are
  /// `written`, from the first one of `outputs` on, are no others; to `packed` if they are.
  [[nodiscard]] Strip<T> target(const LayerView<T>& view, Index image, const Rect& outputs,
                                const Rect& written, Index filter, T* packed) const {
    const bool whole = outputs.rows == written.rows && outputs.cols == written.cols;
    if (whole && filters_from(filter) == strip_channels && view.channel_stride == 1) {
      return {view.at(image, outputs.row, outputs.col, filter), view.row_stride, view.col_stride};
    }
    return {packed, written.cols * strip_channels, strip_channels};
  }

  /// What is left to do with the outputs written to `target`.
  void finish(const LayerView<T>& view, Index image, const Rect& outputs, Index filter,
              const Strip<T>& target, const T* packed) const {
    for (Index row = 0; row < outputs.rows; ++row) {
      epilogue_.finish(target.at(row, 0), target.pixel_pitch, outputs.cols, strip_channels,
                       kernels_);
    }
    if (target.first != packed) return;
    const Index filters = filters_from(filter);
    if (target.row_pitch == outputs.cols * strip_channels) {
      deliver(view, image, outputs, filter, filters, packed, strip_channels, kernels_);
      return;
    }
    for (Index row = 0; row < outputs.rows; ++row) {
      deliver(view, image, {outputs.row + row, outputs.col, 1, outputs.cols}, filter, filters,
              target.at(row, 0), strip_channels, kernels_);
    }
  }

 private:
  /// Filters of the strip that begins with `filter`.
  [[nodiscard]] Index filters_from(Index filter) const noexcept {
    return std::min(strip_channels, shape_.out_channels - filter);
  }

  void pack(const LayerView<const T>& inputs, Index image, const Rect& window, Index channel,
            Index channels, T* to) const {
    const Index begin = std::clamp(window.col, Index{0}, shape_.cols.input);
    const Index end = std::clamp(window.col_end(), begin, shape_.cols.input);
    const Index row_numbers = window.cols * strip_channels;
    for (Index row = window.row; row < window.row_end(); ++row, to += row_numbers) {
      const bool missing = row < 0 || row >= shape_.rows.input || begin == end;
      if (missing || channels < strip_channels || end - begin < window.cols)
        std::fill_n(to, row_numbers, T(0));
      if (missing) continue;
      pack_row(inputs, inputs.at(image, row, begin, channel), end - begin, channels,
               to + (begin - window.col) * strip_channels);
    }
  }

  void pack_row(const LayerView<const T>& inputs, const T* from, Index cols, Index channels,
                T* to) const {
    if (inputs.col_stride == 1) {
      kernels_.transpose(from, inputs.channel_stride, channels, cols, to, strip_channels);
    } else if (inputs.channel_stride == 1) {
      kernels_.copy(from, inputs.col_stride, cols, channels, to, strip_channels);
    } else {
      for (Index i = 0; i < cols; ++i) {
        for (Index c = 0; c < channels; ++c)
          to[i * strip_channels + c] = from[i * inputs.col_stride + c * inputs.channel_stride];
      }
    }
  }

  LayerShape shape_;
  const LayerKernels<T>& kernels_;
  Epilogue<T> epilogue_;
  Image<T> bias_;
};

}  // namespace twofold::detail
