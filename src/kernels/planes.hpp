// SPDX-License-Identifier: BSD-3-Clause
// What the Fourier engines do to planes of numbers beside transforming their rows. Included only by
// the files in isa/, after lanes.hpp. Plain loops where the compiler vectorises them for the file's
// instruction set.
#pragma once

#include "kernels/lanes.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace twofold::detail {
namespace {

template <class R>
void take_both(const std::complex<R>* from, R re_factor, R im_factor, R* re, R* im, Index count) {
  const R* __restrict parts = reinterpret_cast<const R*>(from);
  R* __restrict a = re;
  R* __restrict b = im;
  for (Index i = 0; i < count; ++i) {
    a[i] = parts[2 * i] * re_factor;
    b[i] = -parts[2 * i + 1] * im_factor;
  }
}

template <class R>
inline __attribute__((always_inline)) void add_squares(const R* numbers, Index count, R* sums) {
  using Vector = xsimd::batch<R, Arch>;
  constexpr Index width = static_cast<Index>(Vector::size);
  static_assert(width <= square_sums);
  Vector parts[4] = {Vector::load_unaligned(sums), Vector(R(0)), Vector(R(0)), Vector(R(0))};
  Index i = 0;
  for (; i + 4 * width <= count; i += 4 * width) {
    for (Index v = 0; v < 4; ++v) {
      const auto x = Vector::load_unaligned(numbers + i + v * width);
      parts[v] = multiply_add(x, x, parts[v]);
    }
  }
  for (; i + width <= count; i += width) {
    const auto x = Vector::load_unaligned(numbers + i);
    parts[1] = multiply_add(x, x, parts[1]);
  }
  ((parts[0] + parts[1]) + (parts[2] + parts[3])).store_unaligned(sums);
  for (; i < count; ++i)
    sums[0] += numbers[i] * numbers[i];
}

template <class R>
void sum_squares(const R* numbers, Index count, R* sums) {
  add_squares(numbers, count, sums);
}

template <class R>
void interleave(const R* re, const R* im, R re_factor, R im_factor, std::complex<R>* to,
                Index count, R* re_sums, R* im_sums) {
  add_squares(re, count, re_sums);
  add_squares(im, count, im_sums);
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

/// Complex numbers side by side: one, where nothing better is known.
template <class R>
struct Point1 {
  static constexpr Index width = 1;
  R re;
  R im;

  static Point1 load(const R* parts) { return {parts[0], parts[1]}; }
  static Point1 load_reversed(const R* parts) { return load(parts); }
  void store(R* parts) const {
    parts[0] = re;
    parts[1] = im;
  }
  void store_reversed(R* parts) const { store(parts); }
  [[nodiscard]] Point1 conjugated() const { return {re, -im}; }
  [[nodiscard]] Point1 times_i() const { return {-im, re}; }
  friend Point1 operator+(const Point1& a, const Point1& b) { return {a.re + b.re, a.im + b.im}; }
  friend Point1 operator-(const Point1& a, const Point1& b) { return {a.re - b.re, a.im - b.im}; }
};

template <class R>
struct WidestPoints {
  using Type = Point1<R>;
};

#if defined(__AVX2__)
struct Points4 {
  static constexpr Index width = 4;
  __m256 parts;

  static Points4 load(const float* from) { return {_mm256_loadu_ps(from)}; }
  static __m256 reversed(__m256 parts) {
    return _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(parts), 0x1b));
  }
  static Points4 load_reversed(const float* from) { return {reversed(_mm256_loadu_ps(from))}; }
  void store(float* to) const { _mm256_storeu_ps(to, parts); }
  void store_reversed(float* to) const { _mm256_storeu_ps(to, reversed(parts)); }
  [[nodiscard]] Points4 conjugated() const {
    return {_mm256_xor_ps(parts, _mm256_castsi256_ps(_mm256_set1_epi64x(INT64_MIN)))};
  }
  [[nodiscard]] Points4 times_i() const {
    return {_mm256_permute_ps(Points4{conjugated()}.parts, 0xb1)};
  }
  friend Points4 operator+(const Points4& a, const Points4& b) {
    return {_mm256_add_ps(a.parts, b.parts)};
  }
  friend Points4 operator-(const Points4& a, const Points4& b) {
    return {_mm256_sub_ps(a.parts, b.parts)};
  }
};

struct Points2 {
  static constexpr Index width = 2;
  __m256d parts;

