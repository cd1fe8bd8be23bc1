// SPDX-License-Identifier: BSD-3-Clause
// Shortcuts: what some kernels allow the direct engine to leave out.
#pragma once

#include "problem/problem.hpp"

namespace twofold::detail {

enum class Shortcut : unsigned char {
  none,
  real_taps,  ///< complex numbers, real taps: two sums of reals
  scattered,  ///< most taps are zero: only the others
  paired,     ///< integers of 16 bits, sums of 32: two taps in one instruction
  mirrored,   ///< rows of taps read the same backwards: a multiplication for two elements
};

/// The one that pays most.
[[nodiscard]] Shortcut shortcut_for(const Problem& problem);

/// What an output of the problem costs with it, in taps of a dense kernel: measured, see
/// bench/README.md.
[[nodiscard]] double cost_in_taps(Shortcut shortcut, const Problem& problem);

}  // namespace twofold::detail
