// SPDX-License-Identifier: BSD-3-Clause
// What each consumer builds: one small convolution whose answer is known.
#include <cstdio>

#include <twofold/twofold.hpp>

int main() {
  const twofold::Image<float> image{{1, 2}, {3, 4}};
  const twofold::Image<float> kernel{{1, 10}, {100, 1000}};
  const twofold::Image<float> product = twofold::convolve2d(image, kernel);
  const twofold::Image<float> expected{{1, 12, 20}, {103, 1234, 2040}, {300, 3400, 4000}};

  for (twofold::Index row = 0; row < 3; ++row) {
    for (twofold::Index col = 0; col < 3; ++col) {
      if (product(row, col) != expected(row, col)) {
        std::fprintf(stderr, "(%td, %td): %g instead of %g\n", row, col,
                     static_cast<double>(product(row, col)),
                     static_cast<double>(expected(row, col)));
        return 1;
      }
    }
  }
  return 0;
}
