// SPDX-License-Identifier: BSD-3-Clause
// The blocking of each element type, for the files in isa/: as many sums as the vector registers
// hold beside the loaded vectors and a tap, 12 of 16 or 24 of 32. bench/README.md holds what was
// tried.
#pragma once

#include "kernels/sliding_sum.hpp"
#include "kernels/spectra.hpp"

namespace twofold::detail {
namespace {

template <class T, Blockings blockings>
constexpr LaneKernels<T> blocked() {
  return {Lanes<T>::width, &sliding_sum<blockings, T>};
}

// A pair: sums that take two registers each, as complex numbers do, and bytes in 16-bit lanes.
#if defined(__AVX512F__)
constexpr Blockings real_blockings{{6, 4}, {8, 2}, {6, 2}, {8, 2}};
constexpr Blockings pair_blockings{{4, 3}};
#else
constexpr Blockings real_blockings{{4, 3}, {8, 1}, {6, 2}};
constexpr Blockings pair_blockings{{2, 3}};
#endif
constexpr Blockings integer_blockings{{4, 3}};

constexpr KernelTable make_table() {
  return {
      .u8 = blocked<std::uint8_t, pair_blockings>(),
      .u16 = blocked<std::uint16_t, integer_blockings>(),
      .u32 = blocked<std::uint32_t, integer_blockings>(),
      .u64 = blocked<std::uint64_t, Blockings{{2, 2}}>(),
      .f32 = blocked<float, real_blockings>(),
      .f64 = blocked<double, real_blockings>(),
      .c64 = blocked<std::complex<float>, pair_blockings>(),
      .c128 = blocked<std::complex<double>, pair_blockings>(),
      .multiply_spectra_f32 = &multiply_spectra<float>,
      .multiply_spectra_f64 = &multiply_spectra<double>,
  };
}

}  // namespace
}  // namespace twofold::detail
