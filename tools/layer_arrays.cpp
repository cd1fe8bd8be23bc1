// SPDX-License-Identifier: BSD-3-Clause
// A layer on arrays whose types are known at run time.
#include "layer_arrays.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include <twofold/nn/plan.hpp>

namespace twofold::tool {

namespace {

/// An array's elements as T, copied only where they are of another type.
template <nn::Real T>
class Elements {
 public:
  Elements() = default;
  explicit Elements(const NpyTensor& array) : shape_(array.shape) {
    const auto* same = std::get_if<Image<T>>(&array.elements);
    if (same == nullptr) copy_ = converted<T>(array.elements);
    const Image<T>& image = same == nullptr ? copy_ : *same;
    data_ = {image.data(), static_cast<std::size_t>(image.size())};
  }
  Elements(const Elements&) = delete;
  Elements& operator=(const Elements&) = delete;

  [[nodiscard]] std::span<const T> span() const { return data_; }

  /// Four dimensions; what is missing at the front has one element.
  [[nodiscard]] nn::TensorView<const T> view() const {
    nn::TensorShape shape{1, 1, 1, 1};
    std::copy_backward(shape_.begin(), shape_.end(), shape.end());
    return {data_.data(), shape};
  }

 private:
  Image<T> copy_;
  std::span<const T> data_;
  std::vector<Index> shape_;
};

nn::Layer layer_of(LayerKind kind) {
  if (kind == LayerKind::depthwise_conv) return nn::Layer::depthwise_conv;
  return kind == LayerKind::conv_transpose ? nn::Layer::conv_transpose : nn::Layer::conv;
}

/// `report` learns the kernels' shapes.
template <nn::Real T>
nn::ConvPlan<T> make_plan(const LayerRequest& request, const LayerArrays& arrays,
                          const nn::TensorShape& inputs, LayerReport& report) {
  const Elements<T> kernel(arrays.kernel);
  const Elements<T> bias = arrays.bias ? Elements<T>(*arrays.bias) : Elements<T>();
  report.kernel = kernel.view().shape();
  if (request.kind != LayerKind::separable_conv) {
    return {layer_of(request.kind), inputs, kernel.view(), bias.span(), request.options};
  }
  const Elements<T> pointwise(*arrays.pointwise_kernel);
  report.pointwise_kernel = pointwise.view().shape();
  return {inputs, kernel.view(), pointwise.view(), bias.span(), request.options};
}

/// `report` becomes what was decided.
template <nn::Real T>
nn::ConvPlan<T> plan_layer(const LayerRequest& request, const LayerArrays& arrays,
                           const nn::TensorShape& inputs, LayerReport& report) {
  report.request = request;
  report.type = element_type_of<T>;
  report.inputs = inputs;
  auto plan = make_plan<T>(request, arrays, inputs, report);
  report.output = plan.output_shape(inputs[0]);
  report.decisions = plan.decisions();
  return plan;
}

template <nn::Real T>
NpyTensor compute(const LayerRequest& request, const LayerArrays& arrays, LayerReport& report) {
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  const Elements<T> input(arrays.input);
  const nn::TensorShape inputs = input.view().shape();
  const auto begin = Clock::now();
  const auto plan = plan_layer<T>(request, arrays, inputs, report);
  const auto planned = Clock::now();
  const nn::TensorShape& output = report.output;
  // Zeroed, which touches its pages: the time below is the computation's, not the operating
  // system's that hands out memory.
  Image<T> result(output[0] * output[1], output[2], output[3]);
  const auto ready = Clock::now();
  plan.execute(input.view(), nn::TensorView<T>(result.data(), output));
  const auto end = Clock::now();
  report.measured = {Seconds(planned - begin).count(), Seconds(end - ready).count()};
  const auto extra = static_cast<std::ptrdiff_t>(output.size() - arrays.input.shape.size());
  return {std::move(result), {output.begin() + extra, output.end()}};
}

}  // namespace

ElementType layer_type(const LayerArrays& arrays) {
  const auto is_double = [](const NpyTensor& array) {
    return element_type(array.elements) == ElementType::float64;
  };
  const bool any = is_double(arrays.input) || is_double(arrays.kernel) ||
                   (arrays.pointwise_kernel && is_double(*arrays.pointwise_kernel));
  return any ? ElementType::float64 : ElementType::float32;
}

NpyTensor compute_layer(const LayerRequest& request, const LayerArrays& arrays,
                        LayerReport& report) {
  return layer_type(arrays) == ElementType::float64 ? compute<double>(request, arrays, report)
                                                    : compute<float>(request, arrays, report);
}

LayerReport explain_layer(const LayerRequest& request, const nn::TensorShape& inputs,
                          const LayerArrays& kernels) {
  LayerReport report;
  if (element_type(kernels.kernel.elements) == ElementType::float64) {
    static_cast<void>(plan_layer<double>(request, kernels, inputs, report));
  } else {
    static_cast<void>(plan_layer<float>(request, kernels, inputs, report));
  }
  return report;
}

}  // namespace twofold::tool
