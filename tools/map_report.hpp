// SPDX-License-Identifier: BSD-3-Clause
// A measured map of the methods, as JSON and as a table for a terminal.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "map_measurement.hpp"

namespace twofold::tool {

/// A line for each cell.
[[nodiscard]] std::string map_json(const MapRequest&, const std::vector<MapCell>&);

/// A letter for each cell's fastest method, and what `automatic` lost; 80 columns wide.
void print_map(std::ostream&, const MapRequest&, const std::vector<MapCell>&);

}  // namespace twofold::tool
