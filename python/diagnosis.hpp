// SPDX-License-Identifier: BSD-3-Clause
// diagnose: why do two results differ?
#pragma once

#include <pybind11/pybind11.h>

namespace twofold::python {

void add_diagnosis(pybind11::module_& module);

}  // namespace twofold::python
