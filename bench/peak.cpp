// SPDX-License-Identifier: BSD-3-Clause
// Chooses the multiply-add loop of the instruction set in use; copies memory.
#include "peak.hpp"

#include <cstring>

#include <benchmark/benchmark.h>

#include "peak/isa.hpp"

namespace twofold::bench {

namespace {

MultiplyAddLoop loop_of(Isa isa, bool wide) {
#ifdef __x86_64__
  if (isa == Isa::avx512) return wide ? avx512::float64_loop() : avx512::float32_loop();
  if (isa == Isa::avx2) return wide ? avx2::float64_loop() : avx2::float32_loop();
#endif
  if (isa == Isa::baseline) return wide ? baseline::float64_loop() : baseline::float32_loop();
  throw Error(Errc::unavailable, "peak: no multiply-add loop for " + std::string(name_of(isa)) +
                                     "; add it to bench/peak");
}

}  // namespace

Limit multiply_add_limit(Isa isa, ElementType type) {
  constexpr std::size_t steps = 2000;
  const bool wide = type == ElementType::float64 || type == ElementType::complex128;
  const MultiplyAddLoop loop = loop_of(isa, wide);
  return {[loop] { benchmark::DoNotOptimize(loop.run(steps)); },
          loop.operations_per_step * static_cast<double>(steps)};
}

Limit copy_limit(void* to, const void* from, std::size_t bytes) {
  return {[=] {
            std::memcpy(to, from, bytes);
            benchmark::ClobberMemory();
          },
          2.0 * static_cast<double>(bytes)};
}

}  // namespace twofold::bench
