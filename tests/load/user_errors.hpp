// SPDX-License-Identifier: BSD-3-Clause
// Calls that a user gets wrong.
#pragma once

#include <span>
#include <string>

#include "random_images.hpp"

namespace twofold::test {

/// Calls that are refused.
struct UserError {
  const char* name;
  Errc code;
  /// `out` has 4×5 elements.
  void (*call)(const View<float>& out);
};
[[nodiscard]] std::span<const UserError> user_errors();

/// Makes the call; throws WrongResult unless it is refused for that reason, with `out` as it was.
void require_refused(const UserError& error);

}  // namespace twofold::test
