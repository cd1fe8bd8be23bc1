// SPDX-License-Identifier: BSD-3-Clause
// The candidates that a decision was made among, and times: the parts that every report has.
#include "decision_table.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>

#include "text.hpp"

namespace twofold::tool {

namespace {

using Json = nlohmann::ordered_json;

std::string operations_rate(double operations, double seconds) {
  return seconds > 0 && operations > 0 ? three_digits(operations / seconds * 1e-9) : "";
}

struct Row {
  std::string method;
  std::string predicted;
  std::string rate;
  std::string workspace;
  std::string note;
};

Row row_of(const Decision& decision, const Candidate& candidate, double operations) {
  const bool chosen = candidate.method == decision.method;
  Row row;
  row.method = (chosen ? "> " : "  ") + std::string(name_of(candidate.method));
  row.note = candidate.reason;
  if (candidate.allowed) {
    row.predicted = seconds_text(candidate.seconds);
    row.rate = operations_rate(operations, candidate.seconds);
    row.workspace = candidate.workspace_bytes ? bytes_text(*candidate.workspace_bytes) : "";
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

Json candidate_json(const Candidate& candidate, double operations) {
  Json json{{"method", name_of(candidate.method)}, {"allowed", candidate.allowed}};
  if (candidate.allowed) {
    const bool has_rate = candidate.seconds > 0 && operations > 0;
    json["predicted_seconds"] = candidate.seconds;
    json["direct_gflops"] = has_rate ? Json(operations / candidate.seconds * 1e-9) : Json();
    const auto& bytes = candidate.workspace_bytes;
    json["workspace_bytes"] = bytes ? Json(*bytes) : Json();
  }
  json["reason"] = candidate.reason;
  return json;
}

}  // namespace

Isa isa_in_use(Isa asked) {
  return asked == Isa::automatic ? active_isa() : asked;
}

std::string machine_text(ElementType type, unsigned threads, Isa isa) {
  return std::string(name_of(type)) + ", " + std::to_string(threads) +
         (threads == 1 ? " thread" : " threads") + ", ISA " + std::string(name_of(isa));
}

double predicted_seconds(const Decision& decision) {
  const auto& candidates = decision.candidates;
  const auto chosen = std::find_if(candidates.begin(), candidates.end(),
                                   [&](const Candidate& c) { return c.method == decision.method; });
  return chosen == candidates.end() ? 0 : chosen->seconds;
}

void print_decision(std::ostream& out, const Decision& decision, double operations) {
  std::vector<Row> rows{{"  method", "predicted", "GFLOP/s*", "workspace", ""}};
  for (const Candidate& candidate : decision.candidates) {
    rows.push_back(row_of(decision, candidate, operations));
  }
  print_rows(out, rows);
  out << '\n';
  const std::string& why = decision.why;  // names the method
  print_wrapped(out, "chosen: " + (why.empty() ? std::string(name_of(decision.method)) : why));
}

void print_measured(std::ostream& out, const MeasuredTime& measured, double predicted_seconds,
                    double operations) {
  out << "measured: " << seconds_text(measured.execute_seconds);
  if (predicted_seconds > 0) out << ", predicted " << seconds_text(predicted_seconds);
  const std::string rate = operations_rate(operations, measured.execute_seconds);
  if (!rate.empty()) out << "; " << rate << " GFLOP/s*";
  out << "; planned in " << seconds_text(measured.plan_seconds) << '\n';
}

Json to_json(const Decision& decision, double operations) {
  Json candidates = Json::array();
  for (const Candidate& candidate : decision.candidates) {
    candidates.push_back(candidate_json(candidate, operations));
  }
  return {{"method", name_of(decision.method)},
          {"why", decision.why},
          {"candidates", std::move(candidates)}};
}

Json to_json(const MeasuredTime& measured) {
  return {{"execute_seconds", measured.execute_seconds}, {"plan_seconds", measured.plan_seconds}};
}

void print_json(std::ostream& out, const Json& json) {
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace twofold::tool
