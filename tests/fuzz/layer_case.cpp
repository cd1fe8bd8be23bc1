// SPDX-License-Identifier: BSD-3-Clause
// A layer as the fuzzer's bytes describe it.
#include "layer_case.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace twofold::fuzz {

namespace {

using nn::DataFormat;
using nn::KernelFormat;
using nn::TensorShape;

struct Sizes {
  Index batch = 1;
  Index rows = 1;
  Index cols = 1;
  Index channels = 1;  ///< of each group
  Index filters = 1;   ///< likewise
  Index kernel_rows = 1;
  Index kernel_cols = 1;
  Index groups = 1;
  Index multiplier = 1;
};

Index draw_size(Draws& draws, Index usual, Index largest) {
  return draws.one_in(8) ? draws.index(1, largest) : draws.index(1, usual);
}

/// Until few enough products are left, the largest size is halved.
void limit(Sizes& sizes) {
  constexpr Index most_products = 60'000;
  const std::array<Index*, 6> all{&sizes.rows,    &sizes.cols,        &sizes.channels,
                                  &sizes.filters, &sizes.kernel_rows, &sizes.kernel_cols};
  const auto products = [&] {
    Index product = std::max<Index>(sizes.batch, 1) * sizes.groups * sizes.multiplier;
    for (const Index* size : all)
      product *= *size;
    return product;
  };
  while (products() > most_products) {
    Index* largest = *std::max_element(all.begin(), all.end(),
                                       [](const Index* a, const Index* b) { return *a < *b; });
    *largest = (*largest + 1) / 2;
  }
}

Sizes draw_sizes(Draws& draws, LayerKind kind) {
  Sizes sizes;
  sizes.batch = draws.index(0, 3);
  sizes.rows = draw_size(draws, 12, 40);
  sizes.cols = draw_size(draws, 20, 90);
  sizes.channels = draw_size(draws, 6, 40);
  sizes.filters = draw_size(draws, 10, 70);
  // Kernels of 3 × 3 have engines of their own.
  const bool usual = draws.coin();
  sizes.kernel_rows = usual ? 3 : draw_size(draws, 5, 11);
  sizes.kernel_cols = usual ? 3 : draw_size(draws, 5, 11);
  if (kind == LayerKind::conv && draws.one_in(4)) sizes.groups = draws.index(1, 4);
  if (kind == LayerKind::depthwise_conv || kind == LayerKind::separable_conv)
    sizes.multiplier = draws.index(1, 3);
  limit(sizes);
  return sizes;
}

nn::PerAxis draw_steps(Draws& draws, Index most) {
  if (draws.coin()) return 1;
  const Index rows = draws.index(1, most);
  return {rows, draws.coin() ? rows : draws.index(1, most)};
}

nn::Padding draw_padding(Draws& draws) {
  switch (draws.index(0, 2)) {
    case 0:
      return nn::valid;
    case 1:
      return nn::same;
    default:
      return {draws.index(0, 5), draws.index(0, 5), draws.index(0, 5), draws.index(0, 5)};
  }
}

nn::ConvOptions draw_options(Draws& draws, LayerKind kind, const Sizes& sizes) {
  constexpr Method methods[] = {Method::automatic,    Method::direct,    Method::winograd,
                                Method::overlap_save, Method::reference, Method::fft,
                                Method::separable};
  constexpr double slopes[] = {0.2, 0.01, -0.5, 2, 0};
  constexpr Index calls[] = {0, 1, 1000};
  nn::ConvOptions options;
  options.strides = draw_steps(draws, 4);
  options.padding = draw_padding(draws);
  options.data_format = draws.up_to(DataFormat::channels_first);
  options.dilation_rate = draw_steps(draws, 4);
  if (kind == LayerKind::conv && draws.coin()) options.groups = sizes.groups;
  options.kernel_format = draws.up_to(KernelFormat::oihw);
  options.activation = draws.coin() ? nn::Activation::linear : draws.up_to(nn::Activation::gelu);
  options.negative_slope = draws.pick(slopes);
  if (kind == LayerKind::conv_transpose && draws.coin())
    options.output_padding = {draws.index(-1, 4), draws.index(-1, 4)};
  options.method = draws.pick(methods);
  options.calls = draws.pick(calls);
  if (draws.one_in(4)) options.accuracy = draws.coin() ? componentwise : within(1e-3);
  if (draws.coin()) options.isa = draws.pick(available_isas());
  if (draws.one_in(4)) options.threads = static_cast<unsigned>(draws.index(1, 3));
  return options;
}

void set_shapes(LayerCase& layer, const Sizes& sizes) {
  const Index channels = sizes.channels * sizes.groups;
  const Index filters = sizes.filters * sizes.groups;
  const bool last = layer.options.data_format == DataFormat::channels_last;
  layer.inputs = last ? TensorShape{sizes.batch, sizes.rows, sizes.cols, channels}
                      : TensorShape{sizes.batch, channels, sizes.rows, sizes.cols};
  const bool hwio = layer.options.kernel_format == KernelFormat::hwio;
  const auto kernel = [&](Index inner, Index outer) {
    return hwio ? TensorShape{sizes.kernel_rows, sizes.kernel_cols, inner, outer}
                : TensorShape{outer, inner, sizes.kernel_rows, sizes.kernel_cols};
  };
  Index outputs = filters;
  switch (layer.kind) {
    case LayerKind::conv:
      layer.kernel = kernel(sizes.channels, filters);
      break;
    case LayerKind::conv_transpose:
      layer.kernel = kernel(filters, channels);
      break;
    default:
      outputs = channels * sizes.multiplier;
      layer.kernel = hwio ? kernel(channels, sizes.multiplier) : kernel(1, outputs);
  }
  if (layer.kind == LayerKind::separable_conv) {
    layer.pointwise =
        hwio ? TensorShape{1, 1, outputs, filters} : TensorShape{filters, outputs, 1, 1};
    outputs = filters;
  }
  layer.bias = outputs;
}

TensorData draw_data(Draws& draws) {
  TensorData data;
  data.seed = draws.bits();
  data.numbers = draws.up_to(Numbers::lone);
  data.has_special = draws.one_in(8);
  return data;
}

}  // namespace

