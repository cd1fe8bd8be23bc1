// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// conv, depthwise_conv, separable_conv, conv_transpose: one call, one result.
#pragma once

#include "twofold/nn/plan.hpp"

namespace twofold::nn {

namespace detail {

template <class T>
using View = std::type_identity_t<TensorView<T>>;
template <class T>
using Bias = std::type_identity_t<std::span<const T>>;

/// As for a plan that is executed once, unless the caller says otherwise.
[[nodiscard]] inline ConvOptions once(ConvOptions options) {
  if (options.calls == 0) options.calls = 1;
  return options;
}

template <Real T>
[[nodiscard]] Tensor<T> run(const ConvPlan<T>& plan, const TensorView<const T>& inputs) {
  auto out = Tensor<T>::uninitialized(plan.output_shape(inputs.shape()[0]));
  plan.execute(inputs, out);
  return out;
}

}  // namespace detail

/// y[n, m, f] = activation(bias[f] + Σ_j Σ_c kernel[j, c, f]·x[n, s·m − p + d·j, c]), zeros outside
/// x: what Keras, TensorFlow, PyTorch and ONNX call convolution, a correlation. Equals
/// keras.ops.conv(inputs, kernel, strides, padding, data_format, dilation_rate), and the layer
/// Conv2D with its bias and activation. Strides and dilation may be combined, as in keras.ops.
///
/// What the axes of inputs and kernel mean, ConvOptions::data_format and ConvOptions::kernel_format
/// say; the result has the inputs' format, and is the caller's. A bias has as many elements as
/// there are filters, or none. A ConvPlan is made for the call: see there for what it takes, and
/// what it throws. Where the same kernel meets many inputs, keep one. `{}` alone is ambiguous,
/// as it may be a bias or options: leave it out.
/// @{
template <TensorLike X, class T = tensor_element_t<X>>
[[nodiscard]] Tensor<T> conv(const X& inputs, const detail::View<const T>& kernel,
                             const ConvOptions& options = {}) {
  return detail::run<T>({Layer::conv, inputs.shape(), kernel, detail::once(options)}, inputs);
}

template <TensorLike X, class T = tensor_element_t<X>>
[[nodiscard]] Tensor<T> conv(const X& inputs, const detail::View<const T>& kernel,
                             detail::Bias<T> bias, const ConvOptions& options = {}) {
  return detail::run<T>({Layer::conv, inputs.shape(), kernel, bias, detail::once(options)}, inputs);
}
/// @}

/// Into the caller's memory: `out` as ConvPlan::execute wants it.
template <TensorLike X, class T = tensor_element_t<X>>
void conv(const X& inputs, const detail::View<const T>& kernel, detail::Bias<T> bias,
          const detail::View<T>& out, const ConvOptions& options = {}) {
  ConvPlan<T>(Layer::conv, inputs.shape(), kernel, bias, detail::once(options))
      .execute(inputs, out);
}

/// Every channel by kernels of its own: output channel c·M + m is input channel c by
/// kernel[·, ·, c, m]. Equals keras.ops.depthwise_conv and the layer DepthwiseConv2D. Otherwise as
/// conv.
/// @{
template <TensorLike X, class T = tensor_element_t<X>>
[[nodiscard]] Tensor<T> depthwise_conv(const X& inputs, const detail::View<const T>& kernel,
                                       const ConvOptions& options = {}) {
  return detail::run<T>({Layer::depthwise_conv, inputs.shape(), kernel, detail::once(options)},
                        inputs);
}

template <TensorLike X, class T = tensor_element_t<X>>
[[nodiscard]] Tensor<T> depthwise_conv(const X& inputs, const detail::View<const T>& kernel,
                                       detail::Bias<T> bias, const ConvOptions& options = {}) {
  return detail::run<T>(
      {Layer::depthwise_conv, inputs.shape(), kernel, bias, detail::once(options)}, inputs);
}

template <TensorLike X, class T = tensor_element_t<X>>
void depthwise_conv(const X& inputs, const detail::View<const T>& kernel, detail::Bias<T> bias,
                    const detail::View<T>& out, const ConvOptions& options = {}) {
  ConvPlan<T>(Layer::depthwise_conv, inputs.shape(), kernel, bias, detail::once(options))
      .execute(inputs, out);
}

/// @}

/// A depthwise convolution with `depthwise_kernel` (strides, padding, dilation), then one with the
/// 1×1 `pointwise_kernel`; bias and activation come after the second. Equals
/// keras.ops.separable_conv and the layer SeparableConv2D. Both kernels have kernel_format.
/// Otherwise as conv. What lies between the two is one image of the workspace.
/// @{
template <TensorLike X, class T = tensor_element_t<X>>
[[nodiscard]] Tensor<T> separable_conv(const X& inputs,
                                       const detail::View<const T>& depthwise_kernel,
                                       const detail::View<const T>& pointwise_kernel,
                                       const ConvOptions& options = {}) {
  return detail::run<T>(
      {inputs.shape(), depthwise_kernel, pointwise_kernel, {}, detail::once(options)}, inputs);
}

template <TensorLike X, class T = tensor_element_t<X>>
[[nodiscard]] Tensor<T> separable_conv(const X& inputs,
                                       const detail::View<const T>& depthwise_kernel,
                                       const detail::View<const T>& pointwise_kernel,
                                       detail::Bias<T> bias, const ConvOptions& options = {}) {
  return detail::run<T>(
      {inputs.shape(), depthwise_kernel, pointwise_kernel, bias, detail::once(options)}, inputs);
}

template <TensorLike X, class T = tensor_element_t<X>>
void separable_conv(const X& inputs, const detail::View<const T>& depthwise_kernel,
                    const detail::View<const T>& pointwise_kernel, detail::Bias<T> bias,
                    const detail::View<T>& out, const ConvOptions& options = {}) {
  ConvPlan<T>(inputs.shape(), depthwise_kernel, pointwise_kernel, bias, detail::once(options))
      .execute(inputs, out);
}

/// @}

/// The transposed convolution, a true one: input m adds kernel·x[m] to the outputs s·m − crop and
/// following. Without strides `valid` is convolve2d's `full`, and `same` its `same`. Equals
/// keras.ops.conv_transpose, as TensorFlow and JAX compute it, and the layer Conv2DTranspose. With
/// K the elements that the kernel spans, `same` crops max(0, ⌊(K − s)/2⌋), and with output_padding
/// p ⌊(K − K mod 2 − p)/2⌋, if that is not negative. Explicit padding is the crop on each side, as
/// in PyTorch and ONNX. Otherwise as conv.
/// @{
template <TensorLike X, class T = tensor_element_t<X>>
[[nodiscard]] Tensor<T> conv_transpose(const X& inputs, const detail::View<const T>& kernel,
                                       const ConvOptions& options = {}) {
  return detail::run<T>({Layer::conv_transpose, inputs.shape(), kernel, detail::once(options)},
                        inputs);
}

template <TensorLike X, class T = tensor_element_t<X>>
[[nodiscard]] Tensor<T> conv_transpose(const X& inputs, const detail::View<const T>& kernel,
                                       detail::Bias<T> bias, const ConvOptions& options = {}) {
  return detail::run<T>(
      {Layer::conv_transpose, inputs.shape(), kernel, bias, detail::once(options)}, inputs);
}

template <TensorLike X, class T = tensor_element_t<X>>
void conv_transpose(const X& inputs, const detail::View<const T>& kernel, detail::Bias<T> bias,
                    const detail::View<T>& out, const ConvOptions& options = {}) {
  ConvPlan<T>(Layer::conv_transpose, inputs.shape(), kernel, bias, detail::once(options))
      .execute(inputs, out);
}
/// @}

}  // namespace twofold::nn
