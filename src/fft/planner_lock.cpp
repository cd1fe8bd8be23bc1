// SPDX-License-Identifier: BSD-3-Clause
// The one lock around FFTW's planner, of builds with and without FFTW.
#include "support/process_locks.hpp"
#include "twofold/info.hpp"

namespace twofold {

std::recursive_mutex& fft_planner_mutex() noexcept {
  return detail::process_locks().planner;
}

}  // namespace twofold
