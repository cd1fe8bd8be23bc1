// SPDX-License-Identifier: BSD-3-Clause
// What plans say about the choice of their method.
#pragma once

#include <span>
#include <string>

#include "dispatch/rates.hpp"

namespace twofold::detail {

/// One row of a table of candidates, for whoever asks.
struct Prediction {
  Method method{};
  bool allowed = false;
  double seconds = 0;
};

/// One sentence. `asked` is Options::method.
[[nodiscard]] std::string explain_choice(std::span<const Prediction> predictions,
                                         std::size_t chosen, Method asked);

/// Whether a call is done before threads of its own have started.
[[nodiscard]] inline bool is_brief(double seconds, const Rates& rates) noexcept {
  constexpr double starts = 4;  // so that half the time saved is kept
  return seconds < starts * rates.thread_start;
}

}  // namespace twofold::detail
