// SPDX-License-Identifier: BSD-3-Clause
// What plans say about the choice of their method.
#include "dispatch/decision.hpp"

#include <cstdio>

#include "dispatch/candidates.hpp"
#include "twofold/info.hpp"

namespace twofold::detail {

namespace {

std::string format_seconds(double seconds) {
  char text[32];
  if (seconds < 1e-3) {
    std::snprintf(text, sizeof text, "%.3g µs", seconds * 1e6);
  } else if (seconds < 1) {
    std::snprintf(text, sizeof text, "%.3g ms", seconds * 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.3g s", seconds);
  }
  return text;
}

}  // namespace

std::string explain_choice(std::span<const Prediction> predictions, std::size_t chosen,
                           Method asked) {
  const std::string name(name_of(predictions[chosen].method));
  if (asked != Method::automatic && asked != Method::fft) return name + " was asked for";
  const Prediction* next = nullptr;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const Prediction& other = predictions[i];
    if (i == chosen || !other.allowed || !admits(asked, other.method)) continue;
    if (next == nullptr || other.seconds < next->seconds) next = &other;
  }
  std::string cost = name + " is predicted to take " + format_seconds(predictions[chosen].seconds);
  if (next == nullptr) return cost;
  return cost + ", " + std::string(name_of(next->method)) + " " + format_seconds(next->seconds);
}

}  // namespace twofold::detail
