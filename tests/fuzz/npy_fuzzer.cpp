// SPDX-License-Identifier: BSD-3-Clause
// NPY files: all ways of reading agree on what is an array, and what has been read is the same once
// it has been written and read again.
#include <algorithm>
#include <cstring>

#include "common/bytes_of.hpp"
#include "common/finding.hpp"
#include "common/scratch_file.hpp"
#include "npy.hpp"

namespace twofold::fuzz {

namespace {

using tool::AnyImage;
using tool::InputFile;
using tool::NpyArray;
using tool::NpyRows;
using tool::NpyTensor;
using tool::OutputFile;

/// NaN and −0 included.
bool same_elements(const AnyImage& a, const AnyImage& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&]<Element T>(const Image<T>& x) {
        const auto& y = std::get<Image<T>>(b);
        const auto bytes = static_cast<std::size_t>(x.size()) * sizeof(T);
        return x.size() == y.size() && std::memcmp(x.data(), y.data(), bytes) == 0;
      },
      a);
}

template <class Array>
std::vector<std::byte> written(const Array& array) {
  static const ScratchFile scratch("npy");
  OutputFile file(scratch.path());
  tool::write_npy(file, array);
  file.commit();
  return scratch.read();
}

/// Bands of `height` rows, from the last to the first.
void check_bands(const InputFile& file, const NpyRows& rows, const AnyImage& whole, Index height) {
  std::visit(
      [&]<Element T>(const Image<T>& image) {
        require(element_type_of<T> == rows.type && image.shape() == rows.shape,
                "rows of another array");
        const Index row_elements = image.cols() * image.channels();
        auto band = Image<T>::uninitialized({height, image.cols(), image.channels()});
        for (Index end = image.rows(); end > 0; end -= std::min(end, height)) {
          const Index count = std::min(end, height);
          tool::read_npy_rows(file, rows, end - count, count, band.data());
          const auto bytes = static_cast<std::size_t>(count * row_elements) * sizeof(T);
          require(std::memcmp(band.data(), image.data() + (end - count) * row_elements, bytes) == 0,
                  "a band differs from the whole array");
        }
      },
      whole);
}

void check_array(const std::vector<std::byte>& bytes, const NpyArray& array, Index band_rows) {
  InputFile file("input", bytes);
  if (const auto rows = tool::find_npy_rows(file)) check_bands(file, *rows, array.image, band_rows);

  const auto again = accepted(written(array), tool::read_npy);
  require(again.has_value(), "a written array is not readable");
  require(again->dimensions == array.dimensions &&
              tool::shape_of(again->image) == tool::shape_of(array.image) &&
              same_elements(again->image, array.image),
          "a written array is not what was read");
}

void check_tensor(const NpyTensor& tensor) {
  const auto again = accepted(written(tensor), tool::read_npy_tensor);
  require(again.has_value(), "a written tensor is not readable");
  require(again->shape == tensor.shape && same_elements(again->elements, tensor.elements),
          "a written tensor is not what was read");
}

void check(const std::vector<std::byte>& bytes) {
  const auto array = accepted(bytes, tool::read_npy);
  const auto tensor = accepted(bytes, tool::read_npy_tensor);
  const bool has_rows = accepted(bytes, tool::find_npy_rows).has_value();
  require(has_rows == array.has_value(), "only one of read_npy and find_npy_rows takes the file");
  if (array) {
    require(tensor.has_value(), "an array that is no tensor");
    require(same_elements(array->image, tensor->elements), "array and tensor differ");
    check_array(bytes, *array, 1 + static_cast<Index>(bytes.size() % 3));
  }
  if (tensor) check_tensor(*tensor);
}

}  // namespace

}  // namespace twofold::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  twofold::fuzz::check(twofold::fuzz::bytes_of(data, size));
  return 0;
}
