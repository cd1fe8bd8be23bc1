// SPDX-License-Identifier: BSD-3-Clause
// A diagnosis for a terminal, and as JSON.
#include "diagnosis_report.hpp"

#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>

#include "number.hpp"
#include "text.hpp"

namespace twofold::tool {

namespace {

using Json = nlohmann::ordered_json;

/// JSON has no infinity.
Json number_json(double value) {
  return std::isfinite(value) ? Json(value) : Json();
}

std::string boundary_text(const Boundaries& boundary) {
  std::string text(name_of(boundary.rows));
  if (boundary.cols != boundary.rows) text.append(",").append(name_of(boundary.cols));
  return text;
}

constexpr const char* storage_names[] = {"exact", "rounded", "truncated", "saturated", "wrapped"};

Json call_json(const Call& call) {
  Json json{{"text", call.text()},
            {"operation", name_of(call.operation)},
            {"mode", name_of(call.mode)},
            {"boundary", boundary_text(call.boundary)},
            {"fill", call.fill.real()}};
  if (call.fill.imag() != 0) json["fill"] = {call.fill.real(), call.fill.imag()};
  json["kernel"] = {
      {"rotated", call.rotated}, {"transposed", call.transposed}, {"conjugated", call.conjugated}};
  json["anchor"] = {call.anchor.row, call.anchor.col};
  json["factor"] = call.factor;
  if (!call.factor_name.empty()) json["factor_name"] = call.factor_name;
  json["values"] = storage_names[static_cast<std::size_t>(call.storage)];
  if (call.storage == Storage::saturated || call.storage == Storage::wrapped)
    json["values_type"] = name_of(call.storage_type);
  json["channels_reversed"] = call.channels_reversed;
  return json;
}

Json calls_json(const std::vector<Call>& calls) {
  Json json = Json::array();
  for (const Call& call : calls)
    json.push_back(call_json(call));
  return json;
}

Json explanation_json(const Explanation& explanation, const char* second) {
  Json causes = Json::array();
  for (const Cause cause : explanation.causes)
    causes.push_back(name_of(cause));
  return {{"causes", std::move(causes)},        {"sentence", explanation.sentence},
          {"evidence", explanation.evidence},   {"residual", explanation.residual},
          {"tolerance", explanation.tolerance}, {"a", call_json(explanation.a)},
          {second, call_json(explanation.b)}};
}

void print_call(std::ostream& out, const char* name, const Call& call) {
  constexpr std::size_t margin = 10;
  out << left_aligned(name, margin);
  print_wrapped(out, call.text(), margin);
}

}  // namespace

void print_diagnosis(std::ostream& out, const Diagnosis& diagnosis, const char* second) {
  for (const std::string_view line : split(diagnosis.summary(), '\n'))
    print_wrapped(out, line, line.starts_with("- ") ? 2 : 0);
  const bool is_explained = !diagnosis.explanations.empty();
  if (!is_explained && (diagnosis.calls_of_a.empty() || diagnosis.calls_of_b.empty())) return;
  out << '\n';
  print_call(out, "A",
             is_explained ? diagnosis.explanations.front().a : diagnosis.calls_of_a.front());
  print_call(out, second,
             is_explained ? diagnosis.explanations.front().b : diagnosis.calls_of_b.front());
}

Json to_json(const Diagnosis& diagnosis, const char* second) {
  Json explanations = Json::array();
  for (const Explanation& explanation : diagnosis.explanations)
    explanations.push_back(explanation_json(explanation, second));
  const bool has_difference = diagnosis.difference >= 0;
  return {{"verdict", name_of(diagnosis.verdict)},
          {"summary", diagnosis.summary()},
          {"difference", has_difference ? number_json(diagnosis.difference) : Json()},
          {"explanations", std::move(explanations)},
          {"calls",
           {{"a", calls_json(diagnosis.calls_of_a)}, {second, calls_json(diagnosis.calls_of_b)}}}};
}

}  // namespace twofold::tool
