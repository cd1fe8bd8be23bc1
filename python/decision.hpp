// SPDX-License-Identifier: BSD-3-Clause
// What the dispatcher decided, for Python to read.
#pragma once

#include <pybind11/pybind11.h>
#include <twofold/plan.hpp>

namespace twofold::python {

/// A twofold.Decision.
[[nodiscard]] pybind11::object to_python(const Decision& decision);

}  // namespace twofold::python
