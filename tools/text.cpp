// SPDX-License-Identifier: BSD-3-Clause
// Quantities and columns as people read them.
#include "text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace twofold::tool {

namespace {

std::string with_decimals(double value, int decimals) {
  char text[64];
  const int length = std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return {text, static_cast<std::size_t>(std::clamp(length, 0, 63))};
}

std::string pad(std::string_view text, std::size_t width) {
  const std::size_t used = display_width(text);
  return std::string(used < width ? width - used : 0, ' ');
}

}  // namespace

std::string three_digits(double value) {
  const double magnitude = std::abs(value);
  if (magnitude >= 1e9 || (magnitude < 0.001 && magnitude > 0)) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2e", value);
    return text;
  }
  return with_decimals(value, magnitude >= 99.95 ? 0 : (magnitude >= 9.995 ? 1 : 2));
}

std::string seconds_text(double seconds) {
  if (seconds >= 1) return three_digits(seconds) + " s";
  if (seconds >= 1e-3) return three_digits(seconds * 1e3) + " ms";
  if (seconds >= 1e-6) return three_digits(seconds * 1e6) + " µs";
  return three_digits(seconds * 1e9) + " ns";
}

std::string bytes_text(std::size_t bytes) {
  constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; value >= 1023.5 && unit + 1 < std::size(units); ++unit)
    value /= 1024;
  return with_decimals(value, value < 99.95 ? 1 : 0) + " " + units[unit];
}

std::string shape_text(const Shape& shape) {
  std::string text = std::to_string(shape.rows) + " × " + std::to_string(shape.cols);
  if (shape.channels != 1) text += " × " + std::to_string(shape.channels);
  return text;
}

std::string typed_sizes_text(Index rows, Index cols) {
  return std::to_string(rows) + "x" + std::to_string(cols);
}

std::size_t display_width(std::string_view text) noexcept {
  // Bytes 10xxxxxx continue a character.
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string left_aligned(std::string_view text, std::size_t width) {
  return std::string(text) + pad(text, width);
}

std::string right_aligned(std::string_view text, std::size_t width) {
  return pad(text, width) + std::string(text);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    if (lines.empty() || display_width(lines.back()) + 1 + display_width(word) > width) {
      lines.emplace_back(word);
    } else {
      lines.back().append(" ").append(word);
    }
  }
  return lines;
}

void print_wrapped(std::ostream& out, std::string_view text, std::size_t margin) {
  bool first = true;
  for (const std::string& line : wrapped(text, line_width - margin)) {
    if (!first) out << std::string(margin, ' ');
    out << line << '\n';
    first = false;
  }
  if (first) out << '\n';
}

}  // namespace twofold::tool
