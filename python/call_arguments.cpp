// SPDX-License-Identifier: BSD-3-Clause
// Positional and keyword arguments, brought into the order of a function's parameters.
#include "call_arguments.hpp"

#include <string>
#include <vector>

#include "errors.hpp"

namespace twofold::python {

namespace {

[[noreturn]] void refuse(const Signature& signature, const std::string& why) {
  raise_type_error(std::string(signature.function) + "() " + why);
}

/// "'in1' and 'in2'".
std::string listed(const std::vector<std::string>& names) {
  std::string text = names.front();
  for (std::size_t i = 1; i < names.size(); ++i)
    text += (i + 1 == names.size() ? " and " : ", ") + names[i];
  return text;
}

std::string quoted(const char* name) {
  return "'" + std::string(name) + "'";
}

}  // namespace

CallArguments::CallArguments(const Signature& signature, PyObject* const* arguments,
                             Py_ssize_t positional, PyObject* keywords)
    : names_(signature.names) {
  take_positional(signature, arguments, static_cast<std::size_t>(positional));
  const Py_ssize_t named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
  for (Py_ssize_t i = 0; i < named; ++i)
    take_keyword(signature, PyTuple_GET_ITEM(keywords, i), arguments[positional + i]);
  require(signature);
}

void CallArguments::take_positional(const Signature& signature, PyObject* const* arguments,
                                    std::size_t count) {
  if (count > signature.positional) {
    refuse(signature, "takes from " + std::to_string(signature.required) + " to " +
                          std::to_string(signature.positional) + " positional arguments but " +
                          std::to_string(count) + " were given");
  }
  for (std::size_t i = 0; i < count; ++i)
    values_[i] = arguments[i];
}

void CallArguments::take_keyword(const Signature& signature, PyObject* name, PyObject* value) {
  for (std::size_t i = 0; i < signature.names.size(); ++i) {
    if (PyUnicode_CompareWithASCIIString(name, signature.names[i]) != 0) continue;
    if (values_[i] != nullptr) {
      refuse(signature, "got multiple values for argument " + quoted(signature.names[i]));
    }
    values_[i] = value;
    return;
  }
  refuse(signature, "got an unexpected keyword argument '" + std::string(py::str(name)) + "'");
}

void CallArguments::require(const Signature& signature) const {
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < signature.required; ++i)
    if (values_[i] == nullptr) missing.push_back(quoted(signature.names[i]));
  if (missing.empty()) return;
  refuse(signature, "missing " + std::to_string(missing.size()) + " required positional argument" +
                        (missing.size() == 1 ? "" : "s") + ": " + listed(missing));
}

py::handle CallArguments::find(std::string_view name) const {
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (name == names_[i]) return values_[i];
  return {};
}

py::handle CallArguments::find_given(std::string_view name) const {
  const py::handle value = find(name);
  return value && value.is_none() ? py::handle() : value;
}

void add_function(py::module_& module, const char* home, const char* name, FastFunction function,
                  const char* text) {
  // Functions live as long as the process. The cast is Python's own way for METH_FASTCALL.
  auto* definition =
      new PyMethodDef{name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function)),
                      METH_FASTCALL | METH_KEYWORDS, text};
  module.add_object(name, py::reinterpret_steal<py::object>(
                              PyCFunction_NewEx(definition, nullptr, py::str(home).ptr())));
}

}  // namespace twofold::python
