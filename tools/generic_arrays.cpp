// SPDX-License-Identifier: BSD-3-Clause
// Arrays of which only the size matters: no method finds a structure in them to make use of.
#include "generic_arrays.hpp"

#include <utility>

namespace twofold::tool {

namespace {

/// Whole numbers of `bits` bits, from `least` on: every element type holds them, and converting
/// them is exact.
AnyImage random_numbers(const Shape& shape, unsigned bits, int least, ElementType type) {
  auto values = Image<std::int8_t>::uninitialized(shape);
  std::uint32_t state = 1;
  for (Index i = 0; i < values.size(); ++i) {
    state = state * 1664525U + 1013904223U;  // D. E. Knuth, TAOCP vol. 2, 3.3.4, table 1
    values.data()[i] = static_cast<std::int8_t>(least + static_cast<int>(state >> (32 - bits)));
  }
  return converted(AnyImage(std::move(values)), type);
}

}  // namespace

AnyImage generic_kernel(Index rows, Index cols, ElementType type) {
  return random_numbers({rows, cols}, 2, 1, type);
}

AnyImage generic_image(const Shape& shape, ElementType type) {
  return random_numbers(shape, 7, 0, type);
}

}  // namespace twofold::tool
