// SPDX-License-Identifier: BSD-3-Clause
// twofold explain.
#pragma once

#include "arguments.hpp"

namespace twofold::tool {

/// Prints what the dispatcher would decide. Throws UsageError or Error.
void explain_command(const ExplainArguments&);

}  // namespace twofold::tool
