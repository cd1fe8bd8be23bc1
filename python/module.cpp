// SPDX-License-Identifier: BSD-3-Clause
// The extension module, and what concerns the library as a whole.
#include <array>
#include <string>

#include <pybind11/functional.h>
#include <pybind11/pybind11.h>
#include <twofold/info.hpp>
#include <twofold/profile.hpp>

#include "call_arguments.hpp"
#include "convolution.hpp"
#include "diagnosis.hpp"
#include "errors.hpp"
#include "layers.hpp"
#include "plan.hpp"

namespace twofold::python {

namespace {

py::dict info() {
  py::list available;
  for (const Isa isa : available_isas())
    available.append(std::string(name_of(isa)));
  const FftBackend backend = fft_backend();
  const ActiveProfile active = active_profile();
  py::dict isa;
  isa["active"] = std::string(name_of(active_isa()));
  isa["available"] = available;
  py::dict fft;
  fft["name"] = std::string(backend.name);
  fft["licence"] = std::string(backend.licence);
  py::dict profile;
  profile["name"] = active.name;
  if (!active.problem.empty()) profile["problem"] = active.problem;
  py::dict all;
  all["version"] = std::string(version());
  all["isa"] = isa;
  all["fft"] = fft;
  all["profile"] = profile;
  return all;
}

/// Progress is told, and Control-C heard, with Python's lock held.
std::string measure(bool quick, const py::object& progress) {
  TuneOptions options;
  options.quick = quick;
  options.progress = [&progress](double done, std::string_view next) {
    const py::gil_scoped_acquire acquired;
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (!progress.is_none()) progress(done, std::string(next));
  };
  const py::gil_scoped_release released;
  return tune(options);
}

constexpr Signature info_signature{"info", {}, 0, 0};

PyObject* call_info(PyObject*, PyObject* const* given, Py_ssize_t count, PyObject* keywords) {
  return guarded([&]() -> py::object {
    const CallArguments none(info_signature, given, count, keywords);
    return info();
  });
}

constexpr std::array load_profile_parameters{"path"};
constexpr Signature load_profile_signature{"load_profile", load_profile_parameters, 1, 1};

PyObject* call_load_profile(PyObject*, PyObject* const* given, Py_ssize_t count,
                            PyObject* keywords) {
  return guarded([&]() -> py::object {
    const CallArguments arguments(load_profile_signature, given, count, keywords);
    PyObject* name = nullptr;  // any name that a file can have, of str, bytes or os.PathLike
    if (PyUnicode_FSConverter(arguments[0].ptr(), static_cast<void*>(&name)) == 0)
      throw py::error_already_set();
    const auto path = py::reinterpret_steal<py::bytes>(name);
    load_profile(path);
    return py::none();
  });
}

constexpr const char* info_text = R"(info()
--

What this build is and what this machine can do: version, instruction sets, the FFT library and its
licence, the profile by which methods are chosen, and, as info()['profile']['problem'], why the one
that TWOFOLD_PROFILE names is not in use, where it is not.

>>> import twofold
>>> sorted(twofold.info())
['fft', 'isa', 'profile', 'version']
)";

constexpr const char* load_profile_text = R"(load_profile(path)
--

Uses the profile in a file, as `tune` writes it, for all that is computed from now on in this
process. ValueError says what is wrong with it, RuntimeError that it cannot be read, or that `tune`
is at work; then all stays as it was.
)";

}  // namespace

}  // namespace twofold::python

PYBIND11_MODULE(_twofold, module) {
  namespace py = pybind11;
  namespace python = twofold::python;
  // NOLINTNEXTLINE(performance-unnecessary-value-param): pybind11 wants this function type.
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const twofold::Error& error) {
      python::set_error(error);
    }
  });
  py::options options;
  options.disable_function_signatures();
  python::add_convolution(module);
  python::add_plan(module);
  python::add_layers(module);
  python::add_diagnosis(module);
  python::add_function(module, "twofold", "info", &python::call_info, python::info_text);
  python::add_function(module, "twofold", "load_profile", &python::call_load_profile,
                       python::load_profile_text);
  module.def("measure", &python::measure, py::arg("quick"), py::arg("progress"));
}
