// SPDX-License-Identifier: BSD-3-Clause
// Lines for a terminal of 80 columns, with emphasis where somebody looks at it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace twofold::demo {

inline constexpr std::size_t line_width = 80;

/// Emphasis: only if stdout is a terminal, and NO_COLOR (no-color.org) is not set.
[[nodiscard]] std::string bold(std::string_view text);
[[nodiscard]] std::string dim(std::string_view text);

/// One value as printf's `format` shows it.
[[nodiscard]] std::string number(const char* format, double value);

/// A title and a line below it.
void print_title(std::string_view title);

/// A line of text and its end.
void print(std::string_view line = {});

}  // namespace twofold::demo
