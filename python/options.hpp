// SPDX-License-Identifier: BSD-3-Clause
// Options as Python's values: SciPy's words with SciPy's errors, and what twofold has on top.
#pragma once

#include <pybind11/pybind11.h>
#include <twofold/nn/options.hpp>
#include <twofold/options.hpp>

namespace twofold::python {

namespace py = pybind11;

[[nodiscard]] bool is_text(py::handle value, const char* text) noexcept;

[[nodiscard]] Operation to_operation(const char* argument, py::handle value);
/// 'valid', 'same', 'full'.
[[nodiscard]] Mode to_mode(py::handle value);
/// SciPy's names, 'mirror' and 'nearest', or two of these: for the rows and for the columns.
[[nodiscard]] Boundaries to_boundaries(py::handle value);
/// Whether a fill value is looked at.
[[nodiscard]] inline bool has_fill(const Boundaries& boundary) noexcept {
  return boundary.rows == Boundary::fill || boundary.cols == Boundary::fill;
}
[[nodiscard]] Method to_method(py::handle value);
/// 'normwise', 'componentwise', or a number: the absolute error that is allowed.
[[nodiscard]] Accuracy to_accuracy(py::handle value);
[[nodiscard]] unsigned to_threads(py::handle value);

/// A number, or an array with one element, as any type that it has a value in.
[[nodiscard]] Scalar to_scalar(py::handle fillvalue);
/// Likewise; a ValueError where `type` has no such value.
[[nodiscard]] Scalar to_fill_value(py::handle fillvalue, ElementType type);

[[nodiscard]] Index to_index(const char* argument, py::handle value);
[[nodiscard]] double to_real(const char* argument, py::handle value);
/// A number for both axes, or a pair.
[[nodiscard]] nn::PerAxis to_per_axis(const char* name, py::handle value);
/// 'valid', 'same', a number for all sides, or ((top, bottom), (left, right)).
[[nodiscard]] nn::Padding to_padding(py::handle value);
/// None is channels_last.
[[nodiscard]] nn::DataFormat to_data_format(py::handle value);
[[nodiscard]] nn::KernelFormat to_kernel_format(py::handle value);
/// None is linear.
[[nodiscard]] nn::Activation to_activation(py::handle value);

}  // namespace twofold::python
