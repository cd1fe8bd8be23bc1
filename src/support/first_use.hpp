// SPDX-License-Identifier: BSD-3-Clause
// What is made when it is first used, and lives until the process ends.
#pragma once

#include <cstddef>
#include <mutex>
#include <new>
#include <type_traits>

namespace twofold::detail {

/// A T that the first thread to use it makes, and nobody destroys, so that it serves whatever else
/// is destroyed at the end of the program, in memory that need not be allocated. To be declared
/// `static constinit`: the guard of another static variable would stay locked in a child that is
/// forked while some thread makes it. Here the child makes its own, with libstdc++ on glibc, where
/// std::call_once goes by pthread_once, which tells who has begun in which process.
template <class T>
class FirstUse {
  static_assert(std::is_nothrow_default_constructible_v<T>);

 public:
  constexpr FirstUse() noexcept = default;
  FirstUse(const FirstUse&) = delete;
  FirstUse& operator=(const FirstUse&) = delete;
  ~FirstUse() = default;

  [[nodiscard]] T& operator*() noexcept {
    std::call_once(is_made_, [this] { ::new (static_cast<void*>(memory_)) T; });
    return *std::launder(reinterpret_cast<T*>(memory_));
  }

 private:
  std::once_flag is_made_;
  alignas(T) std::byte memory_[sizeof(T)]{};
};

}  // namespace twofold::detail
