// SPDX-License-Identifier: BSD-3-Clause
// twofold explain: what the dispatcher would decide.
#include "commands/explain.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>

#include "array_convolution.hpp"
#include "built_in_kernels.hpp"
#include "decision_report.hpp"
#include "errors.hpp"
#include "generic_arrays.hpp"
#include "kernel_expression.hpp"
#include "layer_arrays.hpp"
#include "number.hpp"
#include "option_values.hpp"

namespace twofold::tool {

namespace {

Operation parse_operation(const std::string& text) {
  for (const Operation operation : {Operation::convolve, Operation::correlate}) {
    if (name_of(operation) == text) return operation;
  }
  throw UsageError("--operation '" + text + "': expected convolve or correlate");
}

Shape parse_image(const std::string& text) {
  const auto sizes = parse_sizes(text);
  if (!sizes || sizes->size() < 2 || sizes->size() > 3) {
    throw UsageError("--image '" + text +
                     "': expected ROWSxCOLS or ROWSxCOLSxCHANNELS, as in 768x1024x3");
  }
  return {(*sizes)[0], (*sizes)[1], sizes->size() == 3 ? (*sizes)[2] : 1};
}

/// A kernel of which only the size is known.
AnyImage kernel_of_size(Index rows, Index cols, ElementType type) {
  if (rows < 1 || cols < 1 || rows > most_kernel_elements / cols) {
    throw UsageError("--kernel: " + std::to_string(rows) + "x" + std::to_string(cols) +
                     "; expected from 1 to " + std::to_string(most_kernel_elements) + " elements");
  }
  return generic_kernel(rows, cols, type);
}

AnyImage parse_kernel_or_size(const std::string& text, ElementType type) {
  if (const auto sizes = parse_sizes(text); sizes && sizes->size() == 2) {
    return kernel_of_size((*sizes)[0], (*sizes)[1], type);
  }
  const AnyImage kernel = parse_kernel(text);
  if (!is_convertible(element_type(kernel), type)) {
    throw UsageError("--kernel '" + text + "': its elements are " +
                     std::string(name_of(element_type(kernel))) + ", which --type " +
                     std::string(name_of(type)) + " cannot hold");
  }
  return converted(kernel, type);
}

/// Of four dimensions, or as few as `least`: those in front are 1 then.
nn::TensorShape parse_shape(std::string_view option, const std::string& text, std::size_t least,
                            std::string_view expected) {
  const auto counts = parse_counts(text, 1);
  nn::TensorShape shape{1, 1, 1, 1};
  if (!counts || counts->size() < least || counts->size() > shape.size()) {
    refuse_value(option, text, expected);
  }
  std::copy_backward(counts->begin(), counts->end(), shape.end());
  return shape;
}

/// A layer's kernel of which only the shape is known.
NpyTensor kernel_of_shape(std::string_view option, const std::string& text, ElementType type) {
  const nn::TensorShape shape =
      parse_shape(option, text, 4, "its four dimensions, as in 3,3,64,128");
  Index elements = 1;
  for (const Index extent : shape) {
    if (extent > most_kernel_elements / elements) {
      throw UsageError("--" + std::string(option) + " '" + text + "': more than " +
                       std::to_string(most_kernel_elements) + " elements");
    }
    elements *= extent;
  }
  return {generic_kernel(1, elements, type), {shape.begin(), shape.end()}};
}

template <class Report>
void print_report(const Report& report, bool json) {
  if (json) {
    print_json(std::cout, to_json(report));
  } else {
    print_table(std::cout, report);
  }
}

void explain_layer_command(const ExplainArguments& arguments) {
  LayerTexts texts = arguments.layer;
  texts.method = arguments.options.method;
  texts.accuracy = arguments.options.accuracy;
  const LayerRequest request = parse_layer(texts, arguments.options.machine);
  require_kernels(request.kind, arguments.pointwise_kernel.has_value());
  const ElementType type = parse_layer_type(arguments.type);
  const nn::TensorShape inputs =
      parse_shape("input", *arguments.input, 3,
                  "the inputs' four dimensions, or three without a batch, as in 1,56,56,64");
  LayerArrays kernels;
  kernels.kernel = kernel_of_shape("kernel", arguments.kernel, type);
  if (arguments.pointwise_kernel) {
    kernels.pointwise_kernel =
        kernel_of_shape("pointwise-kernel", *arguments.pointwise_kernel, type);
  }
  print_report(explain_layer(request, inputs, kernels), arguments.json);
}

}  // namespace

void explain_command(const ExplainArguments& arguments) {
  if (arguments.input) {
    explain_layer_command(arguments);
    return;
  }
  if (!arguments.image) throw UsageError("--image or, of a layer, --input is missing");
  Options defaults;
  defaults.mode = Mode::same;
  const Options options = parse_options(arguments.options, defaults);
  const ElementType type = parse_element_type(arguments.type);
  const Operation operation = parse_operation(arguments.operation);
  const Shape image = parse_image(*arguments.image);
  const AnyImage kernel = parse_kernel_or_size(arguments.kernel, type);
  print_report(explain_convolution(operation, image, kernel, options), arguments.json);
}

}  // namespace twofold::tool
