// SPDX-License-Identifier: BSD-3-Clause
// twofold tune.
#pragma once

#include "arguments.hpp"

namespace twofold::tool {

/// Measures this machine and writes the profile. Throws FileError or Error.
void tune_command(const TuneArguments&);

}  // namespace twofold::tool
