// SPDX-License-Identifier: BSD-3-Clause
// Quantities and columns as people read them.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <twofold/view.hpp>

namespace twofold::tool {

/// Of a terminal, and of every report.
inline constexpr std::size_t line_width = 80;

/// Three digits and a unit: "4.21 ms".
[[nodiscard]] std::string seconds_text(double seconds);
/// "0 B", "1.2 MiB".
[[nodiscard]] std::string bytes_text(std::size_t bytes);
/// Three digits: "538", "37.0", "0.52".
[[nodiscard]] std::string three_digits(double value);
/// "768 × 1024", "768 × 1024 × 3".
[[nodiscard]] std::string shape_text(const Shape&);
/// "768x1024", as one types it.
[[nodiscard]] std::string typed_sizes_text(Index rows, Index cols);

/// How many columns of a terminal UTF-8 text takes, for text without wide characters.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;
[[nodiscard]] std::string left_aligned(std::string_view text, std::size_t width);
[[nodiscard]] std::string right_aligned(std::string_view text, std::size_t width);
/// Broken between words into lines of at most `width` columns, unless a word is longer.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t width);
/// Lines of line_width columns at a left margin, up to which the first line may be taken already.
void print_wrapped(std::ostream&, std::string_view text, std::size_t margin = 0);

}  // namespace twofold::tool
