// SPDX-License-Identifier: BSD-3-Clause
// Lanes<T>: how a vector of T is loaded, multiplied by a tap, summed and stored. What differs
// between element types stands here; the loops over them (sliding_sum.hpp) are the same for all.
//
// Included only by the files in isa/, each of which gives xsimd a namespace of its own. Everything
// is in an unnamed namespace: nothing compiled for one instruction set may be linked into another.
#pragma once

#include <xsimd/xsimd.hpp>

#include "kernels/kernels.hpp"

namespace twofold::detail {
namespace {

using Arch = xsimd::default_arch;

#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr bool has_many_registers = true;  ///< 32 vectors, not 16
#else
inline constexpr bool has_many_registers = false;
#endif

/// a·b + sum, fused where the instruction set can.
template <class T>
xsimd::batch<T, Arch> multiply_add(const xsimd::batch<T, Arch>& a, const xsimd::batch<T, Arch>& b,
                                   const xsimd::batch<T, Arch>& sum) {
#if defined(__AVX512F__)
  // xsimd 8.1 multiplies and adds one after the other here.
  if constexpr (std::is_same_v<T, float>) return _mm512_fmadd_ps(a, b, sum);
  if constexpr (std::is_same_v<T, double>) return _mm512_fmadd_pd(a, b, sum);
#endif
  return xsimd::fma(a, b, sum);
}

/// a·b of integers, modulo 2^bits.
template <class T>
xsimd::batch<T, Arch> multiply(const xsimd::batch<T, Arch>& a, const xsimd::batch<T, Arch>& b) {
#if defined(__SSE2__) && !defined(__AVX2__)
  // xsimd 8.1 multiplies element by element here, as int, which products of 16 bits overflow.
  if constexpr (sizeof(T) == sizeof(std::uint16_t)) return _mm_mullo_epi16(a, b);
#endif
  return a * b;
}

/// The larger of the two, and NaN where x is NaN. By the instructions themselves, whose second
/// operand it is that stays: xsimd's max changes their order from version to version. NEON's keeps
/// NaN of both.
template <class T>
xsimd::batch<T, Arch> at_least(const xsimd::batch<T, Arch>& limit, const xsimd::batch<T, Arch>& x) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) return _mm512_max_ps(limit, x);
  if constexpr (std::is_same_v<T, double>) return _mm512_max_pd(limit, x);
#elif defined(__AVX2__)
  if constexpr (std::is_same_v<T, float>) return _mm256_max_ps(limit, x);
  if constexpr (std::is_same_v<T, double>) return _mm256_max_pd(limit, x);
#elif defined(__SSE2__)
  if constexpr (std::is_same_v<T, float>) return _mm_max_ps(limit, x);
  if constexpr (std::is_same_v<T, double>) return _mm_max_pd(limit, x);
#endif
  return xsimd::max(limit, x);
}

/// The smaller of the two, likewise.
template <class T>
xsimd::batch<T, Arch> at_most(const xsimd::batch<T, Arch>& limit, const xsimd::batch<T, Arch>& x) {
#if defined(__AVX512F__)
  if constexpr (std::is_same_v<T, float>) return _mm512_min_ps(limit, x);
  if constexpr (std::is_same_v<T, double>) return _mm512_min_pd(limit, x);
#elif defined(__AVX2__)
  if constexpr (std::is_same_v<T, float>) return _mm256_min_ps(limit, x);
  if constexpr (std::is_same_v<T, double>) return _mm256_min_pd(limit, x);
#elif defined(__SSE2__)
  if constexpr (std::is_same_v<T, float>) return _mm_min_ps(limit, x);
  if constexpr (std::is_same_v<T, double>) return _mm_min_pd(limit, x);
#endif
  return xsimd::min(limit, x);
}

/// x, or the limit beyond which it lies; NaN stays.
template <class Vector>
Vector clamped(const Vector& lowest, const Vector& highest, const Vector& x) {
  return at_most(highest, at_least(lowest, x));
}

