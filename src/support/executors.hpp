// SPDX-License-Identifier: BSD-3-Clause
// The executors that twofold brings along: the caller's thread, and threads that live for one call.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "twofold/executor.hpp"

namespace twofold::detail {

/// How many may work on one call at the same time: those of `executor`, if there is one, or
/// `threads`. Throws Error(invalid_option) for a number of threads that means nothing.
[[nodiscard]] unsigned resolve_threads(unsigned threads, const Executor* executor);

class SerialExecutor final : public Executor {
 public:
  [[nodiscard]] unsigned concurrency() const noexcept override { return 1; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override;
};

/// The threads of one call: they start when there is something to share for the first time, wait
/// for more, and end with this object. Nothing is kept alive between calls, and so there is nothing
/// that a fork could lose. For one thread at a time.
class CallThreads final : public Executor {
 public:
  explicit CallThreads(unsigned threads) : threads_(threads) {}
  CallThreads(const CallThreads&) = delete;
  CallThreads& operator=(const CallThreads&) = delete;
  ~CallThreads() override;

  [[nodiscard]] unsigned concurrency() const noexcept override { return threads_; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override;

 private:
  void start(std::size_t helpers);
  void serve(unsigned seen);
  void run_parts() noexcept;

  unsigned threads_;
  std::vector<std::thread> helpers_;
  std::atomic<unsigned> job_{0};  ///< its number: what helpers wait for
  std::atomic<std::size_t> busy_{0};
  std::atomic<std::size_t> next_{0};
  std::size_t count_ = 0;
  const std::function<void(std::size_t)>* part_ = nullptr;  ///< null: the end
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace twofold::detail
