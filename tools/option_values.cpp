// SPDX-License-Identifier: BSD-3-Clause
// The values of options that several commands have, and the refusal of others.
#include "option_values.hpp"

#include <string>

#include <twofold/info.hpp>

#include "errors.hpp"
#include "number.hpp"

namespace twofold::tool {

namespace {

constexpr std::uint64_t most_threads = 4096;

}  // namespace

void refuse_value(std::string_view option, std::string_view text, std::string_view expected) {
  throw UsageError("--" + std::string(option) + " '" + std::string(text) + "': expected " +
                   std::string(expected));
}

Accuracy parse_accuracy(std::string_view text) {
  if (text == "normwise") return normwise;
  if (text == "componentwise") return componentwise;
  constexpr std::string_view prefix = "within:";
  if (text.starts_with(prefix)) {
    const auto bound = parse_finite_real(text.substr(prefix.size()));
    if (bound && *bound >= 0) return within(*bound);
  }
  refuse_value("accuracy", text, "normwise, componentwise or within:ERROR, as in within:1e-3");
}

unsigned parse_threads(std::string_view text) {
  const auto count = parse_count(text);
  if (!count || *count < 1 || *count > most_threads) {
    refuse_value("threads", text, "a number from 1 to " + std::to_string(most_threads));
  }
  return static_cast<unsigned>(*count);
}

Isa parse_instruction_set(std::string_view text) {
  return parse_name("isa", text, "automatic, baseline, avx2 or avx512", parse_isa);
}

}  // namespace twofold::tool
