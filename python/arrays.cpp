// SPDX-License-Identifier: BSD-3-Clause
// NumPy's arrays as twofold's views, and its types as twofold's.
#include "arrays.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "errors.hpp"

namespace twofold::python {

namespace {

constexpr std::size_t type_count = 12;

/// Kept until the process ends: Python may be gone before static objects are.
const py::object& numpy_function(const char* name) {
  static auto* functions = new std::vector<std::pair<std::string, py::object>>();
  for (const auto& [known, function] : *functions)
    if (known == name) return function;
  functions->emplace_back(name, py::module_::import("numpy").attr(name));
  return functions->back().second;
}

bool has_native_bytes(const py::dtype& dtype) {
  constexpr char own = std::endian::native == std::endian::little ? '<' : '>';
  const char order = dtype.byteorder();
  return order == '=' || order == '|' || order == own;
}

/// Whether the elements can be read where they are, as `type`, which has their bits.
bool is_addressable(const py::array& array, ElementType type) {
  const auto size = static_cast<py::ssize_t>(size_in_bytes(type));
  const std::size_t alignment = size_in_bytes(type) / (is_complex(type) ? 2 : 1);
  if (reinterpret_cast<std::uintptr_t>(array.data()) % alignment != 0) return false;
  for (py::ssize_t axis = 0; axis < array.ndim(); ++axis)
    if (array.shape(axis) > 1 && array.strides(axis) % size != 0) return false;
  return has_native_bytes(array.dtype());
}

py::array converted(const py::array& array, const py::dtype& dtype) {
  // Not by its own method, which a subclass may have replaced.
  return numpy_function("array")(array, dtype, py::arg("order") = "C", py::arg("subok") = false);
}

/// Whether the channels of a pixel lie side by side, as views have them.
bool has_adjacent_channels(const py::array& array) {
  return array.ndim() < 3 || array.shape(2) <= 1 || array.strides(2) == array.itemsize();
}

detail::ErasedView erased(const py::array& array, ElementType type) {
  const auto size = static_cast<Index>(size_in_bytes(type));
  const Index channels = array.ndim() == 3 ? array.shape(2) : 1;
  return {array.data(),
          type,
          {array.shape(0), array.shape(1), channels},
          array.strides(0) / size,
          array.strides(1) / size};
}

void require_in_place(const py::array& out, ElementType type) {
  if (is_addressable(out, type) && has_adjacent_channels(out)) return;
  raise_value_error(
      "out: its elements have to be aligned, in native byte order, with strides that are multiples "
      "of their size, channels side by side");
}

void require_dimensions(const char* name, const py::array& array, py::ssize_t dimensions) {
  if (array.ndim() == dimensions) return;
  raise_value_error(std::string(name) + ": " + std::to_string(array.ndim()) + "-D, not " +
                    std::to_string(dimensions) + "-D");
}

template <class T>
nn::TensorView<T> tensor(const py::array& array, T* data) {
  nn::TensorShape shape;
  nn::TensorShape strides;
  for (std::size_t axis = 0; axis < 4; ++axis) {
    shape[axis] = array.shape(static_cast<py::ssize_t>(axis));
    strides[axis] =
        array.strides(static_cast<py::ssize_t>(axis)) / static_cast<py::ssize_t>(sizeof(T));
  }
  return {data, shape, strides};
}

}  // namespace

py::array as_array(py::handle object) {
  if (py::isinstance<py::array>(object)) return py::reinterpret_borrow<py::array>(object);
  return numpy_function("asarray")(object);
}

py::array writable_array(py::handle out) {
  if (!py::isinstance<py::array>(out)) {
    raise_type_error("out: a numpy.ndarray is needed, not " +
                     std::string(Py_TYPE(out.ptr())->tp_name));
  }
  auto array = py::reinterpret_borrow<py::array>(out);
  if (!array.writeable()) raise_value_error("out: the array is read-only");
  return array;
}

std::optional<ElementType> element_type(int number) noexcept {
  using enum ElementType;
  constexpr ElementType longs = sizeof(long) == 8 ? int64 : int32;
  constexpr ElementType ulongs = sizeof(long) == 8 ? uint64 : uint32;
  constexpr ElementType integers[] = {int8,   uint8, int16,  uint16, int32,
                                      uint32, longs, ulongs, int64,  uint64};
  if (number >= 1 && number <= 10) return integers[number - 1];
  switch (number) {
    case 11:
      return float32;
    case 12:
      return float64;
    case 14:
      return complex64;
    case 15:
      return complex128;
    default:
      return std::nullopt;
  }
}

const py::dtype& dtype_of(ElementType type) {
  static const auto* all = [] {
    auto* dtypes = new std::array<py::dtype, type_count>();
    for (std::size_t i = 0; i < type_count; ++i)
      (*dtypes)[i] = py::dtype(std::string(name_of(static_cast<ElementType>(i))));
    return dtypes;
  }();
  return (*all)[static_cast<std::size_t>(type)];
}

std::string name_of(const py::dtype& dtype) {
  return py::str(static_cast<const py::object&>(dtype));
}

int promoted_number(const py::dtype& a, const py::dtype& b) {
  const int x = a.num();
  const int y = b.num();
  const auto known_x = element_type(x);
  const auto known_y = element_type(y);
  if (known_x && known_y) return dtype_of(promote(*known_x, *known_y)).num();
  if (x == bool_number && known_y) return y;
  if (known_x && y == bool_number) return x;
  try {
    return py::dtype::from_args(numpy_function("result_type")(a, b)).num();
  } catch (py::error_already_set& error) {
    if (!error.matches(PyExc_TypeError)) throw;
    return -1;
  }
}

detail::ErasedView operand_view(py::array& array, ElementType type) {
  const int number = array.dtype().num();
  auto own = element_type(number);
  // A bool is a byte of 0 or 1. Of the two integers that read it so, one is promoted as it is.
  if (number == bool_number) own = is_signed_integer(type) ? ElementType::int8 : ElementType::uint8;
  if (!own) {
    array = converted(array, dtype_of(type));
    own = type;
  } else if (!is_addressable(array, *own) || !has_adjacent_channels(array)) {
    array = converted(array, number == bool_number ? array.dtype() : dtype_of(*own));
  }
  return erased(array, *own);
}

detail::ErasedView out_view(py::handle object, const std::vector<ElementType>& types,
                            py::ssize_t dimensions) {
  const py::array out = writable_array(object);
  const auto own = element_type(out.dtype().num());
  if (!own || std::find(types.begin(), types.end(), *own) == types.end()) {
    raise_type_error("out: dtype " + name_of(out.dtype()) + ", the result is " +
                     std::string(name_of(types.front())));
  }
  require_dimensions("out", out, dimensions);
  require_in_place(out, *own);
  return erased(out, *own);
}

py::array new_array(ElementType type, const std::vector<py::ssize_t>& shape) {
  return py::array(dtype_of(type), shape);
}

detail::ErasedView view_of_new(const py::array& array, ElementType type) {
  return erased(array, type);
}

template <nn::Real T>
nn::TensorView<const T> tensor_view(const char* name, py::array& array) {
  require_dimensions(name, array, 4);
  constexpr ElementType type = element_type_of<T>;
  if (array.dtype().num() != dtype_of(type).num() || !is_addressable(array, type)) {
    array = converted(array, dtype_of(type));
  }
  return tensor<const T>(array, static_cast<const T*>(array.data()));
}

template <nn::Real T>
nn::TensorView<T> out_tensor(py::handle object) {
  py::array out = writable_array(object);
  constexpr ElementType type = element_type_of<T>;
  if (out.dtype().num() != dtype_of(type).num()) {
    raise_type_error("out: dtype " + name_of(out.dtype()) + ", the result is " +
                     std::string(name_of(type)));
  }
  require_dimensions("out", out, 4);
  if (!is_addressable(out, type)) require_in_place(out, type);
  return tensor<T>(out, static_cast<T*>(out.mutable_data()));
}

template nn::TensorView<const float> tensor_view<float>(const char*, py::array&);
template nn::TensorView<const double> tensor_view<double>(const char*, py::array&);
template nn::TensorView<float> out_tensor<float>(py::handle);
template nn::TensorView<double> out_tensor<double>(py::handle);

}  // namespace twofold::python
