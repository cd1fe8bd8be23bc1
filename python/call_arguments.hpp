// SPDX-License-Identifier: BSD-3-Clause
// Positional and keyword arguments, brought into the order of a function's parameters.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include <pybind11/pybind11.h>

namespace twofold::python {

namespace py = pybind11;

/// The parameters of a function: the first `positional` may be passed by position, the first
/// `required` must be passed.
struct Signature {
  const char* function;
  std::span<const char* const> names;
  std::size_t required;
  std::size_t positional;
};

/// The arguments of one call by METH_FASTCALL | METH_KEYWORDS: borrowed references, null where the
/// caller passed nothing. pybind11's own dispatch takes longer than small images do.
///
/// The constructor throws py::type_error, with the words that Python has for its own functions.
class CallArguments {
 public:
  static constexpr std::size_t most = 16;

  CallArguments(const Signature& signature, PyObject* const* arguments, Py_ssize_t positional,
                PyObject* keywords);

  [[nodiscard]] py::handle operator[](std::size_t parameter) const { return values_[parameter]; }
  /// Null, too, where the function has no such parameter.
  [[nodiscard]] py::handle find(std::string_view name) const;
  /// Null, too, where it is None.
  [[nodiscard]] py::handle find_given(std::string_view name) const;

 private:
  void take_positional(const Signature&, PyObject* const* arguments, std::size_t count);
  void take_keyword(const Signature&, PyObject* name, PyObject* value);
  void require(const Signature&) const;

  std::span<const char* const> names_;
  std::array<PyObject*, most> values_{};
};

/// A function by METH_FASTCALL | METH_KEYWORDS. The first line of `text` is what inspect.signature
/// reads: "name(parameters)", and "--" below.
using FastFunction = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t, PyObject*);

/// Adds `function` as an attribute of `module`; it says that it is from `home`.
void add_function(py::module_& module, const char* home, const char* name, FastFunction function,
                  const char* text);

}  // namespace twofold::python
