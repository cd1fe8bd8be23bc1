// SPDX-License-Identifier: BSD-3-Clause
// Shapes and numbers as they stand in messages.
#pragma once

#include <cstdio>
#include <string>

#include "twofold/view.hpp"

namespace twofold::detail {

/// "0.1", "1e+300", "nan"
inline std::string to_text(double value) {
  std::string text(32, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%.9g", value)));
  return text;
}

/// "480×640", or "480×640×3" where there are several channels.
inline std::string to_string(const Shape& shape) {
  std::string text = std::to_string(shape.rows) + "×" + std::to_string(shape.cols);
  if (shape.channels != 1) text += "×" + std::to_string(shape.channels);
  return text;
}

/// "4×5 from (0, 7) on"
inline std::string to_string(const Rect& rect) {
  return to_string(Shape{rect.rows, rect.cols, 1}) + " from (" + std::to_string(rect.row) + ", " +
         std::to_string(rect.col) + ") on";
}

}  // namespace twofold::detail
