// SPDX-License-Identifier: BSD-3-Clause
// One layer with its operands: through ConvPlan, through the free functions, and in other formats.
#pragma once

#include <array>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "compare.hpp"
#include "twofold/nn.hpp"

namespace twofold::test {

enum class LayerKind : unsigned char { conv, depthwise_conv, separable_conv, conv_transpose };

inline constexpr const char* layer_names[] = {"conv", "depthwise_conv", "separable_conv",
                                              "conv_transpose"};

template <nn::Real T>
struct LayerCase {
  LayerKind kind{};
  nn::ConvOptions options;
  nn::Tensor<T> inputs;
  nn::Tensor<T> kernel;
  nn::Tensor<T> pointwise;  // of a separable convolution
  std::vector<T> bias;      // empty: none
};

/// With kernels and a bias that lie elsewhere than the layer's.
template <nn::Real T>
nn::ConvPlan<T> plan_of(const LayerCase<T>& layer, const nn::TensorView<const T>& kernel,
                        const nn::TensorView<const T>& pointwise,
                        std::type_identity_t<std::span<const T>> bias) {
  const auto& shape = layer.inputs.shape();
  switch (layer.kind) {
    case LayerKind::separable_conv:
      return {shape, kernel, pointwise, bias, layer.options};
    case LayerKind::depthwise_conv:
      return {nn::Layer::depthwise_conv, shape, kernel, bias, layer.options};
    case LayerKind::conv_transpose:
      return {nn::Layer::conv_transpose, shape, kernel, bias, layer.options};
    default:
      return {nn::Layer::conv, shape, kernel, bias, layer.options};
  }
}

template <nn::Real T>
nn::ConvPlan<T> plan_of(const LayerCase<T>& layer, const nn::TensorView<const T>& kernel,
                        const nn::TensorView<const T>& pointwise) {
  return plan_of<T>(layer, kernel, pointwise, layer.bias);
}

template <nn::Real T>
nn::ConvPlan<T> plan_of(const LayerCase<T>& layer) {
  return plan_of<T>(layer, layer.kernel, layer.pointwise);
}

template <nn::Real T>
nn::Tensor<T> executed(const nn::ConvPlan<T>& plan, const nn::TensorView<const T>& inputs) {
  auto out = nn::Tensor<T>::uninitialized(plan.output_shape(inputs.shape()[0]));
  std::fill_n(out.data(), out.size(), T(77));
  plan.execute(inputs, out);
  return out;
}

/// Through the function named as the layer, without a bias where there is none.
template <nn::Real T>
nn::Tensor<T> called(const LayerCase<T>& layer) {
  const auto& [kind, options, inputs, kernel, pointwise, bias] = layer;
  const bool has_bias = !bias.empty();
  switch (kind) {
    case LayerKind::separable_conv:
      return has_bias ? nn::separable_conv(inputs, kernel, pointwise, bias, options)
                      : nn::separable_conv(inputs, kernel, pointwise, options);
    case LayerKind::depthwise_conv:
      return has_bias ? nn::depthwise_conv(inputs, kernel, bias, options)
                      : nn::depthwise_conv(inputs, kernel, options);
    case LayerKind::conv_transpose:
      return has_bias ? nn::conv_transpose(inputs, kernel, bias, options)
                      : nn::conv_transpose(inputs, kernel, options);
    default:
      return has_bias ? nn::conv(inputs, kernel, bias, options) : nn::conv(inputs, kernel, options);
  }
}

/// Into memory that is there already.
template <nn::Real T>
void call_into(const LayerCase<T>& layer, const nn::TensorView<const T>& inputs,
               const nn::TensorView<T>& out) {
  const auto& [kind, options, unused, kernel, pointwise, bias] = layer;
  switch (kind) {
    case LayerKind::separable_conv:
      return nn::separable_conv(inputs, kernel, pointwise, bias, out, options);
    case LayerKind::depthwise_conv:
      return nn::depthwise_conv(inputs, kernel, bias, out, options);
    case LayerKind::conv_transpose:
      return nn::conv_transpose(inputs, kernel, bias, out, options);
    default:
      return nn::conv(inputs, kernel, bias, out, options);
  }
}

/// A dense copy.
template <nn::Real T>
nn::Tensor<T> dense(const nn::TensorView<const T>& source) {
  auto copy = nn::Tensor<T>::uninitialized(source.shape());
  const auto& shape = source.shape();
  T* out = copy.data();
  for (Index i = 0; i < shape[0]; ++i) {
    for (Index j = 0; j < shape[1]; ++j) {
      for (Index k = 0; k < shape[2]; ++k) {
        for (Index l = 0; l < shape[3]; ++l)
          *out++ = source(i, j, k, l);
      }
    }
  }
  return copy;
}

/// Images in another order of axes.
template <nn::Real T>
nn::Tensor<T> in_format(const nn::Tensor<T>& images, nn::DataFormat from, nn::DataFormat to) {
  if (from == to) return images;
  const bool to_last = to == nn::DataFormat::channels_last;
  const std::array<int, 4> order = to_last ? std::array{0, 2, 3, 1} : std::array{0, 3, 1, 2};
  return dense<T>(images.view().permuted(order));
}

/// A kernel in another order of axes. `channels` are those of the inputs.
template <nn::Real T>
nn::Tensor<T> in_format(const nn::Tensor<T>& kernel, bool depthwise, Index channels,
                        nn::KernelFormat from, nn::KernelFormat to) {
  if (from == to) return kernel;
  const bool to_oihw = to == nn::KernelFormat::oihw;
  if (!depthwise) {
    return dense<T>(
        kernel.view().permuted(to_oihw ? std::array{3, 2, 0, 1} : std::array{2, 3, 1, 0}));
  }
  const auto& shape = kernel.shape();
  if (to_oihw) {
    const auto split = dense<T>(kernel.view().permuted({2, 3, 0, 1}));
    return dense<T>({split.data(), {channels * shape[3], 1, shape[0], shape[1]}});
  }
  const nn::TensorShape split{channels, shape[0] / channels, shape[2], shape[3]};
  return dense<T>(nn::TensorView<const T>(kernel.data(), split).permuted({2, 3, 0, 1}));
}

inline bool is_last(nn::DataFormat format) {
  return format == nn::DataFormat::channels_last;
}

template <nn::Real T>
Index channels_of(const LayerCase<T>& layer) {
  return layer.inputs.shape()[is_last(layer.options.data_format) ? 3 : 1];
}

template <nn::Real T>
LayerCase<T> in_formats(const LayerCase<T>& layer, nn::DataFormat data, nn::KernelFormat kernel) {
  auto result = layer;
  const auto& from = layer.options;
  result.options.data_format = data;
  result.options.kernel_format = kernel;
  result.inputs = in_format(layer.inputs, from.data_format, data);
  const bool depthwise =
      layer.kind == LayerKind::depthwise_conv || layer.kind == LayerKind::separable_conv;
  result.kernel =
      in_format(layer.kernel, depthwise, channels_of(layer), from.kernel_format, kernel);
  if (layer.kind == LayerKind::separable_conv)
    result.pointwise = in_format(layer.pointwise, false, 0, from.kernel_format, kernel);
  return result;
}

template <nn::Real T>
bool same_bits(const nn::Tensor<T>& a, const nn::Tensor<T>& b) {
  const auto bytes = static_cast<std::size_t>(a.size()) * sizeof(T);
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), bytes) == 0;
}

