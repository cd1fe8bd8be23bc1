// SPDX-License-Identifier: BSD-3-Clause
// What mistakes make of options and shapes.
#pragma once

#include "problem_case.hpp"

namespace twofold::fuzz {

/// Whether the problem's route can show its mistake.
[[nodiscard]] bool is_possible(const ProblemCase& problem);

/// Nothing, where the mistake is not one of these.
void put_into(Options& options, Mistake mistake);
void put_into(Shape& image, Shape& kernel, Mistake mistake);

}  // namespace twofold::fuzz
