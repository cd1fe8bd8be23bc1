// SPDX-License-Identifier: BSD-3-Clause
// From an instruction set to its table.
#include "kernels/kernels.hpp"

namespace twofold::detail {

const KernelTable& kernels_for(Isa isa) noexcept {
#if defined(__x86_64__)
  if (isa == Isa::avx512) return avx512_kernels;
  if (isa == Isa::avx2) return avx2_kernels;
#endif
  (void)isa;
  return baseline_kernels;
}

}  // namespace twofold::detail
