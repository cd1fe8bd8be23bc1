// SPDX-License-Identifier: BSD-3-Clause
// Plan: one operation with one kernel on many images of one shape.
#include "plan.hpp"

#include <memory>
#include <string>
#include <typeinfo>
#include <vector>

#include <pybind11/stl.h>
#include <twofold/info.hpp>
#include <twofold/plan.hpp>

#include "arrays.hpp"
#include "decision.hpp"
#include "errors.hpp"
#include "options.hpp"

namespace twofold::python {

namespace {

using Numbers = std::vector<py::ssize_t>;

/// What Plan's constructor is given, as it is given: pickle gives it once more.
struct PlanArguments {
  py::object operation, shape, kernel, mode, boundary, fillvalue;
  py::object dtype, out_dtype, method, threads, accuracy;

  [[nodiscard]] py::tuple all() const {
    return py::make_tuple(operation, shape, kernel, mode, boundary, fillvalue, dtype, out_dtype,
                          method, threads, accuracy);
  }
};

class PythonPlan {
 public:
  explicit PythonPlan(PlanArguments given);

  [[nodiscard]] const PlanArguments& arguments() const { return arguments_; }
  [[nodiscard]] Numbers output_shape() const;
  [[nodiscard]] py::dtype dtype() const { return image_dtype_; }
  [[nodiscard]] py::dtype out_dtype() const { return dtype_of(out_type_); }
  [[nodiscard]] py::object halo() const;
  [[nodiscard]] py::object decision() const { return to_python(detail::decision(*state_)); }
  [[nodiscard]] std::size_t workspace_bytes() const { return detail::workspace_bytes(*state_); }
  [[nodiscard]] double error_bound(double largest_magnitude) const {
    return detail::error_bound(*state_, largest_magnitude);
  }
  [[nodiscard]] py::tuple input_region(const py::object& outputs) const;

  py::object execute(const py::object& image, const py::object& out) const;
  py::object execute_region(const py::object& tile, const py::object& origin,
                            const py::object& outputs, const py::object& out) const;

 private:
  struct Out {
    py::object array;
    detail::ErasedView view;
  };

  [[nodiscard]] py::array checked_image(const char* name, const py::object& image) const;
  [[nodiscard]] Out out_of(const py::object& given, Index rows, Index cols) const;
  void run(const detail::ErasedView& tile, Point origin, const Rect& outputs,
           const detail::ErasedView& out, bool whole) const;

