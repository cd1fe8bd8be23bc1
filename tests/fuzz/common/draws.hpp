// SPDX-License-Identifier: BSD-3-Clause
// Choices that the fuzzer's bytes make.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <fuzzer/FuzzedDataProvider.h>

#include "twofold/types.hpp"

namespace twofold::fuzz {

class Draws {
 public:
  Draws(const std::uint8_t* data, std::size_t size) : provider_(data, size) {}

  [[nodiscard]] Index index(Index least, Index most) {
    return provider_.ConsumeIntegralInRange<Index>(least, most);
  }
  [[nodiscard]] bool coin() { return provider_.ConsumeBool(); }
  /// True for one of `count` values.
  [[nodiscard]] bool one_in(Index count) { return index(0, count - 1) == count - 1; }
  [[nodiscard]] std::uint64_t bits() { return provider_.ConsumeIntegral<std::uint64_t>(); }

  template <class T, std::size_t count>
  [[nodiscard]] T pick(const T (&values)[count]) {
    return values[provider_.ConsumeIntegralInRange<std::size_t>(0, count - 1)];
  }
  template <class T>
  [[nodiscard]] T pick(std::span<const T> values) {
    return values[provider_.ConsumeIntegralInRange<std::size_t>(0, values.size() - 1)];
  }
  /// One of the values from 0 to `last`.
  template <class Enumeration>
  [[nodiscard]] Enumeration up_to(Enumeration last) {
    return static_cast<Enumeration>(index(0, static_cast<Index>(last)));
  }

 private:
  FuzzedDataProvider provider_;
};

/// Numbers from a seed that was drawn, where there are too many to draw each: SplitMix64 (Steele,
/// Lea and Flood, OOPSLA 2014).
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}

  [[nodiscard]] std::uint64_t bits() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  /// In [least, most], which lie less than 2³² apart.
  [[nodiscard]] Index index(Index least, Index most) {
    const auto count = static_cast<std::uint64_t>(most - least) + 1;
    return least + static_cast<Index>(((bits() >> 32) * count) >> 32);
  }
  /// In [−1, 1), with all bits of a double.
  [[nodiscard]] double real() { return static_cast<double>(bits() >> 11) * 0x1p-52 - 1; }

 private:
  std::uint64_t state_;
};

}  // namespace twofold::fuzz
