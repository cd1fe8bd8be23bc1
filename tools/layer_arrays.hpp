// SPDX-License-Identifier: BSD-3-Clause
// A layer on arrays whose types are known at run time.
#pragma once

#include <optional>
#include <string_view>

#include "layer_arguments.hpp"
#include "layer_report.hpp"
#include "npy.hpp"

namespace twofold::tool {

struct LayerArrays {
  NpyTensor input;  ///< four dimensions, or three: one image, and so is the result
  NpyTensor kernel;
  std::optional<NpyTensor> pointwise_kernel;  ///< there if the layer is a separable convolution
  std::optional<NpyTensor> bias;
};

/// float64 if the input or a kernel is, otherwise float32: in Keras, integers take the type of the
/// real numbers that they meet.
[[nodiscard]] ElementType layer_type(const LayerArrays&);

/// Everything is computed in layer_type(), which the result has; `report` becomes what was decided
/// and how long it took. No array is complex. Throws Error.
[[nodiscard]] NpyTensor compute_layer(const LayerRequest&, const LayerArrays&, LayerReport& report);

/// What would be decided for inputs of this shape; `kernels` has no input. Throws Error.
[[nodiscard]] LayerReport explain_layer(const LayerRequest&, const nn::TensorShape& inputs,
                                        const LayerArrays& kernels);

}  // namespace twofold::tool
