// SPDX-License-Identifier: BSD-3-Clause
// convolve2d and correlate2d as SciPy has them.
#include "convolution.hpp"

#include <string>
#include <utility>

#include <twofold/convolve.hpp>

#include "arrays.hpp"
#include "call_arguments.hpp"
#include "errors.hpp"
#include "options.hpp"
#include "unusual_operands.hpp"

namespace twofold::python {

namespace {

constexpr const char* parameter_names[] = {"in1", "in2",    "mode",    "boundary", "fillvalue",
                                           "out", "method", "threads", "accuracy"};
enum Parameter : std::size_t {
  in1,
  in2,
  mode,
  boundary,
  fillvalue,
  out,
  method,
  threads,
  accuracy
};

constexpr Signature signature_of(Operation operation) {
  return {operation == Operation::convolve ? "convolve2d" : "correlate2d", parameter_names, 2, 5};
}

/// The larger operand first, in mode `valid`. The other modes leave them as they are.
Operands operands_of(const Signature& signature, const CallArguments& arguments) {
  Operands operands{as_array(arguments[in1]), as_array(arguments[in2]), false};
  const auto& [a, b, exchanged] = operands;
  if (a.ndim() != 2 || b.ndim() != 2) {
    raise_value_error(std::string(signature.function) + " inputs must both be 2-D arrays");
  }
  if (!arguments[mode] || !is_text(arguments[mode], "valid")) return operands;
  if (a.shape(0) >= b.shape(0) && a.shape(1) >= b.shape(1)) return operands;
  if (a.shape(0) > b.shape(0) || a.shape(1) > b.shape(1)) {
    raise_value_error(
        "For 'valid' mode, one must be at least as large as the other in every dimension");
  }
  std::swap(operands.in1, operands.in2);
  operands.exchanged = true;
  return operands;
}

Options options_of(const CallArguments& arguments) {
  Options options;
  if (arguments[mode]) options.mode = to_mode(arguments[mode]);
  if (arguments[boundary]) options.boundary = to_boundaries(arguments[boundary]);
  if (arguments[method]) options.method = to_method(arguments[method]);
  if (arguments[threads]) options.threads = to_threads(arguments[threads]);
  if (arguments[accuracy]) options.accuracy = to_accuracy(arguments[accuracy]);
  return options;
}

py::object fill_of(const CallArguments& arguments) {
  if (!arguments[fillvalue]) return py::int_(0);
  return py::reinterpret_borrow<py::object>(arguments[fillvalue]);
}

bool has_out(const CallArguments& arguments) {
  return arguments[out] && !arguments[out].is_none();
}

/// Into `out`, if the caller has given one: an array of just that type and shape.
py::object delivered(const CallArguments& arguments, const py::array& result) {
  if (!has_out(arguments)) return result;
  py::array given = writable_array(arguments[out]);
  if (!given.dtype().is(result.dtype()) && given.dtype().num() != result.dtype().num()) {
    raise_type_error("out: dtype " + name_of(given.dtype()) + ", the result is " +
                     name_of(result.dtype()));
  }
  if (!given.attr("shape").equal(result.attr("shape"))) {
    raise_value_error("out: shape " + std::string(py::str(given.attr("shape"))) +
                      ", the result's is " + std::string(py::str(result.attr("shape"))));
  }
  py::module_::import("numpy").attr("copyto")(given, result);
  return given;
}

/// The types that a result may have: the sums' type, or that of pixels which stay pixels.
std::vector<ElementType> result_types(const Operands& operands, ElementType type) {
  std::vector<ElementType> types{type};
  const auto pixel = element_type(operands.in1.dtype().num());
  const auto taps = element_type(operands.in2.dtype().num());
  if (!operands.exchanged && pixel && *pixel <= ElementType::uint16 && taps &&
      (*taps == ElementType::float32 || *taps == ElementType::float64)) {
    types.push_back(*pixel);
  }
  return types;
}

/// The common case: all three arrays are views of the library's types.
py::object convolve_views(Operation operation, Operands& operands, const CallArguments& arguments,
                          ElementType type, const Options& options) {
  detail::ErasedView image = operand_view(operands.in1, type);
  detail::ErasedView kernel = operand_view(operands.in2, type);
  // Correlation tells apart who is which; the library exchanges them once more, and turns.
  if (operands.exchanged && operation == Operation::correlate) std::swap(image, kernel);
  py::object result;
  detail::ErasedView sums;
  if (has_out(arguments)) {
    result = py::reinterpret_borrow<py::object>(arguments[out]);
    sums = out_view(result, result_types(operands, type), 2);
  } else {
    const Shape shape = detail::one_shot_shape(image, kernel, options);
    const py::array made = new_array(type, {shape.rows, shape.cols});
    sums = view_of_new(made, type);
    result = made;
  }
  const py::gil_scoped_release released;
  detail::one_shot(operation, image, kernel, sums, options);
  return result;
}

py::object convolve(Operation operation, const CallArguments& arguments) {
  const Signature signature = signature_of(operation);
  Operands operands = operands_of(signature, arguments);
  Options options = options_of(arguments);
  const int number = promoted_number(operands.in1.dtype(), operands.in2.dtype());
  const auto type = element_type(number);
  if (!type && number != longdouble_number && number != clongdouble_number) {
    raise_value_error("convolve2d not available for this type.");
  }
  if (operands.in1.size() == 0 || operands.in2.size() == 0) {
    return delivered(arguments, convolve_nothing(operation, operands, options, fill_of(arguments),
                                                 py::dtype(number)));
  }
  if (!type) {
    return delivered(arguments, convolve_extended(operation, operands, options, fill_of(arguments),
                                                  py::dtype(number)));
  }
  if (arguments[fillvalue] && has_fill(options.boundary)) {
    options.fill_value = to_fill_value(arguments[fillvalue], *type);
  }
  return convolve_views(operation, operands, arguments, *type, options);
}

template <Operation operation>
PyObject* call(PyObject*, PyObject* const* arguments, Py_ssize_t count, PyObject* keywords) {
  return guarded([&]() -> py::object {
    return convolve(operation, {signature_of(operation), arguments, count, keywords});
  });
}

// The first line is what inspect.signature reads.
constexpr const char* convolve_text =
    R"(convolve2d(in1, in2, mode='full', boundary='fill', fillvalue=0, *, out=None, method='auto',
    threads=1, accuracy='normwise')
--

Convolve two 2-D arrays: scipy.signal.convolve2d, by the faster of sliding window and Fourier
transform.

The method never changes what is computed: integers are exact, NaN and infinities reach the outputs
that the direct sum gives them. Neither array is copied, whatever its strides, unless its elements
are misaligned or in another byte order.

Parameters
----------
in1, in2 : array_like, 2-D
    In mode 'valid', the larger one is the image, whichever it is; otherwise in1.
mode : {'full', 'valid', 'same'}
    Of an image of N and a kernel of K rows (columns likewise), 'full' gives N + K - 1 rows,
    'same' N, those around the centre, 'valid' N - K + 1.
boundary : {'fill', 'wrap', 'symm', 'mirror', 'nearest'} or a pair
    How the image goes on outside itself; 'mirror' and 'nearest' are what scipy.ndimage calls so.
    A pair is for rows and columns.
fillvalue : scalar
    What 'fill' puts outside.
out : numpy.ndarray, optional
    Where the result goes: of its shape and dtype, sharing no element with in1 and in2. Where in1
    holds integers of up to 16 bits and in2 float32 or float64, out may have in1's dtype; the sums
    are then rounded and saturated.
method : {'auto', 'direct', 'separable', 'fft', 'overlap_save', 'whole_fft', 'reference'}
    Which is chosen for you, unless you do: see `explain`.
threads : int
    How many threads may work. The result's bits do not depend on it.
accuracy : 'normwise', 'componentwise' or float
    What rounding errors may be: those of a Fourier transform, those of the direct sum only, or an
    absolute error for each output.

Returns
-------
numpy.ndarray
    Of the dtype that NumPy promotes those of in1 and in2 to. It is `out`, where that is given.

Raises
------
ValueError
    Where SciPy raises one, in the same words; out does not fit or overlaps; the method cannot
    compute this.
TypeError
    out has another dtype.

Examples
--------
>>> import numpy as np
>>> from twofold import convolve2d
>>> convolve2d([[1, 2], [3, 4]], [[1, 1]])
array([[1, 3, 2],
       [3, 7, 4]])
>>> image = np.arange(12.0).reshape(3, 4)
>>> out = np.empty((4, 3))
>>> convolve2d(image.T, [[1, 0, -1]], 'same', 'symm', out=out) is out
True
>>> out
array([[4., 8., 4.],
       [4., 8., 4.],
       [4., 8., 4.],
       [4., 8., 4.]])
)";

constexpr const char* correlate_text =
    R"(correlate2d(in1, in2, mode='full', boundary='fill', fillvalue=0, *, out=None, method='auto',
    threads=1, accuracy='normwise')
--

Cross-correlate two 2-D arrays: scipy.signal.correlate2d, by the faster of sliding window and
Fourier transform. in2 is conjugated. In mode 'same' with zeros outside it is what Keras and
PyTorch call convolution.

Parameters, result and errors are those of `convolve2d`.

Examples
--------
>>> from twofold import correlate2d
>>> correlate2d([[1, 2, 3]], [[1, 10, 100]], mode='same')
array([[210, 321,  32]])
)";

}  // namespace

void add_convolution(py::module_& module) {
  add_function(module, "twofold", "convolve2d", &call<Operation::convolve>, convolve_text);
  add_function(module, "twofold", "correlate2d", &call<Operation::correlate>, correlate_text);
}

}  // namespace twofold::python
