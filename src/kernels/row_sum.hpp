// SPDX-License-Identifier: BSD-3-Clause
// Windows of a single row, for AVX-512. Every tap needs each vector of input shifted by one more
// element. Loading it once more from there crosses a cache line nearly always, which costs two
// loads; shifting it in registers costs an instruction of another unit. Every other tap one way,
// every other the other keeps both below what the multipliers take. Included only by the files in
// isa/.
#pragma once

#include "kernels/sliding_sum.hpp"

#if defined(__AVX512F__)

namespace twofold::detail {
namespace {

/// The elements from `shift` on of the vector `low` and the one that follows it in memory. All
/// lanes are masked in, because GCC 12 finds uninitialised values in the unmasked intrinsics (its
/// bug 105593); it then drops the mask.
template <int shift, class T>
xsimd::batch<T, Arch> shifted(const xsimd::batch<T, Arch>& low, const xsimd::batch<T, Arch>& high) {
  if constexpr (std::is_same_v<T, float>) {
    return _mm512_castsi512_ps(_mm512_maskz_alignr_epi32(0xffff, _mm512_castps_si512(high),
                                                         _mm512_castps_si512(low), shift));
  } else {
    return _mm512_castsi512_pd(_mm512_maskz_alignr_epi64(0xff, _mm512_castpd_si512(high),
                                                         _mm512_castpd_si512(low), shift));
  }
}

/// The first `count` elements; nothing behind them is read.
template <class T>
xsimd::batch<T, Arch> load_first(const T* from, Index count) {
  if constexpr (std::is_same_v<T, float>) {
    return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << count) - 1), from);
  } else {
    return _mm512_maskz_loadu_pd(static_cast<__mmask8>((1U << count) - 1), from);
  }
}

/// Adds the taps from `tap` to `count`, of at most as many as a vector has elements; x are the
/// vectors at `in`, one more than there are sums.
template <int tap, int vectors, class T>
inline __attribute__((always_inline)) void add_taps(xsimd::batch<T, Arch> (&sums)[vectors],
                                                    const xsimd::batch<T, Arch> (&x)[vectors + 1],
                                                    const T* in, const T* taps, Index count) {
  using L = Lanes<T>;
  if constexpr (tap < L::width) {
    if (tap == count) return;
    const auto factor = L::broadcast(taps[tap]);
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      if constexpr (tap % 2 == 0) {
        L::multiply_add(sums[v], shifted<tap, T>(x[v], x[v + 1]), factor);
      } else {
        L::multiply_add(sums[v], L::load(in + tap + v * L::width), factor);
      }
    }
    add_taps<tap + 1>(sums, x, in, taps, count);
  }
}

template <int vectors, class T>
inline __attribute__((always_inline)) void sum_row_strip(const T* in, T* to, bool streamed,
                                                         const T* taps, Index tap_cols) {
  using L = Lanes<T>;
  typename L::Accumulator sums[vectors];
#pragma GCC unroll 16
  for (int v = 0; v < vectors; ++v)
    sums[v] = L::zero();
  for (Index b = 0; b < tap_cols; b += L::width, in += L::width) {
    const Index count = b + L::width < tap_cols ? L::width : tap_cols - b;
    typename L::Vector x[vectors + 1];
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v)
      x[v] = L::load(in + v * L::width);
    x[vectors] = load_first(in + vectors * L::width, count - 1);
    add_taps<0>(sums, x, in, taps + b, count);
  }
  store_sums<T>(sums, to, streamed);
}

/// A SlidingSum for windows of one row and one channel.
template <class T>
void row_sum(const Rows<T>& in_rows, const Target<T>& target, Index out_rows, Index width,
             const T* taps, const Window& window) {
  for (Index row = 0; row < out_rows; ++row) {
    const T* in = in_rows.pointers[row];
    T* to = target.data + row * target.pitch;
    for_each_strip<Form{1, 8}, T>(width, [&]<Form narrowed>(Index at) {
      const bool streamed = is_streamed<narrowed.vectors * Lanes<T>::width>(target, at);
      sum_row_strip<narrowed.vectors>(in + at, to + at, streamed, taps, window.tap_cols);
    });
  }
  if (target.streamed) finish_streaming();
}

/// As sliding_kernel, with rows of one channel apart.
template <class T, Form... forms>
SlidingKernel<T> sliding_or_row_kernel(const Window& window, bool streamed) noexcept {
  if (window.tap_rows == 1 && window.spacing == 1 && window.tap_cols > 1) {
    return {&row_sum<T>, 1, 4 * Lanes<T>::width};
  }
  return sliding_kernel<T, forms...>(window, streamed);
}

}  // namespace
}  // namespace twofold::detail

#endif
