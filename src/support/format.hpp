// SPDX-License-Identifier: BSD-3-Clause
// Shapes and numbers as they stand in messages.
#pragma once

#include <string>

#include "twofold/view.hpp"

namespace twofold::detail {

/// "480×640", or "480×640×3" where there are several channels.
inline std::string to_string(const Shape& shape) {
  std::string text = std::to_string(shape.rows) + "×" + std::to_string(shape.cols);
  if (shape.channels != 1) text += "×" + std::to_string(shape.channels);
  return text;
}

/// "rows 0…9, columns 5…7"
inline std::string to_string(const Rect& rect) {
  return "rows " + std::to_string(rect.row) + "…" + std::to_string(rect.row_end() - 1) +
         ", columns " + std::to_string(rect.col) + "…" + std::to_string(rect.col_end() - 1);
}

}  // namespace twofold::detail
