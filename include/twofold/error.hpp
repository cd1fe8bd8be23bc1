// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// What twofold throws.
#pragma once

#include <stdexcept>
#include <string>

namespace twofold {

/// What is wrong. Error::what says with which argument.
enum class Errc {
  invalid_shape,    ///< no rows or columns, a negative size, shapes that do not fit each other
  invalid_stride,   ///< an output whose elements coincide
  invalid_option,   ///< an option's value that means nothing here
  too_large,        ///< a size whose product overflows, or beyond what the method can address
  overlap,          ///< input and output share memory
  workspace,        ///< a workspace that is too small or misaligned
  unsupported,      ///< the forced method cannot compute this problem
  nonfinite,        ///< NaN or infinity in the input, where Options::nonfinite forbids it
  unavailable,      ///< not on this machine, or not in this build
  invalid_profile,  ///< a file that is not what twofold::tune writes
};

/// The one exception of twofold's own. Its message names the argument and its value: "kernel: 0×3
/// has no elements". When an Error leaves a function of twofold, nothing has been written to the
/// caller's memory.
class Error : public std::runtime_error {
 public:
  /// The message is what() returns.
  Error(Errc code, const std::string& message) : std::runtime_error(message), code_(code) {}
  /// For a program that tells errors apart; messages are for people and may change.
  [[nodiscard]] Errc code() const noexcept { return code_; }

 private:
  Errc code_;
};

}  // namespace twofold
