// SPDX-License-Identifier: BSD-3-Clause
// twofold explain: what the dispatcher would decide.
#include "commands/explain.hpp"

#include <iostream>
#include <string>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>

#include "array_convolution.hpp"
#include "built_in_kernels.hpp"
#include "decision_report.hpp"
#include "errors.hpp"
#include "generic_arrays.hpp"
#include "kernel_expression.hpp"
#include "number.hpp"

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

}  // namespace

void explain_command(const ExplainArguments& arguments) {
  Options defaults;
  defaults.mode = Mode::same;
  const Options options = parse_options(arguments.options, defaults);
  const ElementType type = parse_element_type(arguments.type);
  const Operation operation = parse_operation(arguments.operation);
  const Shape image = parse_image(arguments.image);
  const AnyImage kernel = parse_kernel_or_size(arguments.kernel, type);
  const DecisionReport report = explain_convolution(operation, image, kernel, options);
  if (arguments.json) {
    print_json(std::cout, to_json(report));
  } else {
    print_table(std::cout, report);
  }
}

}  // namespace twofold::tool
