// SPDX-License-Identifier: BSD-3-Clause
// twofold conv.
#pragma once

#include "arguments.hpp"

namespace twofold::tool {

/// Reads, computes, writes. Throws UsageError, FileError or Error; then no output has appeared.
void conv_command(const ConvArguments&);

}  // namespace twofold::tool