  PlanArguments arguments_;
  py::dtype image_dtype_;
  ElementType sum_type_{};
  ElementType out_type_{};
  py::ssize_t dimensions_ = 2;
  std::shared_ptr<const detail::PlanState> state_;
};

Numbers to_numbers(const char* name, const py::object& sequence) {
  if (!py::hasattr(sequence, "__iter__")) {
    raise_type_error(std::string(name) + ": a sequence of integers is needed, not " +
                     std::string(py::repr(sequence)));
  }
  Numbers numbers;
  for (const py::handle number : py::iter(sequence))
    numbers.push_back(to_index(name, number));
  return numbers;
}

Rect to_rect(const char* name, const py::object& sequence) {
  const Numbers numbers = to_numbers(name, sequence);
  if (numbers.size() != 4) {
    raise_value_error(std::string(name) + ": (row, col, rows, cols) is needed");
  }
  return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

Shape to_shape(const Numbers& numbers) {
  if (numbers.size() != 2 && numbers.size() != 3) {
    raise_value_error("shape: (rows, cols) or (rows, cols, channels) is needed");
  }
  return {numbers[0], numbers[1], numbers.size() == 3 ? numbers[2] : 1};
}

ElementType sum_type_of(const py::dtype& image, const py::dtype& kernel) {
  const auto type = element_type(promoted_number(image, kernel));
  if (!type) {
    raise_value_error("dtype: there is no plan for images of " + name_of(image) +
                      " and a kernel of " + name_of(kernel));
  }
  return *type;
}

/// As operand_view reads an image of that dtype.
ElementType image_type_of(const py::dtype& dtype, ElementType sum) {
  if (dtype.num() == bool_number) {
    return is_signed_integer(sum) ? ElementType::int8 : ElementType::uint8;
  }
  return element_type(dtype.num()).value_or(sum);
}

ElementType out_type_of(const py::object& asked, ElementType sum, ElementType image,
                        const py::dtype& kernel) {
  if (asked.is_none()) return sum;
  const auto type = element_type(py::dtype::from_args(asked).num());
  const auto taps = element_type(kernel.num());
  const bool pixels = image <= ElementType::uint16 && taps &&
                      (*taps == ElementType::float32 || *taps == ElementType::float64);
  if (type && (*type == sum || (pixels && *type == image))) return *type;
  raise_value_error("out_dtype: " + std::string(py::str(asked)) + "; the result is " +
                    std::string(name_of(sum)) +
                    (pixels ? " or " + std::string(name_of(image)) : std::string()));
}

PythonPlan::PythonPlan(PlanArguments given) : arguments_(std::move(given)) {
  const Numbers numbers = to_numbers("shape", arguments_.shape);
  const Shape shape = to_shape(numbers);
  dimensions_ = static_cast<py::ssize_t>(numbers.size());
  // Copies, for pickle: the caller's list and kernel may change.
  arguments_.shape = py::tuple(py::cast(numbers));
  py::array kernel = as_array(arguments_.kernel).attr("copy")();
  arguments_.kernel = kernel;
  if (kernel.ndim() != 2) raise_value_error("kernel: a 2-D array is needed");
  image_dtype_ =
      arguments_.dtype.is_none() ? kernel.dtype() : py::dtype::from_args(arguments_.dtype);
  sum_type_ = sum_type_of(image_dtype_, kernel.dtype());
  const ElementType image_type = image_type_of(image_dtype_, sum_type_);
  out_type_ = out_type_of(arguments_.out_dtype, sum_type_, image_type, kernel.dtype());

  Options options;
  options.mode = to_mode(arguments_.mode);
  options.boundary = to_boundaries(arguments_.boundary);
  if (has_fill(options.boundary))
    options.fill_value = to_fill_value(arguments_.fillvalue, sum_type_);
  options.method = to_method(arguments_.method);
  options.threads = to_threads(arguments_.threads);
  options.accuracy = to_accuracy(arguments_.accuracy);
  const Operation operation = to_operation("operation", arguments_.operation);
  const detail::ErasedView taps = operand_view(kernel, sum_type_);
  const py::gil_scoped_release released;
  state_ = detail::make_plan(operation, {image_type, out_type_}, shape, taps, options);
}

Numbers PythonPlan::output_shape() const {
  const Shape shape = detail::output_shape(*state_);
  if (dimensions_ == 2) return {shape.rows, shape.cols};
  return {shape.rows, shape.cols, shape.channels};
}

py::object PythonPlan::halo() const {
  const Halo halo = detail::halo(*state_);
  return py::make_tuple(py::make_tuple(halo.before_rows, halo.after_rows),
                        py::make_tuple(halo.before_cols, halo.after_cols));
}

py::tuple PythonPlan::input_region(const py::object& outputs) const {
  const Rect region = detail::input_region(*state_, to_rect("outputs", outputs));
  return py::make_tuple(region.row, region.col, region.rows, region.cols);
}

py::array PythonPlan::checked_image(const char* name, const py::object& image) const {
  py::array array = as_array(image);
  if (array.ndim() != dimensions_) {
    raise_value_error(std::string(name) + ": " + std::to_string(array.ndim()) +
                      "-D, the plan is for " + std::to_string(dimensions_) + "-D");
  }
  // Of one type may be several numbers, as of long and long long.
  const auto given = element_type(array.dtype().num());
  const bool same = given && given == element_type(image_dtype_.num());
  if (array.dtype().num() != image_dtype_.num() && !same) {
    raise_type_error(std::string(name) + ": dtype " + name_of(array.dtype()) +
                     ", the plan is for " + name_of(image_dtype_));
  }
  return array;
}

PythonPlan::Out PythonPlan::out_of(const py::object& given, Index rows, Index cols) const {
  if (!given.is_none()) return {given, out_view(given, {out_type_}, dimensions_)};
  if (rows < 0 || cols < 0) raise_value_error("outputs: a negative size");
  Numbers shape{rows, cols};
  if (dimensions_ == 3) shape.push_back(detail::output_shape(*state_).channels);
  const py::array made = new_array(out_type_, shape);
  return {made, view_of_new(made, out_type_)};
}

void PythonPlan::run(const detail::ErasedView& tile, Point origin, const Rect& outputs,
                     const detail::ErasedView& out, bool whole) const {
  const py::gil_scoped_release released;
  const twofold::detail::AlignedBytes workspace(detail::workspace_bytes(*state_));
  detail::execute(*state_, tile, origin, outputs, out, workspace.bytes(), whole);
}

py::object PythonPlan::execute(const py::object& image, const py::object& given_out) const {
  py::array array = checked_image("image", image);
  const detail::ErasedView view = operand_view(array, sum_type_);
  const Shape shape = detail::output_shape(*state_);
  Out out = out_of(given_out, shape.rows, shape.cols);
  run(view, {}, {0, 0, shape.rows, shape.cols}, out.view, true);
  return out.array;
}

py::object PythonPlan::execute_region(const py::object& tile, const py::object& tile_origin,
                                      const py::object& outputs,
                                      const py::object& given_out) const {
  const Numbers origin = to_numbers("tile_origin", tile_origin);
  if (origin.size() != 2) raise_value_error("tile_origin: (row, col) is needed");
  const Rect rect = to_rect("outputs", outputs);
  py::array array = checked_image("tile", tile);
  const detail::ErasedView view = operand_view(array, sum_type_);
  Out out = out_of(given_out, rect.rows, rect.cols);
  run(view, {origin[0], origin[1]}, rect, out.view, false);
  return out.array;
}

std::string text_of(const PythonPlan& plan) {
  const PlanArguments& given = plan.arguments();
  return "<twofold.Plan: " + std::string(py::str(given.operation)) + ", shape " +
         std::string(py::str(given.shape)) + ", kernel " +
         std::string(py::str(given.kernel.attr("shape"))) + ", mode " +
         std::string(py::str(given.mode)) + ", boundary " + std::string(py::str(given.boundary)) +
         ", " + name_of(plan.dtype()) + ">";
}

/// Plan.__new__ makes an object without __init__, for which pybind11 would hand over raw memory.
const PythonPlan& initialised(const py::object& self) {
  if (!py::isinstance<PythonPlan>(self)) raise_type_error("a twofold.Plan is needed");
  auto* const object = reinterpret_cast<py::detail::instance*>(self.ptr());
  const auto* const type = py::detail::get_type_info(typeid(PythonPlan));
  if (!object->get_value_and_holder(type).holder_constructed()) {
    raise_type_error("Plan.__init__() has not been called");
  }
  return self.cast<const PythonPlan&>();
}

/// A member function, as Python calls it.
template <class Result, class... Arguments>
auto method(Result (PythonPlan::*function)(Arguments...) const) {
  return [function](const py::object& self, Arguments... arguments) -> Result {
    return (initialised(self).*function)(arguments...);
  };
}

constexpr const char* plan_text = R"(
One operation with one kernel on images of one shape. The constructor validates, chooses the method
and prepares the kernel, which it copies. A plan never changes: any number of threads may use it at
the same time.

Parameters
----------
operation : {'convolve', 'correlate'}
shape : (rows, cols) or (rows, cols, channels)
    Of the images. The kernel is applied to each of interleaved channels.
kernel : array_like, 2-D
mode, boundary, fillvalue, method, threads, accuracy
    As `convolve2d` has them. In mode 'valid' the kernel may be the larger.
dtype : optional
    Of the images; the kernel's unless given.
out_dtype : optional
    Of the results; NumPy's promotion of the two unless given. Integer images of up to 16 bits and a
    kernel of float32 or float64 may give the image's dtype, rounded and saturated.

Raises ValueError where something does not fit, and, when called, TypeError for images of another
dtype.

Examples
--------
>>> import numpy as np
>>> from twofold import Plan
>>> plan = Plan('correlate', (3, 4), [[1.0, 2.0]], mode='same', boundary='wrap')
>>> plan.output_shape
(3, 4)
>>> plan(np.ones((3, 4)))
array([[3., 3., 3., 3.],
       [3., 3., 3., 3.],
       [3., 3., 3., 3.]])
>>> plan.halo  # rows before and after, columns before and after
((0, 0), (0, 1))
>>> plan.decision.method in ('direct', 'separable')
True
>>> plan.input_region((1, 0, 2, 2))
(1, 0, 2, 3)
>>> plan.execute_region(np.ones((2, 3)), (1, 0), (1, 0, 2, 2))
array([[3., 3.],
       [3., 3.]])
)";

// The first lines are what inspect.signature reads.
constexpr const char* init_text =
    R"(__init__(self, operation, shape, kernel, mode='full', boundary='fill', fillvalue=0, *,
    dtype=None, out_dtype=None, method='auto', threads=1, accuracy='normwise')
--

See the class.)";

