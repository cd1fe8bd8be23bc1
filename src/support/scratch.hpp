// SPDX-License-Identifier: BSD-3-Clause
// Scratch: a caller's workspace, cut into the pieces that an engine needs. The same code that cuts
// also measures: an engine lays its pieces out once with a Scratch of no memory to learn the size.
#pragma once

#include <cstddef>

#include "support/checked.hpp"

namespace twofold::detail {

class Scratch {
 public:
  /// A cache line; every piece begins on one.
  static constexpr std::size_t alignment = 64;

  explicit Scratch(std::byte* memory) : next_(memory) {}

  template <class T>
  T* take(Index count) {
    const auto bytes = static_cast<std::size_t>(
        round_up(count * static_cast<Index>(sizeof(T)), static_cast<Index>(alignment)));
    std::byte* piece = next_;
    if (next_ != nullptr) next_ += bytes;
    used_ += bytes;
    return reinterpret_cast<T*>(piece);
  }

  [[nodiscard]] std::size_t used() const noexcept { return used_; }

 private:
  std::byte* next_;
  std::size_t used_ = 0;
};

}  // namespace twofold::detail
