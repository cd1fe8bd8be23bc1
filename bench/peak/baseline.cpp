// SPDX-License-Identifier: BSD-3-Clause
// The multiply-add loop in 16-byte vectors: SSE2 on x86-64 (multiply, then add), NEON on aarch64.
#include "peak/chains.hpp"
#include "peak/isa.hpp"

namespace twofold::bench::baseline {

MultiplyAddLoop float32_loop() {
  return {run_chains<float, 16>, operations_per_step<float, 16>};
}
MultiplyAddLoop float64_loop() {
  return {run_chains<double, 16>, operations_per_step<double, 16>};
}

}  // namespace twofold::bench::baseline
