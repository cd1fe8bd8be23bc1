// SPDX-License-Identifier: BSD-3-Clause
// What the dispatcher decided, as a table for a terminal and as JSON.
#include "decision_report.hpp"

#include <algorithm>
#include <sstream>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>

#include "text.hpp"

namespace twofold::tool {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t line_width = 80;

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

std::string operations_rate(const DecisionReport& report, double seconds) {
  return seconds > 0 ? three_digits(direct_operations(report) / seconds * 1e-9) : "";
}

std::string boundary_text(const Boundaries& boundary) {
  std::string text(name_of(boundary.rows));
  if (boundary.cols != boundary.rows) text.append(",").append(name_of(boundary.cols));
  return text;
}

/// Text at a left margin, the first line of which may be taken up to there already.
void print_wrapped(std::ostream& out, std::string_view text, std::size_t margin) {
  bool first = true;
  for (const std::string& line : wrapped(text, line_width - margin)) {
    if (!first) out << std::string(margin, ' ');
    out << line << '\n';
    first = false;
  }
  if (first) out << '\n';
}

void print_heading(std::ostream& out, const DecisionReport& report) {
  out << settings_text(report.operation, report.options, report.type, report.isa) << '\n'
      << "image " << shape_text(report.image) << ", kernel " << shape_text(report.kernel)
      << ", result " << shape_text(report.output) << '\n';
}

struct Row {
  std::string method;
  std::string predicted;
  std::string rate;
  std::string workspace;
  std::string note;
};

Row row_of(const DecisionReport& report, const Candidate& candidate) {
  const bool chosen = candidate.method == report.decision.method;
  Row row;
  row.method = (chosen ? "> " : "  ") + std::string(name_of(candidate.method));
  row.note = candidate.reason;
  if (candidate.allowed) {
    row.predicted = seconds_text(candidate.seconds);
    row.rate = operations_rate(report, candidate.seconds);
    row.workspace = bytes_text(candidate.workspace_bytes);
  } else {
    row.predicted = "not allowed";
  }
  return row;
}

void print_rows(std::ostream& out, const std::vector<Row>& rows) {
  constexpr std::size_t method_width = 15;
  constexpr std::size_t time_width = 11;
  constexpr std::size_t rate_width = 10;
  constexpr std::size_t workspace_width = 11;
  constexpr std::size_t note_margin = method_width + time_width + rate_width + workspace_width + 2;
  for (const Row& row : rows) {
    const std::string columns =
        left_aligned(row.method, method_width) + right_aligned(row.predicted, time_width) +
        right_aligned(row.rate, rate_width) + right_aligned(row.workspace, workspace_width);
    if (row.note.empty()) {
      out << columns.substr(0, columns.find_last_not_of(' ') + 1) << '\n';
    } else {
      out << columns << "  ";
      print_wrapped(out, row.note, note_margin);
    }
  }
}

const Candidate* chosen_candidate(const DecisionReport& report) {
  const auto& candidates = report.decision.candidates;
  const auto chosen = std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& c) {
    return c.method == report.decision.method;
  });
  return chosen == candidates.end() ? nullptr : &*chosen;
}

void print_measured(std::ostream& out, const DecisionReport& report) {
  const MeasuredTime& measured = *report.measured;
  out << "measured: " << seconds_text(measured.execute_seconds);
  const Candidate* chosen = chosen_candidate(report);
  if (chosen != nullptr && chosen->seconds > 0) {
    out << ", predicted " << seconds_text(chosen->seconds);
  }
  out << "; " << operations_rate(report, measured.execute_seconds) << " GFLOP/s*; planned in "
      << seconds_text(measured.plan_seconds) << '\n';
}

Json shape_json(const Shape& shape) {
  return {{"rows", shape.rows}, {"cols", shape.cols}, {"channels", shape.channels}};
}

Json candidate_json(const DecisionReport& report, const Candidate& candidate) {
  Json json{{"method", name_of(candidate.method)}, {"allowed", candidate.allowed}};
  if (candidate.allowed) {
    json["predicted_seconds"] = candidate.seconds;
    json["direct_gflops"] =
        candidate.seconds > 0 ? Json(direct_operations(report) / candidate.seconds * 1e-9) : Json();
    json["workspace_bytes"] = candidate.workspace_bytes;
  }
  json["reason"] = candidate.reason;
  return json;
}

}  // namespace

std::string settings_text(Operation operation, const Options& options, ElementType type, Isa isa) {
  std::ostringstream text;
  text << name_of(operation) << ", mode " << name_of(options.mode) << ", boundary "
       << boundary_text(options.boundary) << ", " << name_of(type) << ", " << options.threads
       << (options.threads == 1 ? " thread" : " threads") << ", ISA " << name_of(isa);
  return text.str();
}

void print_table(std::ostream& out, const DecisionReport& report) {
  print_heading(out, report);
  out << '\n';
  std::vector<Row> rows{{"  method", "predicted", "GFLOP/s*", "workspace", ""}};
  for (const Candidate& candidate : report.decision.candidates) {
    rows.push_back(row_of(report, candidate));
  }
  print_rows(out, rows);
  out << '\n';
  const std::string& why = report.decision.why;  // names the method
  print_wrapped(out,
                "chosen: " + (why.empty() ? std::string(name_of(report.decision.method)) : why), 0);
  if (report.measured) print_measured(out, report);
  out << "* operations of the direct sum, divided by the time\n";
}

Json to_json(const DecisionReport& report) {
  const Options& options = report.options;
  Json candidates = Json::array();
  for (const Candidate& candidate : report.decision.candidates) {
    candidates.push_back(candidate_json(report, candidate));
  }
  Json json{{"operation", name_of(report.operation)},
            {"image", shape_json(report.image)},
            {"kernel", shape_json(report.kernel)},
            {"output", shape_json(report.output)},
            {"type", name_of(report.type)},
            {"mode", name_of(options.mode)},
            {"boundary",
             {{"rows", name_of(options.boundary.rows)}, {"cols", name_of(options.boundary.cols)}}},
            {"threads", options.threads},
            {"isa", name_of(report.isa)},
            {"method", name_of(report.decision.method)},
            {"why", report.decision.why},
            {"candidates", std::move(candidates)}};
  if (report.measured) {
    json["measured"] = {{"execute_seconds", report.measured->execute_seconds},
                        {"plan_seconds", report.measured->plan_seconds}};
  }
  return json;
}

void print_json(std::ostream& out, const Json& json) {
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace twofold::tool
