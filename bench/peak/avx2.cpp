// SPDX-License-Identifier: BSD-3-Clause
// The multiply-add loop in 32-byte vectors, with FMA.
#include "peak/chains.hpp"
#include "peak/isa.hpp"

namespace twofold::bench::avx2 {

MultiplyAddLoop float32_loop() {
  return {run_chains<float, 32>, operations_per_step<float, 32>};
}
MultiplyAddLoop float64_loop() {
  return {run_chains<double, 32>, operations_per_step<double, 32>};
}

}  // namespace twofold::bench::avx2