LayerCase draw_layer(Draws& draws) {
  LayerCase layer;
  layer.is_double = draws.one_in(4);
  layer.kind = draws.up_to(LayerKind::conv_transpose);
  const Sizes sizes = draw_sizes(draws, layer.kind);
  layer.options = draw_options(draws, layer.kind, sizes);
  if (draws.one_in(4)) layer.executor = static_cast<unsigned>(draws.index(1, 5));
  layer.backwards = draws.coin();
  set_shapes(layer, sizes);
  if (draws.coin()) layer.bias = 0;
  layer.inputs_data = draw_data(draws);
  layer.kernel_data = draw_data(draws);
  layer.out_seed = draws.bits();
  if (draws.one_in(16)) layer.mistake = draws.up_to(LayerMistake::unknown_format);
  return layer;
}

std::string text_of(const LayerCase& layer) {
  const nn::ConvOptions& options = layer.options;
  std::ostringstream text;
  const auto shape = [&](const char* name, const TensorShape& sizes) {
    text << ' ' << name << ' ' << sizes[0] << ',' << sizes[1] << ',' << sizes[2] << ',' << sizes[3];
  };
  text << "layer " << static_cast<int>(layer.kind) << (layer.is_double ? " double" : " float");
  shape("inputs", layer.inputs);
  shape("kernel", layer.kernel);
  shape("pointwise", layer.pointwise);
  const nn::Padding& padding = options.padding;
  text << " bias " << layer.bias << " strides " << options.strides.rows << ','
       << options.strides.cols << " padding " << static_cast<int>(padding.kind) << ": "
       << padding.top << ',' << padding.bottom << ',' << padding.left << ',' << padding.right
       << " dilation " << options.dilation_rate.rows << ',' << options.dilation_rate.cols
       << " formats " << static_cast<int>(options.data_format) << ','
       << static_cast<int>(options.kernel_format) << " activation "
       << static_cast<int>(options.activation) << ' ' << options.negative_slope
       << " output_padding " << options.output_padding.rows << ',' << options.output_padding.cols
       << " method " << static_cast<int>(options.method) << " calls " << options.calls
       << " accuracy " << static_cast<int>(options.accuracy.kind()) << " isa "
       << static_cast<int>(options.isa) << " threads " << options.threads << " executor "
       << layer.executor << " mistake " << static_cast<int>(layer.mistake);
  return text.str();
}

}  // namespace twofold::fuzz
