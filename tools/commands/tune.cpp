// SPDX-License-Identifier: BSD-3-Clause
// twofold tune: measures this machine.
#include "commands/tune.hpp"

#include <filesystem>
#include <iostream>
#include <string>

#include <twofold/profile.hpp>

#include "output_file.hpp"
#include "progress.hpp"

namespace twofold::tool {

namespace {

std::string measured_profile(bool quick) {
  ProgressBar bar(1);
  TuneOptions options;
  options.quick = quick;
  options.progress = [&bar](double done, std::string_view next) {
    bar.set_label(std::string(next));
    bar.advance_to(done);
  };
  return tune(options);
}

/// As a word of the shell.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text)
    word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

}  // namespace

void tune_command(const TuneArguments& arguments) {
  check_writable(arguments.output);
  const std::string profile = measured_profile(arguments.quick);
  OutputFile file(arguments.output);
  file.write(profile.data(), profile.size());
  file.commit();
  if (is_standard_output(arguments.output)) return;
  std::cout << "The profile is in " << arguments.output << ". It is used where\n"
            << "  export TWOFOLD_PROFILE="
            << quoted(std::filesystem::absolute(arguments.output).string()) << '\n'
            << "is set, or a program calls twofold::load_profile.\n";
}

}  // namespace twofold::tool
