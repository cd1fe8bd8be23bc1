// SPDX-License-Identifier: BSD-3-Clause
// twofold diagnose: why two results differ, or one and the call that was expected.
#include "commands/diagnose.hpp"

#include <iostream>
#include <optional>
#include <string>
#include <variant>

#include <nlohmann/json.hpp>
#include <twofold/diagnose.hpp>
#include <twofold/info.hpp>

#include "decision_table.hpp"
#include "diagnosis_report.hpp"
#include "errors.hpp"
#include "kernel_expression.hpp"
#include "option_values.hpp"
#include "picture_input.hpp"

namespace twofold::tool {

namespace {

Operation parse_expected(const std::string& text) {
  for (const Operation operation : {Operation::convolve, Operation::correlate}) {
    if (name_of(operation) == text) return operation;
  }
  refuse_value("expected", text, "convolve or correlate");
}

bool is_png(const Picture& picture) {
  return std::holds_alternative<PngPicture>(picture);
}

AnyView view_of_any(const AnyImage& image) {
  return std::visit([](const auto& typed) { return AnyView(typed); }, image);
}

/// Of a PNG, the colours only: alpha is not computed with.
AnyView view_of_picture(const Picture& picture) {
  if (const auto* array = std::get_if<NpyArray>(&picture)) return view_of_any(array->image);
  const auto& png = std::get<PngPicture>(picture);
  return std::visit(
      [&]<Element T>(const Image<T>& pixels) {
        const View<const T> all = pixels.view();
        return AnyView(View<const T>(all.data(), {all.rows(), all.cols(), png.colour_channels()},
                                     all.row_stride(), all.col_stride()));
      },
      png.pixels);
}

/// Words that say which call was expected mean nothing where there are two results.
void check_usage(const DiagnoseArguments& arguments) {
  if (arguments.b.has_value() == arguments.expected.has_value()) {
    throw UsageError(arguments.b ? "--expected: there is B already; expected one of the two"
                                 : "B or --expected is missing: what is A to be compared with?");
  }
  if (!arguments.b) return;
  const OptionTexts& texts = arguments.options;
  for (const auto& [text, name] : {std::pair{&texts.mode, "--mode"},
                                   {&texts.boundary, "--boundary"},
                                   {&texts.fill, "--fill"}}) {
    if (*text) throw UsageError(std::string(name) + ": only beside --expected");
  }
}

Options defaults_for(const Picture& image) {
  Options options;
  if (is_png(image)) {
    options.mode = Mode::same;
    options.boundary = Boundary::symm;
  }
  return options;
}

}  // namespace

void diagnose_command(const DiagnoseArguments& arguments) {
  check_usage(arguments);
  (void)parse_options(arguments.options, {});
  std::optional<Operation> expected;
  if (arguments.expected) expected = parse_expected(*arguments.expected);
  const AnyImage kernel = parse_kernel(arguments.kernel);
  const Picture image = read_picture(arguments.image);
  const Picture a = read_picture(arguments.a);
  Diagnosis diagnosis;
  if (expected) {
    diagnosis = diagnose(view_of_picture(image), view_of_any(kernel), view_of_picture(a), *expected,
                         parse_options(arguments.options, defaults_for(image)));
  } else {
    const Picture b = read_picture(*arguments.b);
    diagnosis = diagnose(view_of_picture(image), view_of_any(kernel), view_of_picture(a),
                         view_of_picture(b));
  }
  if (arguments.json) {
    print_json(std::cout, to_json(diagnosis, expected ? "expected" : "b"));
  } else {
    print_diagnosis(std::cout, diagnosis, expected ? "expected" : "B");
  }
}

}  // namespace twofold::tool
