// SPDX-License-Identifier: BSD-3-Clause
// The locks around what belongs to the whole process, for which a fork waits.
#pragma once

#include <mutex>

namespace twofold::detail {

/// Who takes both takes them in this order.
struct ProcessLocks {
  std::recursive_mutex planner;  ///< twofold::fft_planner_mutex
  std::recursive_mutex profile;  ///< around the profile in use (dispatch/active_profile.cpp)
};

/// Plans that outlive main() are still destroyed under them.
[[nodiscard]] ProcessLocks& process_locks() noexcept;

}  // namespace twofold::detail
