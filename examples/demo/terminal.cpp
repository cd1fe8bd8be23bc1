// SPDX-License-Identifier: BSD-3-Clause
// See terminal.hpp.
#include "demo/terminal.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <unistd.h>

namespace twofold::demo {
namespace {

bool shows_emphasis() {
  static const bool shown = [] {
    const char* no_color = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
           terminal != nullptr && std::string_view(terminal) != "dumb";
  }();
  return shown;
}

std::string emphasised(std::string_view text, std::string_view code) {
  if (!shows_emphasis()) return std::string(text);
  return std::string("\033[").append(code).append("m").append(text).append("\033[0m");
}

}  // namespace

std::string bold(std::string_view text) {
  return emphasised(text, "1");
}

std::string dim(std::string_view text) {
  return emphasised(text, "2");
}

std::string number(const char* format, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

void print_title(std::string_view title) {
  print(bold(title));
  std::string rule;
  for (std::size_t i = 0; i < line_width; ++i) {
    rule += "─";
  }
  print(rule);
}

void print(std::string_view line) {
  // Flushed: whoever waits for a slow row sees the ones before it.
  std::cout << line << '\n' << std::flush;
}

}  // namespace twofold::demo
