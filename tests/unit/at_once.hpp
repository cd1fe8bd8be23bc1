// SPDX-License-Identifier: BSD-3-Clause
// Threads that begin at the same time.
#pragma once

#include <latch>
#include <thread>
#include <vector>

namespace twofold::test {

inline constexpr int thread_count = 8;

/// Calls work(0) … work(thread_count − 1), each in a thread of its own, all at once, and returns
/// how many were true. What throws is not. (Catch's assertions are for one thread.)
template <class Work>
int successes_at_once(Work work) {
  std::latch start(thread_count);
  std::vector<int> is_success(thread_count, 0);
  std::vector<std::thread> threads;
  threads.reserve(thread_count);
  for (int i = 0; i < thread_count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      try {
        is_success[static_cast<std::size_t>(i)] = work(i) ? 1 : 0;
      } catch (...) {
      }
    });
  }
  int successes = 0;
  for (std::size_t i = 0; i < thread_count; ++i) {
    threads[i].join();
    successes += is_success[i];
  }
  return successes;
}

}  // namespace twofold::test
