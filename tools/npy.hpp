// SPDX-License-Identifier: BSD-3-Clause
// NPY, the array format of NumPy: a strict reader, and a writer of version 1.0.
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#pragma once

#include <cstdint>
#include <optional>
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

/// An array of rows in C order, whose elements stay in its file.
struct NpyRows {
  ElementType type{};
  Shape shape;
  int dimensions = 2;
  bool byte_swapped = false;
  std::uint64_t first_byte = 0;  ///< of element 0, in the file
};

/// From the file's beginning, after read_npy's checks. Nothing where the array is in Fortran order,
/// in which rows do not lie together. Throws FileError.
[[nodiscard]] std::optional<NpyRows> find_npy_rows(InputFile&);
/// Rows first … first + count − 1, dense, in this machine's byte order. Throws FileError.
template <Element T>
void read_npy_rows(const InputFile&, const NpyRows&, Index first, Index count, T* to);

/// What write_npy writes before the elements.
void write_npy_start(OutputFile&, ElementType, const Shape&, int dimensions);
/// Further elements. Defined, as is read_npy_rows, for every T of ElementType.
template <Element T>
void write_npy_elements(OutputFile&, const T* elements, Index count);

/// C order, little endian, data aligned to 64 bytes as NumPy has it. Does not commit.
void write_npy(OutputFile&, const NpyArray&);
void write_npy(OutputFile&, const NpyTensor&);

/// A shape as Python writes it: "(3, 4)".
[[nodiscard]] std::string python_text(const std::vector<Index>& shape);

}  // namespace twofold::tool
