// SPDX-License-Identifier: BSD-3-Clause
// The networks, walked through layer by layer.
#include "layer_cases.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "cases.hpp"

namespace twofold::bench {

namespace {

/// The layers of several networks; equal ones are kept once and counted.
class Layers {
 public:
  void add(std::string_view network, const LayerCase& layer) {
    const auto found = std::find_if(layers_.begin(), layers_.end(),
                                    [&](const LayerCase& other) { return equal(layer, other); });
    LayerCase& kept = found == layers_.end() ? layers_.emplace_back(layer) : *found;
    if (kept.networks.empty() || kept.networks.back().network != network)
      kept.networks.push_back({network, 0});
    ++kept.networks.back().count;
  }

  [[nodiscard]] std::vector<LayerCase> take() { return std::move(layers_); }

 private:
  static bool equal(const LayerCase& a, const LayerCase& b) {
    return a.size == b.size && a.channels == b.channels && a.filters == b.filters &&
           a.kernel == b.kernel && a.stride == b.stride && a.depthwise == b.depthwise;
  }

  std::vector<LayerCase> layers_;
};

/// He et al. 2015 in its usual form, which strides in the 3×3 and not in the 1×1 before it.
void add_resnet50(Layers& layers) {
  struct Stage {
    Index filters = 0, blocks = 0, stride = 0;
  };
  const auto add = [&](const LayerCase& layer) { layers.add("resnet50", layer); };
  add({.size = 224, .channels = 3, .filters = 64, .kernel = 7, .stride = 2});
  Index size = 56, channels = 64;  // after pooling
  for (const Stage& stage : {Stage{64, 3, 1}, {128, 4, 2}, {256, 6, 2}, {512, 3, 2}}) {
    const Index filters = stage.filters;
    for (Index block = 0; block < stage.blocks; ++block) {
      const Index stride = block == 0 ? stage.stride : 1;
      const Index widened = 4 * filters;
      add({.size = size, .channels = channels, .filters = filters, .kernel = 1});
      add({.size = size, .channels = filters, .filters = filters, .kernel = 3, .stride = stride});
      if (block == 0) {  // the shortcut
        add({.size = size,
             .channels = channels,
             .filters = widened,
             .kernel = 1,
             .stride = stride});
      }
      size /= stride;
      add({.size = size, .channels = filters, .filters = widened, .kernel = 1});
      channels = widened;
    }
  }
}

/// Simonyan and Zisserman 2014, configuration D.
void add_vgg16(Layers& layers) {
  struct Stage {
    Index size = 0, filters = 0, layers = 0;
  };
  Index channels = 3;
  for (const Stage& stage :
       {Stage{224, 64, 2}, {112, 128, 2}, {56, 256, 3}, {28, 512, 3}, {14, 512, 3}}) {
    for (Index layer = 0; layer < stage.layers; ++layer) {
      layers.add("vgg16",
                 {.size = stage.size, .channels = channels, .filters = stage.filters, .kernel = 3});
      channels = stage.filters;
    }
  }
}

LayerCase depthwise(Index size, Index channels, Index kernel, Index stride = 1) {
  return {.size = size,
          .channels = channels,
          .filters = channels,
          .kernel = kernel,
          .stride = stride,
          .depthwise = true};
}

/// Sandler et al. 2018, table 2, width 1.
void add_mobilenetv2(Layers& layers) {
  struct Stage {
    Index expansion = 0, filters = 0, blocks = 0, stride = 0;
  };
  const auto add = [&](const LayerCase& layer) { layers.add("mobilenetv2", layer); };
  add({.size = 224, .channels = 3, .filters = 32, .kernel = 3, .stride = 2});
  Index size = 112, channels = 32;
  for (const Stage& stage : {Stage{1, 16, 1, 1},
                             {6, 24, 2, 2},
                             {6, 32, 3, 2},
                             {6, 64, 4, 2},
                             {6, 96, 3, 1},
                             {6, 160, 3, 2},
                             {6, 320, 1, 1}}) {
    for (Index block = 0; block < stage.blocks; ++block) {
      const Index stride = block == 0 ? stage.stride : 1;
      const Index expanded = channels * stage.expansion;
      if (stage.expansion > 1)
        add({.size = size, .channels = channels, .filters = expanded, .kernel = 1});
      add(depthwise(size, expanded, 3, stride));
      size /= stride;
      add({.size = size, .channels = expanded, .filters = stage.filters, .kernel = 1});
      channels = stage.filters;
    }
  }
  add({.size = size, .channels = channels, .filters = 1280, .kernel = 1});
}

/// The depthwise convolutions of ConvNeXt-T (Liu et al. 2022), and dense ones as in old stems and
/// in networks that restore images.
void add_large_kernels(Layers& layers) {
  for (const auto& [size, channels] : {std::pair{56, 96}, {28, 192}, {14, 384}, {7, 768}})
    layers.add("convnext", depthwise(size, channels, 7));
  for (const auto& [size, channels, kernel] :
       {std::array{28, 64, 5}, {56, 32, 5}, {56, 64, 7}, {56, 32, 11}, {28, 64, 11}}) {
    layers.add("large",
               {.size = size, .channels = channels, .filters = channels, .kernel = kernel});
  }
}

/// One or two of every kind, none of which takes long.
bool is_quick(const LayerCase& layer) {
  const std::string name = layer.name();
  const std::string_view selection[] = {
      "/conv/224x224x3/7x7x64/s2/b1",    "/conv/56x56x64/1x1x256/s1/b1",
      "/conv/56x56x64/3x3x64/s1/b1",     "/conv/28x28x128/3x3x128/s1/b1",
      "/conv/56x56x128/3x3x128/s2/b1",   "/conv/14x14x256/3x3x256/s1/b1",
      "/conv/7x7x512/1x1x2048/s1/b1",    "/conv/112x112x32/1x1x16/s1/b1",
      "/depthwise/112x112x32/3x3/s1/b1", "/depthwise/28x28x192/3x3/s2/b1",
      "/depthwise/14x14x384/3x3/s1/b8",  "/depthwise/28x28x192/7x7/s1/b1",
      "/conv/28x28x64/5x5x64/s1/b1",     "/conv/56x56x32/11x11x32/s1/b1"};
  return std::any_of(std::begin(selection), std::end(selection),
                     [&](std::string_view end) { return name.ends_with(end); });
}

std::string by(Index rows, Index cols) {
  return std::to_string(rows) + 'x' + std::to_string(cols);
}

void fill(nn::Tensor<float>& tensor, std::uint64_t seed) {
  for (Index i = 0; i < tensor.size(); ++i)
    tensor.data()[i] = static_cast<float>(pseudo_random(seed, static_cast<std::uint64_t>(i)));
}

/// To the other layout: axis a of the result is axis order[a].
nn::Tensor<float> reordered(const nn::Tensor<float>& from, const std::array<int, 4>& order) {
  const nn::TensorView<const float> view = from.view().permuted(order);
  auto result = nn::Tensor<float>::uninitialized(view.shape());
  float* next = result.data();
  const auto& [d0, d1, d2, d3] = view.shape();
  for (Index i = 0; i < d0; ++i) {
    for (Index j = 0; j < d1; ++j) {
      for (Index k = 0; k < d2; ++k) {
        for (Index l = 0; l < d3; ++l)
          *next++ = view(i, j, k, l);
      }
    }
  }
  return result;
}

}  // namespace

std::string LayerCase::name() const {
  std::string text;
  for (const NetworkUse& use : networks) {
    if (!text.empty()) text += '+';
    text += std::string(use.network) + ':' + std::to_string(use.count);
  }
  text += std::string(depthwise ? "/depthwise/" : "/conv/") + by(size, size) + 'x' +
          std::to_string(channels) + '/' + by(kernel, kernel);
  if (!depthwise) text += 'x' + std::to_string(filters);
  return text + "/s" + std::to_string(stride) + "/b" + std::to_string(batch);
}

double LayerCase::operations() const noexcept {
  const Index outputs = batch * output_size() * output_size() * filters;
  const Index products = channels / groups() * kernel * kernel;
  return 2.0 * static_cast<double>(outputs) * static_cast<double>(products);
}

std::vector<LayerCase> layer_cases(bool quick) {
  Layers layers;
  add_resnet50(layers);
  add_vgg16(layers);
  add_mobilenetv2(layers);
  add_large_kernels(layers);
  std::vector<LayerCase> cases = layers.take();
  const std::size_t distinct = cases.size();
  for (std::size_t i = 0; i < distinct; ++i) {
    LayerCase batch = cases[i];
    batch.batch = 8;
    cases.push_back(std::move(batch));
  }
  if (quick) std::erase_if(cases, [](const LayerCase& layer) { return !is_quick(layer); });
  return cases;
}

LayerData::LayerData(const LayerCase& layer) : bias(static_cast<std::size_t>(layer.filters)) {
  constexpr std::array<int, 4> to_nhwc = {0, 2, 3, 1};
  const Index outputs = layer.output_size();
  channels_first.inputs =
      nn::Tensor<float>::uninitialized({layer.batch, layer.channels, layer.size, layer.size});
  channels_first.kernel = nn::Tensor<float>::uninitialized(
      {layer.filters, layer.channels / layer.groups(), layer.kernel, layer.kernel});
  channels_first.outputs = nn::Tensor<float>({layer.batch, layer.filters, outputs, outputs});
  fill(channels_first.inputs, image_seed);
  fill(channels_first.kernel, kernel_seed);
  for (std::size_t i = 0; i < bias.size(); ++i)
    bias[i] = static_cast<float>(pseudo_random(column_seed, i));

  channels_last.inputs = reordered(channels_first.inputs, to_nhwc);
  // oihw to hwio; a depthwise kernel's are C, 1, rows, columns and rows, columns, C, 1.
  channels_last.kernel = reordered(
      channels_first.kernel, layer.depthwise ? std::array{2, 3, 0, 1} : std::array{2, 3, 1, 0});
  channels_last.outputs = nn::Tensor<float>({layer.batch, outputs, outputs, layer.filters});
}

}  // namespace twofold::bench
