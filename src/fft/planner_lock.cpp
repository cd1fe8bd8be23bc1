// SPDX-License-Identifier: BSD-3-Clause
// The one lock around FFTW's planner, and what a fork makes of it.
#include <memory>
#include <mutex>

#include <pthread.h>

#include "support/immortal.hpp"
#include "twofold/info.hpp"

namespace twofold {

namespace {

/// A child has only the thread that called fork: a lock that another one held would stay locked,
/// and what it guards half done. A fork therefore waits for the lock. In the child it begins anew,
/// since a recursive one is unlocked only by the thread that locked it, whose number is another
/// there.
struct PlannerLock {
  PlannerLock() noexcept {
    // It fails for want of memory only, and then a fork is what it was without it.
    (void)pthread_atfork([] { fft_planner_mutex().lock(); }, [] { fft_planner_mutex().unlock(); },
                         [] { std::construct_at(&fft_planner_mutex()); });
  }
  std::recursive_mutex mutex;
};

}  // namespace

std::recursive_mutex& fft_planner_mutex() noexcept {
  // Plans that outlive main() are still destroyed under it.
  static detail::Immortal<PlannerLock> lock;
  return (*lock).mutex;
}

}  // namespace twofold
