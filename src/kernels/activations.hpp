// SPDX-License-Identifier: BSD-3-Clause
// Activations that are more than a clamp, and the transposition between the layouts of channels.
#pragma once

#include "kernels/lanes.hpp"
#include "kernels/layers.hpp"

namespace twofold::detail {
namespace {

template <class Vector>
Vector sigmoid(const Vector& x) {
  const Vector one(typename Vector::value_type(1));
  return one / (one + xsimd::exp(-x));
}

/// x·Φ(x), through erfc: 1 + erf(x/√2) would lose all digits where x is well below 0.
template <class Vector>
Vector gelu(const Vector& x) {
  using T = typename Vector::value_type;
  const Vector argument = -x * Vector(T(0.70710678118654752440));
  if constexpr (sizeof(T) == sizeof(float)) {
    return x * Vector(T(0.5)) * xsimd::erfc(argument);
  } else {
    // xsimd 8.1's erfc of doubles is off by thousands of ulps, and NaN far out.
    T values[Vector::size];
    argument.store_unaligned(values);
    for (T& value : values)
      value = __builtin_erfc(value);
    return x * Vector(T(0.5)) * Vector::load_unaligned(values);
  }
}

template <class Vector>
Vector activated(nn::Activation activation, const Vector& negative_slope, const Vector& x) {
  using T = typename Vector::value_type;
  const Vector zero(T(0));
  switch (activation) {
    case nn::Activation::linear:
      return x;
    case nn::Activation::relu:  // as in ChannelBlock::clamp, NaN stays
      return xsimd::max(zero, x);
    case nn::Activation::relu6:
      return xsimd::min(Vector(T(6)), xsimd::max(zero, x));
    case nn::Activation::leaky_relu:
      return xsimd::select(x < zero, negative_slope * x, x);
    case nn::Activation::sigmoid:
      return sigmoid(x);
    case nn::Activation::tanh:
      return xsimd::tanh(x);
    case nn::Activation::silu:
      return x * sigmoid(x);
    case nn::Activation::gelu:
      break;
  }
  return gelu(x);
}

template <class T>
void activate(nn::Activation activation, T negative_slope, T* data, Index count) {
  using Vector = xsimd::batch<T, Arch>;
  constexpr Index width = static_cast<Index>(Vector::size);
  const Vector slope(negative_slope);
  Index i = 0;
  for (; i + width <= count; i += width)
    activated(activation, slope, Vector::load_unaligned(data + i)).store_unaligned(data + i);
  if (i == count) return;
  T part[width] = {};
  for (Index j = i; j < count; ++j)
    part[j - i] = data[j];
  activated(activation, slope, Vector::load_unaligned(part)).store_unaligned(part);
  for (Index j = i; j < count; ++j)
    data[j] = part[j - i];
}

#if defined(__SSE2__)
template <class T>
using Quarter = xsimd::batch<T, xsimd::sse2>;  // 16 bytes, whatever the instruction set
#else
template <class T>
using Quarter = xsimd::batch<T, Arch>;
#endif

/// A square of as many rows as 16 bytes have elements.
inline __attribute__((always_inline)) void transpose_square(const float* from, Index from_pitch,
                                                            float* to, Index to_pitch) {
  using Vector = Quarter<float>;
  const Vector a = Vector::load_unaligned(from);
  const Vector b = Vector::load_unaligned(from + from_pitch);
  const Vector c = Vector::load_unaligned(from + 2 * from_pitch);
  const Vector d = Vector::load_unaligned(from + 3 * from_pitch);
  const Vector ac_low = xsimd::zip_lo(a, c);
  const Vector ac_high = xsimd::zip_hi(a, c);
  const Vector bd_low = xsimd::zip_lo(b, d);
  const Vector bd_high = xsimd::zip_hi(b, d);
  xsimd::zip_lo(ac_low, bd_low).store_unaligned(to);
  xsimd::zip_hi(ac_low, bd_low).store_unaligned(to + to_pitch);
  xsimd::zip_lo(ac_high, bd_high).store_unaligned(to + 2 * to_pitch);
  xsimd::zip_hi(ac_high, bd_high).store_unaligned(to + 3 * to_pitch);
}

inline __attribute__((always_inline)) void transpose_square(const double* from, Index from_pitch,
                                                            double* to, Index to_pitch) {
  using Vector = Quarter<double>;
  const Vector a = Vector::load_unaligned(from);
  const Vector b = Vector::load_unaligned(from + from_pitch);
  xsimd::zip_lo(a, b).store_unaligned(to);
  xsimd::zip_hi(a, b).store_unaligned(to + to_pitch);
}

template <class T>
void transpose_plain(const T* from, Index from_pitch, Index rows, Index cols, T* to,
                     Index to_pitch) {
  for (Index c = 0; c < cols; ++c) {
    for (Index r = 0; r < rows; ++r)
      to[c * to_pitch + r] = from[r * from_pitch + c];
  }
}

/// Sixteen rows at a time: what is written are whole cache lines.
template <class T>
void transpose_matrix(const T* from, Index from_pitch, Index rows, Index cols, T* to,
                      Index to_pitch) {
  constexpr Index square = 16 / static_cast<Index>(sizeof(T));
  constexpr Index band = 16;
  const Index whole_rows = rows / square * square;
  const Index whole_cols = cols / square * square;
  for (Index r0 = 0; r0 < whole_rows; r0 += band) {
    const Index r1 = r0 + band < whole_rows ? r0 + band : whole_rows;
    for (Index c = 0; c < whole_cols; c += square) {
      for (Index r = r0; r < r1; r += square)
        transpose_square(from + r * from_pitch + c, from_pitch, to + c * to_pitch + r, to_pitch);
    }
  }
  transpose_plain(from + whole_cols, from_pitch, whole_rows, cols - whole_cols,
                  to + whole_cols * to_pitch, to_pitch);
  transpose_plain(from + whole_rows * from_pitch, from_pitch, rows - whole_rows, cols,
                  to + whole_rows, to_pitch);
}

}  // namespace
}  // namespace twofold::detail
