// SPDX-License-Identifier: BSD-3-Clause
// Wording: explanations as sentences.
#pragma once

#include <string>
#include <vector>

#include "diagnosis/comparison.hpp"

namespace twofold::detail {

/// What the results are called, and what they are like.
struct Subjects {
  std::string reference;  ///< "A", or "the expected result"
  std::string subject;    ///< "B", or "A"
  /// Whether `a` of a pair is the reference.
  bool a_is_reference = true;
};

/// "B is A with the kernel transposed."
[[nodiscard]] std::string sentence_of(const Pair&, const Subjects&, const Operands&);

/// Two digits, as in "3e-07", "0.71".
[[nodiscard]] std::string short_number(double);

/// "one", "one and two", "one, two and three".
[[nodiscard]] std::string enumeration(const std::vector<std::string>&, const char* conjunction);

/// Coincidences of this kernel, each as "the kernel equals its transpose"; empty if there are none.
[[nodiscard]] std::vector<std::string> symmetries_of(const ErasedView& kernel);

}  // namespace twofold::detail
