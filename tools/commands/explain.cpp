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
#include "kernel_expression.hpp"
#include "number.hpp"

namespace twofold::tool {

namespace {

ElementType parse_type(const std::string& text) {
  std::string known;
  for (unsigned i = 0; i <= static_cast<unsigned>(ElementType::complex128); ++i) {
    const auto type = static_cast<ElementType>(i);
    if (name_of(type) == text) return type;
    known.append(i == 0 ? "" : ", ").append(name_of(type));
  }
  throw UsageError("--type '" + text + "': expected one of " + known);
}

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

/// A kernel of which only the size is known: small whole numbers without a pattern, none of them
/// zero, so that no method finds a structure in it to make use of.
AnyImage generic_kernel(Index rows, Index cols, ElementType type) {
  if (rows < 1 || cols < 1 || rows > most_kernel_elements / cols) {
    throw UsageError("--kernel: " + std::to_string(rows) + "x" + std::to_string(cols) +
                     "; expected from 1 to " + std::to_string(most_kernel_elements) + " elements");
  }
  auto values = Image<std::int8_t>::uninitialized({rows, cols});
  std::uint32_t state = 1;
  for (Index i = 0; i < values.size(); ++i) {
    state = state * 1664525U + 1013904223U;  // D. E. Knuth, TAOCP vol. 2, 3.3.4, table 1
    values.data()[i] = static_cast<std::int8_t>(1 + (state >> 30));
  }
  return converted(AnyImage(std::move(values)), type);
}

AnyImage parse_kernel_or_size(const std::string& text, ElementType type) {
  if (const auto sizes = parse_sizes(text); sizes && sizes->size() == 2) {
    return generic_kernel((*sizes)[0], (*sizes)[1], type);
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
  const ElementType type = parse_type(arguments.type);
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