  static Points2 load(const double* from) { return {_mm256_loadu_pd(from)}; }
  static __m256d reversed(__m256d parts) { return _mm256_permute2f128_pd(parts, parts, 0x01); }
  static Points2 load_reversed(const double* from) { return {reversed(_mm256_loadu_pd(from))}; }
  void store(double* to) const { _mm256_storeu_pd(to, parts); }
  void store_reversed(double* to) const { _mm256_storeu_pd(to, reversed(parts)); }
  [[nodiscard]] Points2 conjugated() const {
    return {_mm256_xor_pd(parts, _mm256_setr_pd(0.0, -0.0, 0.0, -0.0))};
  }
  [[nodiscard]] Points2 times_i() const { return {_mm256_permute_pd(conjugated().parts, 0x5)}; }
  friend Points2 operator+(const Points2& a, const Points2& b) {
    return {_mm256_add_pd(a.parts, b.parts)};
  }
  friend Points2 operator-(const Points2& a, const Points2& b) {
    return {_mm256_sub_pd(a.parts, b.parts)};
  }
};

template <>
struct WidestPoints<float> {
  using Type = Points4;
};
template <>
struct WidestPoints<double> {
  using Type = Points2;
};
#endif

/// Points k … k + width of PlaneKernels::separate, 0 < k: z(k) + z*(n − k), −i·(z(k) − z*(n − k)).
template <class P, class R>
inline __attribute__((always_inline)) void separate_at(Index k, const R* mixed, Index length, R* re,
                                                       R* im) {
  const P here = P::load(mixed + 2 * k);
  const P there = P::load_reversed(mixed + 2 * (length - k - P::width + 1)).conjugated();
  (here + there).store(re + 2 * k);
  (there - here).times_i().store(im + 2 * k);
}

template <class R>
void separate(const std::complex<R>* mixed, Index length, std::complex<R>* re,
              std::complex<R>* im) {
  using P = typename WidestPoints<R>::Type;
  const R* from = reinterpret_cast<const R*>(mixed);
  R* a = reinterpret_cast<R*>(re);
  R* b = reinterpret_cast<R*>(im);
  a[0] = 2 * from[0];
  a[1] = 0;
  b[0] = 2 * from[1];
  b[1] = 0;
  const Index end = length / 2 + 1;
  Index k = 1;
  for (; k + P::width <= end; k += P::width)
    separate_at<P>(k, from, length, a, b);
  for (; k < end; ++k)
    separate_at<Point1<R>>(k, from, length, a, b);
}

/// Points k … k + width of PlaneKernels::combine_conjugated, 0 < k < length/2, and those that
/// mirror them.
template <class P, class R>
inline __attribute__((always_inline)) void combine_conjugated_at(Index k, const R* re, const R* im,
                                                                 Index length, R* mixed) {
  const P a = P::load(re + 2 * k);
  const P b = P::load(im + 2 * k);
  (a - b.times_i()).store(mixed + 2 * k);
  (a.conjugated() - b.conjugated().times_i())
      .store_reversed(mixed + 2 * (length - k - P::width + 1));
}

template <class R>
void combine_conjugated(const std::complex<R>* re, const std::complex<R>* im, Index length,
                        std::complex<R>* mixed) {
  using P = typename WidestPoints<R>::Type;
  const R* a = reinterpret_cast<const R*>(re);
  const R* b = reinterpret_cast<const R*>(im);
  R* to = reinterpret_cast<R*>(mixed);
  // Where a point is its own mirror image, the spectra of real numbers are real.
  to[0] = a[0];
  to[1] = -b[0];
  if (length % 2 == 0) {
    to[length] = a[length];
    to[length + 1] = -b[length];
  }
  const Index end = (length + 1) / 2;
  Index k = 1;
  for (; k + P::width <= end; k += P::width)
    combine_conjugated_at<P>(k, a, b, length, to);
  for (; k < end; ++k)
    combine_conjugated_at<Point1<R>>(k, a, b, length, to);
}

/// It is bound by memory, and xsimd 8.1's complex loads are not free of warnings.
template <class R>
void multiply_conjugated(std::complex<R>* a, const std::complex<R>* b, Index count) {
  R* __restrict x = reinterpret_cast<R*>(a);
  const R* __restrict y = reinterpret_cast<const R*>(b);
  for (Index i = 0; i < 2 * count; i += 2) {
    const R re = x[i] * y[i] - x[i + 1] * y[i + 1];
    const R im = -(x[i] * y[i + 1]) - x[i + 1] * y[i];
    x[i] = re;
    x[i + 1] = im;
  }
}

template <class R>
constexpr PlaneKernels<R> plane_kernels() {
  return {&interleave<R>, &take_both<R>, &take_parts<R>,         &sum_squares<R>,
          &transpose<R>,  &separate<R>,  &combine_conjugated<R>, &multiply_conjugated<R>};
}

}  // namespace
}  // namespace twofold::detail
