// SPDX-License-Identifier: BSD-3-Clause
// The ways in which the elements of a view may lie in memory.
#pragma once

#include <algorithm>
#include <array>

#include "twofold/view.hpp"

namespace twofold::test {

struct Layout {
  const char* name;
  Index row_stride;
  Index col_stride;
};

inline std::array<Layout, 8> layouts(Shape shape) {
  const Index dense_row = shape.cols * shape.channels;
  return {
      {{"dense", dense_row, shape.channels},
       {"padded rows", dense_row + 5, shape.channels},
       {"spaced columns", (shape.channels + 2) * shape.cols + 1, shape.channels + 2},
       {"rows upwards", -dense_row - 3, shape.channels},
       {"columns leftwards", dense_row, -shape.channels},
       {"rotated", -dense_row, -shape.channels},
       {"transposed", shape.channels, shape.channels * shape.rows + 1},
       {"transposed, columns leftwards", shape.channels + 1, -(shape.channels + 1) * shape.rows}}};
}

/// How many elements of memory lie before element (0, 0) of a view, and how many from there on.
struct Reach {
  Index before;
  Index after;
};

inline Reach reach_of(Shape shape, const Layout& layout) {
  if (shape.rows == 0 || shape.cols == 0) return {0, 0};
  const Index down = layout.row_stride * (shape.rows - 1);
  const Index right = layout.col_stride * (shape.cols - 1);
  return {-std::min<Index>(down, 0) - std::min<Index>(right, 0),
          std::max<Index>(down, 0) + std::max<Index>(right, 0) + shape.channels};
}

}  // namespace twofold::test
