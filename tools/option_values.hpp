// SPDX-License-Identifier: BSD-3-Clause
// The values of options that several commands have, and the refusal of others.
#pragma once

#include <string_view>

#include <twofold/options.hpp>

namespace twofold::tool {

/// Throws UsageError "--option 'text': expected ...".
[[noreturn]] void refuse_value(std::string_view option, std::string_view text,
                               std::string_view expected);

/// What `parse` makes of the text, or a refusal that names what it knows.
template <class Parse>
auto parse_name(std::string_view option, std::string_view text, std::string_view expected,
                const Parse& parse) {
  const auto value = parse(text);
  if (!value) refuse_value(option, text, expected);
  return *value;
}

// Each throws UsageError with what it expects.
[[nodiscard]] Accuracy parse_accuracy(std::string_view text);
[[nodiscard]] unsigned parse_threads(std::string_view text);
[[nodiscard]] Isa parse_instruction_set(std::string_view text);

}  // namespace twofold::tool
