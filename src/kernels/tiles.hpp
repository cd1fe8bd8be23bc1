// SPDX-License-Identifier: BSD-3-Clause
// What overlap-save does to tiles beside transforming them. Included only by the files in isa/,
// after lanes.hpp. Plain loops where the compiler vectorises them for the file's instruction set.
#pragma once

#include "kernels/lanes.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace twofold::detail {
namespace {

template <class R>
void interleave(const R* re, const R* im, R re_factor, R im_factor, std::complex<R>* to,
                Index count) {
  const R* __restrict a = re;
  const R* __restrict b = im;
  R* __restrict parts = reinterpret_cast<R*>(to);
  for (Index i = 0; i < count; ++i) {
    parts[2 * i] = a[i] * re_factor;
    parts[2 * i + 1] = b[i] * im_factor;
  }
}

template <class R>
void take_parts(const R* from, R first_factor, R second_factor, R* to, Index count) {
  const R* __restrict parts = from;
  R* __restrict numbers = to;
  for (Index i = 0; i < count; ++i)
    numbers[i] = parts[2 * i] * first_factor * second_factor;
}

template <class R>
R sum_of_squares(const R* numbers, Index count) {
  using Vector = xsimd::batch<R, Arch>;
  constexpr Index width = static_cast<Index>(Vector::size);
  Vector sums[4] = {Vector(R(0)), Vector(R(0)), Vector(R(0)), Vector(R(0))};
  Index i = 0;
  for (; i + 4 * width <= count; i += 4 * width) {
    for (Index v = 0; v < 4; ++v) {
      const auto x = Vector::load_unaligned(numbers + i + v * width);
      sums[v] = multiply_add(x, x, sums[v]);
    }
  }
  R lanes[width];
  ((sums[0] + sums[1]) + (sums[2] + sums[3])).store_unaligned(lanes);
  R total = 0;
  for (const R lane : lanes)
    total += lane;
  for (; i < count; ++i)
    total += numbers[i] * numbers[i];
  return total;
}

/// `block` × `block` complex numbers.
template <class R>
struct TransposedBlock {
  static constexpr Index block = 1;
  static void copy(const std::complex<R>* from, Index, std::complex<R>* to, Index) { *to = *from; }
};

#if defined(__AVX2__)
template <>
struct TransposedBlock<float> {
  static constexpr Index block = 4;
  inline __attribute__((always_inline)) static void copy(const std::complex<float>* from,
                                                         Index from_pitch, std::complex<float>* to,
                                                         Index to_pitch) {
    const auto row = [&](Index i) {
      return _mm256_loadu_pd(reinterpret_cast<const double*>(from + i * from_pitch));
    };
    const auto column = [&](Index i, __m256d numbers) {
      _mm256_storeu_pd(reinterpret_cast<double*>(to + i * to_pitch), numbers);
    };
    const __m256d even_low = _mm256_unpacklo_pd(row(0), row(1));
    const __m256d odd_low = _mm256_unpackhi_pd(row(0), row(1));
    const __m256d even_high = _mm256_unpacklo_pd(row(2), row(3));
    const __m256d odd_high = _mm256_unpackhi_pd(row(2), row(3));
    column(0, _mm256_permute2f128_pd(even_low, even_high, 0x20));
    column(1, _mm256_permute2f128_pd(odd_low, odd_high, 0x20));
    column(2, _mm256_permute2f128_pd(even_low, even_high, 0x31));
    column(3, _mm256_permute2f128_pd(odd_low, odd_high, 0x31));
  }
};
#elif defined(__SSE2__)
template <>
struct TransposedBlock<float> {
  static constexpr Index block = 2;
  inline __attribute__((always_inline)) static void copy(const std::complex<float>* from,
                                                         Index from_pitch, std::complex<float>* to,
                                                         Index to_pitch) {
    const __m128d first = _mm_loadu_pd(reinterpret_cast<const double*>(from));
    const __m128d second = _mm_loadu_pd(reinterpret_cast<const double*>(from + from_pitch));
    _mm_storeu_pd(reinterpret_cast<double*>(to), _mm_unpacklo_pd(first, second));
    _mm_storeu_pd(reinterpret_cast<double*>(to + to_pitch), _mm_unpackhi_pd(first, second));
  }
};
#endif

/// In strips of 16 rows, which fill whole cache lines of the result.
template <class R>
void transpose(const std::complex<R>* from, Index from_pitch, Index rows, Index cols,
               std::complex<R>* to, Index to_pitch) {
  using Block = TransposedBlock<R>;
  constexpr Index strip = 16;
  for (Index begin = 0; begin < rows; begin += strip) {
    const Index end = begin + strip < rows ? begin + strip : rows;
    for (Index col = 0; col < cols; col += Block::block) {
      for (Index row = begin; row < end; row += Block::block) {
        Block::copy(from + row * from_pitch + col, from_pitch, to + col * to_pitch + row, to_pitch);
      }
    }
  }
}

template <class R>
constexpr TileKernels<R> tile_kernels() {
  return {&interleave<R>, &take_parts<R>, &sum_of_squares<R>, &transpose<R>, &multiply_spectra<R>};
}

}  // namespace
}  // namespace twofold::detail
