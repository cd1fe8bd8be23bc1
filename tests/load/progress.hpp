// SPDX-License-Identifier: BSD-3-Clause
// What the threads of the load are doing, and how they are brought to rest.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace twofold::test {

using Clock = std::chrono::steady_clock;

/// What one thread is doing: written by it, read by the watchdog.
class Doing {
 public:
  void begin(const char* kind) {
    since_ = Clock::now().time_since_epoch().count();
    problem_ = nullptr;
    kind_ = kind;
    ++calls_;
  }
  /// With which problem, whose text lives as long as the threads.
  void with(const std::string& problem) { problem_ = problem.c_str(); }
  void end() { kind_ = nullptr; }

  [[nodiscard]] std::uint64_t calls() const { return calls_; }
  /// For how long; nothing between calls.
  [[nodiscard]] Clock::duration busy() const {
    if (kind_ == nullptr) return {};
    return Clock::now() - Clock::time_point(Clock::duration(since_.load()));
  }
  [[nodiscard]] std::string text() const {
    const char* kind = kind_;
    if (kind == nullptr) return "between calls";
    const char* problem = problem_;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(busy()).count();
    return std::string(kind) + (problem == nullptr ? "" : std::string(", ") + problem) + ", for " +
           std::to_string(seconds) + " s, call " + std::to_string(calls());
  }

 private:
  std::atomic<const char*> kind_ = nullptr;
  std::atomic<const char*> problem_ = nullptr;
  std::atomic<Clock::rep> since_ = 0;
  std::atomic<std::uint64_t> calls_ = 0;
};

/// Which threads pass between two calls, unless it is closed.
class Gate {
 public:
  explicit Gate(int threads) : threads_(threads) {}

  void pass() {
    if (!is_closed_) return;
    std::unique_lock lock(mutex_);
    ++waiting_;
    opened_.wait(lock, [&] { return !is_closed_; });
    --waiting_;
  }
  /// A thread that passes no more.
  void leave() {
    const std::lock_guard lock(mutex_);
    --threads_;
  }
  [[nodiscard]] bool all_have_left() {
    const std::lock_guard lock(mutex_);
    return threads_ == 0;
  }
  void close() { is_closed_ = true; }
  /// Whether all threads wait that have not left.
  [[nodiscard]] bool all_wait() {
    const std::lock_guard lock(mutex_);
    return waiting_ == threads_;
  }
  void open() {
    {
      const std::lock_guard lock(mutex_);
      is_closed_ = false;
    }
    opened_.notify_all();
  }

 private:
  int threads_;
  int waiting_ = 0;
  std::atomic<bool> is_closed_ = false;
  std::mutex mutex_;
  std::condition_variable opened_;
};

}  // namespace twofold::test
