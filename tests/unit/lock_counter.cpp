// SPDX-License-Identifier: BSD-3-Clause
// Counts locks by standing in front of POSIX's functions, which std::mutex and its like call, and
// FFTW. (Symbols of the program come before those of shared libraries.)
#include "lock_counter.hpp"

#include <atomic>

#include <dlfcn.h>
#include <pthread.h>

namespace {

std::atomic<std::size_t> count{0};

/// Calls the function of that name which this program stands in front of.
template <class Lock>
int counted(const char* name, Lock* lock) noexcept {
  count.fetch_add(1);
  return reinterpret_cast<int (*)(Lock*)>(dlsym(RTLD_NEXT, name))(lock);
}

}  // namespace

std::size_t twofold::test::locks() noexcept {
  return count.load();
}

extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  return counted("pthread_mutex_lock", mutex);
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
  return counted("pthread_mutex_trylock", mutex);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  return counted("pthread_rwlock_rdlock", lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  return counted("pthread_rwlock_wrlock", lock);
}

}  // extern "C"
