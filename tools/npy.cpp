// SPDX-License-Identifier: BSD-3-Clause
// NPY, the array format of NumPy: a strict reader, and a writer of version 1.0.
#include "npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "errors.hpp"
#include "npy_header.hpp"

namespace twofold::tool {

namespace {

// Version 1 cannot have a longer header, and arrays without named fields never need one.
constexpr std::size_t largest_header = 65535;
constexpr std::size_t data_alignment = 64;
constexpr std::uint64_t most_channels = 4;

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text = "(";
  for (const std::uint64_t extent : shape)
    text += std::to_string(extent) + ", ";
  if (text.size() > 1) text.resize(text.size() - (shape.size() == 1 ? 1 : 2));
  return text + ")";
}

NpyHeader read_header(InputFile& file) {
  std::array<unsigned char, 8> start{};
  file.read(start.data(), start.size());
  const unsigned major = start[6];
  const unsigned minor = start[7];
  if (major < 1 || major > 3 || minor != 0) {
    throw FileError(file.name(), "NPY version " + std::to_string(major) + "." +
                                     std::to_string(minor) + "; expected 1.0, 2.0 or 3.0");
  }
  std::array<unsigned char, 4> length_bytes{};
  file.read(length_bytes.data(), major == 1 ? 2 : 4);
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i)
    length |= std::size_t{length_bytes[i]} << (8 * i);
  if (length > largest_header) {
    throw FileError(file.name(), "a header of " + std::to_string(length) + " bytes");
  }
  if (length > file.remaining()) throw FileError(file.name(), "truncated within its header");
  std::string text(length, '\0');
  file.read(text.data(), length);
  try {
    return parse_npy_header(text);
  } catch (const std::invalid_argument& problem) {
    throw FileError(file.name(), problem.what());
  }
}

/// The shape as an image's, checked against what the file holds before anything is allocated.
Shape checked_shape(const NpyHeader& header, const InputFile& file) {
  const auto& shape = header.shape;
  const std::string text = shape_text(shape);
  if (shape.size() != 2 && shape.size() != 3) {
    throw FileError(file.name(), "its shape is " + text +
                                     "; expected two dimensions, or three with channels last");
  }
  if (shape.size() == 3 && (shape[2] < 1 || shape[2] > most_channels)) {
    throw FileError(file.name(), "its shape is " + text + "; expected 1 to 4 channels at the end");
  }
  std::uint64_t bytes = size_in_bytes(header.type);
  bool overflows = false;
  for (const std::uint64_t extent : shape) {
    if (extent == 0) throw FileError(file.name(), "its shape is " + text + ": no elements");
    overflows = overflows || __builtin_mul_overflow(bytes, extent, &bytes);
  }
  if (overflows || bytes > file.remaining()) {
    throw FileError(file.name(), "truncated: its header promises the shape " + text + " of " +
                                     std::string(name_of(header.type)) + ", but only " +
                                     std::to_string(file.remaining()) + " bytes follow");
  }
  if (bytes < file.remaining()) {
    throw FileError(file.name(),
                    std::to_string(file.remaining() - bytes) + " bytes follow its last element");
  }
  return {static_cast<Index>(shape[0]), static_cast<Index>(shape[1]),
          shape.size() == 3 ? static_cast<Index>(shape[2]) : 1};
}

/// Reverses the bytes of every number; a complex element is two numbers.
template <Element T>
void swap_bytes(Image<T>& image) {
  constexpr std::size_t part_bytes = sizeof(T) / (is_complex(element_type_of<T>) ? 2 : 1);
  auto* bytes = reinterpret_cast<unsigned char*>(image.data());
  auto* const end = bytes + static_cast<std::size_t>(image.size()) * sizeof(T);
  for (; bytes != end; bytes += part_bytes)
    std::reverse(bytes, bytes + part_bytes);
}

/// The image in C order, from its elements in Fortran order: the first index varies fastest.
template <Element T>
Image<T> from_fortran_order(const Image<T>& elements, const Shape& shape) {
  auto image = Image<T>::uninitialized(shape);
  T* out = image.data();
  for (Index row = 0; row < shape.rows; ++row) {
    for (Index col = 0; col < shape.cols; ++col) {
      for (Index channel = 0; channel < shape.channels; ++channel) {
        *out++ = elements.data()[row + shape.rows * (col + shape.cols * channel)];
      }
    }
  }
  return image;
}

template <Element T>
Image<T> read_elements(InputFile& file, const NpyHeader& header, const Shape& shape) {
  auto image = Image<T>::uninitialized(shape);
  file.read(image.data(), static_cast<std::size_t>(image.size()) * sizeof(T));
  if (header.byte_swapped) swap_bytes(image);
  if (header.fortran_order) return from_fortran_order(image, shape);
  return image;
}

}  // namespace

NpyArray read_npy(InputFile& file) {
  if (!file.begins_with(npy_signature)) throw FileError(file.name(), "not an NPY file");
  const NpyHeader header = read_header(file);
  const Shape shape = checked_shape(header, file);
  AnyImage image =
      with_element_type(header.type, [&]<Element T>(std::type_identity<T>) -> AnyImage {
        return read_elements<T>(file, header, shape);
      });
  return {std::move(image), static_cast<int>(header.shape.size())};
}

void write_npy(OutputFile& file, const NpyArray& array) {
  const Shape shape = shape_of(array.image);
  std::vector<std::uint64_t> extents{static_cast<std::uint64_t>(shape.rows),
                                     static_cast<std::uint64_t>(shape.cols)};
  if (array.dimensions == 3) extents.push_back(static_cast<std::uint64_t>(shape.channels));

  constexpr std::size_t preamble = 10;  // signature, version, the header's length
  std::string text = npy_header_text(element_type(array.image), extents);
  const std::size_t unpadded = preamble + text.size() + 1;
  text.append((data_alignment - unpadded % data_alignment) % data_alignment, ' ');
  text += '\n';
  std::string start(npy_signature);
  start +=
      {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  start += text;
  file.write(start.data(), start.size());

  std::visit(
      [&]<Element T>(const Image<T>& image) {
        const std::size_t bytes = static_cast<std::size_t>(image.size()) * sizeof(T);
        if constexpr (std::endian::native == std::endian::little) {
          file.write(image.data(), bytes);
        } else {
          Image<T> copy(image);
          swap_bytes(copy);
          file.write(copy.data(), bytes);
        }
      },
      array.image);
}

}  // namespace twofold::tool
