// SPDX-License-Identifier: BSD-3-Clause
// How long something takes.
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace twofold::demo {

/// Seconds since it was made.
class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Median of the runs, in seconds. The first run is a warm-up and does not count, unless it alone
/// takes so long that caches no longer matter.
template <class Work>
double median_seconds(const Work& work) {
  constexpr double enough_seconds = 0.2;
  constexpr std::size_t enough_runs = 9;
  const auto one_run = [&] {
    const Stopwatch run;
    work();
    return run.seconds();
  };

  const double first = one_run();
  if (first >= enough_seconds) return first;
  std::vector<double> runs;
  double total = first;
  while (runs.empty() || (runs.size() < enough_runs && total < enough_seconds)) {
    runs.push_back(one_run());
    total += runs.back();
  }
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
  std::nth_element(runs.begin(), middle, runs.end());
  return *middle;
}

}  // namespace twofold::demo
