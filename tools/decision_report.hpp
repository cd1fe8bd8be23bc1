// SPDX-License-Identifier: BSD-3-Clause
// What the dispatcher decided, as a table for a terminal and as JSON.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include <nlohmann/json_fwd.hpp>
#include <twofold/plan.hpp>

namespace twofold::tool {

struct MeasuredTime {
  double plan_seconds = 0;     ///< choosing the method, preparing the kernel
  double execute_seconds = 0;  ///< the computation itself, which is what was predicted
};

/// A problem, what was decided about it and, where it has been computed, how long it took.
struct DecisionReport {
  Operation operation{};
  Options options;
  Isa isa{};
  ElementType type{};  ///< in which the sums are formed
  Shape image;
  Shape kernel;
  Shape output;
  Decision decision;
  std::optional<MeasuredTime> measured;
};

/// "convolve, mode same, boundary fill, float32, 1 thread, ISA avx2".
[[nodiscard]] std::string settings_text(Operation, const Options&, ElementType, Isa);

/// 80 columns wide.
void print_table(std::ostream&, const DecisionReport&);

[[nodiscard]] nlohmann::ordered_json to_json(const DecisionReport&);

/// One line of JSON or several, as people read it; names that are not UTF-8 are made so.
void print_json(std::ostream&, const nlohmann::ordered_json&);

}  // namespace twofold::tool
