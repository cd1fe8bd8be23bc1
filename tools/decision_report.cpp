// SPDX-License-Identifier: BSD-3-Clause
// What the dispatcher decided, as a table for a terminal and as JSON.
#include "decision_report.hpp"

#include <algorithm>
#include <sstream>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>

#include "text.hpp"

namespace twofold::tool {

namespace {

using Json = nlohmann::ordered_json;

/// What the direct sum takes: a multiplication and an addition for each kernel element and output,
/// eight operations where they are complex.
double direct_operations(const DecisionReport& report) {
  const auto elements = [](const Shape& shape) {
    return static_cast<double>(shape.rows) * static_cast<double>(shape.cols) *
           static_cast<double>(shape.channels);
  };
  // In mode `valid` the larger operand is the image, whichever it was called.
  const double taps = std::min(elements({report.kernel.rows, report.kernel.cols, 1}),
                               report.options.mode == Mode::valid
                                   ? elements({report.image.rows, report.image.cols, 1})
                                   : elements({report.kernel.rows, report.kernel.cols, 1}));
  return (is_complex(report.type) ? 8 : 2) * taps * elements(report.output);
}

std::string boundary_text(const Boundaries& boundary) {
  std::string text(name_of(boundary.rows));
  if (boundary.cols != boundary.rows) text.append(",").append(name_of(boundary.cols));
  return text;
}

void print_heading(std::ostream& out, const DecisionReport& report) {
  out << settings_text(report.operation, report.options, report.type, report.isa) << '\n'
      << "image " << shape_text(report.image) << ", kernel " << shape_text(report.kernel)
      << ", result " << shape_text(report.output) << '\n';
}

Json shape_json(const Shape& shape) {
  return {{"rows", shape.rows}, {"cols", shape.cols}, {"channels", shape.channels}};
}

}  // namespace

std::string settings_text(Operation operation, const Options& options, ElementType type, Isa isa) {
  std::ostringstream text;
  text << name_of(operation) << ", mode " << name_of(options.mode) << ", boundary "
       << boundary_text(options.boundary) << ", " << machine_text(type, options.threads, isa);
  return text.str();
}

void print_table(std::ostream& out, const DecisionReport& report) {
  const double operations = direct_operations(report);
  print_heading(out, report);
  out << '\n';
  print_decision(out, report.decision, operations);
  if (report.measured) {
    print_measured(out, *report.measured, predicted_seconds(report.decision), operations);
  }
  out << rate_footnote;
}

Json to_json(const DecisionReport& report) {
  const Options& options = report.options;
  Json json{{"operation", name_of(report.operation)},
            {"image", shape_json(report.image)},
            {"kernel", shape_json(report.kernel)},
            {"output", shape_json(report.output)},
            {"type", name_of(report.type)},
            {"mode", name_of(options.mode)},
            {"boundary",
             {{"rows", name_of(options.boundary.rows)}, {"cols", name_of(options.boundary.cols)}}},
            {"threads", options.threads},
            {"isa", name_of(report.isa)}};
  json.update(to_json(report.decision, direct_operations(report)));
  if (report.measured) json["measured"] = to_json(*report.measured);
  return json;
}

}  // namespace twofold::tool
