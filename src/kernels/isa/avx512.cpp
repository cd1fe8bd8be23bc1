// SPDX-License-Identifier: BSD-3-Clause
// AVX-512 F, BW, CD, DQ and VL. Compiled with the flags of these.
#define xsimd xsimd_avx512  // its inline functions must not be shared between instruction sets
#include "kernels/make_table.hpp"

namespace twofold::detail {

const KernelTable avx512_kernels = make_table();

}  // namespace twofold::detail