/// The same bits as a vector of another type. What xsimd wants to hear is that vector's type until
/// its version 10, its elements' from 11 on.
template <class To, class T>
inline __attribute__((always_inline)) To bits_as(const xsimd::batch<T, Arch>& vector) {
  if constexpr (requires { To(xsimd::bitwise_cast<To>(vector)); })
    return xsimd::bitwise_cast<To>(vector);
  else
    return xsimd::bitwise_cast<typename To::value_type>(vector);
}

/// Tells the compiler that the value may have changed, so that it keeps it rather than compute or
/// load it again.
template <class T>
inline __attribute__((always_inline)) void keep_in_register(const T*& pointer) {
  __asm__("" : "+r"(pointer));
}
template <class T>
inline __attribute__((always_inline)) void keep_in_register(xsimd::batch<T, Arch>& vector) {
#if defined(__x86_64__)
  __asm__("" : "+v"(vector.data));
#elif defined(__aarch64__)
  __asm__("" : "+w"(vector.data));
#endif
}

/// Stores past the cache, where the instruction set can; `to` lies on a multiple of the vector's
/// size.
template <class T>
void store_past_cache(const xsimd::batch<T, Arch>& vector, void* to) {
#if defined(__AVX512F__)
  _mm512_stream_si512(static_cast<__m512i*>(to), bits_as<xsimd::batch<std::int32_t, Arch>>(vector));
#elif defined(__AVX2__)
  _mm256_stream_si256(static_cast<__m256i*>(to), bits_as<xsimd::batch<std::int32_t, Arch>>(vector));
#elif defined(__SSE2__)
  _mm_stream_si128(static_cast<__m128i*>(to), bits_as<xsimd::batch<std::int32_t, Arch>>(vector));
#else
  vector.store_unaligned(static_cast<T*>(to));
#endif
}

/// Such stores may overtake others: none later than this.
inline __attribute__((always_inline)) void finish_streaming() {
#if defined(__SSE2__)
  _mm_sfence();
#endif
}

/// Which lanes of a vector are loaded or stored: memory of the others is not touched. `exists` says
/// whether the instruction set has such loads.
template <class T>
struct LaneMask {
#if defined(__AVX512F__)
  static constexpr bool exists = true;
  using Bits = std::conditional_t<sizeof(T) == sizeof(float), __mmask16, __mmask8>;
  Bits bits = 0;

  /// Holds it where loads need it.
  inline __attribute__((always_inline)) void keep() {
    __asm__("" : "+Yk"(bits));
  }
  /// Lanes low … high − 1, of which any may be beyond the vector.
  static inline __attribute__((always_inline)) LaneMask of(Index low, Index high) {
    constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
    const auto below = [](Index lane) {
      return (1U << (lane < 0 ? 0 : lane > width ? width : lane)) - 1;
    };
    return {static_cast<Bits>(below(high) & ~below(low))};
  }
  [[nodiscard]] inline __attribute__((always_inline)) xsimd::batch<T, Arch> load(
      const T* from) const {
    if constexpr (sizeof(T) == sizeof(float)) {
      return _mm512_maskz_loadu_ps(bits, from);
    } else {
      return _mm512_maskz_loadu_pd(bits, from);
    }
  }
  /// `chosen` in these lanes, `other` in the rest.
  [[nodiscard]] inline __attribute__((always_inline)) xsimd::batch<T, Arch> choose(
      const xsimd::batch<T, Arch>& chosen, const xsimd::batch<T, Arch>& other) const {
    if constexpr (sizeof(T) == sizeof(float)) {
      return _mm512_mask_blend_ps(bits, other, chosen);
    } else {
      return _mm512_mask_blend_pd(bits, other, chosen);
    }
  }
  inline __attribute__((always_inline)) void store(const xsimd::batch<T, Arch>& vector,
                                                   T* to) const {
    if constexpr (sizeof(T) == sizeof(float)) {
      _mm512_mask_storeu_ps(to, bits, vector);
    } else {
      _mm512_mask_storeu_pd(to, bits, vector);
    }
  }
#elif defined(__AVX2__)
  static constexpr bool exists = true;
  __m256i lanes;

  inline __attribute__((always_inline)) void keep() {}

