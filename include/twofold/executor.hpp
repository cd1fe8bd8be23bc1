// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Executor: who runs the parts of a computation.
#pragma once

#include <cstddef>
#include <functional>

namespace twofold {

/// Lends threads to a computation: the interface that a program implements over its own pool.
/// twofold never keeps threads of its own: by default everything runs in the caller's thread; with
/// Options::threads, extra threads live as long as one call; with Options::executor, the caller's
/// own pool does the work. It must outlive every plan and call that it was given to.
///
/// The result's bits do not depend on the executor, apart from the sign and payload of NaN: every
/// part writes outputs of its own.
class Executor {
 public:
  /// Nothing to set up; executors are not copied.
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// How many parts can make progress at the same time; at least 1. Asked when a plan is made: for
  /// so many it cuts its calls into parts, and has workspace.
  [[nodiscard]] virtual unsigned concurrency() const noexcept = 0;

  /// Calls part(0) … part(count − 1), each once, in any order and on any threads, and returns when
  /// all have returned. A part throws nothing and waits for no other. May be called by several
  /// threads at the same time if a plan is. If parallel_for throws, no part may run any more; the
  /// computation's outputs are unspecified, and the exception reaches twofold's caller.
  virtual void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) = 0;
};

}  // namespace twofold
