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

template <class Extent>
std::string shape_text(const std::vector<Extent>& shape) {
  std::string text = "(";
  for (const Extent extent : shape)
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

/// The shape, checked against what the file holds before anything is allocated.
std::vector<Index> checked_shape(const NpyHeader& header, const InputFile& file) {
  const std::string text = shape_text(header.shape);
  std::uint64_t bytes = size_in_bytes(header.type);
  bool overflows = false;
  for (const std::uint64_t extent : header.shape) {
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
  return {header.shape.begin(), header.shape.end()};
}

/// Likewise, as an image's.
Shape checked_image_shape(const NpyHeader& header, const InputFile& file) {
  const auto& shape = header.shape;
  if (shape.size() != 2 && shape.size() != 3) {
    throw FileError(file.name(), "its shape is " + shape_text(shape) +
                                     "; expected two dimensions, or three with channels last");
  }
  if (shape.size() == 3 && (shape[2] < 1 || shape[2] > most_channels)) {
    throw FileError(file.name(),
                    "its shape is " + shape_text(shape) + "; expected 1 to 4 channels at the end");
  }
  const std::vector<Index> extents = checked_shape(header, file);
  return {extents[0], extents[1], extents.size() == 3 ? extents[2] : 1};
}

/// Reverses the bytes of every number; a complex element is two numbers.
template <Element T>
void swap_bytes(T* elements, Index count) {
  constexpr std::size_t part_bytes = sizeof(T) / (is_complex(element_type_of<T>) ? 2 : 1);
  auto* bytes = reinterpret_cast<unsigned char*>(elements);
  auto* const end = bytes + static_cast<std::size_t>(count) * sizeof(T);
  for (; bytes != end; bytes += part_bytes)
    std::reverse(bytes, bytes + part_bytes);
}

/// The elements in C order, from Fortran order: there the first index varies fastest.
template <Element T>
Image<T> from_fortran_order(const Image<T>& elements, const std::vector<std::uint64_t>& extents) {
  std::vector<Index> strides;
  Index stride = 1;
  for (const std::uint64_t extent : extents) {
    strides.push_back(stride);
    stride *= static_cast<Index>(extent);
  }
  auto image = Image<T>::uninitialized(elements.shape());
  std::vector<Index> index(extents.size());
  Index from = 0;
  for (T* out = image.data(); out != image.data() + image.size(); ++out) {
    *out = elements.data()[from];
    for (std::size_t axis = extents.size(); axis-- > 0;) {
      from += strides[axis];
      if (++index[axis] != static_cast<Index>(extents[axis])) break;
      from -= strides[axis] * std::exchange(index[axis], 0);
    }
  }
  return image;
}

/// `shape` has as many elements as the array.
AnyImage read_elements(InputFile& file, const NpyHeader& header, const Shape& shape) {
  return with_element_type(header.type, [&]<Element T>(std::type_identity<T>) -> AnyImage {
    auto image = Image<T>::uninitialized(shape);
    file.read(image.data(), static_cast<std::size_t>(image.size()) * sizeof(T));
    if (header.byte_swapped) swap_bytes(image.data(), image.size());
    if (header.fortran_order) return from_fortran_order(image, header.shape);
    return image;
  });
}

void write_header(OutputFile& file, ElementType type, const std::vector<std::uint64_t>& extents) {
  constexpr std::size_t preamble = 10;  // signature, version, the header's length
  std::string text = npy_header_text(type, extents);
  const std::size_t unpadded = preamble + text.size() + 1;
  text.append((data_alignment - unpadded % data_alignment) % data_alignment, ' ');
  text += '\n';
  std::string start(npy_signature);
  start +=
      {'\x01', '\x00', static_cast<char>(text.size() & 0xff), static_cast<char>(text.size() >> 8)};
  start += text;
  file.write(start.data(), start.size());
}

void write_elements(OutputFile& file, const AnyImage& elements) {
  std::visit([&](const auto& image) { write_npy_elements(file, image.data(), image.size()); },
             elements);
}

NpyHeader read_start(InputFile& file) {
  if (!file.begins_with(npy_signature)) {
    throw FileError(file.name(), file.size() == 0 ? "empty" : "not an NPY file");
  }
  return read_header(file);
}

}  // namespace

NpyArray read_npy(InputFile& file) {
  const NpyHeader header = read_start(file);
  const Shape shape = checked_image_shape(header, file);
  return {read_elements(file, header, shape), static_cast<int>(header.shape.size())};
}

NpyTensor read_npy_tensor(InputFile& file) {
  const NpyHeader header = read_start(file);
  std::vector<Index> shape = checked_shape(header, file);
  Index count = 1;
  for (const Index extent : shape)
    count *= extent;
  return {read_elements(file, header, {1, count, 1}), std::move(shape)};
}

std::optional<NpyRows> find_npy_rows(InputFile& file) {
  const NpyHeader header = read_start(file);
  const Shape shape = checked_image_shape(header, file);
  if (header.fortran_order) return std::nullopt;
  return NpyRows{header.type, shape, static_cast<int>(header.shape.size()), header.byte_swapped,
                 file.size() - file.remaining()};
}

template <Element T>
void read_npy_rows(const InputFile& file, const NpyRows& rows, Index first, Index count, T* to) {
  const Index elements = rows.shape.cols * rows.shape.channels;
  const std::size_t row_bytes = static_cast<std::size_t>(elements) * sizeof(T);
  file.read_at(rows.first_byte + static_cast<std::size_t>(first) * row_bytes, to,
               static_cast<std::size_t>(count) * row_bytes);
  if (rows.byte_swapped) swap_bytes(to, count * elements);
}

void write_npy_start(OutputFile& file, ElementType type, const Shape& shape, int dimensions) {
  std::vector<std::uint64_t> extents{static_cast<std::uint64_t>(shape.rows),
                                     static_cast<std::uint64_t>(shape.cols)};
  if (dimensions == 3) extents.push_back(static_cast<std::uint64_t>(shape.channels));
  write_header(file, type, extents);
}

template <Element T>
void write_npy_elements(OutputFile& file, const T* elements, Index count) {
  const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(T);
  if constexpr (std::endian::native == std::endian::little) {
    file.write(elements, bytes);
  } else {
    std::vector<T> copy(elements, elements + count);
    swap_bytes(copy.data(), count);
    file.write(copy.data(), bytes);
  }
}

void write_npy(OutputFile& file, const NpyArray& array) {
  write_npy_start(file, element_type(array.image), shape_of(array.image), array.dimensions);
  write_elements(file, array.image);
}

void write_npy(OutputFile& file, const NpyTensor& array) {
  write_header(file, element_type(array.elements), {array.shape.begin(), array.shape.end()});
  write_elements(file, array.elements);
}

std::string python_text(const std::vector<Index>& shape) {
  return shape_text(shape);
}

template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::int8_t*);
template void write_npy_elements(OutputFile&, const std::int8_t*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::uint8_t*);
template void write_npy_elements(OutputFile&, const std::uint8_t*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::int16_t*);
template void write_npy_elements(OutputFile&, const std::int16_t*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::uint16_t*);
template void write_npy_elements(OutputFile&, const std::uint16_t*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::int32_t*);
template void write_npy_elements(OutputFile&, const std::int32_t*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::uint32_t*);
template void write_npy_elements(OutputFile&, const std::uint32_t*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::int64_t*);
template void write_npy_elements(OutputFile&, const std::int64_t*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::uint64_t*);
template void write_npy_elements(OutputFile&, const std::uint64_t*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, float*);
template void write_npy_elements(OutputFile&, const float*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, double*);
template void write_npy_elements(OutputFile&, const double*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::complex<float>*);
template void write_npy_elements(OutputFile&, const std::complex<float>*, Index);
template void read_npy_rows(const InputFile&, const NpyRows&, Index, Index, std::complex<double>*);
template void write_npy_elements(OutputFile&, const std::complex<double>*, Index);

}  // namespace twofold::tool
