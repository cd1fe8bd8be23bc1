// SPDX-License-Identifier: BSD-3-Clause
// Executors as programs have them: threads that are kept, for any number of callers at the same
// time, and work that is broken off by an exception.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "twofold/executor.hpp"

namespace twofold::test {

/// Threads that are kept. Whoever calls works too, so that calls cannot wait for each other.
class WorkerPool : public Executor {
 public:
  explicit WorkerPool(unsigned workers) {
    for (unsigned i = 0; i < workers; ++i)
      workers_.emplace_back([this] { serve(); });
  }
  ~WorkerPool() override {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
    }
    has_job_.notify_all();
    for (auto& worker : workers_)
      worker.join();
  }

  [[nodiscard]] unsigned concurrency() const noexcept override {
    return static_cast<unsigned>(workers_.size()) + 1;
  }

  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override {
    if (count == 0) return;
    const auto job = std::make_shared<Job>(part, count);
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back(job);
    }
    has_job_.notify_all();
    run_parts(*job);
    std::unique_lock lock(mutex_);
    part_done_.wait(lock, [&] { return job->done == job->count; });
    if (job->failure) std::rethrow_exception(job->failure);
  }

 private:
  struct Job {
    Job(const std::function<void(std::size_t)>& work, std::size_t parts)
        : part(work), count(parts) {}
    const std::function<void(std::size_t)>& part;
    const std::size_t count;
    std::atomic<std::size_t> next{0};
    std::size_t done = 0;
    std::exception_ptr failure;
  };

  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      has_job_.wait(lock, [&] { return is_ending_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      const std::shared_ptr<Job> job = jobs_.front();
      lock.unlock();
      run_parts(*job);
      lock.lock();
      // All its parts are taken; another worker may have been here before.
      if (!jobs_.empty() && jobs_.front() == job) jobs_.pop_front();
    }
  }

  void run_parts(Job& job) {
    for (std::size_t i = job.next++; i < job.count; i = job.next++) {
      std::exception_ptr failure;
      try {
        job.part(i);
      } catch (...) {
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      if (failure && !job.failure) job.failure = failure;
      if (++job.done == job.count) part_done_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable has_job_;
  std::condition_variable part_done_;
  std::deque<std::shared_ptr<Job>> jobs_;
  bool is_ending_ = false;
  std::vector<std::thread> workers_;
};

/// What Cancelling throws.
struct Cancelled : std::runtime_error {
  Cancelled() : std::runtime_error("cancelled") {}
};

/// Another executor, whose workers throw from the `allowed` + 1st part on.
class Cancelling : public Executor {
 public:
  Cancelling(Executor& executor, std::size_t allowed) : executor_(executor), allowed_(allowed) {}
  [[nodiscard]] unsigned concurrency() const noexcept override { return executor_.concurrency(); }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override {
    executor_.parallel_for(count, [&](std::size_t i) {
      if (begun_++ >= allowed_) throw Cancelled();
      part(i);
    });
  }
  /// From now on everything is done.
  void relent() { allowed_ = static_cast<std::size_t>(-1); }
  [[nodiscard]] bool was_asked() const noexcept { return begun_ > 0; }

 private:
  Executor& executor_;
  std::atomic<std::size_t> allowed_;
  std::atomic<std::size_t> begun_{0};
};

}  // namespace twofold::test
