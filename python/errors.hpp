// SPDX-License-Identifier: BSD-3-Clause
// What C++ throws becomes what Python raises.
#pragma once

#include <cstring>
#include <new>
#include <string>

#include <pybind11/pybind11.h>
#include <twofold/error.hpp>

namespace twofold::python {

namespace py = pybind11;

/// RuntimeError for what this machine or build does not have, ValueError for everything else.
inline void set_error(const Error& error) noexcept {
  PyObject* type = error.code() == Errc::unavailable ? PyExc_RuntimeError : PyExc_ValueError;
  // A message may quote a file's name, whose bytes need not be UTF-8.
  const char* const message = error.what();
  PyObject* text = PyUnicode_DecodeUTF8(message, static_cast<Py_ssize_t>(std::strlen(message)),
                                        "backslashreplace");
  if (text == nullptr) return;  // Python's own error is set
  PyErr_SetObject(type, text);
  Py_DECREF(text);
}

/// The result of `body`, a py::object, as a new reference; null, with Python's error set, if it
/// throws. For functions that Python calls without pybind11 between.
template <class Body>
PyObject* guarded(const Body& body) noexcept {
  try {
    return body().release().ptr();
  } catch (py::error_already_set& error) {
    error.restore();
  } catch (const py::builtin_exception& error) {
    error.set_error();
  } catch (const Error& error) {
    set_error(error);
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

[[noreturn]] inline void raise_value_error(const std::string& message) {
  throw py::value_error(message);
}
[[noreturn]] inline void raise_type_error(const std::string& message) {
  throw py::type_error(message);
}

}  // namespace twofold::python
