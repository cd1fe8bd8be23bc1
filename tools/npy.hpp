// SPDX-License-Identifier: BSD-3-Clause
// NPY, the array format of NumPy: a strict reader, and a writer of version 1.0.
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "any_image.hpp"
#include "input_file.hpp"
#include "output_file.hpp"

namespace twofold::tool {

inline constexpr std::string_view npy_signature = "\x93NUMPY";

/// An array of rows × columns (two dimensions) or rows × columns × channels (three).
struct NpyArray {
  AnyImage image;
  int dimensions = 2;
};

/// An array of any number of dimensions.
struct NpyTensor {
  AnyImage elements;  ///< in C order; the image's own shape means nothing
  std::vector<Index> shape;
};

/// Versions 1 to 3, C and Fortran order, both byte orders, every ElementType; two dimensions, or
/// three of which the last has 1 to 4 elements. The file is not trusted: nothing is allocated
/// before its header agrees with its size. Throws FileError.
[[nodiscard]] NpyArray read_npy(InputFile&);
/// Likewise, of any shape that has elements.
[[nodiscard]] NpyTensor read_npy_tensor(InputFile&);

/// C order, little endian, data aligned to 64 bytes as NumPy has it. Does not commit.
void write_npy(OutputFile&, const NpyArray&);
void write_npy(OutputFile&, const NpyTensor&);

/// A shape as Python writes it: "(3, 4)".
[[nodiscard]] std::string python_text(const std::vector<Index>& shape);

}  // namespace twofold::tool
