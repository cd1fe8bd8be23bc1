// SPDX-License-Identifier: BSD-3-Clause
// diagnose: why do two results differ?
#include "diagnosis.hpp"

#include <array>
#include <string>
#include <vector>

#include <twofold/diagnose.hpp>

#include "arrays.hpp"
#include "call_arguments.hpp"
#include "errors.hpp"
#include "options.hpp"

namespace twofold::python {

namespace {

/// An array that is read as it is, or as double precision where twofold has no such type. Making
/// one may run the caller's code, which may change other arrays: views are taken after all of it.
class Operand {
 public:
  Operand(const char* name, py::handle object) : array_(as_array(object)) {
    if (array_.ndim() != 2 && array_.ndim() != 3) {
      raise_value_error(std::string(name) + ": " + std::to_string(array_.ndim()) +
                        "-D; expected 2-D, or 3-D with channels last");
    }
    const int number = array_.dtype().num();
    const ElementType other = number == bool_number          ? ElementType::uint8
                              : number == clongdouble_number ? ElementType::complex128
                                                             : ElementType::float64;
    type_ = element_type(number).value_or(other);
    (void)operand_view(array_, type_);
  }

  [[nodiscard]] AnyView view() {
    const detail::ErasedView view = operand_view(array_, type_);
    return {view.data, view.type, view.shape, view.row_stride, view.col_stride};
  }

 private:
  py::array array_;
  ElementType type_{};
};

py::tuple texts_of(const std::vector<Call>& calls) {
  py::list texts;
  for (const Call& call : calls)
    texts.append(call.text());
  return py::tuple(texts);
}

py::object to_python(const Diagnosis& found) {
  const py::module_ classes = py::module_::import("twofold._diagnosis");
  py::list explanations;
  for (const Explanation& explanation : found.explanations) {
    py::list causes;
    for (const Cause cause : explanation.causes)
      causes.append(std::string(name_of(cause)));
    explanations.append(classes.attr("Explanation")(
        py::tuple(causes), explanation.sentence, explanation.evidence, explanation.a.text(),
        explanation.b.text(), explanation.residual, explanation.tolerance));
  }
  return classes.attr("Diagnosis")(std::string(name_of(found.verdict)), found.statement,
                                   py::tuple(explanations), found.difference,
                                   texts_of(found.calls_of_a), texts_of(found.calls_of_b));
}

constexpr std::array parameters{"image",    "kernel", "a",        "b",
                                "expected", "mode",   "boundary", "fillvalue"};
constexpr Signature signature{"diagnose", parameters, 3, 4};

Options expected_options(const CallArguments& arguments) {
  Options options;
  if (const auto value = arguments.find("mode")) options.mode = to_mode(value);
  if (const auto value = arguments.find("boundary")) options.boundary = to_boundaries(value);
  const auto fill = arguments.find("fillvalue");
  if (fill && has_fill(options.boundary)) options.fill_value = to_scalar(fill);
  return options;
}

Diagnosis diagnose_results(const CallArguments& arguments, Operand& image, Operand& kernel,
                           Operand& a) {
  for (const char* name : {"mode", "boundary", "fillvalue"}) {
    if (arguments.find(name))
      raise_type_error("diagnose: " + std::string(name) + " is for the expected call, not for b");
  }
  Operand b("b", arguments.find("b"));
  const AnyView views[] = {image.view(), kernel.view(), a.view(), b.view()};
  const py::gil_scoped_release released;
  return diagnose(views[0], views[1], views[2], views[3]);
}

Diagnosis diagnose_expected(const CallArguments& arguments, Operand& image, Operand& kernel,
                            Operand& a) {
  const Operation operation = to_operation("expected", arguments.find("expected"));
  const Options options = expected_options(arguments);
  const AnyView views[] = {image.view(), kernel.view(), a.view()};
  const py::gil_scoped_release released;
  return diagnose(views[0], views[1], views[2], operation, options);
}

PyObject* call(PyObject*, PyObject* const* given, Py_ssize_t count, PyObject* keywords) {
  return guarded([&]() -> py::object {
    const CallArguments arguments(signature, given, count, keywords);
    const bool has_b = static_cast<bool>(arguments.find_given("b"));
    if (has_b == static_cast<bool>(arguments.find_given("expected")))
      raise_type_error("diagnose: either a second result, b, or the expected call is needed");
    Operand image("image", arguments.find("image"));
    Operand kernel("kernel", arguments.find("kernel"));
    Operand a("a", arguments.find("a"));
    return to_python(has_b ? diagnose_results(arguments, image, kernel, a)
                           : diagnose_expected(arguments, image, kernel, a));
  });
}

// The first lines are what inspect.signature reads.
constexpr const char* text =
    R"(diagnose(image, kernel, a, b=None, *, expected=None, mode='full', boundary='fill', fillvalue=0)
--

Why do two results of one image and one kernel differ?

Looks for the calls that reproduce each: convolution or correlation, the kernel rotated by 180°,
transposed or conjugated, the anchor moved by one, mode, boundary, a constant factor, rounding,
saturation, wrap-around, the order of channels. The shortest difference between two such calls is
the answer.

Parameters
----------
image : array_like, 2-D, or 3-D with channels last
kernel : array_like, 2-D
a, b : array_like
    Results that anybody computed from the two, with the shape that mode full, same or valid gives.
expected : {'convolve', 'correlate'}, optional
    Instead of b: what a should be, with this mode, boundary and fillvalue.
mode, boundary, fillvalue
    As `convolve2d` has them.

Returns
-------
Diagnosis
    As text it is the answer, with what it rests on.

Raises
------
ValueError
    An array has not the dimensions or the shape that it needs; NaN or infinity in the kernel.
TypeError
    Neither b nor expected is given, or both; mode, boundary or fillvalue beside b.

Examples
--------
>>> import numpy as np
>>> import twofold
>>> random = np.random.default_rng(1)
>>> image, kernel = random.random((32, 32)), random.random((5, 5))
>>> scipy = twofold.convolve2d(image, kernel.T, mode='same')
>>> keras = twofold.ops.conv(image[None, ..., None], kernel[..., None, None],
...                          padding='same')[0, ..., 0]
>>> found = twofold.diagnose(image, kernel, scipy, keras)
>>> found.verdict, found.causes
('explained', ('operation', 'transposed'))
>>> print(found)  # doctest: +ELLIPSIS
B is A with the kernel transposed and rotated by 180°: A is a convolution, B a correlation ...
)";

}  // namespace

void add_diagnosis(py::module_& module) {
  add_function(module, "twofold", signature.function, &call, text);
}

}  // namespace twofold::python
