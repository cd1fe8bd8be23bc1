// SPDX-License-Identifier: BSD-3-Clause
// Activations that are more than a clamp.
#pragma once

#include "kernels/lanes.hpp"
#include "kernels/layers.hpp"

namespace twofold::detail {
namespace {

/// f(x), NaN where x is NaN, for an f that does not change beyond ±limit. xsimd's exponential
/// function converts its argument to an integer before it looks whether that exists, which for
/// doubles is undefined where it does not.
template <class Vector, class Function>
Vector within_limits(const Vector& x, Function f) {
  using T = typename Vector::value_type;
  const Vector limit(T(1000));  // e¹⁰⁰⁰ overflows, e⁻¹⁰⁰⁰ vanishes
  const Vector limited = xsimd::select(xsimd::abs(x) < limit, x, xsimd::copysign(limit, x));
  return xsimd::select(x == x, f(limited), x);
}

template <class Vector>
Vector sigmoid(const Vector& x) {
  const Vector one(typename Vector::value_type(1));
  return within_limits(x,
                       [&](const Vector& limited) { return one / (one + xsimd::exp(-limited)); });
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
      return at_least(zero, x);
    case nn::Activation::relu6:
      return clamped(zero, Vector(T(6)), x);
    case nn::Activation::leaky_relu:
      return xsimd::select(x < zero, negative_slope * x, x);
    case nn::Activation::sigmoid:
      return sigmoid(x);
    case nn::Activation::tanh:
      return within_limits(x, [](const Vector& limited) { return xsimd::tanh(limited); });
    case nn::Activation::silu:
      return x * sigmoid(x);
    case nn::Activation::gelu:
      break;
  }
  return gelu(x);
}

/// As in ChannelBlock::clamp, NaN stays.
template <class T>
void shift(T summand, T low, T high, T* data, Index count) {
  using Vector = xsimd::batch<T, Arch>;
  constexpr Index width = static_cast<Index>(Vector::size);
  const Vector lowest(low);
  const Vector highest(high);
  const Vector added(summand);
  const auto shifted = [&](const Vector& x) { return clamped(lowest, highest, x + added); };
  Index i = 0;
  for (; i + width <= count; i += width)
    shifted(Vector::load_unaligned(data + i)).store_unaligned(data + i);
  for (; i < count; ++i) {
    const T sum = data[i] + summand;
    data[i] = sum < low ? low : sum > high ? high : sum;
  }
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

}  // namespace
}  // namespace twofold::detail
