// SPDX-License-Identifier: BSD-3-Clause
// Elements beside memory that must not be touched.
#pragma once

#include <cstring>

#include <catch2/catch.hpp>
#include <sys/mman.h>
#include <unistd.h>

#include "twofold/types.hpp"

namespace twofold::test {

enum class MemoryEnd { begin, end };

/// Elements that end where memory ends, or begin where it begins.
template <class T>
class GuardedMemory {
 public:
  GuardedMemory(const T* elements, Index count, MemoryEnd at) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
    const std::size_t inner = (bytes + page - 1) / page * page;
    size_ = inner + 2 * page;
    memory_ = static_cast<char*>(
        mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(memory_ != MAP_FAILED);
    REQUIRE(mprotect(memory_, page, PROT_NONE) == 0);
    REQUIRE(mprotect(memory_ + page + inner, page, PROT_NONE) == 0);
    char* const first = memory_ + page + (at == MemoryEnd::begin ? 0 : inner - bytes);
    std::memcpy(first, elements, bytes);
    data_ = reinterpret_cast<T*>(first);
  }
  GuardedMemory(const GuardedMemory&) = delete;
  GuardedMemory& operator=(const GuardedMemory&) = delete;
  ~GuardedMemory() { munmap(memory_, size_); }

  [[nodiscard]] T* data() const { return data_; }

 private:
  char* memory_ = nullptr;
  std::size_t size_ = 0;
  T* data_ = nullptr;
};

}  // namespace twofold::test
