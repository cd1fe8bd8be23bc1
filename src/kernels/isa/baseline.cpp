// SPDX-License-Identifier: BSD-3-Clause
// What every CPU of the architecture has: SSE2 on x86-64, NEON on aarch64. Compiled without flags.
#define xsimd xsimd_baseline  // its inline functions must not be shared between instruction sets
#include "kernels/make_table.hpp"

namespace twofold::detail {

#if defined(__aarch64__)
static_assert(std::is_same_v<Arch, xsimd::neon64>, "what name_of(Isa::baseline) says");
#endif

const KernelTable baseline_kernels = make_table();

}  // namespace twofold::detail
