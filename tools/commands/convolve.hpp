// SPDX-License-Identifier: BSD-3-Clause
// twofold convolve, twofold correlate.
#pragma once

#include "arguments.hpp"

namespace twofold::tool {

/// Reads, computes, writes. Throws UsageError, FileError or Error; then no output has appeared.
void convolve_command(const ConvolveArguments&);

}  // namespace twofold::tool
