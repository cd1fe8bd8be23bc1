// SPDX-License-Identifier: BSD-3-Clause
// Memory between pages that cannot be accessed, used again and again: kernels are compiled without
// AddressSanitizer, but what they read or write beyond an array ends the program here.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>

#include <sys/mman.h>
#include <unistd.h>

#include "common/finding.hpp"

namespace twofold::fuzz {

class GuardedArena {
 public:
  enum class End : unsigned char { begin, end };

  explicit GuardedArena(std::size_t capacity) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t inner = (capacity + page - 1) / page * page;
    void* memory = mmap(nullptr, inner + 2 * page, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    require(memory != MAP_FAILED, "no memory for an arena");
    auto* first = static_cast<std::byte*>(memory);
    require(mprotect(first, page, PROT_NONE) == 0, "no guard page");
    require(mprotect(first + page + inner, page, PROT_NONE) == 0, "no guard page");
    usable_ = {first + page, inner};
  }
  GuardedArena(const GuardedArena&) = delete;
  GuardedArena& operator=(const GuardedArena&) = delete;

  [[nodiscard]] bool holds(std::size_t bytes) const noexcept { return bytes <= usable_.size(); }

  /// So many bytes that begin, or end, where memory does, all of them `filling`. Valid until the
  /// next call. There is room for them.
  [[nodiscard]] std::span<std::byte> take(std::size_t bytes, End at, int filling) const {
    const auto part = at == End::begin ? usable_.first(bytes) : usable_.last(bytes);
    std::memset(part.data(), filling, part.size());
    return part;
  }

 private:
  std::span<std::byte> usable_;
};

}  // namespace twofold::fuzz
