// SPDX-License-Identifier: BSD-3-Clause
// The machine's limits, measured beside everything else: multiply-adds and memory.
#pragma once

#include <cstddef>
#include <functional>

#include <twofold/twofold.hpp>

namespace twofold::bench {

/// Work whose speed is a limit, and how much of it one run does: floating-point operations, or
/// bytes read and written.
struct Limit {
  std::function<void()> run;
  double amount = 0;
};

/// Multiply-adds in registers only, in `isa`'s vectors; a run takes a few microseconds. Integers
/// and images of integers are compared with float32.
[[nodiscard]] Limit multiply_add_limit(Isa isa, ElementType type);

/// memcpy of `bytes` bytes, which reads and writes that many.
[[nodiscard]] Limit copy_limit(void* to, const void* from, std::size_t bytes);

}  // namespace twofold::bench
