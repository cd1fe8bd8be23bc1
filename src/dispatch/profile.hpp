// SPDX-License-Identifier: BSD-3-Clause
// A profile: rates per instruction set, and FFTW's wisdom, as the text of a file.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "dispatch/rates.hpp"

namespace twofold::detail {

struct Profile {
  std::map<Isa, Rates> rates;
  std::string wisdom[2];  ///< in single and double precision; may be empty
};

/// The text: a line per rate, and a checksum that tells a damaged file from a whole one.
[[nodiscard]] std::string to_text(const Profile& profile);

/// Throws Error(invalid_profile), naming the line, unless `text` is what to_text has made of a
/// profile, for this version of the format and for this build's FFT library. The numbers are within
/// the limits of rate_fields.
[[nodiscard]] Profile parse_profile(std::string_view text);

/// The rates in use for an instruction set: see active_profile.
[[nodiscard]] std::shared_ptr<const Rates> rates_for(Isa isa);

/// FFTW has no wisdom, and no profile is loaded, until the measurement ends; then FFTW has again
/// what it had. Throws Error(unavailable) while another one lasts.
void begin_measurement();
void end_measurement() noexcept;

}  // namespace twofold::detail