  static inline __attribute__((always_inline)) LaneMask of(Index low, Index high) {
    constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
    const auto within = [](Index lane) {
      return static_cast<int>(lane < 0 ? 0 : lane > width ? width : lane);
    };
    if constexpr (sizeof(T) == sizeof(float)) {
      const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
      return {_mm256_andnot_si256(_mm256_cmpgt_epi32(_mm256_set1_epi32(within(low)), lane),
                                  _mm256_cmpgt_epi32(_mm256_set1_epi32(within(high)), lane))};
    } else {
      const __m256i lane = _mm256_setr_epi64x(0, 1, 2, 3);
      return {_mm256_andnot_si256(_mm256_cmpgt_epi64(_mm256_set1_epi64x(within(low)), lane),
                                  _mm256_cmpgt_epi64(_mm256_set1_epi64x(within(high)), lane))};
    }
  }
  [[nodiscard]] inline __attribute__((always_inline)) xsimd::batch<T, Arch> load(
      const T* from) const {
    if constexpr (sizeof(T) == sizeof(float)) {
      return _mm256_maskload_ps(from, lanes);
    } else {
      return _mm256_maskload_pd(from, lanes);
    }
  }
  [[nodiscard]] inline __attribute__((always_inline)) xsimd::batch<T, Arch> choose(
      const xsimd::batch<T, Arch>& chosen, const xsimd::batch<T, Arch>& other) const {
    if constexpr (sizeof(T) == sizeof(float)) {
      return _mm256_blendv_ps(other, chosen, _mm256_castsi256_ps(lanes));
    } else {
      return _mm256_blendv_pd(other, chosen, _mm256_castsi256_pd(lanes));
    }
  }
  inline __attribute__((always_inline)) void store(const xsimd::batch<T, Arch>& vector,
                                                   T* to) const {
    if constexpr (sizeof(T) == sizeof(float)) {
      _mm256_maskstore_ps(to, lanes, vector);
    } else {
      _mm256_maskstore_pd(to, lanes, vector);
    }
  }
#else
  static constexpr bool exists = false;
  Index first = 0;
  Index end = 0;

  void keep() {}
  static LaneMask of(Index low, Index high) {
    return {low, high};
  }
  /// All lanes: there is no other load.
  [[nodiscard]] static xsimd::batch<T, Arch> load(const T* from) {
    return xsimd::batch<T, Arch>::load_unaligned(from);
  }
  void store(const xsimd::batch<T, Arch>& vector, T* to) const {
    constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
    T part[width];
    vector.store_unaligned(part);
    for (Index i = first < 0 ? 0 : first; i < (end < width ? end : width); ++i)
      to[i] = part[i];
  }
#endif
};

/// float, double, and the integers that have a vector multiplication.
template <class T>
struct Lanes {
  using Vector = xsimd::batch<T, Arch>;
  using Tap = Vector;
  using Accumulator = Vector;
  static constexpr Index width = static_cast<Index>(Vector::size);

  static Vector load(const T* from) { return Vector::load_unaligned(from); }
  static void keep(Vector& x) { keep_in_register(x); }
  static Tap broadcast(const T& tap) { return Vector(tap); }
  static Accumulator zero() { return Vector(T(0)); }
  static void multiply_add(Accumulator& sum, const Vector& x, const Tap& tap) {
    if constexpr (std::is_floating_point_v<T>) {
      sum = detail::multiply_add(tap, x, sum);
    } else {
      sum = sum + multiply(tap, x);
    }
  }
  static void store(const Accumulator& sum, T* to) { sum.store_unaligned(to); }
  static void stream(const Accumulator& sum, T* to) { store_past_cache(sum, to); }
};

/// 8-bit integers, in 16-bit lanes: the low byte of a product depends only on the low bytes of its
/// factors, so the even elements are multiplied where they stand and the odd ones shifted down; the
/// high bytes are garbage that the last step drops.
template <>
struct Lanes<std::uint8_t> {
  using Wide = xsimd::batch<std::uint16_t, Arch>;
  struct Vector {
    Wide even, odd;
  };
  using Tap = Wide;
  struct Accumulator {
    Wide even, odd;
  };
  static constexpr Index width = static_cast<Index>(2 * Wide::size);

