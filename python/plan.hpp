// SPDX-License-Identifier: BSD-3-Clause
// Plan: one operation with one kernel on many images of one shape.
#pragma once

#include <pybind11/pybind11.h>

namespace twofold::python {

void add_plan(pybind11::module_& module);

}  // namespace twofold::python
