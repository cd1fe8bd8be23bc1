// SPDX-License-Identifier: BSD-3-Clause
// What the message of a refusal has to be.
#pragma once

#include <algorithm>
#include <string_view>

namespace twofold::fuzz {

/// One line that begins with the name of an argument and goes on: "threads: 0; at least …".
inline bool names_an_argument(std::string_view message) {
  const std::size_t colon = message.find(": ");
  if (colon == 0 || colon == std::string_view::npos || message.size() < colon + 3) return false;
  const auto is_of_a_name = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return std::all_of(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(colon),
                     is_of_a_name) &&
         message.find('\n') == std::string_view::npos;
}

}  // namespace twofold::fuzz
