// SPDX-License-Identifier: BSD-3-Clause
// NumPy's arrays as twofold's views, and its types as twofold's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <twofold/nn/tensor.hpp>
#include <twofold/view.hpp>

namespace twofold::python {

namespace py = pybind11;

/// What numpy.asarray makes of `object`, with its errors; subclasses stay what they are.
[[nodiscard]] py::array as_array(py::handle object);

/// NumPy's type_num of the types that twofold has no equal of.
enum TypeNumber : int { bool_number = 0, longdouble_number = 13, clongdouble_number = 16 };

/// Nothing where twofold has no such type. Says nothing about the byte order.
[[nodiscard]] std::optional<ElementType> element_type(int type_number) noexcept;
[[nodiscard]] const py::dtype& dtype_of(ElementType type);
[[nodiscard]] std::string name_of(const py::dtype& dtype);

/// type_num of the type in which two arrays are combined, as NumPy promotes their dtypes; -1 where
/// it has none.
[[nodiscard]] int promoted_number(const py::dtype& a, const py::dtype& b);

/// The array as an operand of sums of `type`, a type to which its own was promoted. `array` is
/// replaced by a converted copy only where the library cannot read it in place: another byte order,
/// misaligned elements, strides that are no multiple of them, float16.
///
/// Two dimensions, or three where the last one is channels.
[[nodiscard]] detail::ErasedView operand_view(py::array& array, ElementType type);

/// `out`, an array that can be written to.
[[nodiscard]] py::array writable_array(py::handle out);

/// `out`, checked: an array of `type` that can be written to where it is. Its shape and what it
/// shares with the operands is checked by the library, except for the number of `dimensions`.
[[nodiscard]] detail::ErasedView out_view(py::handle out, const std::vector<ElementType>& types,
                                          py::ssize_t dimensions);
[[nodiscard]] py::array new_array(ElementType type, const std::vector<py::ssize_t>& shape);
/// Of an array that new_array made.
[[nodiscard]] detail::ErasedView view_of_new(const py::array& array, ElementType type);

/// Likewise for layers: four dimensions of float or double.
template <nn::Real T>
[[nodiscard]] nn::TensorView<const T> tensor_view(const char* name, py::array& array);
template <nn::Real T>
[[nodiscard]] nn::TensorView<T> out_tensor(py::handle out);

}  // namespace twofold::python
