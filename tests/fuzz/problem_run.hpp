// SPDX-License-Identifier: BSD-3-Clause
// A problem, put to the library and judged.
#pragma once

#include "problem_case.hpp"

namespace twofold::fuzz {

/// Reports what is wrong; returns otherwise.
void check_problem(const ProblemCase& problem);

}  // namespace twofold::fuzz
