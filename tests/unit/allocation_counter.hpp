// SPDX-License-Identifier: BSD-3-Clause
// How often this process has asked for memory, from any of its libraries.
#pragma once

#include <cstddef>

namespace twofold::test {

std::size_t allocations() noexcept;

}  // namespace twofold::test
