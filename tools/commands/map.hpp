// SPDX-License-Identifier: BSD-3-Clause
// twofold map.
#pragma once

#include "arguments.hpp"

namespace twofold::tool {

/// Measures, and writes the map. Throws UsageError, FileError or Error; then no output has
/// appeared.
void map_command(const MapArguments&);

}  // namespace twofold::tool