constexpr const char* call_text = "__call__(self, image, out=None)\n--\n\nThe same as `execute`.";

constexpr const char* execute_text =
    "execute(self, image, out=None)\n--\n\n"
    "The result for `image`, an array of the plan's shape and dtype. `out`, if given, has "
    "output_shape and out_dtype, shares no element with the image, and is returned.";

constexpr const char* region_text =
    "execute_region(self, tile, tile_origin, outputs, out=None)\n--\n\n"
    "The outputs (row, col, rows, cols), from `tile`, a part of the image whose first element is "
    "the image's element `tile_origin`. The tile holds at least input_region(outputs).";

}  // namespace

void add_plan(py::module_& module) {
  using py::arg;
  const auto make = [](py::object operation, py::object shape, py::object kernel, py::object mode,
                       py::object boundary, py::object fillvalue, py::object dtype,
                       py::object out_dtype, py::object method, py::object threads,
                       py::object accuracy) {
    return PythonPlan({std::move(operation), std::move(shape), std::move(kernel), std::move(mode),
                       std::move(boundary), std::move(fillvalue), std::move(dtype),
                       std::move(out_dtype), std::move(method), std::move(threads),
                       std::move(accuracy)});
  };
  py::class_<PythonPlan> plan(module, "Plan", plan_text);
  plan.def(py::init(make), arg("operation"), arg("shape"), arg("kernel"), arg("mode") = "full",
           arg("boundary") = "fill", arg("fillvalue") = 0, py::kw_only(), arg("dtype") = py::none(),
           arg("out_dtype") = py::none(), arg("method") = "auto", arg("threads") = 1,
           arg("accuracy") = "normwise", init_text);
  plan.def("execute", method(&PythonPlan::execute), arg("image"), arg("out") = py::none(),
           execute_text);
  plan.def("__call__", method(&PythonPlan::execute), arg("image"), arg("out") = py::none(),
           call_text);
  plan.def("execute_region", method(&PythonPlan::execute_region), arg("tile"), arg("tile_origin"),
           arg("outputs"), arg("out") = py::none(), region_text);
  plan.def("input_region", method(&PythonPlan::input_region), arg("outputs"),
           "input_region(self, outputs)\n--\n\nThe part (row, col, rows, cols) of the image that "
           "the outputs are computed from.");
  plan.def("error_bound", method(&PythonPlan::error_bound), arg("largest_magnitude"),
           "error_bound(self, largest_magnitude)\n--\n\nNo output is further from the exact one "
           "than this, for images whose elements have magnitudes of at most `largest_magnitude`.");
  plan.def_property_readonly(
      "output_shape",
      [](const py::object& self) { return py::tuple(py::cast(initialised(self).output_shape())); },
      "Of the results: (rows, cols), or (rows, cols, channels).");
  plan.def_property_readonly("dtype", method(&PythonPlan::dtype), "Of the images.");
  plan.def_property_readonly("out_dtype", method(&PythonPlan::out_dtype), "Of the results.");
  plan.def_property_readonly("halo", method(&PythonPlan::halo),
                             "((before, after) of rows, (before, after) of columns): how far an "
                             "output's window reaches into the image.");
  plan.def_property_readonly("decision", method(&PythonPlan::decision),
                             "What was chosen, and why.");
  plan.def_property_readonly("workspace_bytes", method(&PythonPlan::workspace_bytes),
                             "Bytes of memory that a call takes for its duration.");
  plan.def("__repr__", [](const py::object& self) { return text_of(initialised(self)); });
  plan.def(py::pickle([](const py::object& self) { return initialised(self).arguments().all(); },
                      [make](const py::tuple& a) {
                        return make(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9],
                                    a[10]);
                      }));
  // For pickle's old protocols: object's own __reduce__ calls pybind11's base type for them, which
  // ends the process.
  plan.def("__reduce__", [](const py::object& self) {
    return py::make_tuple(py::module_::import("copyreg").attr("__newobj__"),
                          py::make_tuple(py::type::of(self)), self.attr("__getstate__")());
  });
}

}  // namespace twofold::python
