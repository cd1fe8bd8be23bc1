// SPDX-License-Identifier: BSD-3-Clause
// The sizes of the transforms that the Fourier engines would use for a problem, by their costs.
#pragma once

#include "dispatch/rates.hpp"
#include "engines/transform_shape.hpp"

namespace twofold::detail {

/// The cheapest tile that holds the kernel; {0, 0} if none does.
[[nodiscard]] TileShape choose_tile(const Problem&, const Rates&);

/// The cheapest periods.
[[nodiscard]] PeriodShape choose_periods(const Problem&, const Rates&);

}  // namespace twofold::detail
