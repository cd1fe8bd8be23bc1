// SPDX-License-Identifier: BSD-3-Clause
// twofold info.
#pragma once

#include "arguments.hpp"

namespace twofold::tool {

/// Prints what this build is and what this machine can do. Throws Error.
void info_command(const InfoArguments&);

}  // namespace twofold::tool