  static Vector load(const std::uint8_t* from) {
    const auto bytes = xsimd::batch<std::uint8_t, Arch>::load_unaligned(from);
    const auto pairs = bits_as<Wide>(bytes);
    return {pairs, pairs >> 8};
  }
  static void keep(Vector& x) {
    keep_in_register(x.even);
    keep_in_register(x.odd);
  }
  static Tap broadcast(std::uint8_t tap) { return Wide(tap); }
  static Accumulator zero() { return {Wide(std::uint16_t{0}), Wide(std::uint16_t{0})}; }
  static void multiply_add(Accumulator& sum, const Vector& x, const Tap& tap) {
    sum.even = sum.even + multiply(tap, x.even);
    sum.odd = sum.odd + multiply(tap, x.odd);
  }
  static xsimd::batch<std::uint8_t, Arch> bytes_of(const Accumulator& sum) {
    const Wide bytes = (sum.even & Wide(std::uint16_t{0xff})) | (sum.odd << 8);
    return bits_as<xsimd::batch<std::uint8_t, Arch>>(bytes);
  }
  static void store(const Accumulator& sum, std::uint8_t* to) { bytes_of(sum).store_unaligned(to); }
  static void stream(const Accumulator& sum, std::uint8_t* to) {
    store_past_cache(bytes_of(sum), to);
  }
};

/// 64-bit integers: no vector multiplication below AVX-512, so plain registers, a few at a time.
template <>
struct Lanes<std::uint64_t> {
  static constexpr Index width = 2;
  struct Vector {
    std::uint64_t element[width];
  };
  using Tap = std::uint64_t;
  using Accumulator = Vector;

  static Vector load(const std::uint64_t* from) { return {{from[0], from[1]}}; }
  static void keep(Vector&) {}
  static Tap broadcast(std::uint64_t tap) { return tap; }
  static Accumulator zero() { return {{0, 0}}; }
  static void multiply_add(Accumulator& sum, const Vector& x, Tap tap) {
    for (Index i = 0; i < width; ++i)
      sum.element[i] += tap * x.element[i];
  }
  static void store(const Accumulator& sum, std::uint64_t* to) {
    for (Index i = 0; i < width; ++i)
      to[i] = sum.element[i];
  }
  static void stream(const Accumulator& sum, std::uint64_t* to) { store(sum, to); }
};

/// Complex numbers without a shuffle in the loop: real and imaginary parts stay interleaved, the
/// products with the tap's real and with its imaginary part are summed apart, and put together
/// once, at the end: re = Σ re·re − Σ im·im, im = Σ im·re + Σ re·im.
template <class R>
struct Lanes<std::complex<R>> {
  using Vector = xsimd::batch<R, Arch>;
  struct Tap {
    Vector re, im;
  };
  struct Accumulator {
    Vector by_re, by_im;
  };
  static constexpr Index width = static_cast<Index>(Vector::size / 2);

  static Vector load(const std::complex<R>* from) {
    return Vector::load_unaligned(reinterpret_cast<const R*>(from));
  }
  static void keep(Vector& x) { keep_in_register(x); }
  static Tap broadcast(const std::complex<R>& tap) {
    const R* parts = reinterpret_cast<const R*>(&tap);
    return {Vector(parts[0]), Vector(parts[1])};
  }
  static Accumulator zero() { return {Vector(R(0)), Vector(R(0))}; }
  static void multiply_add(Accumulator& sum, const Vector& x, const Tap& tap) {
    sum.by_re = detail::multiply_add(tap.re, x, sum.by_re);
    sum.by_im = detail::multiply_add(tap.im, x, sum.by_im);
  }
  static void store(const Accumulator& sum, std::complex<R>* to) {
    R by_re[2 * width];
    R by_im[2 * width];
    sum.by_re.store_unaligned(by_re);
    sum.by_im.store_unaligned(by_im);
    R* parts = reinterpret_cast<R*>(to);
    for (Index i = 0; i < 2 * width; i += 2) {
      parts[i] = by_re[i] - by_im[i + 1];
      parts[i + 1] = by_re[i + 1] + by_im[i];
    }
  }
  static void stream(const Accumulator& sum, std::complex<R>* to) { store(sum, to); }
};

}  // namespace
}  // namespace twofold::detail
