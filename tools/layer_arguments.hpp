// SPDX-License-Identifier: BSD-3-Clause
// What the user typed about a layer, and how its words become nn::ConvOptions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <twofold/nn/options.hpp>

#include "arguments.hpp"

namespace twofold::tool {

/// What --layer names. A separable convolution is a layer of its own here: it has two kernels.
enum class LayerKind : unsigned char { conv, depthwise_conv, separable_conv, conv_transpose };

struct LayerRequest {
  LayerKind kind = LayerKind::conv;
  nn::ConvOptions options;
};

/// Throws UsageError with the names that are known, or where a word means nothing to the layer.
[[nodiscard]] LayerRequest parse_layer(const LayerTexts&, const MachineTexts&);

/// Throws UsageError unless a second kernel is there for a separable convolution, and only for it.
void require_kernels(LayerKind, bool has_pointwise_kernel);

/// Of the types of layers. Throws UsageError.
[[nodiscard]] ElementType parse_layer_type(std::string_view text);

/// "1,56,56,64": counts joined by commas, each at least `least`; nothing for anything else.
[[nodiscard]] std::optional<std::vector<Index>> parse_counts(std::string_view text,
                                                             std::uint64_t least);

// The names that are typed, which are Keras'.
[[nodiscard]] std::string_view name_of(LayerKind) noexcept;
[[nodiscard]] std::string_view name_of(nn::DataFormat) noexcept;
[[nodiscard]] std::string_view name_of(nn::KernelFormat) noexcept;
[[nodiscard]] std::string_view name_of(nn::Activation) noexcept;

/// "valid", "same" or "1,1,0,2".
[[nodiscard]] std::string text_of(const nn::Padding&);

}  // namespace twofold::tool
