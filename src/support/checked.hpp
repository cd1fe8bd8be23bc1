// SPDX-License-Identifier: BSD-3-Clause
// Sizes that come from outside, multiplied and added without overflow.
#pragma once

#include <optional>

#include "twofold/view.hpp"

namespace twofold::detail {

constexpr std::optional<Index> checked_multiply(Index a, Index b) noexcept {
  Index product = 0;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

constexpr std::optional<Index> checked_add(Index a, Index b) noexcept {
  Index sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

/// Bytes of a dense image; nothing where a size is negative or the product is not representable.
constexpr std::optional<Index> checked_bytes(const Shape& shape, Index element_bytes) noexcept {
  if (shape.rows < 0 || shape.cols < 0 || shape.channels < 0) return std::nullopt;
  std::optional<Index> bytes = checked_multiply(shape.rows, shape.cols);
  if (bytes) bytes = checked_multiply(*bytes, shape.channels);
  if (bytes) bytes = checked_multiply(*bytes, element_bytes);
  return bytes;
}

constexpr Index ceil_divide(Index a, Index b) noexcept {
  return (a + b - 1) / b;
}

constexpr Index round_up(Index value, Index multiple) noexcept {
  return ceil_divide(value, multiple) * multiple;
}

}  // namespace twofold::detail
