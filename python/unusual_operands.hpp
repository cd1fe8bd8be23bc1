// SPDX-License-Identifier: BSD-3-Clause
// Operands that SciPy takes and the library does not: without elements, or of long double.
#pragma once

#include <pybind11/numpy.h>
#include <twofold/options.hpp>

namespace twofold::python {

namespace py = pybind11;

/// A convolution whose operands have their roles: in mode `valid`, in1 is the larger one.
struct Operands {
  py::array in1;
  py::array in2;
  bool exchanged;  ///< the caller's in1 is in2
};

/// What SciPy's sums over no elements come to: zeros, and where the image is what has none, the
/// fill value times the sum of the kernel. ValueError for other boundaries of an image without
/// elements.
[[nodiscard]] py::array convolve_nothing(Operation, const Operands&, const Options&,
                                         py::handle fillvalue, const py::dtype& type);

/// Sums of long double, or of complex ones, by plain loops: no processor has vectors of these.
[[nodiscard]] py::array convolve_extended(Operation, const Operands&, const Options&,
                                          py::handle fillvalue, const py::dtype& type);

}  // namespace twofold::python
