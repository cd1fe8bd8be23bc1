// SPDX-License-Identifier: BSD-3-Clause
// convolve2d and correlate2d as SciPy has them.
#pragma once

#include <pybind11/pybind11.h>

namespace twofold::python {

void add_convolution(pybind11::module_& module);

}  // namespace twofold::python