inline std::string text_of(const nn::TensorShape& shape) {
  std::ostringstream text;
  text << shape[0] << ',' << shape[1] << ',' << shape[2] << ',' << shape[3];
  return text.str();
}

template <nn::Real T>
std::string describe(const LayerCase<T>& layer) {
  constexpr const char* activations[] = {"linear",  "relu", "relu6", "leaky_relu",
                                         "sigmoid", "tanh", "silu",  "gelu"};
  const auto& options = layer.options;
  const auto& padding = options.padding;
  std::ostringstream text;
  text << layer_names[static_cast<int>(layer.kind)] << (sizeof(T) == 8 ? " double" : " float")
       << " inputs " << text_of(layer.inputs.shape()) << " kernel "
       << text_of(layer.kernel.shape());
  if (layer.kind == LayerKind::separable_conv)
    text << " pointwise " << text_of(layer.pointwise.shape());
  text << " bias " << layer.bias.size() << (is_last(options.data_format) ? " NHWC" : " NCHW")
       << (options.kernel_format == nn::KernelFormat::hwio ? " HWIO" : " OIHW") << " strides "
       << options.strides.rows << ',' << options.strides.cols << " padding ";
  if (padding.kind == nn::Padding::Kind::sides) {
    text << padding.top << ',' << padding.bottom << ',' << padding.left << ',' << padding.right;
  } else {
    text << (padding.kind == nn::Padding::Kind::same ? "same" : "valid");
  }
  text << " dilation " << options.dilation_rate.rows << ',' << options.dilation_rate.cols
       << " groups " << options.groups << " output_padding " << options.output_padding.rows << ','
       << options.output_padding.cols << ' '
       << activations[static_cast<std::size_t>(options.activation)] << ", "
       << name_of(options.method) << ' ' << name_of(options.isa) << ", threads " << options.threads;
  return text.str();
}

/// What a call threw: −1 where it did not throw an Error.
template <class Call>
std::pair<int, std::string> error_of(Call call) {
  try {
    call();
    return {-1, "no error"};
  } catch (const Error& error) {
    return {static_cast<int>(error.code()), error.what()};
  }
}

/// Whether it is an Error of that kind, whose one line begins with the argument's name.
inline bool is(const std::pair<int, std::string>& error, Errc code, const std::string& argument) {
  UNSCOPED_INFO("said: " << error.second);
  return error.first == static_cast<int>(code) && error.second.starts_with(argument + ":") &&
         error.second.find('\n') == std::string::npos;
}

}  // namespace twofold::test
