// SPDX-License-Identifier: BSD-3-Clause
// The inner loops, as one table of function pointers per instruction set. Kernels know pointers and
// sizes, nothing else; every size is in elements.
#pragma once

#include <complex>
#include <cstdint>

#include "twofold/options.hpp"

namespace twofold::detail {

/// The shape of a sliding window. Adjacent taps of a row lie `spacing` elements apart in the
/// input: the number of interleaved channels.
struct Window {
  Index tap_rows = 0;
  Index tap_cols = 0;
  Index spacing = 1;
};

/// out[r·out_pitch + i] = Σ_a Σ_b taps[a·tap_cols + b] · in[(r + a)·in_pitch + i + b·spacing]
/// for r < rows, i < width. The sum's order is that of the taps in memory, for every output,
/// wherever it lies: the same bits in any tile. Floating point: fused multiply-add where the ISA
/// has it. width is at least vector_width<T>; nothing beyond the named elements is read or written.
template <class T>
using SlidingSum = void (*)(const T* in, Index in_pitch, T* out, Index out_pitch, Index rows,
                            Index width, const T* taps, const Window& window);

/// a[i] *= b[i] for i < count.
template <class R>
using MultiplySpectra = void (*)(std::complex<R>* a, const std::complex<R>* b, Index count);

/// What one instruction set does for sums of T.
template <class T>
struct LaneKernels {
  Index vector_width;  ///< elements in one vector
  SlidingSum<T> sliding_sum;
};

struct KernelTable {
  LaneKernels<std::uint8_t> u8;
  LaneKernels<std::uint16_t> u16;
  LaneKernels<std::uint32_t> u32;
  LaneKernels<std::uint64_t> u64;
  LaneKernels<float> f32;
  LaneKernels<double> f64;
  LaneKernels<std::complex<float>> c64;
  LaneKernels<std::complex<double>> c128;
  MultiplySpectra<float> multiply_spectra_f32;
  MultiplySpectra<double> multiply_spectra_f64;

  template <class T>
  [[nodiscard]] constexpr const LaneKernels<T>& lanes() const noexcept {
    if constexpr (std::is_same_v<T, std::uint8_t>) return u8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return u16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return u32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return u64;
    if constexpr (std::is_same_v<T, float>) return f32;
    if constexpr (std::is_same_v<T, double>) return f64;
    if constexpr (std::is_same_v<T, std::complex<float>>) return c64;
    if constexpr (std::is_same_v<T, std::complex<double>>) return c128;
  }
  template <class R>
  [[nodiscard]] constexpr MultiplySpectra<R> multiply_spectra() const noexcept {
    if constexpr (std::is_same_v<R, float>) return multiply_spectra_f32;
    if constexpr (std::is_same_v<R, double>) return multiply_spectra_f64;
  }
};

/// The table of an instruction set that this machine has.
[[nodiscard]] const KernelTable& kernels_for(Isa isa) noexcept;

// One per file in isa/; only those that this build contains are defined.
extern const KernelTable baseline_kernels;
extern const KernelTable avx2_kernels;
extern const KernelTable avx512_kernels;

}  // namespace twofold::detail
