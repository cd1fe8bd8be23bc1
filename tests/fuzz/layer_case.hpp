// SPDX-License-Identifier: BSD-3-Clause
// A layer as the fuzzer's bytes describe it.
#pragma once

#include <string>

#include "common/draws.hpp"
#include "twofold/info.hpp"
#include "twofold/nn.hpp"

namespace twofold::fuzz {

enum class LayerKind : unsigned char { conv, depthwise_conv, separable_conv, conv_transpose };

/// What tensors hold.
enum class Numbers : unsigned char { small_integers, halves, reals, spread, lone };

struct TensorData {
  std::uint64_t seed = 0;  ///< of its place in memory, too
  Numbers numbers{};
  bool has_special = false;  ///< NaN or infinity somewhere
};

/// A mistake of the caller's, which has to be answered by an Error.
enum class LayerMistake : unsigned char {
  none,
  out_shape,
  coincident_out,
  out_is_inputs,
  short_workspace,
  misaligned_workspace,
  other_inputs,
  other_bias,
  no_strides,
  unknown_padding,
  negative_padding,
  unknown_activation,
  unknown_format,
};

struct LayerCase {
  bool is_double = false;
  LayerKind kind{};
  nn::ConvOptions options;  ///< without the executor
  unsigned executor = 0;    ///< how many parts one of the caller's promises; 0: none
  bool backwards = false;   ///< it begins with the last part
  nn::TensorShape inputs{};
  nn::TensorShape kernel{};
  nn::TensorShape pointwise{};  ///< of a separable convolution
  Index bias = 0;               ///< so many elements
  TensorData inputs_data;
  TensorData kernel_data;
  std::uint64_t out_seed = 0;
  LayerMistake mistake{};
};

/// Sizes are such that the reference takes a millisecond or two. The layer may have no outputs.
[[nodiscard]] LayerCase draw_layer(Draws& draws);

/// For a report, in one line.
[[nodiscard]] std::string text_of(const LayerCase& layer);

}  // namespace twofold::fuzz
