// SPDX-License-Identifier: BSD-3-Clause
// diagnose: why do two results differ?
#include "diagnosis.hpp"

#include <string>
#include <utility>
#include <vector>

#include <twofold/diagnose.hpp>

#include "arrays.hpp"
#include "errors.hpp"
#include "options.hpp"

namespace twofold::python {

namespace {

/// An array, and its view. Types that twofold has not are read as double precision.
struct Operand {
  Operand(const char* name, const py::object& object) : array(as_array(object)) {
    if (array.ndim() != 2 && array.ndim() != 3) {
      raise_value_error(std::string(name) + ": " + std::to_string(array.ndim()) +
                        "-D; expected 2-D, or 3-D with channels last");
    }
    const int number = array.dtype().num();
    const auto own = element_type(number);
    const ElementType other = number == bool_number          ? ElementType::uint8
                              : number == clongdouble_number ? ElementType::complex128
                                                             : ElementType::float64;
    view = operand_view(array, own.value_or(other));
  }

  [[nodiscard]] AnyView any() const {
    return {view.data, view.type, view.shape, view.row_stride, view.col_stride};
  }

  py::array array;
  detail::ErasedView view;
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

py::object diagnose_arrays(const py::object& given_image, const py::object& given_kernel,
                           const py::object& given_a, const py::object& given_b,
                           const py::object& expected, const py::object& mode,
                           const py::object& boundary, const py::object& fillvalue) {
  if (given_b.is_none() == expected.is_none())
    raise_type_error("diagnose: either a second result, b, or the expected call is needed");
  const Operand image("image", given_image);
  const Operand kernel("kernel", given_kernel);
  const Operand a("a", given_a);
  Diagnosis found;
  if (expected.is_none()) {
    const Operand b("b", given_b);
    const py::gil_scoped_release released;
    found = diagnose(image.any(), kernel.any(), a.any(), b.any());
  } else {
    const Operation operation = to_operation(expected);
    Options options;
    options.mode = to_mode(mode);
    options.boundary = to_boundaries(boundary);
    if (has_fill(options.boundary)) options.fill_value = to_scalar(fillvalue);
    const py::gil_scoped_release released;
    found = diagnose(image.any(), kernel.any(), a.any(), operation, options);
  }
  return to_python(found);
}

// The first lines are what inspect.signature reads.
constexpr const char* text =
    R"(diagnose(image, kernel, a, b=None, *, expected=None, mode='full', boundary='fill', fillvalue=0)
--

Why do two results of one image and one kernel differ?

Looks for the calls that reproduce each: convolution or correlation, the kernel rotated by 180°,
transposed or conjugated, the anchor moved, mode, boundary, a constant factor, rounding, saturation,
wrap-around, the order of channels. The shortest difference between two such calls is the answer.

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
    Neither b nor expected is given, or both.

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
  using py::arg;
  module.def("diagnose", &diagnose_arrays, arg("image"), arg("kernel"), arg("a"),
             arg("b") = py::none(), py::kw_only(), arg("expected") = py::none(),
             arg("mode") = "full", arg("boundary") = "fill", arg("fillvalue") = 0, text);
}

}  // namespace twofold::python
