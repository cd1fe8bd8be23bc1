// SPDX-License-Identifier: BSD-3-Clause
// twofold info: what this build is and what this machine can do.
#include "commands/info.hpp"

#include <iostream>
#include <string>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>
#include <twofold/profile.hpp>

#include "decision_table.hpp"
#include "text.hpp"

namespace twofold::tool {

namespace {

std::string profile_text() {
  const ActiveProfile profile = active_profile();
  if (profile.problem.empty()) return profile.name;
  return profile.name + " (TWOFOLD_PROFILE: " + profile.problem + ")";
}

void print_line(const char* name, const std::string& value) {
  constexpr std::size_t margin = 12;
  bool first = true;
  for (const std::string& line : wrapped(value, 80 - margin)) {
    std::cout << left_aligned(first ? name : "", margin) << line << '\n';
    first = false;
  }
}

void print_text() {
  // First what may fail: a failure prints nothing else.
  const std::string active(name_of(active_isa()));
  std::string available;
  for (const Isa isa : available_isas()) {
    available.append(available.empty() ? "" : ", ").append(name_of(isa));
  }
  const FftBackend fft = fft_backend();
  print_line("twofold", std::string(version()));
  print_line("ISA", active + " (available: " + available + ")");
  print_line("FFT", std::string(fft.name));
  print_line("licence", std::string(fft.licence));
  print_line("profile", profile_text());
}

nlohmann::ordered_json info_json() {
  auto available = nlohmann::ordered_json::array();
  for (const Isa isa : available_isas())
    available.push_back(name_of(isa));
  const FftBackend fft = fft_backend();
  const ActiveProfile profile = active_profile();
  auto profile_json = nlohmann::ordered_json{{"name", profile.name}};
  if (!profile.problem.empty()) profile_json["problem"] = profile.problem;
  return {{"version", version()},
          {"isa", {{"active", name_of(active_isa())}, {"available", available}}},
          {"fft", {{"name", fft.name}, {"licence", fft.licence}}},
          {"profile", profile_json}};
}

}  // namespace

void info_command(const InfoArguments& arguments) {
  if (arguments.json) {
    print_json(std::cout, info_json());
  } else {
    print_text();
  }
}

}  // namespace twofold::tool
