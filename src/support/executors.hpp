// SPDX-License-Identifier: BSD-3-Clause
// The executors that twofold brings along: the caller's thread, and threads that live for one call.
#pragma once

#include "twofold/executor.hpp"

namespace twofold::detail {

class SerialExecutor final : public Executor {
 public:
  [[nodiscard]] unsigned concurrency() const noexcept override { return 1; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override;
};

/// Starts count − 1 threads in every parallel_for and joins them before it returns. There is
/// nothing to keep alive between calls, and so nothing that a fork could lose.
class ThreadsPerCall final : public Executor {
 public:
  explicit ThreadsPerCall(unsigned threads) : threads_(threads) {}
  [[nodiscard]] unsigned concurrency() const noexcept override { return threads_; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override;

 private:
  unsigned threads_;
};

}  // namespace twofold::detail
