// SPDX-License-Identifier: BSD-3-Clause
// Layers of neural networks, as keras.ops has them.
#pragma once

#include <pybind11/pybind11.h>

namespace twofold::python {

void add_layers(pybind11::module_& module);

}  // namespace twofold::python
