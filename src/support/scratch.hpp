// SPDX-License-Identifier: BSD-3-Clause
// Scratch: a caller's workspace, cut into the pieces that an engine needs. The same code that cuts
// also measures: an engine lays its pieces out once with a Scratch of no memory to learn the size.
#pragma once

#include <cstddef>
#include <limits>

#include "support/checked.hpp"
#include "twofold/error.hpp"

namespace twofold::detail {

class Scratch {
 public:
  /// A cache line; every piece begins on one.
  static constexpr std::size_t alignment = 64;

  explicit Scratch(std::byte* memory) : next_(memory) {}

  /// rows × pitch elements. Throws Error(too_large) where they cannot be addressed.
  template <class T>
  T* take(Index rows, Index pitch = 1) {
    const auto bytes = checked_bytes({rows, pitch, 1}, static_cast<Index>(sizeof(T)));
    constexpr auto limit = std::numeric_limits<Index>::max() / 65536;
    if (!bytes || *bytes > limit) {
      throw Error(Errc::too_large, "workspace: the problem needs more than can be addressed");
    }
    std::byte* piece = next_;
    const auto rounded = static_cast<std::size_t>(round_up(*bytes, static_cast<Index>(alignment)));
    if (next_ != nullptr) next_ += rounded;
    used_ += rounded;
    return reinterpret_cast<T*>(piece);
  }

  [[nodiscard]] std::size_t used() const noexcept { return used_; }

 private:
  std::byte* next_;
  std::size_t used_ = 0;
};

}  // namespace twofold::detail
