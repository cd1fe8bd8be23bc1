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
/// another there. That is arranged before either can be held: an earlier glibc than 2.36 holds a
/// lock of its own while a fork waits, which the arrangement takes as well.
struct LocksOfForks : ProcessLocks {
  LocksOfForks() noexcept {
    // It fails for want of memory only, and then a fork is what it was without it.
    (void)pthread_atfork(
        [] {
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

}  // namespace

ProcessLocks& process_locks() noexcept {
  static constinit FirstUse<LocksOfForks> locks;
  return *locks;
}

}  // namespace twofold::detail
