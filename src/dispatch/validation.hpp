// SPDX-License-Identifier: BSD-3-Clause
// What is checked of a call before anything is written.
#pragma once

#include <span>

#include "engines/engine.hpp"

namespace twofold::detail {

/// Throws Error: outputs within the plan's, `out` of their shape and with distinct elements, a
/// workspace of `workspace_bytes`, no element shared by tile and out, a tile that holds all that is
/// needed, only finite numbers where that is asked for.
void require_valid(const Problem& problem, const Task& call, std::span<std::byte> workspace,
                   std::size_t workspace_bytes);

/// Throws Error(workspace) if it is too small or not aligned.
void require_workspace(std::span<std::byte> workspace, std::size_t needed);

/// Throws Error(nonfinite), naming the element; `origin` is the position of the tile's first one.
void require_finite(const ErasedView& tile, Point origin);

/// See Plan::input_region.
[[nodiscard]] Rect input_region_of(const Problem& problem, const Rect& outputs);

/// Throws Error(invalid_shape) if `outputs` is empty or reaches beyond the plan's output.
void require_outputs(const Problem& problem, const Rect& outputs);

/// Throws Error(invalid_option) for NaN and what is negative.
void require_magnitude(double largest_magnitude);

}  // namespace twofold::detail
