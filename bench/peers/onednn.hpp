// SPDX-License-Identifier: BSD-3-Clause
// oneDNN as a peer: convolutions for inference with bias, weights in the layout it likes best.
#pragma once

#include <functional>
#include <string>

#include "layer_cases.hpp"

namespace twofold::bench::onednn {

/// Empty where this build has no oneDNN; then none of the functions below may be called.
[[nodiscard]] std::string version();

/// For all calls that follow. Throws std::runtime_error if so many do not come.
void use_threads(unsigned threads);

enum class Algorithm : unsigned char { direct, automatic, winograd };

/// A layer ready to run, which keeps referring to its data.
struct Calls {
  std::string implementation;  ///< oneDNN's name for it; empty: it has none for this layer
  /// On inputs and outputs in the layouts that oneDNN asked for: what a layer in the middle of a
  /// network costs.
  std::function<void()> run = {};
  /// From a caller's inputs to his outputs, with the reorders that this takes.
  std::function<void()> run_channels_last = {};
  std::function<void()> run_channels_first = {};
};

[[nodiscard]] Calls convolution(const LayerCase&, LayerData&, Algorithm);

}  // namespace twofold::bench::onednn
