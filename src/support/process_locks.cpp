// SPDX-License-Identifier: BSD-3-Clause
#include "support/process_locks.hpp"

#include <memory>

#include <pthread.h>

#include "support/first_use.hpp"

namespace twofold::detail {

namespace {

/// A child has only the thread that called fork: a lock that another one held would stay locked,
/// and what it guards half done. A fork therefore waits for the locks. In the child they begin
/// anew, since a recursive one is unlocked only by the thread that locked it, whose number is
/// another there.
struct LocksOfForks : ProcessLocks {
  LocksOfForks() noexcept {
    // It fails for want of memory only, and then a fork is what it was without it.
    (void)pthread_atfork(
        [] {  // in the order of ProcessLocks
          process_locks().planner.lock();
          process_locks().profile.lock();
        },
        [] {
          process_locks().profile.unlock();
          process_locks().planner.unlock();
        },
        [] {
          std::construct_at(&process_locks().planner);
          std::construct_at(&process_locks().profile);
        });
  }
};

/// Arranged before the program begins, as later might be too late: when a lock is first held, a
/// fork may be under way in another thread. And who makes plans under a lock of its own, for which
/// its forks wait as well, has arranged that afterwards, so that a fork takes the two in the same
/// order (POSIX, pthread_atfork: what is arranged last is done first).
[[gnu::constructor(101)]] void arrange_forks() noexcept {
  (void)process_locks();
}

}  // namespace

ProcessLocks& process_locks() noexcept {
  static constinit FirstUse<LocksOfForks> locks;
  return *locks;
}

}  // namespace twofold::detail
