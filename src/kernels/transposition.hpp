// SPDX-License-Identifier: BSD-3-Clause
// Between layouts of channels: transposition, in squares as wide as a vector, and plain copies.
#pragma once

#include <utility>

#include "kernels/lanes.hpp"

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
  if constexpr (LaneMask<T>::exists) {
    constexpr int side = Square<T>::side;
    const auto columns = LaneMask<T>::of(0, width);
    const auto filled = LaneMask<T>::of(0, height);
    Square<T> square;
#pragma GCC unroll 16
    for (int i = 0; i < side; ++i) {
      if (i < height) {
        square.rows[i] = columns.load(from + i * from_pitch);
      } else {
        square.rows[i] = typename Square<T>::Vector(T(0));
      }
    }
    square.transpose();
#pragma GCC unroll 16
    for (int i = 0; i < side; ++i) {
      if (i < width) filled.store(square.rows[i], to + i * to_pitch);
    }
  } else {
    for (Index c = 0; c < width; ++c) {
      for (Index r = 0; r < height; ++r)
        to[c * to_pitch + r] = from[r * from_pitch + c];
    }
  }
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
    if (c == cols) continue;
    if (LaneMask<T>::exists) {
      const auto rest = LaneMask<T>::of(0, cols - c);
      rest.store(rest.load(from + c), to + c);
      continue;
    }
    for (; c < cols; ++c)
      to[c] = from[c];
  }
}

}  // namespace
}  // namespace twofold::detail
