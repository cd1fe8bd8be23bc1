// SPDX-License-Identifier: BSD-3-Clause
// The executors that twofold brings along.
#include "support/executors.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace twofold::detail {

void SerialExecutor::parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) {
  for (std::size_t i = 0; i < count; ++i)
    part(i);
}

void ThreadsPerCall::parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      for (std::size_t i = next++; i < count; i = next++)
        part(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
  };

  std::vector<std::thread> threads;
  const std::size_t wanted = std::min<std::size_t>(threads_, count);
  try {
    threads.reserve(wanted);
    while (threads.size() + 1 < wanted)
      threads.emplace_back(work);
  } catch (...) {
    // No more threads to be had, or no memory for them: those that started, and this one, do it
    // all.
  }
  work();
  for (auto& thread : threads)
    thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace twofold::detail
