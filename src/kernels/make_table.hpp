// SPDX-License-Identifier: BSD-3-Clause
// The blocking of each element type, for the files in isa/: sums in 12 of the 16 vector registers,
// which leaves room for the loaded vectors and a tap (bench/README.md holds what was tried).
#pragma once

#include "kernels/sliding_sum.hpp"
#include "kernels/spectra.hpp"

namespace twofold::detail {
namespace {

template <class T, int rows, int vectors>
constexpr LaneKernels<T> blocked() {
  return {Lanes<T>::width, &sliding_sum<rows, vectors, T>};
}

constexpr KernelTable make_table() {
  return {
      .u8 = blocked<std::uint8_t, 2, 3>(),
      .u16 = blocked<std::uint16_t, 4, 3>(),
      .u32 = blocked<std::uint32_t, 4, 3>(),
      .u64 = blocked<std::uint64_t, 2, 2>(),
      .f32 = blocked<float, 4, 3>(),
      .f64 = blocked<double, 4, 3>(),
      .c64 = blocked<std::complex<float>, 2, 3>(),
      .c128 = blocked<std::complex<double>, 2, 3>(),
      .multiply_spectra_f32 = &multiply_spectra<float>,
      .multiply_spectra_f64 = &multiply_spectra<double>,
  };
}

}  // namespace
}  // namespace twofold::detail
