// SPDX-License-Identifier: BSD-3-Clause
// Which instruction sets this machine has, and which one is in use.
#pragma once

#include "twofold/info.hpp"

namespace twofold::detail {

/// What `requested` stands for on this machine; never Isa::automatic.
/// Throws Error(unavailable) if this build or this machine does not have it.
[[nodiscard]] Isa resolve_isa(Isa requested);

/// Whether this machine executes AVX-512 on units of 256 bits, no faster than AVX2.
[[nodiscard]] bool has_half_width_avx512() noexcept;

}  // namespace twofold::detail
