// SPDX-License-Identifier: BSD-3-Clause
// How often this process has asked for a lock, from any of its libraries.
#pragma once

#include <cstddef>

namespace twofold::test {

/// Of mutexes and of locks for readers and writers, those only tried among them.
std::size_t locks() noexcept;

}  // namespace twofold::test
