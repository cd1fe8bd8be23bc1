// SPDX-License-Identifier: BSD-3-Clause
// Options as Python's values: SciPy's words with SciPy's errors, and what twofold has on top.
#include "options.hpp"

#include <complex>
#include <cstdint>
#include <optional>
#include <string>

#include <twofold/info.hpp>

#include "errors.hpp"

namespace twofold::python {

namespace {

template <class T>
struct Named {
  const char* name;
  T value;
};

template <class T, std::size_t n>
std::optional<T> find(py::handle value, const Named<T> (&table)[n]) {
  if (!PyUnicode_Check(value.ptr())) return std::nullopt;
  for (const auto& [name, meaning] : table)
    if (PyUnicode_CompareWithASCIIString(value.ptr(), name) == 0) return meaning;
  return std::nullopt;
}

/// Likewise, with all names in the error.
template <class T, std::size_t n>
T find_or_refuse(const char* argument, py::handle value, const Named<T> (&table)[n]) {
  if (const auto found = find(value, table)) return *found;
  std::string names;
  for (const auto& entry : table)
    names.append(names.empty() ? "'" : ", '").append(entry.name).append("'");
  raise_value_error(std::string(argument) + ": " + std::string(py::repr(value)) + " is none of " +
                    names);
}

/// Python's error of a number that could not be converted, with the argument's name; one that says
/// something else as it is.
[[noreturn]] void refuse_number(const char* argument, const char* needed, py::handle value) {
  const bool too_large = PyErr_ExceptionMatches(PyExc_OverflowError) != 0;
  if (!too_large && PyErr_ExceptionMatches(PyExc_TypeError) == 0) throw py::error_already_set();
  PyErr_Clear();
  const std::string text = std::string(argument) + ": ";
  if (too_large) raise_value_error(text + std::string(py::repr(value)) + " is too large");
  raise_type_error(text + needed + " is needed, not " + std::string(py::repr(value)));
}

/// SciPy looks names up in a dict, which has its own word for what cannot be a key.
void require_hashable(py::handle value) {
  if (PyObject_Hash(value.ptr()) == -1) throw py::error_already_set();
}

Boundary to_boundary(py::handle value) {
  static constexpr Named<Boundary> table[] = {
      {"fill", Boundary::fill},     {"pad", Boundary::fill},       {"wrap", Boundary::wrap},
      {"circular", Boundary::wrap}, {"symm", Boundary::symm},      {"symmetric", Boundary::symm},
      {"mirror", Boundary::mirror}, {"nearest", Boundary::nearest}};
  if (const auto found = find(value, table)) return *found;
  // ndimage's and NumPy's reflect are two boundaries; SciPy's table has the name, its loops do not.
  if (is_text(value, "reflect")) raise_value_error("Incorrect boundary value.");
  raise_value_error(
      "Acceptable boundary flags are 'fill', 'circular' (or 'wrap'), and 'symmetric' (or 'symm').");
}

bool is_pair(py::handle value) {
  return (PyTuple_Check(value.ptr()) || PyList_Check(value.ptr())) && py::len(value) == 2;
}

py::object item(py::handle pair, std::size_t which) {
  return pair[py::int_(which)];
}

bool is_sequence(py::handle value) {
  return PySequence_Check(value.ptr()) != 0 && PyIndex_Check(value.ptr()) == 0;
}

Scalar to_integer_scalar(py::handle value) {
  int overflow = 0;
  const long long number = PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
  if (overflow == 0) return static_cast<std::int64_t>(number);
  const unsigned long long large = PyLong_AsUnsignedLongLong(value.ptr());
  if (PyErr_Occurred() == nullptr) return static_cast<std::uint64_t>(large);
  PyErr_Clear();
  const double real = PyLong_AsDouble(value.ptr());
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  return real;
}

template <std::size_t type = 0>
void require_value(const Scalar& value, ElementType wanted) {
  if constexpr (type < 12) {
    if (static_cast<std::size_t>(wanted) != type) return require_value<type + 1>(value, wanted);
    (void)value.to<element_t<static_cast<ElementType>(type)>>();
  }
}

}  // namespace

bool is_text(py::handle value, const char* text) noexcept {
  return PyUnicode_Check(value.ptr()) && PyUnicode_CompareWithASCIIString(value.ptr(), text) == 0;
}

Index to_index(const char* argument, py::handle value) {
  const Py_ssize_t number = PyNumber_AsSsize_t(value.ptr(), PyExc_OverflowError);
  if (number != -1 || PyErr_Occurred() == nullptr) return number;
  refuse_number(argument, "an integer", value);
}

double to_real(const char* argument, py::handle value) {
  const double number = PyFloat_AsDouble(value.ptr());
  if (number != -1 || PyErr_Occurred() == nullptr) return number;
  refuse_number(argument, "a number", value);
}

Operation to_operation(const char* argument, py::handle value) {
  static constexpr Named<Operation> table[] = {{"convolve", Operation::convolve},
                                               {"correlate", Operation::correlate}};
  return find_or_refuse(argument, value, table);
}

Mode to_mode(py::handle value) {
  static constexpr Named<Mode> table[] = {
      {"full", Mode::full}, {"same", Mode::same}, {"valid", Mode::valid}};
  if (const auto found = find(value, table)) return *found;
  require_hashable(value);
  raise_value_error("Acceptable mode flags are 'valid', 'same', or 'full'.");
}

Boundaries to_boundaries(py::handle value) {
  if (PyTuple_Check(value.ptr()) && is_pair(value)) {
    return {to_boundary(item(value, 0)), to_boundary(item(value, 1))};
  }
  require_hashable(value);
  return to_boundary(value);
}

Method to_method(py::handle value) {
  Py_ssize_t length = 0;
  const char* const name =
      PyUnicode_Check(value.ptr()) ? PyUnicode_AsUTF8AndSize(value.ptr(), &length) : nullptr;
  PyErr_Clear();  // of what UTF-8 has no bytes for
  if (name != nullptr) {
    if (const auto found = parse_method({name, static_cast<std::size_t>(length)})) return *found;
  }
  raise_value_error("method: " + std::string(py::repr(value)) +
                    " is none of 'auto', 'direct', 'separable', 'fft', 'overlap_save', "
                    "'whole_fft', 'winograd', 'reference'");
}

Accuracy to_accuracy(py::handle value) {
  static constexpr Named<Accuracy> table[] = {{"normwise", normwise},
                                              {"componentwise", componentwise}};
  // NumPy's scalars have __float__, too; a truth value is no number.
  if (!PyBool_Check(value.ptr()) && py::hasattr(value, "__float__"))
    return within(to_real("accuracy", value));
  return find_or_refuse("accuracy", value, table);
}

unsigned to_threads(py::handle value) {
  const Index threads = to_index("threads", value);
  if (threads < 1 || threads > 4096) {
    raise_value_error("threads: " + std::to_string(threads) + " is not within 1 and 4096");
  }
  return static_cast<unsigned>(threads);
}

Scalar to_scalar(py::handle value) {
  if (PyLong_Check(value.ptr())) return to_integer_scalar(value);
  if (PyFloat_Check(value.ptr())) return PyFloat_AS_DOUBLE(value.ptr());
  const py::object numbers =
      py::module_::import("numpy").attr("asarray")(value, py::arg("dtype") = "complex128");
  const auto count = numbers.attr("size").cast<py::ssize_t>();
  if (count == 0) raise_value_error("`fillvalue` cannot be an empty array.");
  if (count != 1) {
    raise_value_error("`fillvalue` must be scalar or an array with one element.");
  }
  const Py_complex number = PyComplex_AsCComplex(py::object(numbers.attr("item")()).ptr());
  return std::complex<double>(number.real, number.imag);
}

Scalar to_fill_value(py::handle fillvalue, ElementType type) {
  const Scalar value = to_scalar(fillvalue);
  try {
    require_value(value, type);
  } catch (const Error&) {
    raise_value_error(
        "could not cast `fillvalue` directly to the output type (it was first converted to "
        "complex).");
  }
  return value;
}

nn::PerAxis to_per_axis(const char* name, py::handle value) {
  if (!is_sequence(value)) return to_index(name, value);
  if (!is_pair(value)) {
    raise_value_error(std::string(name) + ": " + std::string(py::repr(value)) +
                      " is neither a number nor one for each of two axes");
  }
  return {to_index(name, item(value, 0)), to_index(name, item(value, 1))};
}

nn::Padding to_padding(py::handle value) {
  static constexpr Named<nn::Padding> table[] = {
      {"valid", nn::valid}, {"same", nn::same}, {"VALID", nn::valid}, {"SAME", nn::same}};
  if (PyUnicode_Check(value.ptr())) return find_or_refuse("padding", value, table);
  if (!is_sequence(value)) {
    const Index all = to_index("padding", value);
    return {all, all, all, all};
  }
  if (!is_pair(value) || !is_pair(item(value, 0)) || !is_pair(item(value, 1))) {
    raise_value_error("padding: " + std::string(py::repr(value)) +
                      " is neither 'valid', 'same', a number, nor ((top, bottom), (left, right))");
  }
  const py::object rows = item(value, 0);
  const py::object cols = item(value, 1);
  return {to_index("padding", item(rows, 0)), to_index("padding", item(rows, 1)),
          to_index("padding", item(cols, 0)), to_index("padding", item(cols, 1))};
}

nn::DataFormat to_data_format(py::handle value) {
  static constexpr Named<nn::DataFormat> table[] = {
      {"channels_last", nn::DataFormat::channels_last},
      {"channels_first", nn::DataFormat::channels_first}};
  if (value.is_none()) return nn::DataFormat::channels_last;
  return find_or_refuse("data_format", value, table);
}

nn::KernelFormat to_kernel_format(py::handle value) {
  static constexpr Named<nn::KernelFormat> table[] = {{"hwio", nn::KernelFormat::hwio},
                                                      {"oihw", nn::KernelFormat::oihw}};
  return find_or_refuse("kernel_format", value, table);
}

nn::Activation to_activation(py::handle value) {
  using enum nn::Activation;
  static constexpr Named<nn::Activation> table[] = {
      {"linear", linear},   {"relu", relu}, {"relu6", relu6}, {"leaky_relu", leaky_relu},
      {"sigmoid", sigmoid}, {"tanh", tanh}, {"silu", silu},   {"swish", silu},
      {"gelu", gelu}};
  if (value.is_none()) return linear;
  return find_or_refuse("activation", value, table);
}

}  // namespace twofold::python
