// SPDX-License-Identifier: BSD-3-Clause
// Profiles for tests, as `tune` would write them, without its measurements.
#pragma once

#include <string>

#include "dispatch/profile.hpp"
#include "twofold/twofold.hpp"

namespace twofold::test {

/// A whole profile, without FFTW's wisdom, by which a transform costs `factor` times what it does
/// by the built-in rates.
inline std::string profile_text(double factor) {
  twofold::detail::Profile profile;
  for (const Isa isa : available_isas()) {
    auto rates = twofold::detail::built_in_rates(isa);
    for (auto& seconds_by_length : rates.transform) {
      for (double& seconds : seconds_by_length)
        seconds *= factor;
    }
    profile.rates.emplace(isa, rates);
  }
  return twofold::detail::to_text(profile);
}

}  // namespace twofold::test
