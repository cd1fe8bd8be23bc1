// SPDX-License-Identifier: BSD-3-Clause
// An executor as a caller may bring one.
#pragma once

#include "twofold/executor.hpp"

namespace twofold::fuzz {

/// Promises so many parts at a time, and runs them on one thread, from either end.
class OrderedExecutor final : public Executor {
 public:
  OrderedExecutor(unsigned promised, bool backwards) : promised_(promised), backwards_(backwards) {}
  [[nodiscard]] unsigned concurrency() const noexcept override { return promised_; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override {
    for (std::size_t i = 0; i < count; ++i)
      part(backwards_ ? count - 1 - i : i);
  }

 private:
  unsigned promised_;
  bool backwards_;
};

}  // namespace twofold::fuzz
