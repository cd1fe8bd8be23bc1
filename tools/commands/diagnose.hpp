// SPDX-License-Identifier: BSD-3-Clause
// twofold diagnose.
#pragma once

#include "arguments.hpp"

namespace twofold::tool {

/// Prints why two results differ. Throws UsageError, FileError or Error.
void diagnose_command(const DiagnoseArguments&);

}  // namespace twofold::tool
