// SPDX-License-Identifier: BSD-3-Clause
// Plans as those use them who care about time: their workspace allocated once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include <twofold/twofold.hpp>

namespace twofold::bench {

class Workspace {
 public:
  explicit Workspace(std::size_t bytes)
      : memory_(Image<std::uint8_t>::uninitialized(
            {1, static_cast<Index>(std::max<std::size_t>(bytes, 1))})) {}

  [[nodiscard]] std::span<std::byte> bytes() {
    return {reinterpret_cast<std::byte*>(memory_.data()), static_cast<std::size_t>(memory_.size())};
  }

 private:
  Image<std::uint8_t> memory_;
};

template <Element T, Element K = T>
class PreparedPlan {
 public:
  explicit PreparedPlan(Plan<T, K, T> plan)
      : plan_(std::move(plan)), workspace_(plan_.workspace_bytes()) {}

  [[nodiscard]] const Plan<T, K, T>& plan() const { return plan_; }
  [[nodiscard]] std::string method() const { return std::string(name_of(plan_.decision().method)); }
  void execute(View<const T> image, View<T> out) { plan_.execute(image, out, workspace_.bytes()); }

 private:
  Plan<T, K, T> plan_;
  Workspace workspace_;
};

class PreparedLayer {
 public:
  explicit PreparedLayer(nn::ConvPlan<float> plan)
      : plan_(std::move(plan)), workspace_(plan_.workspace_bytes()) {}

  [[nodiscard]] std::string method() const {
    return std::string(name_of(plan_.decisions().front().method));
  }
  void execute(const nn::TensorView<const float>& inputs, const nn::TensorView<float>& outputs) {
    plan_.execute(inputs, outputs, workspace_.bytes());
  }

 private:
  nn::ConvPlan<float> plan_;
  Workspace workspace_;
};

}  // namespace twofold::bench
