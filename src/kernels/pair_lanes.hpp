// SPDX-License-Identifier: BSD-3-Clause
// Lanes<PairLanes>: the instruction that multiplies pairs of 16-bit numbers and adds the two
// products to one of 32 bits. It pairs elements that lie side by side, so that a vector gives the
// sums of every other output; a second one, an element further on, those between. Included only by
// the files in isa/.
#pragma once

#include "kernels/lanes.hpp"

#if defined(__SSE2__)

namespace twofold::detail {
namespace {

template <>
struct Lanes<PairLanes> {
  using Wide = xsimd::batch<std::int32_t, Arch>;
  struct Vector {
    Wide even, odd;
  };
  using Tap = Wide;
  struct Accumulator {
    Wide even, odd;
  };
  static constexpr Index width = static_cast<Index>(2 * Wide::size);

  static Vector load(const std::uint16_t* from) { return {load_pairs(from), load_pairs(from + 1)}; }
  static void keep(Vector& x) {
    keep_in_register(x.even);
    keep_in_register(x.odd);
  }
  static Tap broadcast(std::uint32_t taps) { return Wide(static_cast<std::int32_t>(taps)); }
  static Accumulator zero() { return {Wide(0), Wide(0)}; }
  static void multiply_add(Accumulator& sum, const Vector& x, const Tap& taps) {
    sum.even = sum.even + products(x.even, taps);
    sum.odd = sum.odd + products(x.odd, taps);
  }
  static void store(const Accumulator& sum, std::uint32_t* to) {
    const Ordered ordered = in_order(sum);
    ordered.first.store_unaligned(reinterpret_cast<std::int32_t*>(to));
    ordered.second.store_unaligned(reinterpret_cast<std::int32_t*>(to) + Wide::size);
  }
  static void stream(const Accumulator& sum, std::uint32_t* to) {
    const Ordered ordered = in_order(sum);
    store_past_cache(ordered.first, to);
    store_past_cache(ordered.second, to + Wide::size);
  }

 private:
  struct Ordered {
    Wide first, second;
  };

  static Wide load_pairs(const std::uint16_t* from) {
    return bits_as<Wide>(xsimd::batch<std::uint16_t, Arch>::load_unaligned(from));
  }
  static Wide products(const Wide& x, const Wide& taps) {
#if defined(__AVX512F__)
    return _mm512_madd_epi16(x, taps);
#elif defined(__AVX2__)
    return _mm256_madd_epi16(x, taps);
#else
    return _mm_madd_epi16(x, taps);
#endif
  }
  static Ordered in_order(const Accumulator& sum) {
#if defined(__AVX512F__)
    const __m512i first = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i second = _mm512_add_epi32(first, _mm512_set1_epi32(8));
    return {_mm512_permutex2var_epi32(sum.even, first, sum.odd),
            _mm512_permutex2var_epi32(sum.even, second, sum.odd)};
#elif defined(__AVX2__)
    const __m256i low = _mm256_unpacklo_epi32(sum.even, sum.odd);
    const __m256i high = _mm256_unpackhi_epi32(sum.even, sum.odd);
    return {_mm256_permute2x128_si256(low, high, 0x20), _mm256_permute2x128_si256(low, high, 0x31)};
#else
    return {_mm_unpacklo_epi32(sum.even, sum.odd), _mm_unpackhi_epi32(sum.even, sum.odd)};
#endif
  }
};

}  // namespace
}  // namespace twofold::detail

#endif
