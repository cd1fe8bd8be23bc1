// SPDX-License-Identifier: BSD-3-Clause
// How the CPU does floating-point arithmetic: rounding, whether subnormal numbers are flushed to
// zero, which exceptions trap. Not the flags that arithmetic raises.
#pragma once

#include <cfenv>
#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace twofold::test {

#if defined(__x86_64__)

inline constexpr bool can_flush = true;

/// MXCSR without its flags, and the x87 unit's control word.
inline std::uint64_t control_word() {
  std::uint16_t x87 = 0;
  asm volatile("fnstcw %0" : "=m"(x87));
  constexpr unsigned flags = 0x3f;
  return (std::uint64_t{x87} << 32) | (_mm_getcsr() & ~flags);
}

inline void set_control_word(std::uint64_t word) {
  const auto x87 = static_cast<std::uint16_t>(word >> 32);
  asm volatile("fldcw %0" : : "m"(x87));
  constexpr unsigned flags = 0x3f;
  _mm_setcsr(static_cast<unsigned>(word) | (_mm_getcsr() & flags));
}

/// Results below the normal numbers become zero (FTZ), and so do operands (DAZ).
inline constexpr std::uint64_t flush_bits = 0x8040;

#elif defined(__aarch64__)

inline constexpr bool can_flush = true;

inline std::uint64_t control_word() {
  std::uint64_t word = 0;
  asm volatile("mrs %0, fpcr" : "=r"(word));
  return word;
}
inline void set_control_word(std::uint64_t word) {
  asm volatile("msr fpcr, %0" : : "r"(word));
}
inline constexpr std::uint64_t flush_bits = std::uint64_t{1} << 24;

#else

inline constexpr bool can_flush = false;

inline std::uint64_t control_word() {
  return static_cast<std::uint64_t>(std::fegetround());
}
inline void set_control_word(std::uint64_t word) {
  std::fesetround(static_cast<int>(word));
}
inline constexpr std::uint64_t flush_bits = 0;

#endif

/// Until it is destroyed, arithmetic is done in another way.
class Arithmetic {
 public:
  explicit Arithmetic(int rounding, bool flush = false) : before_(control_word()) {
    std::fesetround(rounding);
    if (flush) set_control_word(control_word() | flush_bits);
  }
  Arithmetic(const Arithmetic&) = delete;
  Arithmetic& operator=(const Arithmetic&) = delete;
  ~Arithmetic() { set_control_word(before_); }

 private:
  std::uint64_t before_;
};

}  // namespace twofold::test
