// SPDX-License-Identifier: BSD-3-Clause
// twofold conv: a layer as Keras has it, from files to a file.
#include "commands/conv.hpp"

#include <iostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "errors.hpp"
#include "layer_arguments.hpp"
#include "layer_arrays.hpp"
#include "layer_report.hpp"
#include "npy.hpp"
#include "output_file.hpp"
#include "output_name.hpp"

namespace twofold::tool {

namespace {

void check_output(const ConvArguments& arguments) {
  const std::string& path = arguments.output;
  if (!is_without_extension(path, arguments.json) && !has_extension(path, ".npy")) {
    throw UsageError("OUT '" + path + "': expected a name that ends in .npy");
  }
  check_writable(path);
}

void check_inputs(const ConvArguments& arguments, LayerKind kind) {
  require_kernels(kind, arguments.pointwise_kernel.has_value());
  const int from_standard_input =
      (arguments.input == "-" ? 1 : 0) + (arguments.kernel == "-" ? 1 : 0) +
      (arguments.pointwise_kernel == "-" ? 1 : 0) + (arguments.bias == "-" ? 1 : 0);
  if (from_standard_input > 1) throw UsageError("'-': the standard input holds one array only");
}

/// The array of a file. `role` says for messages how many dimensions it has.
NpyTensor read_array(const std::string& path, std::size_t least_dimensions,
                     std::size_t most_dimensions, const std::string& role) {
  InputFile file(path);
  NpyTensor array = read_npy_tensor(file);
  if (array.shape.size() < least_dimensions || array.shape.size() > most_dimensions) {
    throw FileError(file.name(), "its shape is " + python_text(array.shape) + "; " + role);
  }
  const ElementType type = element_type(array.elements);
  if (is_complex(type)) {
    throw FileError(file.name(), "its elements are " + std::string(name_of(type)) +
                                     "; a layer computes with real numbers");
  }
  return array;
}

LayerArrays read_arrays(const ConvArguments& arguments) {
  LayerArrays arrays;
  arrays.kernel = read_array(arguments.kernel, 4, 4, "KERNEL has four dimensions");
  if (arguments.pointwise_kernel) {
    arrays.pointwise_kernel =
        read_array(*arguments.pointwise_kernel, 4, 4, "--pointwise-kernel has four dimensions");
  }
  if (arguments.bias) {
    arrays.bias = read_array(*arguments.bias, 1, 1, "--bias has one dimension");
  }
  arrays.input =
      read_array(arguments.input, 3, 4, "IN has four dimensions, or three without a batch");
  return arrays;
}

void print_report(const ConvArguments& arguments, const LayerReport& report) {
  if (!arguments.json) {
    print_table(std::cerr, report);
    return;
  }
  nlohmann::ordered_json json{{"input", arguments.input}, {"output_file", arguments.output}};
  json.update(to_json(report));
  print_json(std::cout, json);
}

}  // namespace

void conv_command(const ConvArguments& arguments) {
  // Wrong words are found before files are read, and a useless output before anything is computed.
  LayerRequest request = parse_layer(arguments.layer, arguments.machine);
  request.options.calls = 1;
  check_inputs(arguments, request.kind);
  check_output(arguments);
  LayerReport report;
  const NpyTensor result = compute_layer(request, read_arrays(arguments), report);
  OutputFile file(arguments.output);
  write_npy(file, result);
  file.commit();
  if (arguments.explain || arguments.json) print_report(arguments, report);
}

}  // namespace twofold::tool
