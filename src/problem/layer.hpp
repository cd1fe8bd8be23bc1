// SPDX-License-Identifier: BSD-3-Clause
// LayerProblem: a convolution layer in the one form that everything behind it understands. Layouts
// have become strides, paddings a first position, and a transposed convolution several plain ones.
#pragma once

#include <string>
#include <vector>

#include "twofold/nn/plan.hpp"

namespace twofold::detail {

/// Images with channels, wherever their elements lie.
template <class T>
struct LayerView {
  T* data = nullptr;
  Index batch_stride = 0;
  Index row_stride = 0;
  Index col_stride = 0;
  Index channel_stride = 0;

  [[nodiscard]] T* at(Index image, Index row, Index col, Index channel = 0) const noexcept {
    return data + image * batch_stride + row * row_stride + col * col_stride +
           channel * channel_stride;
  }
  [[nodiscard]] LayerView image(Index which) const noexcept {
    return {at(which, 0, 0), batch_stride, row_stride, col_stride, channel_stride};
  }
  [[nodiscard]] LayerView<const T> as_const() const noexcept {
    return {data, batch_stride, row_stride, col_stride, channel_stride};
  }
};

/// One axis: output[m] = Σ_j kernel[j]·x[m·stride − before + j·dilation], zeros outside x.
struct LayerAxis {
  Index input = 0;
  Index output = 0;
  Index taps = 0;
  Index stride = 1;
  Index dilation = 1;
  Index before = 0;  ///< < 0 where the first window begins inside

  /// The elements from a window's first to its last; 0 without taps.
  [[nodiscard]] constexpr Index span() const noexcept {
    return taps == 0 ? 0 : (taps - 1) * dilation + 1;
  }
  /// Where the window of output m begins.
  [[nodiscard]] constexpr Index first(Index m) const noexcept { return m * stride - before; }
  /// Whether some window reaches beyond the input.
  [[nodiscard]] constexpr bool is_padded() const noexcept {
    return taps != 0 && (before > 0 || first(output - 1) + span() > input);
  }
};

/// All that a choice of the method depends on.
struct LayerShape {
  ElementType type{};
  Index batch = 1;  ///< expected; a call may bring another
  Index calls = 0;  ///< expected; 0: very many
  LayerAxis rows;
  LayerAxis cols;
  Index in_channels = 1;
  Index out_channels = 1;
  Index groups = 1;
  nn::DataFormat data_format{};
  Accuracy accuracy;
  Isa isa{};             ///< resolved, never automatic
  unsigned threads = 1;  ///< into how many concurrent parts an engine divides a call

  [[nodiscard]] Index group_inputs() const noexcept { return in_channels / groups; }
  [[nodiscard]] Index group_outputs() const noexcept { return out_channels / groups; }
  [[nodiscard]] Index taps() const noexcept { return rows.taps * cols.taps; }
  /// Products in one output.
  [[nodiscard]] Index products() const noexcept { return taps() * group_inputs(); }
  /// Every position has an output, and windows have no gaps.
  [[nodiscard]] bool is_dense() const noexcept {
    return rows.stride == 1 && cols.stride == 1 && rows.dilation == 1 && cols.dilation == 1;
  }
  /// Each channel by itself.
  [[nodiscard]] bool is_depthwise() const noexcept { return groups == in_channels; }
  /// In one image.
  [[nodiscard]] double multiplications() const noexcept {
    return static_cast<double>(rows.output) * static_cast<double>(cols.output) *
           static_cast<double>(out_channels) * static_cast<double>(products());
  }
};

/// output(n, m, f) = activation(bias[f] + Σ_j Σ_c kernel[j, c, f]·x(n, window m at j, c)), the c of
/// f's group.
template <class T>
struct LayerProblem {
  LayerShape shape;
  std::vector<T> kernel;  ///< tap rows × tap columns × group_inputs × out_channels, dense
  std::vector<T> bias;    ///< out_channels
  nn::Activation activation{};
  T negative_slope{};
};

/// Which of a layer's outputs a part of it computes: (row + m·row_step, col + n·col_step).
struct OutputGrid {
  Index row = 0;
  Index col = 0;
  Index row_step = 1;
  Index col_step = 1;

  template <class T>
  [[nodiscard]] LayerView<T> of(const LayerView<T>& out) const noexcept {
    return {out.at(0, row, col), out.batch_stride, out.row_stride * row_step,
            out.col_stride * col_step, out.channel_stride};
  }
};

template <class T>
struct LayerPart {
  LayerProblem<T> problem;
  OutputGrid grid;
};

/// A layer's inputs and outputs as its caller sees them.
struct LayerSizes {
  nn::DataFormat format{};
  Index in_rows = 0;
  Index in_cols = 0;
  Index in_channels = 0;
  Index out_rows = 0;
  Index out_cols = 0;
  Index out_channels = 0;

  [[nodiscard]] nn::TensorShape inputs(Index batch) const noexcept;
  [[nodiscard]] nn::TensorShape outputs(Index batch) const noexcept;
};

/// A layer as a sequence of plain convolutions.
template <class T>
struct LayerParts {
  LayerSizes sizes;
  std::vector<LayerPart<T>> parts;
  bool chained = false;  ///< the second reads what the first has written: a separable convolution
};

/// Validate and bring into canonical form. Throw Error.
template <class T>
[[nodiscard]] LayerParts<T> make_layer(nn::Layer layer, const nn::TensorShape& inputs,
                                       const nn::detail::LayerOperands<T>& operands,
                                       const nn::ConvOptions& options);
template <class T>
[[nodiscard]] LayerParts<T> make_separable_layer(const nn::TensorShape& inputs,
                                                 const nn::TensorView<const T>& depthwise,
                                                 const nn::detail::LayerOperands<T>& pointwise,
                                                 const nn::ConvOptions& options);

/// Sizes in the order of `format`, from batch, rows, columns, channels, and back.
[[nodiscard]] nn::TensorShape in_format(nn::DataFormat format,
                                        const nn::TensorShape& sizes) noexcept;
[[nodiscard]] nn::TensorShape from_format(nn::DataFormat format,
                                          const nn::TensorShape& sizes) noexcept;

template <class T>
[[nodiscard]] LayerView<T> layer_view(nn::DataFormat format,
                                      const nn::TensorView<T>& view) noexcept {
  const nn::TensorShape strides = from_format(format, view.strides());
  return {view.data(), strides[0], strides[1], strides[2], strides[3]};
}

/// "2×5×7×3"
[[nodiscard]] std::string to_string(const nn::TensorShape& shape);

}  // namespace twofold::detail
