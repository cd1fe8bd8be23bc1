// SPDX-License-Identifier: BSD-3-Clause
// WinogradKernels: strips of tiles of F(4×4, 3×3) on their way into the products and out of them.
#pragma once

#include "kernels/lanes.hpp"
#include "kernels/layers.hpp"
#include "kernels/winograd_points.hpp"

namespace twofold::detail {
namespace {

/// Bᵀ and Aᵀ along one axis, for a vector of channels. Points that differ in sign share what is
/// even and what is odd of their polynomials; every sum has the terms of its row of the matrix.
template <class T>
struct WinogradAxis {
  using Vector = xsimd::batch<T, Arch>;
  using W = Winograd;

  static inline __attribute__((always_inline)) Vector add(double factor, const Vector& x,
                                                          const Vector& sum) {
    return multiply_add(Vector(static_cast<T>(factor)), x, sum);
  }

  /// x = Bᵀ·x
  static inline __attribute__((always_inline)) void inputs(Vector (&x)[W::inputs]) {
    const Vector even_p = add(-W::q2, x[2], x[4]);
    const Vector odd_p = add(-W::q2, x[1], x[3]);
    const Vector even_q = add(-W::p2, x[2], x[4]);
    const Vector odd_q = add(-W::p2, x[1], x[3]);
    const Vector at_0 = add(W::p2 * W::q2, x[0], add(-W::p2 - W::q2, x[2], x[4]));
    x[5] = add(W::p2 * W::q2, x[1], add(-W::p2 - W::q2, x[3], x[5]));
    x[0] = at_0;
    x[1] = add(W::p, odd_p, even_p);
    x[2] = add(-W::p, odd_p, even_p);
    x[3] = add(W::q, odd_q, even_q);
    x[4] = add(-W::q, odd_q, even_q);
  }

  /// y = Aᵀ·m
  static inline __attribute__((always_inline)) void outputs(const Vector (&m)[W::inputs],
                                                            Vector (&y)[W::outputs]) {
    const Vector even_p = m[1] + m[2];
    const Vector odd_p = m[1] - m[2];
    const Vector even_q = m[3] + m[4];
    const Vector odd_q = m[3] - m[4];
    y[0] = m[0] + (even_p + even_q);
    y[1] = add(W::q, odd_q, odd_p * Vector(static_cast<T>(W::p)));
    y[2] = add(W::q2, even_q, even_p * Vector(static_cast<T>(W::p2)));
    y[3] = add(W::q2 * W::q, odd_q, add(W::p2 * W::p, odd_p, m[5]));
  }
};

template <class T>
void winograd_inputs(const T* window, Index row_pitch, Index pixel_pitch, T* planes,
                     Index plane_pitch) {
  using Vector = xsimd::batch<T, Arch>;
  constexpr int side = Winograd::inputs;
  for (Index c = 0; c < strip_channels; c += static_cast<Index>(Vector::size)) {
    Vector between[side][side];
#pragma GCC unroll 16
    for (int col = 0; col < side; ++col) {
      Vector x[side];
#pragma GCC unroll 16
      for (int row = 0; row < side; ++row)
        x[row] = Vector::load_unaligned(window + row * row_pitch + col * pixel_pitch + c);
      WinogradAxis<T>::inputs(x);
#pragma GCC unroll 16
      for (int row = 0; row < side; ++row)
        between[row][col] = x[row];
    }
    T* to = planes + c;
#pragma GCC unroll 16
    for (int row = 0; row < side; ++row) {
      WinogradAxis<T>::inputs(between[row]);
#pragma GCC unroll 16
      for (int col = 0; col < side; ++col, to += plane_pitch)
        between[row][col].store_unaligned(to);
    }
  }
}

template <class T>
bool winograd_outputs(const T* planes, Index plane_pitch, const T* start, T low, T high, T* to,
                      Index row_pitch, Index pixel_pitch) {
  using Vector = xsimd::batch<T, Arch>;
  constexpr int side = Winograd::inputs;
  constexpr int out = Winograd::outputs;
  const Vector lowest(low);
  const Vector highest(high);
  const Vector zero(T(0));
  Vector zeros = zero;  // NaN where a sum is not finite
  for (Index c = 0; c < strip_channels; c += static_cast<Index>(Vector::size)) {
    Vector between[side][out];
    const T* from = planes + c;
#pragma GCC unroll 16
    for (int row = 0; row < side; ++row) {
      Vector m[side];
#pragma GCC unroll 16
      for (int col = 0; col < side; ++col, from += plane_pitch)
        m[col] = Vector::load_unaligned(from);
      WinogradAxis<T>::outputs(m, between[row]);
    }
    const Vector bias = Vector::load_unaligned(start + c);
#pragma GCC unroll 16
    for (int col = 0; col < out; ++col) {
      Vector m[side];
#pragma GCC unroll 16
      for (int row = 0; row < side; ++row)
        m[row] = between[row][col];
      Vector y[out];
      WinogradAxis<T>::outputs(m, y);
#pragma GCC unroll 16
      for (int row = 0; row < out; ++row) {
        zeros = multiply_add(y[row], zero, zeros);
        clamped(lowest, highest, bias + y[row])
            .store_unaligned(to + row * row_pitch + col * pixel_pitch + c);
      }
    }
  }
  return xsimd::all(zeros == zero);
}

template <class T>
constexpr WinogradKernels<T> winograd_kernels() {
  return {&winograd_inputs<T>, &winograd_outputs<T>};
}

}  // namespace
}  // namespace twofold::detail
