// SPDX-License-Identifier: BSD-3-Clause
// What the dispatcher decided, as a table for a terminal and as JSON.
#pragma once

#include <optional>
#include <ostream>
#include <string>

#include <twofold/plan.hpp>

#include "decision_table.hpp"

namespace twofold::tool {

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

}  // namespace twofold::tool
