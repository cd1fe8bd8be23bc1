// SPDX-License-Identifier: BSD-3-Clause
// Elements beside memory that must not be touched.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include <catch2/catch.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "twofold/types.hpp"

namespace twofold::test {

enum class MemoryEnd { begin, end };

/// Pages before and behind which lies one that cannot be accessed.
class GuardedPages {
 public:
  explicit GuardedPages(std::size_t bytes)
      : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    const std::size_t inner = (bytes + page_ - 1) / page_ * page_;
    size_ = inner + 2 * page_;
    void* const memory =
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    memory_ = static_cast<std::byte*>(memory);
    REQUIRE(mprotect(memory_, page_, PROT_NONE) == 0);
    REQUIRE(mprotect(memory_ + page_ + inner, page_, PROT_NONE) == 0);
  }
  GuardedPages(const GuardedPages&) = delete;
  GuardedPages& operator=(const GuardedPages&) = delete;
  ~GuardedPages() { munmap(memory_, size_); }

  /// All that can be accessed.
  [[nodiscard]] std::span<std::byte> bytes() const { return {memory_ + page_, size_ - 2 * page_}; }
  /// The first or the last of them.
  [[nodiscard]] std::span<std::byte> bytes(std::size_t count, MemoryEnd at) const {
    return at == MemoryEnd::begin ? bytes().first(count) : bytes().last(count);
  }

 private:
  std::size_t page_;
  std::size_t size_ = 0;
  std::byte* memory_ = nullptr;
};

/// Elements that end where memory ends, or begin where it begins.
template <class T>
class GuardedMemory {
 public:
  GuardedMemory(const T* elements, Index count, MemoryEnd at)
      : pages_(static_cast<std::size_t>(count) * sizeof(T)),
        data_(reinterpret_cast<T*>(
            pages_.bytes(static_cast<std::size_t>(count) * sizeof(T), at).data())) {
    std::copy_n(elements, count, data_);
  }

  [[nodiscard]] T* data() const { return data_; }

 private:
  GuardedPages pages_;
  T* data_;
};

}  // namespace twofold::test
