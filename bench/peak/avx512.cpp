// SPDX-License-Identifier: BSD-3-Clause
// The multiply-add loop in 64-byte vectors, with FMA.
#include "peak/chains.hpp"
#include "peak/isa.hpp"

namespace twofold::bench::avx512 {

MultiplyAddLoop float32_loop() {
  return {run_chains<float, 64>, operations_per_step<float, 64>};
}
MultiplyAddLoop float64_loop() {
  return {run_chains<double, 64>, operations_per_step<double, 64>};
}

}  // namespace twofold::bench::avx512
