// SPDX-License-Identifier: BSD-3-Clause
// AVX2 with fused multiply-add. Compiled with -mavx2 -mfma.
#define xsimd xsimd_avx2  // its inline functions must not be shared between instruction sets
#include "kernels/make_table.hpp"

namespace twofold::detail {

const KernelTable avx2_kernels = make_table();

}  // namespace twofold::detail
