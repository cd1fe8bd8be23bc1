// SPDX-License-Identifier: BSD-3-Clause
// What the engines of layers cost: formulas over a machine's rates, for one image and one thread.
#pragma once

#include "dispatch/rates.hpp"
#include "problem/layer.hpp"

namespace twofold::detail {

[[nodiscard]] double layer_direct_seconds(const LayerShape& shape, const Rates& rates);
[[nodiscard]] double layer_frequency_seconds(const LayerShape& shape, Index side,
                                             const Rates& rates);
[[nodiscard]] double layer_winograd_seconds(const LayerShape& shape, const Rates& rates);
[[nodiscard]] double layer_reference_seconds(const LayerShape& shape, const Rates& rates);

/// What making the kernel's spectrum takes, once.
[[nodiscard]] double spectrum_seconds(const LayerShape& shape, Index side) noexcept;

/// Whether the channels of a depthwise layer are better summed as images of their own.
[[nodiscard]] bool prefers_planes(const LayerShape& shape, const Rates& rates) noexcept;

/// Whether the direct sum is better computed filters by pixels: channels that lie apart need not be
/// transposed then, but every tap is packed.
[[nodiscard]] bool prefers_planar(const LayerShape& shape, const Rates& rates);

/// The side of the cheapest tiles; 0 if no tile is larger than the kernel.
[[nodiscard]] Index choose_tile_side(const LayerShape& shape, const Rates& rates);

}  // namespace twofold::detail
