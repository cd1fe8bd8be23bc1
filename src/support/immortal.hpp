// SPDX-License-Identifier: BSD-3-Clause
// What lives until the process ends.
#pragma once

#include <cstddef>
#include <new>

namespace twofold::detail {

/// A T that is never destroyed, so that it serves whatever else is destroyed at the end of the
/// program, in memory that need not be allocated. For variables with static storage.
template <class T>
class Immortal {
 public:
  Immortal() { ::new (static_cast<void*>(memory_)) T; }
  Immortal(const Immortal&) = delete;
  Immortal& operator=(const Immortal&) = delete;
  ~Immortal() = default;

  [[nodiscard]] T& operator*() noexcept { return *std::launder(reinterpret_cast<T*>(memory_)); }

 private:
  alignas(T) std::byte memory_[sizeof(T)];
};

}  // namespace twofold::detail
