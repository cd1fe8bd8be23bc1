// SPDX-License-Identifier: BSD-3-Clause
// The executors that twofold brings along.
#include "support/executors.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "twofold/error.hpp"

namespace twofold::detail {

namespace {

/// Waits until `changed()`: awake for about as long as it takes to send a thread to sleep and wake
/// it, then in `sleep()`, which returns when there may have been a change.
template <class Changed, class Sleep>
void wait_until(const Changed& changed, const Sleep& sleep) {
  constexpr int turns = 100;
  for (int turn = 0; turn < turns; ++turn) {
    if (changed()) return;
    std::this_thread::yield();  // the one waited for may need this processor
  }
  while (!changed())
    sleep();
}

}  // namespace

unsigned resolve_threads(unsigned threads, const Executor* executor) {
  if (threads == 0) throw Error(Errc::invalid_option, "threads: 0; at least 1 has to work");
  if (threads > 4096) {
    throw Error(Errc::invalid_option,
                "threads: " + std::to_string(threads) + " are more than 4096");
  }
  return executor != nullptr ? std::max(1U, executor->concurrency()) : threads;
}

void SerialExecutor::parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) {
  for (std::size_t i = 0; i < count; ++i)
    part(i);
}

CallThreads::~CallThreads() {
  part_ = nullptr;
  ++job_;
  job_.notify_all();
  for (std::thread& helper : helpers_)
    helper.join();
}

void CallThreads::start(std::size_t helpers) {
  try {
    helpers_.reserve(helpers);
    while (helpers_.size() < helpers)
      helpers_.emplace_back(&CallThreads::serve, this, job_.load());
  } catch (...) {
    // No more threads to be had, or no memory for them: those that started, and this one, do it
    // all.
  }
}

void CallThreads::serve(unsigned seen) {
  for (;;) {
    wait_until([&] { return job_ != seen; }, [&] { job_.wait(seen); });
    seen = job_;
    if (part_ == nullptr) return;
    run_parts();
    if (--busy_ == 0) busy_.notify_one();
  }
}

void CallThreads::run_parts() noexcept {
  try {
    for (std::size_t i = next_++; i < count_; i = next_++)
      (*part_)(i);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
}

void CallThreads::parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) {
  const std::size_t wanted = std::min<std::size_t>(threads_, count);
  if (wanted > helpers_.size() + 1) start(wanted - 1);
  part_ = &part;
  count_ = count;
  next_ = 0;
  busy_ = helpers_.size();
  ++job_;
  job_.notify_all();
  run_parts();
  wait_until([&] { return busy_ == 0; },
             [&] {
               if (const std::size_t busy = busy_; busy != 0) busy_.wait(busy);
             });
  if (auto failure = std::exchange(failure_, nullptr)) std::rethrow_exception(failure);
}

}  // namespace twofold::detail
