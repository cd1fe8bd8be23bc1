// SPDX-License-Identifier: BSD-3-Clause
// The sizes of the audit's images and kernels.
#pragma once

#include "adversarial_images.hpp"

namespace twofold::audit {

/// A few images that fill several tiles, many small ones, rows, columns, and kernels larger than
/// the image.
inline test::Sizes draw_sizes(test::Random& random) {
  const auto side = [&](Index first, Index last) { return random.index(first, last); };
  switch (side(0, 9)) {
    case 0:
      return {{1, side(1, 400)}, {1, side(1, 60)}};
    case 1:
      return {{side(1, 400), 1}, {side(1, 60), 1}};
    case 2:
      return {{side(1, 30), side(1, 30)}, {side(1, 50), side(1, 50)}};
    case 3:
      return {{side(300, 500), side(300, 500)}, {side(3, 12), side(3, 12)}};
    case 4:
    case 5:
      return {{side(60, 160), side(60, 160)}, {side(10, 32), side(10, 32)}};
    case 6:
    case 7:
      return {{side(40, 200), side(40, 200)}, {side(1, 9), side(1, 9)}};
    default:
      return {{side(1, 60), side(1, 60)}, {side(1, 12), side(1, 12)}};
  }
}

}  // namespace twofold::audit
