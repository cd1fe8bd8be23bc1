// SPDX-License-Identifier: BSD-3-Clause
// The header of an NPY file: a Python dictionary, of which only the needed grammar is accepted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <twofold/types.hpp>

namespace twofold::tool {

struct NpyHeader {
  ElementType type{};
  bool byte_swapped = false;  ///< the elements' bytes stand in the order this machine does not use
  bool fortran_order = false;
  std::vector<std::uint64_t> shape;
};

/// Parses "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }". Each key must occur once.
/// Throws std::invalid_argument with what is wrong.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view text);

/// The dictionary for a little-endian array in C order.
[[nodiscard]] std::string npy_header_text(ElementType type,
                                          const std::vector<std::uint64_t>& shape);

}  // namespace twofold::tool
