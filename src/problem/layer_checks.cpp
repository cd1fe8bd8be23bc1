// SPDX-License-Identifier: BSD-3-Clause
// What is checked of a layer's options and shapes.
#include "problem/layer_checks.hpp"

#include "problem/option_checks.hpp"
#include "support/checked.hpp"
#include "twofold/error.hpp"

namespace twofold::detail {

namespace {

using nn::ConvOptions;
using nn::DataFormat;
using nn::KernelFormat;
using nn::Layer;
using nn::PerAxis;
using nn::TensorShape;

/// Sizes and steps up to here leave room for their products.
constexpr Index largest_step = Index{1} << 30;
constexpr Index largest_size = Index{1} << 40;

void require_step(const char* name, const PerAxis& steps) {
  const bool fits = steps.rows >= 1 && steps.cols >= 1 && steps.rows <= largest_step &&
                    steps.cols <= largest_step;
  if (!fits) {
    throw Error(Errc::invalid_option, std::string(name) + ": " + text_of(steps) +
                                          ", must be 1 to " + std::to_string(largest_step));
  }
}

LayerChannels conv_channels(const ConvOptions& options, Index in, const TensorShape& taps,
                            const std::string& kernel) {
  if (in % taps[2] != 0) {
    throw Error(Errc::invalid_shape, kernel + ": reads " + std::to_string(taps[2]) +
                                         " channels, which do not divide the inputs' " +
                                         std::to_string(in));
  }
  const Index groups = in / taps[2];
  if (options.groups != 0 && options.groups != groups) {
    throw Error(Errc::invalid_option, "groups: " + std::to_string(options.groups) +
                                          ", but the inputs' " + std::to_string(in) +
                                          " channels and the kernel's " + std::to_string(taps[2]) +
                                          " make " + std::to_string(groups));
  }
  if (taps[3] % groups != 0) {
    throw Error(Errc::invalid_shape,
                kernel + ": " + std::to_string(taps[3]) + " filters do not fall into " +
                    std::to_string(groups) + " groups, which the inputs' " + std::to_string(in) +
                    " channels and the kernel's " + std::to_string(taps[2]) + " make");
  }
  return {in, taps[3], groups};
}

LayerChannels depthwise_channels(const ConvOptions& options, Index in, const TensorShape& taps,
                                 const std::string& kernel) {
  const bool hwio = options.kernel_format == KernelFormat::hwio;
  const bool fits = hwio ? taps[2] == in : taps[2] == 1 && taps[3] % in == 0;
  if (!fits) {
    throw Error(Errc::invalid_shape, kernel + ": is for " +
                                         std::to_string(hwio ? taps[2] : taps[3]) + " channels" +
                                         (hwio ? "" : " of " + std::to_string(taps[2])) +
                                         ", the inputs have " + std::to_string(in));
  }
  return {in, hwio ? in * taps[3] : taps[3], in};
}

LayerChannels transposed_channels(Index in, const TensorShape& taps, const std::string& kernel) {
  if (taps[2] != in) {
    throw Error(Errc::invalid_shape, kernel + ": reads " + std::to_string(taps[2]) +
                                         " channels, the inputs have " + std::to_string(in));
  }
  return {in, taps[3], 1};
}

}  // namespace

std::string text_of(const PerAxis& pair) {
  return std::to_string(pair.rows) + "×" + std::to_string(pair.cols);
}

void require_options(const ConvOptions& options, Layer layer) {
  require_known("layer", layer, Layer::conv_transpose);
  require_shared_options(options);
  require_known("padding", options.padding.kind, nn::Padding::Kind::sides);
  require_known("data_format", options.data_format, DataFormat::channels_first);
  require_known("kernel_format", options.kernel_format, KernelFormat::oihw);
  require_known("activation", options.activation, nn::Activation::gelu);
  require_step("strides", options.strides);
  require_step("dilation_rate", options.dilation_rate);
  if (options.calls < 0) {
    throw Error(Errc::invalid_option,
                "calls: " + std::to_string(options.calls) + ", must be 0 or more");
  }
  const nn::Padding& padding = options.padding;
  for (const Index side : {padding.top, padding.bottom, padding.left, padding.right}) {
    if (side >= 0 && side <= largest_step) continue;
    throw Error(Errc::invalid_option, "padding: " + std::to_string(side) +
                                          " on one side, must be 0 to " +
                                          std::to_string(largest_step));
  }
  const PerAxis& extra = options.output_padding;
  if (layer != Layer::conv_transpose) {
    if (extra == PerAxis(-1)) return;
    throw Error(Errc::invalid_option,
                "output_padding: " + text_of(extra) + ", only conv_transpose has one");
  }
  if (extra.rows < -1 || extra.cols < -1 || extra.rows > largest_step ||
      extra.cols > largest_step) {
    throw Error(Errc::invalid_option, "output_padding: " + text_of(extra) + ", must be 0 to " +
                                          std::to_string(largest_step) + ", or −1 for none");
  }
}

void require_elements(const char* name, const TensorShape& shape) {
  std::optional<Index> count = 1;
  for (std::size_t axis = 0; axis < 4; ++axis) {
    if (shape[axis] <= 0) {
      throw Error(Errc::invalid_shape,
                  std::string(name) + ": " + to_string(shape) + " has no elements");
    }
    if (shape[axis] > largest_step) count.reset();
    if (count) count = checked_multiply(*count, shape[axis]);
  }
  if (!count || *count > largest_size) {
    throw Error(Errc::too_large,
                std::string(name) + ": " + to_string(shape) + " elements cannot be addressed");
  }
}

LayerChannels channels_of(Layer layer, const ConvOptions& options, Index in,
                          const TensorShape& taps, const std::string& kernel) {
  if (layer == Layer::conv) return conv_channels(options, in, taps, kernel);
  if (options.groups != 0 && (layer == Layer::conv_transpose ? options.groups != 1 : true)) {
    throw Error(Errc::invalid_option,
                "groups: " + std::to_string(options.groups) + ", only conv has groups");
  }
  return layer == Layer::depthwise_conv ? depthwise_channels(options, in, taps, kernel)
                                        : transposed_channels(in, taps, kernel);
}

}  // namespace twofold::detail
