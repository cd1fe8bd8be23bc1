// SPDX-License-Identifier: BSD-3-Clause
// Arrays of which only the size matters: no method finds a structure in them to make use of.
#pragma once

#include "any_image.hpp"

namespace twofold::tool {

/// Taps from 1 to 4 without a pattern, none of them zero. Up to most_kernel_elements.
[[nodiscard]] AnyImage generic_kernel(Index rows, Index cols, ElementType type);

/// Whole numbers from 0 to 127 without a pattern.
[[nodiscard]] AnyImage generic_image(const Shape& shape, ElementType type);

}  // namespace twofold::tool
