// SPDX-License-Identifier: BSD-3-Clause
// From a layer's operands and options to plain convolutions.
#include "problem/layer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "cpu/isa.hpp"
#include "problem/layer_axes.hpp"
#include "problem/layer_checks.hpp"
#include "support/checked.hpp"
#include "support/executors.hpp"
#include "twofold/error.hpp"

namespace twofold::detail {

namespace {

using nn::ConvOptions;
using nn::DataFormat;
using nn::KernelFormat;
using nn::Layer;
using nn::PerAxis;
using nn::TensorShape;
using nn::TensorView;
using nn::detail::LayerOperands;

/// The kernel's axes as tap rows, tap columns, inputs, outputs.
template <class T>
TensorView<const T> taps_first(Layer layer, KernelFormat format,
                               const TensorView<const T>& kernel) {
  const bool transposed = layer == Layer::conv_transpose;
  if (format == KernelFormat::hwio) {
    return transposed ? kernel.permuted({0, 1, 3, 2}) : kernel;
  }
  return transposed ? kernel.permuted({2, 3, 0, 1}) : kernel.permuted({2, 3, 1, 0});
}

AxisRequest rows_request(const ConvOptions& options, const char* kernel, Index input, Index taps) {
  return {kernel,
          "rows",
          input,
          taps,
          options.strides.rows,
          options.dilation_rate.rows,
          options.padding.kind,
          options.padding.top,
          options.padding.bottom,
          options.output_padding.rows};
}

AxisRequest cols_request(const ConvOptions& options, const char* kernel, Index input, Index taps) {
  return {kernel,
          "columns",
          input,
          taps,
          options.strides.cols,
          options.dilation_rate.cols,
          options.padding.kind,
          options.padding.left,
          options.padding.right,
          options.output_padding.cols};
}

template <class T>
std::vector<T> bias_of(std::span<const T> given, Index channels) {
  if (given.empty()) return std::vector<T>(static_cast<std::size_t>(channels));
  if (static_cast<Index>(given.size()) != channels) {
    throw Error(Errc::invalid_shape, "bias: " + std::to_string(given.size()) +
                                         " elements, the outputs have " + std::to_string(channels) +
                                         " channels");
  }
  return {given.begin(), given.end()};
}

/// Dense copies of the taps (tap_row(i), tap_col(j)).
template <class T, class TapRow, class TapCol>
std::vector<T> copy_taps(const TensorView<const T>& taps, Index rows, Index cols,
                         const TapRow& tap_row, const TapCol& tap_col) {
  std::vector<T> copy;
  copy.reserve(static_cast<std::size_t>(rows * cols * taps.shape()[2] * taps.shape()[3]));
  for (Index i = 0; i < rows; ++i) {
    for (Index j = 0; j < cols; ++j) {
      for (Index c = 0; c < taps.shape()[2]; ++c) {
        for (Index f = 0; f < taps.shape()[3]; ++f)
          copy.push_back(taps(tap_row(i), tap_col(j), c, f));
      }
    }
  }
  return copy;
}

template <class T>
LayerProblem<T> empty_problem(const TensorShape& inputs, const LayerChannels& channels,
                              const ConvOptions& options) {
  LayerProblem<T> problem;
  LayerShape& shape = problem.shape;
  shape.type = element_type_of<T>;
  shape.batch = inputs[0];
  shape.calls = options.calls;
  shape.in_channels = channels.in;
  shape.out_channels = channels.out;
  shape.groups = channels.groups;
  shape.data_format = options.data_format;
  shape.accuracy = options.accuracy;
  shape.isa = resolve_isa(options.isa);
  shape.threads = resolve_threads(options.threads, options.executor);
  problem.activation = options.activation;
  problem.negative_slope = static_cast<T>(options.negative_slope);
  return problem;
}

/// Taps `first` … `first + count` − 1 along an axis.
struct TapRange {
  Index first = 0;
  Index count = 0;
};

/// Those that meet an input at some output: the others lie among the zeros, however far apart
/// dilation puts them.
TapRange taps_that_meet(const LayerAxis& axis) {
  TapRange range{0, axis.taps};
  const auto meets = [&](Index tap) {
    const Index at_first = axis.first(0) + tap * axis.dilation;
    const Index at_last = axis.first(axis.output - 1) + tap * axis.dilation;
    return at_last >= 0 && at_first < axis.input;
  };
  while (range.count > 0 && !meets(range.first)) {
    ++range.first;
    --range.count;
  }
  while (range.count > 0 && !meets(range.first + range.count - 1))
    --range.count;
  return range;
}

/// Whether no product with a zero is NaN.
template <class T>
bool is_finite(const TensorView<const T>& taps) {
  const auto [rows, cols, inputs, outputs] = taps.shape();
  for (Index i = 0; i < rows * cols; ++i) {
    for (Index j = 0; j < inputs * outputs; ++j) {
      if (!std::isfinite(taps(i / cols, i % cols, j / outputs, j % outputs))) return false;
    }
  }
  return true;
}

/// The axis with the taps of `range` only.
LayerAxis with_taps(LayerAxis axis, const TapRange& range) {
  axis.before -= range.first * axis.dilation;
  axis.taps = range.count;
  return axis;
}

template <class T>
void add_convolution(LayerParts<T>& layer, const TensorView<const T>& taps, LayerProblem<T> problem,
                     const ConvOptions& options, const char* kernel) {
  const LayerAxis rows =
      convolution_axis(rows_request(options, kernel, layer.sizes.in_rows, taps.shape()[0]));
  const LayerAxis cols =
      convolution_axis(cols_request(options, kernel, layer.sizes.in_cols, taps.shape()[1]));
  TapRange row_taps{0, rows.taps};
  TapRange col_taps{0, cols.taps};
  if (is_finite(taps)) {
    row_taps = taps_that_meet(rows);
    col_taps = taps_that_meet(cols);
  }
  problem.shape.rows = with_taps(rows, row_taps);
  problem.shape.cols = with_taps(cols, col_taps);
  problem.kernel = copy_taps(
      taps, row_taps.count, col_taps.count, [&](Index i) { return row_taps.first + i; },
      [&](Index j) { return col_taps.first + j; });
  layer.sizes.out_rows = rows.output;
  layer.sizes.out_cols = cols.output;
  layer.parts.push_back({std::move(problem), {}});
}

template <class T>
void add_transposed(LayerParts<T>& layer, const TensorView<const T>& taps,
                    const LayerProblem<T>& common, const ConvOptions& options, const char* kernel) {
  const TransposedAxis rows =
      transposed_axis(rows_request(options, kernel, layer.sizes.in_rows, taps.shape()[0]));
  const TransposedAxis cols =
      transposed_axis(cols_request(options, kernel, layer.sizes.in_cols, taps.shape()[1]));
  layer.sizes.out_rows = rows.output;
  layer.sizes.out_cols = cols.output;
  if (rows.leaves_out || cols.leaves_out) {
    // What no input reaches has the bias only: everywhere first.
    LayerProblem<T> problem = common;
    problem.shape.rows = {layer.sizes.in_rows, rows.output, 0};
    problem.shape.cols = {layer.sizes.in_cols, cols.output, 0};
    layer.parts.push_back({std::move(problem), {}});
  }
  for (const PhaseAxis& row : rows.phases) {
    for (const PhaseAxis& col : cols.phases) {
      LayerProblem<T> problem = common;
      problem.shape.rows = row.axis;
      problem.shape.cols = col.axis;
      problem.kernel = copy_taps(
          taps, row.axis.taps, col.axis.taps, [&](Index i) { return row.tap(i); },
          [&](Index j) { return col.tap(j); });
      layer.parts.push_back(
          {std::move(problem), {row.phase, col.phase, options.strides.rows, options.strides.cols}});
    }
  }
}

/// `kernel` is the argument's name, for messages.
template <class T>
LayerParts<T> build_layer(Layer layer, const TensorShape& inputs, const LayerOperands<T>& operands,
                          const ConvOptions& options, const char* kernel) {
  require_options(options, layer);
  const TensorShape sizes = from_format(options.data_format, inputs);
  if (sizes[0] < 0)
    throw Error(Errc::invalid_shape, "inputs: a batch of " + std::to_string(sizes[0]));
  const Index images = std::max(sizes[0], Index{1});
  require_elements("inputs", {images, sizes[1], sizes[2], sizes[3]});
  require_elements(kernel, operands.kernel.shape());
  const auto taps = taps_first(layer, options.kernel_format, operands.kernel);
  const LayerChannels channels = channels_of(layer, options, sizes[3], taps.shape(), kernel);

  LayerParts<T> result;
  result.sizes.format = options.data_format;
  result.sizes.in_rows = sizes[1];
  result.sizes.in_cols = sizes[2];
  result.sizes.in_channels = channels.in;
  result.sizes.out_channels = channels.out;
  auto problem = empty_problem<T>(sizes, channels, options);
  problem.bias = bias_of(operands.bias, channels.out);
  if (layer == Layer::conv_transpose) {
    add_transposed(result, taps, problem, options, kernel);
  } else {
    add_convolution(result, taps, std::move(problem), options, kernel);
  }
  const LayerSizes& made = result.sizes;
  require_elements("outputs", {images, made.out_rows, made.out_cols, made.out_channels});
  return result;
}

}  // namespace

template <class T>
LayerParts<T> make_layer(Layer layer, const TensorShape& inputs, const LayerOperands<T>& operands,
                         const ConvOptions& options) {
  return build_layer(layer, inputs, operands, options, "kernel");
}

template <class T>
LayerParts<T> make_separable_layer(const TensorShape& inputs, const TensorView<const T>& depthwise,
                                   const LayerOperands<T>& pointwise, const ConvOptions& options) {
  ConvOptions first = options;
  first.activation = nn::Activation::linear;
  LayerParts<T> result =
      build_layer<T>(Layer::depthwise_conv, inputs, {depthwise, {}}, first, "depthwise_kernel");

  require_elements("pointwise_kernel", pointwise.kernel.shape());
  const auto taps = taps_first(Layer::conv, options.kernel_format, pointwise.kernel);
  if (taps.shape()[0] != 1 || taps.shape()[1] != 1) {
    throw Error(Errc::invalid_shape,
                "pointwise_kernel: " + text_of(PerAxis(taps.shape()[0], taps.shape()[1])) +
                    " taps, must be 1×1");
  }
  if (taps.shape()[2] != result.sizes.out_channels) {
    throw Error(Errc::invalid_shape, "pointwise_kernel: reads " + std::to_string(taps.shape()[2]) +
                                         " channels, the depthwise convolution has " +
                                         std::to_string(result.sizes.out_channels));
  }
  ConvOptions second = options;
  second.strides = 1;
  second.dilation_rate = 1;
  second.padding = nn::valid;
  const TensorShape between = in_format(
      options.data_format,
      {inputs[0], result.sizes.out_rows, result.sizes.out_cols, result.sizes.out_channels});
  LayerParts<T> last = build_layer<T>(Layer::conv, between, pointwise, second, "pointwise_kernel");
  result.parts.push_back(std::move(last.parts.front()));
  result.chained = true;
  result.sizes.out_channels = last.sizes.out_channels;
  return result;
}

TensorShape LayerSizes::inputs(Index batch) const noexcept {
  return in_format(format, {batch, in_rows, in_cols, in_channels});
}

TensorShape LayerSizes::outputs(Index batch) const noexcept {
  return in_format(format, {batch, out_rows, out_cols, out_channels});
}

TensorShape in_format(DataFormat format, const TensorShape& sizes) noexcept {
  if (format == DataFormat::channels_last) return sizes;
  return {sizes[0], sizes[3], sizes[1], sizes[2]};
}

TensorShape from_format(DataFormat format, const TensorShape& sizes) noexcept {
  if (format == DataFormat::channels_last) return sizes;
  return {sizes[0], sizes[2], sizes[3], sizes[1]};
}

std::string to_string(const TensorShape& shape) {
  std::string text = std::to_string(shape[0]);
  for (std::size_t axis = 1; axis < 4; ++axis)
    text += "×" + std::to_string(shape[axis]);
  return text;
}

template LayerParts<float> make_layer(Layer, const TensorShape&, const LayerOperands<float>&,
                                      const ConvOptions&);
template LayerParts<double> make_layer(Layer, const TensorShape&, const LayerOperands<double>&,
                                       const ConvOptions&);
template LayerParts<float> make_separable_layer(const TensorShape&, const TensorView<const float>&,
                                                const LayerOperands<float>&, const ConvOptions&);
template LayerParts<double> make_separable_layer(const TensorShape&,
                                                 const TensorView<const double>&,
                                                 const LayerOperands<double>&, const ConvOptions&);

}  // namespace twofold::detail

namespace twofold::nn::detail {

Shape as_image(const TensorShape& shape) {
  const std::string name = "tensor: " + twofold::detail::to_string(shape);
  if (std::any_of(shape.begin(), shape.end(), [](Index n) { return n < 0; }))
    throw Error(Errc::invalid_shape, name + " has a negative size");
  const auto rows = twofold::detail::checked_multiply(shape[0], shape[1]);
  if (!rows) throw Error(Errc::too_large, name + " elements cannot be addressed");
  return {*rows, shape[2], shape[3]};
}

}  // namespace twofold::nn::detail
