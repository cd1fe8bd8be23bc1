// SPDX-License-Identifier: BSD-3-Clause
// A plan as those use it who care about time: its workspace allocated once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <twofold/twofold.hpp>

namespace twofold::bench {

template <Element T, Element K = T>
class PreparedPlan {
 public:
  explicit PreparedPlan(Plan<T, K, T> plan)
      : plan_(std::move(plan)),
        workspace_(Image<std::uint8_t>::uninitialized(
            {1, static_cast<Index>(std::max<std::size_t>(plan_.workspace_bytes(), 1))})) {}

  [[nodiscard]] const Plan<T, K, T>& plan() const { return plan_; }
  [[nodiscard]] std::string method() const { return std::string(name_of(plan_.decision().method)); }
  void execute(View<const T> image, View<T> out) {
    plan_.execute(image, out,
                  {reinterpret_cast<std::byte*>(workspace_.data()),
                   static_cast<std::size_t>(workspace_.size())});
  }

 private:
  Plan<T, K, T> plan_;
  Image<std::uint8_t> workspace_;
};

}  // namespace twofold::bench
