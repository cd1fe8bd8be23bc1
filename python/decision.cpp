// SPDX-License-Identifier: BSD-3-Clause
// What the dispatcher decided, for Python to read.
#include "decision.hpp"

#include <string>

#include <pybind11/stl.h>
#include <twofold/info.hpp>

namespace twofold::python {

namespace py = pybind11;

py::object to_python(const Decision& decision) {
  const py::module_ classes = py::module_::import("twofold._decision");
  py::list candidates;
  for (const Candidate& candidate : decision.candidates) {
    candidates.append(classes.attr("Candidate")(std::string(name_of(candidate.method)),
                                                candidate.allowed, candidate.reason,
                                                candidate.seconds, candidate.workspace_bytes));
  }
  return classes.attr("Decision")(std::string(name_of(decision.method)), decision.why,
                                  py::tuple(candidates));
}

}  // namespace twofold::python
