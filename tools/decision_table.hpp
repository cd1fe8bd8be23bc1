// SPDX-License-Identifier: BSD-3-Clause
// The candidates that a decision was made among, and times: the parts that every report has.
#pragma once

#include <ostream>
#include <string>

#include <nlohmann/json_fwd.hpp>
#include <twofold/plan.hpp>

namespace twofold::tool {

struct MeasuredTime {
  double plan_seconds = 0;     ///< choosing the method, preparing the kernel
  double execute_seconds = 0;  ///< the computation itself, which is what was predicted
};

inline constexpr const char* rate_footnote =
    "* operations of the direct sum, divided by the time\n";

/// The one that `asked` stands for on this machine.
[[nodiscard]] Isa isa_in_use(Isa asked);

/// "float32, 1 thread, ISA avx2".
[[nodiscard]] std::string machine_text(ElementType, unsigned threads, Isa);

/// Of the chosen method; 0 where nothing was predicted.
[[nodiscard]] double predicted_seconds(const Decision&);

/// The candidates as a table of 80 columns, and why one was chosen. `operations`: those of the
/// direct sum, or 0 where they are not known.
void print_decision(std::ostream&, const Decision&, double operations);
void print_measured(std::ostream&, const MeasuredTime&, double predicted_seconds,
                    double operations);

[[nodiscard]] nlohmann::ordered_json to_json(const Decision&, double operations);
[[nodiscard]] nlohmann::ordered_json to_json(const MeasuredTime&);

/// One line of JSON or several, as people read it; names that are not UTF-8 are made so.
void print_json(std::ostream&, const nlohmann::ordered_json&);

}  // namespace twofold::tool
