// SPDX-License-Identifier: BSD-3-Clause
// What is checked of a layer's call before anything is written.
#pragma once

#include <span>

#include "problem/layer.hpp"

namespace twofold::detail {

/// A tensor whose element type is known at run time.
struct ErasedTensor {
  const void* data = nullptr;
  ElementType type{};
  nn::TensorShape shape{};
  nn::TensorShape strides{};

  template <class T>
  explicit ErasedTensor(const nn::TensorView<T>& view)
      : data(view.data()),
        type(element_type_of<std::remove_const_t<T>>),
        shape(view.shape()),
        strides(view.strides()) {}
};

/// Throws Error(too_large) if the shape and strides reach beyond what can be addressed, and
/// Error(invalid_shape) where there are elements but no memory.
void require_reachable(const char* name, const ErasedTensor& tensor);

/// Throws Error: an output of another shape than `expected`, with elements that coincide or axes
/// that interleave (see nn::ConvPlan::execute), memory shared with the inputs.
void require_valid(const ErasedTensor& inputs, const ErasedTensor& out,
                   const nn::TensorShape& expected);

}  // namespace twofold::detail
