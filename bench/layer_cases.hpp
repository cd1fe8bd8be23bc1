// SPDX-License-Identifier: BSD-3-Clause
// The layers of neural networks that are measured, and the numbers they are filled with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <twofold/twofold.hpp>

namespace twofold::bench {

/// How often a network has a layer.
struct NetworkUse {
  std::string_view network;
  int count = 0;
};

/// One convolution with bias of a batch of square images by square kernels, in float32, padded with
/// (kernel − 1) / 2 zeros on all sides.
struct LayerCase {
  Index batch = 1;
  Index size = 0;  ///< rows, and columns
  Index channels = 0;
  Index filters = 0;
  Index kernel = 0;
  Index stride = 1;
  bool depthwise = false;
  std::vector<NetworkUse> networks = {};

  /// "resnet50:3/conv/56x56x64/3x3x64/s1/b8".
  [[nodiscard]] std::string name() const;
  [[nodiscard]] Index padding() const noexcept { return (kernel - 1) / 2; }
  [[nodiscard]] Index output_size() const noexcept {
    return (size + 2 * padding() - kernel) / stride + 1;
  }
  [[nodiscard]] Index groups() const noexcept { return depthwise ? channels : 1; }
  /// A multiplication and an addition per tap and output, in the padding, too.
  [[nodiscard]] double operations() const noexcept;
};

/// Every distinct convolution of ResNet-50, VGG-16 and MobileNetV2, and single ones with large
/// kernels, as batches of 1 and of 8. `quick` is a selection that takes less than a minute.
[[nodiscard]] std::vector<LayerCase> layer_cases(bool quick);

/// What a layer reads and writes, in one layout.
struct LayerTensors {
  nn::Tensor<float> inputs;
  nn::Tensor<float> kernel;
  nn::Tensor<float> outputs;
};

/// The same numbers in both layouts, as two kinds of callers have them.
struct LayerData {
  explicit LayerData(const LayerCase&);
  LayerData(const LayerData&) = delete;  // 400 MB
  LayerData& operator=(const LayerData&) = delete;
  ~LayerData() = default;

  [[nodiscard]] LayerTensors& in(nn::DataFormat format) {
    return format == nn::DataFormat::channels_last ? channels_last : channels_first;
  }

  std::vector<float> bias;
  LayerTensors channels_last;   ///< kernel: hwio
  LayerTensors channels_first;  ///< kernel: oihw
};

}  // namespace twofold::bench
