// SPDX-License-Identifier: BSD-3-Clause
// What is checked of a layer's options and shapes, and the channels that follow from them.
#pragma once

#include <string>

#include "problem/layer.hpp"

namespace twofold::detail {

/// "2×3"
[[nodiscard]] std::string text_of(const nn::PerAxis& pair);

/// Throws Error(invalid_option).
void require_options(const nn::ConvOptions& options, nn::Layer layer);

/// Throws Error(invalid_shape) for a size that is not positive, Error(too_large) for one beyond
/// what leaves room for products of sizes and steps.
void require_elements(const char* name, const nn::TensorShape& shape);

/// Channels and groups of a layer with a kernel of `taps` (tap rows, tap columns, inputs, outputs).
struct LayerChannels {
  Index in = 0;
  Index out = 0;
  Index groups = 1;
};

/// Throws Error where kernel and inputs do not fit each other. `kernel` is the argument's name.
[[nodiscard]] LayerChannels channels_of(nn::Layer layer, const nn::ConvOptions& options, Index in,
                                        const nn::TensorShape& taps, const std::string& kernel);

}  // namespace twofold::detail
