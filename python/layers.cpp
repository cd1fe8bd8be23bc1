// SPDX-License-Identifier: BSD-3-Clause
// Layers of neural networks, as keras.ops has them.
#include "layers.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <twofold/nn/plan.hpp>

#include "arrays.hpp"
#include "call_arguments.hpp"
#include "errors.hpp"
#include "layer_texts.hpp"
#include "options.hpp"

namespace twofold::python {

namespace {

enum class Function : unsigned char { conv, depthwise_conv, separable_conv, conv_transpose };

constexpr std::array extra_names{"bias",   "activation", "negative_slope", "kernel_format",
                                 "method", "threads",    "accuracy",       "out"};

/// Keras' parameters in Keras' order, and behind them those that are passed by keyword only.
template <std::size_t n>
constexpr std::array<const char*, n + extra_names.size()> parameters(const char* const (&own)[n]) {
  std::array<const char*, n + extra_names.size()> names{};
  std::copy(own, own + n, names.begin());
  std::copy(extra_names.begin(), extra_names.end(), names.begin() + n);
  return names;
}

constexpr auto conv_names = parameters(
    {"inputs", "kernel", "strides", "padding", "data_format", "dilation_rate", "groups"});
constexpr auto depthwise_names =
    parameters({"inputs", "kernel", "strides", "padding", "data_format", "dilation_rate"});
constexpr auto separable_names = parameters({"inputs", "depthwise_kernel", "pointwise_kernel",
                                             "strides", "padding", "data_format", "dilation_rate"});
constexpr auto transpose_names = parameters(
    {"inputs", "kernel", "strides", "padding", "output_padding", "data_format", "dilation_rate"});

constexpr Signature signature_of(Function function) {
  switch (function) {
    case Function::conv:
      return {"conv", conv_names, 2, 6};
    case Function::depthwise_conv:
      return {"depthwise_conv", depthwise_names, 2, 6};
    case Function::separable_conv:
      return {"separable_conv", separable_names, 3, 7};
    case Function::conv_transpose:
      break;
  }
  return {"conv_transpose", transpose_names, 3, 7};
}

constexpr nn::Layer layer_of(Function function) {
  if (function == Function::conv) return nn::Layer::conv;
  return function == Function::conv_transpose ? nn::Layer::conv_transpose
                                              : nn::Layer::depthwise_conv;
}

void read_shared_options(const CallArguments& arguments, nn::ConvOptions& options) {
  if (const auto value = arguments.find("method")) options.method = to_method(value);
  if (const auto value = arguments.find("threads")) options.threads = to_threads(value);
  if (const auto value = arguments.find("accuracy")) options.accuracy = to_accuracy(value);
}

nn::ConvOptions options_of(const CallArguments& arguments) {
  nn::ConvOptions options;
  options.calls = 1;
  if (const auto value = arguments.find("strides")) options.strides = to_per_axis("strides", value);
  if (const auto value = arguments.find("padding")) options.padding = to_padding(value);
  if (const auto value = arguments.find("data_format")) options.data_format = to_data_format(value);
  if (const auto value = arguments.find("dilation_rate")) {
    options.dilation_rate = to_per_axis("dilation_rate", value);
  }
  if (const auto value = arguments.find_given("output_padding")) {
    options.output_padding = to_per_axis("output_padding", value);
  }
  if (const auto value = arguments.find_given("groups")) {
    options.groups = to_index("groups", value);
  }
  if (const auto value = arguments.find("kernel_format")) {
    options.kernel_format = to_kernel_format(value);
  }
  if (const auto value = arguments.find("activation")) options.activation = to_activation(value);
  if (const auto value = arguments.find("negative_slope")) {
    options.negative_slope = to_real("negative_slope", value);
  }
  read_shared_options(arguments, options);
  return options;
}

struct LayerArrays {
  py::array inputs;
  py::array kernel;
  std::optional<py::array> pointwise;
};

py::array layer_array(const CallArguments& arguments, const char* name) {
  py::array array = as_array(arguments.find(name));
  if (array.ndim() == 4) return array;
  raise_value_error(std::string(name) + ": " + std::to_string(array.ndim()) +
                    "-D; twofold.ops computes 2-D layers, whose inputs and kernels are 4-D");
}

LayerArrays arrays_of(Function function, const CallArguments& arguments) {
  if (function != Function::separable_conv) {
    return {layer_array(arguments, "inputs"), layer_array(arguments, "kernel"), std::nullopt};
  }
  return {layer_array(arguments, "inputs"), layer_array(arguments, "depthwise_kernel"),
          layer_array(arguments, "pointwise_kernel")};
}

/// What NumPy promotes the dtypes of inputs and kernels to.
ElementType layer_type(const LayerArrays& arrays) {
  const py::dtype inputs = arrays.inputs.dtype();
  const py::dtype kernel = arrays.kernel.dtype();
  int number = promoted_number(inputs, kernel);
  std::string dtypes = "inputs: dtype " + name_of(inputs) + " with a kernel of " + name_of(kernel);
  if (arrays.pointwise) {
    const py::dtype pointwise = arrays.pointwise->dtype();
    if (number >= 0) number = promoted_number(py::dtype(number), pointwise);
    dtypes += " and a pointwise_kernel of " + name_of(pointwise);
  }
  const auto type = element_type(number);
  if (type == ElementType::float32 || type == ElementType::float64) return *type;
  raise_type_error(dtypes + "; layers are computed in float32 and float64");
}

template <nn::Real T>
struct Bias {
  py::array array;
  std::span<const T> elements;
};

template <nn::Real T>
Bias<T> bias_of(py::handle given) {
  if (!given) return {};
  const py::array own = as_array(given);
  const char kind = own.dtype().kind();
  if (std::string_view("biuf").find(kind) == std::string_view::npos) {
    raise_type_error("bias: dtype " + name_of(own.dtype()) + "; real numbers are needed");
  }
  const py::array array = py::module_::import("numpy").attr("require")(
      own, dtype_of(element_type_of<T>), py::make_tuple("C", "A"));
  if (array.ndim() != 1 || array.size() == 0) {
    raise_value_error("bias: a 1-D array with an element for each filter is needed");
  }
  return {array, {static_cast<const T*>(array.data()), static_cast<std::size_t>(array.size())}};
}

template <nn::Real T>
nn::ConvPlan<T> plan_of(Function function, LayerArrays& arrays, const Bias<T>& bias,
                        const nn::ConvOptions& options) {
  const nn::TensorShape inputs = tensor_view<T>("inputs", arrays.inputs).shape();
  const auto kernel = tensor_view<T>("kernel", arrays.kernel);
  if (!arrays.pointwise) {
    const py::gil_scoped_release released;
    return {layer_of(function), inputs, kernel, bias.elements, options};
  }
  const auto pointwise = tensor_view<T>("pointwise_kernel", *arrays.pointwise);
  const py::gil_scoped_release released;
  return {inputs, kernel, pointwise, bias.elements, options};
}

template <nn::Real T>
py::object run(Function function, LayerArrays& arrays, const CallArguments& arguments,
               const nn::ConvOptions& options) {
  const Bias<T> bias = bias_of<T>(arguments.find_given("bias"));
  const nn::ConvPlan<T> plan = plan_of<T>(function, arrays, bias, options);
  const auto inputs = tensor_view<T>("inputs", arrays.inputs);
  const py::handle given = arguments.find_given("out");
  py::object out;
  if (given) {
    out = py::reinterpret_borrow<py::object>(given);
  } else {
    const nn::TensorShape shape = plan.output_shape(inputs.shape()[0]);
    out = new_array(element_type_of<T>, {shape.begin(), shape.end()});
  }
  const auto outputs = out_tensor<T>(out);
  const py::gil_scoped_release released;
  plan.execute(inputs, outputs);
  return out;
}

template <Function function>
PyObject* call(PyObject*, PyObject* const* given, Py_ssize_t count, PyObject* keywords) {
  return guarded([&]() -> py::object {
    const CallArguments arguments(signature_of(function), given, count, keywords);
    const nn::ConvOptions options = options_of(arguments);
    LayerArrays arrays = arrays_of(function, arguments);
    return layer_type(arrays) == ElementType::float32
               ? run<float>(function, arrays, arguments, options)
               : run<double>(function, arrays, arguments, options);
  });
}

template <Function function>
void add(py::module_& module, const char* text) {
  add_function(module, "twofold.ops", signature_of(function).function, &call<function>, text);
}

}  // namespace

void add_layers(py::module_& module) {
  add<Function::conv>(module, conv_text);
  add<Function::depthwise_conv>(module, depthwise_conv_text);
  add<Function::separable_conv>(module, separable_conv_text);
  add<Function::conv_transpose>(module, conv_transpose_text);
}

}  // namespace twofold::python
