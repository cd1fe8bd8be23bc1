// SPDX-License-Identifier: BSD-3-Clause
// TileKernels: strips of two tiles on their way into a transform, through its frequencies, and out.
#pragma once

#include <utility>

#include "kernels/lanes.hpp"
#include "kernels/layers.hpp"

namespace twofold::detail {
namespace {

/// A vector of complex numbers, and how it lies in memory: real and imaginary parts in turn.
template <class R>
struct ComplexVector {
  using Vector = xsimd::batch<R, Arch>;
  static constexpr int width = static_cast<int>(Vector::size);
  using Lanes = std::make_integer_sequence<int, width>;
  Vector re;
  Vector im;

  template <int... i>
  inline __attribute__((always_inline)) static ComplexVector load(
      const R* from, std::integer_sequence<int, i...>) {
    const auto low = Vector::load_unaligned(from).data;
    const auto high = Vector::load_unaligned(from + width).data;
    return {Vector(__builtin_shufflevector(low, high, (2 * i)...)),
            Vector(__builtin_shufflevector(low, high, (2 * i + 1)...))};
  }
  inline __attribute__((always_inline)) static ComplexVector load(const std::complex<R>* from) {
    return load(reinterpret_cast<const R*>(from), Lanes());
  }

  template <int... i>
  inline __attribute__((always_inline)) void store(R* to, std::integer_sequence<int, i...>) const {
    Vector(__builtin_shufflevector(re.data, im.data, (i / 2 + i % 2 * width)...))
        .store_unaligned(to);
    Vector(__builtin_shufflevector(re.data, im.data, (width / 2 + i / 2 + i % 2 * width)...))
        .store_unaligned(to + width);
  }
  inline __attribute__((always_inline)) void store(std::complex<R>* to) const {
    store(reinterpret_cast<R*>(to), Lanes());
  }
};

template <class R>
void pair_pixels(const R* a, Index a_pitch, const R* b, Index b_pitch, Index pixels,
                 std::complex<R>* to) {
  using Vector = typename ComplexVector<R>::Vector;
  for (Index p = 0; p < pixels; ++p, a += a_pitch, b += b_pitch, to += strip_channels) {
    for (Index c = 0; c < strip_channels; c += ComplexVector<R>::width)
      ComplexVector<R>{Vector::load_unaligned(a + c), Vector::load_unaligned(b + c)}.store(to + c);
  }
}

template <class R>
void separate_tiles(const std::complex<R>* mixed, const TileFrequencies& frequencies, R* a, R* b,
                    Index plane_pitch) {
  using Complex = ComplexVector<R>;
  const TileFrequency* frequency = frequencies.list;
  for (Index i = 0; i < frequencies.real; ++i, ++frequency, a += plane_pitch, b += plane_pitch) {
    for (Index c = 0; c < strip_channels; c += Complex::width) {
      const Complex z = Complex::load(mixed + frequency->here * strip_channels + c);
      (z.im + z.im).store_unaligned(b + c);
      (z.re + z.re).store_unaligned(a + c);
    }
  }
  for (Index i = 0; i < frequencies.complex; ++i, ++frequency) {
    for (Index c = 0; c < strip_channels; c += Complex::width) {
      const Complex z = Complex::load(mixed + frequency->here * strip_channels + c);
      const Complex w = Complex::load(mixed + frequency->there * strip_channels + c);
      const Complex of_a{z.re + w.re, z.im - w.im};
      const Complex of_b{z.im + w.im, w.re - z.re};
      (of_b.re + of_b.im).store_unaligned(b + c);
      of_b.re.store_unaligned(b + plane_pitch + c);
      of_b.im.store_unaligned(b + 2 * plane_pitch + c);
      (of_a.re + of_a.im).store_unaligned(a + c);
      of_a.re.store_unaligned(a + plane_pitch + c);
      of_a.im.store_unaligned(a + 2 * plane_pitch + c);
    }
    a += planes_per_complex * plane_pitch;
    b += planes_per_complex * plane_pitch;
  }
}

/// p − r + i·(p + q)
template <class R>
inline __attribute__((always_inline)) ComplexVector<R> complex_product(const R* planes,
                                                                       Index plane_pitch) {
  using Vector = typename ComplexVector<R>::Vector;
  const Vector p = Vector::load_unaligned(planes);
  const Vector q = Vector::load_unaligned(planes + plane_pitch);
  const Vector r = Vector::load_unaligned(planes + 2 * plane_pitch);
  return {p - r, p + q};
}

template <class R>
void combine_tiles(const R* a, const R* b, Index plane_pitch, const TileFrequencies& frequencies,
                   std::complex<R>* mixed) {
  using Complex = ComplexVector<R>;
  using Vector = typename Complex::Vector;
  const TileFrequency* frequency = frequencies.list;
  for (Index i = 0; i < frequencies.real; ++i, ++frequency, a += plane_pitch, b += plane_pitch) {
    for (Index c = 0; c < strip_channels; c += Complex::width) {
      Complex{Vector::load_unaligned(a + c), -Vector::load_unaligned(b + c)}.store(
          mixed + frequency->here * strip_channels + c);
    }
  }
  for (Index i = 0; i < frequencies.complex; ++i, ++frequency) {
    for (Index c = 0; c < strip_channels; c += Complex::width) {
      const Complex x = complex_product(a + c, plane_pitch);
      const Complex y = complex_product(b + c, plane_pitch);
      Complex{x.re - y.im, -(x.im + y.re)}.store(mixed + frequency->here * strip_channels + c);
      Complex{x.re + y.im, x.im - y.re}.store(mixed + frequency->there * strip_channels + c);
    }
    a += planes_per_complex * plane_pitch;
    b += planes_per_complex * plane_pitch;
  }
}

template <bool second, class R>
bool take_pixels(const std::complex<R>* from, Index pixels, const R* start, R low, R high, R* to,
                 Index to_pitch) {
  using Complex = ComplexVector<R>;
  using Vector = typename Complex::Vector;
  const Vector lowest(low);
  const Vector highest(high);
  const Vector zero(R(0));
  Vector zeros = zero;  // NaN where a number is not finite
  for (Index p = 0; p < pixels; ++p, from += strip_channels, to += to_pitch) {
    for (Index c = 0; c < strip_channels; c += Complex::width) {
      const Complex z = Complex::load(from + c);
      const Vector number = second ? -z.im : z.re;
      zeros = multiply_add(number, zero, zeros);
      const Vector sum = Vector::load_unaligned(start + c) + number;
      clamped(lowest, highest, sum).store_unaligned(to + c);
    }
  }
  return xsimd::all(zeros == zero);
}

template <class R>
constexpr TileKernels<R> tile_kernels() {
  return {&pair_pixels<R>, &separate_tiles<R>, &combine_tiles<R>, &take_pixels<false, R>,
          &take_pixels<true, R>};
}

}  // namespace
}  // namespace twofold::detail
