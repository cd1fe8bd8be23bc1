// SPDX-License-Identifier: BSD-3-Clause
// How a fuzzer says that it has found something.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

namespace twofold::fuzz {

/// Ends the process: libFuzzer then keeps the input in a file, and names it.
[[noreturn]] inline void report(const std::string& finding) {
  std::fprintf(stderr, "FINDING: %s\n", finding.c_str());
  std::abort();
}

/// Words are put together where something is wrong, not in every execution.
template <class Describe>
void require(bool holds, const Describe& describe) {
  if (!holds) report(describe());
}

inline void require(bool holds, const char* finding) {
  if (!holds) report(finding);
}

}  // namespace twofold::fuzz
