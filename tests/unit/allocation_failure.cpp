// SPDX-License-Identifier: BSD-3-Clause
// operator new and delete over aligned_alloc and free, with the size kept before each block.
#include "allocation_failure.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>

namespace {

using twofold::test::Afterwards;
using twofold::test::Allocated;

std::atomic<std::size_t> blocks{0};
std::atomic<std::size_t> bytes{0};

std::atomic<bool> armed{false};
std::atomic<std::size_t> calls{0};
std::atomic<std::size_t> failing_call{0};
std::atomic<Afterwards> afterwards_of_failure{};

bool fails() noexcept {
  if (!armed) return false;
  const std::size_t call = ++calls;
  return call == failing_call || (call > failing_call && afterwards_of_failure == Afterwards::fail);
}

/// Room for the size, such that what follows is aligned, too.
std::size_t header_of(std::size_t alignment) noexcept {
  return std::max(alignment, alignof(std::max_align_t));
}

void* allocate(std::size_t size, std::size_t alignment) noexcept {
  if (fails()) return nullptr;
  const std::size_t header = header_of(alignment);
  if (size > SIZE_MAX - 2 * header) return nullptr;
  const std::size_t whole = header + (size + header - 1) / header * header;
  auto* const memory = static_cast<std::byte*>(std::aligned_alloc(header, whole));
  if (memory == nullptr) return nullptr;
  ::new (memory) std::size_t(size);
  ++blocks;
  bytes += size;
  return memory + header;
}

void* allocate_or_throw(std::size_t size, std::size_t alignment) {
  void* const memory = allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void release(void* memory, std::size_t alignment) noexcept {
  if (memory == nullptr) return;
  auto* const whole = static_cast<std::byte*>(memory) - header_of(alignment);
  --blocks;
  bytes -= *std::launder(reinterpret_cast<std::size_t*>(whole));
  std::free(whole);
}

constexpr std::size_t unaligned = 1;

}  // namespace

namespace twofold::test {

Allocated allocated() noexcept {
  return {blocks, bytes};
}

AllocationFailure::AllocationFailure(std::size_t which, Afterwards afterwards) noexcept {
  calls = 0;
  failing_call = which;
  afterwards_of_failure = afterwards;
  armed = true;
}

AllocationFailure::~AllocationFailure() {
  armed = false;
}

std::size_t AllocationFailure::allocations() noexcept {
  return calls;
}

bool AllocationFailure::happened() noexcept {
  return calls >= failing_call;
}

}  // namespace twofold::test

void* operator new(std::size_t size) {
  return allocate_or_throw(size, unaligned);
}
void* operator new[](std::size_t size) {
  return allocate_or_throw(size, unaligned);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, unaligned);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return allocate(size, unaligned);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate_or_throw(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return allocate(size, static_cast<std::size_t>(alignment));
}

void operator delete(void* memory) noexcept {
  release(memory, unaligned);
}
void operator delete[](void* memory) noexcept {
  release(memory, unaligned);
}
void operator delete(void* memory, std::size_t) noexcept {
  release(memory, unaligned);
}
void operator delete[](void* memory, std::size_t) noexcept {
  release(memory, unaligned);
}
void operator delete(void* memory, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete[](void* memory, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
void operator delete[](void* memory, std::size_t, std::align_val_t alignment) noexcept {
  release(memory, static_cast<std::size_t>(alignment));
}
