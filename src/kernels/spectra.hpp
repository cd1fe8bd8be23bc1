// SPDX-License-Identifier: BSD-3-Clause
// Products of spectra. Included only by the files in isa/, after lanes.hpp.
#pragma once

#include "kernels/lanes.hpp"

namespace twofold::detail {
namespace {

/// A plain loop, which the compiler vectorises for the file's instruction set: it is bound by
/// memory, and xsimd 8.1's complex loads are not free of warnings.
template <class R>
void multiply_spectra(std::complex<R>* a, const std::complex<R>* b, Index count) {
  R* __restrict x = reinterpret_cast<R*>(a);
  const R* __restrict y = reinterpret_cast<const R*>(b);
  for (Index i = 0; i < 2 * count; i += 2) {
    const R re = x[i] * y[i] - x[i + 1] * y[i + 1];
    const R im = x[i] * y[i + 1] + x[i + 1] * y[i];
    x[i] = re;
    x[i + 1] = im;
  }
}

}  // namespace
}  // namespace twofold::detail
