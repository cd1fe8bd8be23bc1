// SPDX-License-Identifier: BSD-3-Clause
// Counts allocations: through the sanitizers' hook where they own malloc, otherwise by standing in
// front of glibc's functions. (Symbols of the program come before those of shared libraries, so
// that FFTW's and libstdc++'s calls are counted, too.)
#include "allocation_counter.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace {
std::atomic<std::size_t> count{0};
}

std::size_t twofold::test::allocations() noexcept {
  return count.load();
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*,
                                                                             std::size_t),
                                                         void (*free_hook)(const volatile void*));

namespace {
const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { count.fetch_add(1); }, [](const volatile void*) {});
}

#else

extern "C" {

// NOLINTBEGIN(bugprone-reserved-identifier, readability-identifier-naming): glibc's names.
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t number, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
// NOLINTEND(bugprone-reserved-identifier, readability-identifier-naming)

void* malloc(std::size_t size) noexcept {
  count.fetch_add(1);
  return __libc_malloc(size);
}

void* calloc(std::size_t number, std::size_t size) noexcept {
  count.fetch_add(1);
  return __libc_calloc(number, size);
}

void* realloc(void* memory, std::size_t size) noexcept {
  count.fetch_add(1);
  return __libc_realloc(memory, size);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  count.fetch_add(1);
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  *memory = memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}

}  // extern "C"

#endif
