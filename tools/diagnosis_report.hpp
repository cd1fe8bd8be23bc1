// SPDX-License-Identifier: BSD-3-Clause
// A diagnosis for a terminal, and as JSON.
#pragma once

#include <ostream>

#include <nlohmann/json_fwd.hpp>
#include <twofold/diagnose.hpp>

namespace twofold::tool {

/// 80 columns wide. `second`: what the calls of b are called, "B" or "expected".
void print_diagnosis(std::ostream&, const Diagnosis&, const char* second);

[[nodiscard]] nlohmann::ordered_json to_json(const Diagnosis&, const char* second);

}  // namespace twofold::tool
