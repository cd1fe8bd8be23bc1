// SPDX-License-Identifier: BSD-3-Clause
// The loop that finds how many multiply-adds per second one core can do, for vectors of `bytes`
// bytes. Included by one file per instruction set; everything in it has internal linkage.
#pragma once

#include <cstddef>
#include <utility>

namespace twofold::bench {
namespace {

template <class T, std::size_t bytes>
struct VectorOf {
  using type [[gnu::vector_size(bytes)]] = T;
};

// Two units with a latency of four cycles need eight chains; twelve, with the two operands they
// share, fit into the sixteen registers of SSE and AVX.
constexpr std::size_t chains = 12;

template <class T, std::size_t bytes, std::size_t... chain>
double multiply_add_chains(std::size_t steps, std::index_sequence<chain...>) {
  using Vector = typename VectorOf<T, bytes>::type;
  Vector sums[] = {Vector{} + static_cast<T>(chain)...};
  // Hidden from the compiler, which would otherwise compute everything itself. With these values
  // the sums stay in range for ever: x ← x/2 + 1/2.
  volatile T half = static_cast<T>(0.5);
  const Vector factor = Vector{} + half;
  const Vector addend = Vector{} + half;
  for (std::size_t step = 0; step < steps; ++step) {
    ((sums[chain] = sums[chain] * factor + addend), ...);
  }
  Vector total{};
  ((total += sums[chain]), ...);
  return static_cast<double>(total[0]);
}

/// Runs the chains for `steps` steps. Returns a number that depends on all of them.
template <class T, std::size_t bytes>
double run_chains(std::size_t steps) {
  return multiply_add_chains<T, bytes>(steps, std::make_index_sequence<chains>{});
}

template <class T, std::size_t bytes>
constexpr std::size_t lanes = bytes / sizeof(T);

/// What one step computes: a multiplication and an addition per lane and chain.
template <class T, std::size_t bytes>
constexpr double operations_per_step = static_cast<double>(2 * chains * lanes<T, bytes>);

}  // namespace
}  // namespace twofold::bench
