// SPDX-License-Identifier: BSD-3-Clause
// What was decided about a layer, as tables for a terminal and as JSON.
#pragma once

#include <optional>
#include <ostream>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <twofold/nn/tensor.hpp>
#include <twofold/plan.hpp>

#include "decision_table.hpp"
#include "layer_arguments.hpp"

namespace twofold::tool {

/// A layer, what was decided about it and, where it has been computed, how long it took.
struct LayerReport {
  LayerRequest request;
  ElementType type{};
  nn::TensorShape inputs{};
  nn::TensorShape kernel{};
  nn::TensorShape pointwise_kernel{};  ///< of a separable convolution
  nn::TensorShape output{};
  std::vector<Decision> decisions;  ///< as nn::ConvPlan has them
  std::optional<MeasuredTime> measured;
};

/// 80 columns wide.
void print_table(std::ostream&, const LayerReport&);

[[nodiscard]] nlohmann::ordered_json to_json(const LayerReport&);

}  // namespace twofold::tool
