// SPDX-License-Identifier: BSD-3-Clause
// Profiles for tests, as `tune` would write them, without its measurements.
#pragma once

#include <set>
#include <sstream>
#include <string>

#include "dispatch/profile.hpp"
#include "twofold/twofold.hpp"

namespace twofold::test {

/// The lines of FFTW's wisdom, whose order changes when FFTW reads what it wrote.
inline std::set<std::string> lines_of(const std::string& wisdom) {
  std::istringstream text(wisdom);
  std::set<std::string> lines;
  for (std::string line; std::getline(text, line);)
    lines.insert(line);
  return lines;
}

/// A whole profile, without FFTW's wisdom, by which a transform costs `factor` times what it does
/// by the built-in rates; and a thread next to nothing, so that small calls start their own, too.
inline std::string profile_text(double factor) {
  twofold::detail::Profile profile;
  for (const Isa isa : available_isas()) {
    auto rates = twofold::detail::built_in_rates(isa);
    for (auto& seconds_by_length : rates.transform) {
      for (double& seconds : seconds_by_length)
        seconds *= factor;
    }
    rates.thread_start = 1e-9;
    profile.rates.emplace(isa, rates);
  }
  return twofold::detail::to_text(profile);
}

}  // namespace twofold::test
