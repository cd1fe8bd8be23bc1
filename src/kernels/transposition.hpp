// SPDX-License-Identifier: BSD-3-Clause
// Between layouts of channels: transposition, in squares as wide as a vector, and plain copies.
#pragma once

#include <utility>

#include "kernels/lanes.hpp"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

namespace twofold::detail {
namespace {

/// A square of numbers, a vector in each row.
template <class T>
struct Square {
  using Vector = xsimd::batch<T, Arch>;
  static constexpr int side = static_cast<int>(Vector::size);
  using Lanes = std::make_integer_sequence<int, side>;
  Vector rows[side];

  /// Of rows `distance` apart, exchanges what lies off the diagonal: lanes with that bit set in the
  /// upper row, and without it in the lower.
  template <int distance, int... lane>
  inline __attribute__((always_inline)) void exchange(std::integer_sequence<int, lane...>) {
#pragma GCC unroll 16
    for (int i = 0; i < side; ++i) {
      if ((i & distance) != 0) continue;
      const auto upper = rows[i].data;
      const auto lower = rows[i + distance].data;
      rows[i] = Vector(__builtin_shufflevector(
          upper, lower, ((lane & distance) == 0 ? lane : side + lane - distance)...));
      rows[i + distance] = Vector(__builtin_shufflevector(
          upper, lower, ((lane & distance) == 0 ? lane + distance : side + lane)...));
    }
  }

  inline __attribute__((always_inline)) void transpose() {
    exchange<1>(Lanes());
    if constexpr (side > 2) exchange<2>(Lanes());
    if constexpr (side > 4) exchange<4>(Lanes());
    if constexpr (side > 8) exchange<8>(Lanes());
  }

  inline __attribute__((always_inline)) void load(const T* from, Index pitch) {
#pragma GCC unroll 16
    for (int i = 0; i < side; ++i)
      rows[i] = Vector::load_unaligned(from + i * pitch);
  }
  inline __attribute__((always_inline)) void store(T* to, Index pitch) const {
#pragma GCC unroll 16
    for (int i = 0; i < side; ++i)
      rows[i].store_unaligned(to + i * pitch);
  }
};

template <class T>
void transpose_square(const T* from, Index from_pitch, T* to, Index to_pitch) {
  Square<T> square;
  square.load(from, from_pitch);
  square.transpose();
  square.store(to, to_pitch);
}

/// Likewise, of `height` rows and `width` columns that are less than a square.
template <class T>
void transpose_part(const T* from, Index from_pitch, Index height, Index width, T* to,
                    Index to_pitch) {
#if defined(__AVX512F__)
  constexpr int side = Square<T>::side;
  Square<T> square;
  const unsigned columns = (1U << width) - 1;
  const unsigned rows = (1U << height) - 1;
  const auto load = [&](const T* row) {
    if constexpr (sizeof(T) == sizeof(float)) {
      return _mm512_maskz_loadu_ps(static_cast<__mmask16>(columns), row);
    } else {
      return _mm512_maskz_loadu_pd(static_cast<__mmask8>(columns), row);
    }
  };
#pragma GCC unroll 16
  for (int i = 0; i < side; ++i) {
    if (i < height) {
      square.rows[i] = typename Square<T>::Vector(load(from + i * from_pitch));
    } else {
      square.rows[i] = typename Square<T>::Vector(T(0));
    }
  }
  square.transpose();
#pragma GCC unroll 16
  for (int i = 0; i < side; ++i) {
    if (i >= width) continue;
    if constexpr (sizeof(T) == sizeof(float)) {
      _mm512_mask_storeu_ps(to + i * to_pitch, static_cast<__mmask16>(rows), square.rows[i]);
    } else {
      _mm512_mask_storeu_pd(to + i * to_pitch, static_cast<__mmask8>(rows), square.rows[i]);
    }
  }
#else
  for (Index c = 0; c < width; ++c) {
    for (Index r = 0; r < height; ++r)
      to[c * to_pitch + r] = from[r * from_pitch + c];
  }
#endif
}

template <class T>
void transpose_matrix(const T* from, Index from_pitch, Index rows, Index cols, T* to,
                      Index to_pitch) {
  constexpr Index side = Square<T>::side;
  for (Index c = 0; c < cols; c += side) {
    const Index width = cols - c < side ? cols - c : side;
    for (Index r = 0; r < rows; r += side) {
      const Index height = rows - r < side ? rows - r : side;
      const T* const source = from + r * from_pitch + c;
      T* const target = to + c * to_pitch + r;
      if (width == side && height == side) {
        transpose_square(source, from_pitch, target, to_pitch);
      } else {
        transpose_part(source, from_pitch, height, width, target, to_pitch);
      }
    }
  }
}

template <class T>
void copy_matrix(const T* from, Index from_pitch, Index rows, Index cols, T* to, Index to_pitch) {
  using Vector = xsimd::batch<T, Arch>;
  constexpr Index width = static_cast<Index>(Vector::size);
  for (Index r = 0; r < rows; ++r, from += from_pitch, to += to_pitch) {
    Index c = 0;
    for (; c + width <= cols; c += width)
      Vector::load_unaligned(from + c).store_unaligned(to + c);
    for (; c < cols; ++c)
      to[c] = from[c];
  }
}

}  // namespace
}  // namespace twofold::detail
