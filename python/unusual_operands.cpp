// SPDX-License-Identifier: BSD-3-Clause
// Operands that SciPy takes and the library does not: without elements, or of long double.
#include "unusual_operands.hpp"

#include <complex>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "errors.hpp"
#include "options.hpp"
#include "problem/extension.hpp"

namespace twofold::python {

namespace {

/// The outputs along one axis, and the first element of the extended image that output 0 reads.
struct Outputs {
  Index count;
  Index first;
};

Outputs outputs_of(Operation operation, Mode mode, Index image, Index kernel) {
  switch (mode) {
    case Mode::full:
      return {image + kernel - 1, 1 - kernel};
    case Mode::same:
      return {image, operation == Operation::convolve ? (kernel - 1) / 2 - kernel + 1
                                                      : -((kernel - 1) / 2)};
    case Mode::valid:
      break;
  }
  return {image - kernel + 1, 0};
}

/// The image and as much around it as the outputs need, dense.
template <class T>
struct Extended {
  Index cols;
  std::vector<T> elements;
};

template <class T>
Extended<T> extend(const py::array_t<T>& image, const Shape& kernel, const Outputs& rows,
                   const Outputs& cols, const Boundaries& boundary, T fill) {
  const Index height = rows.count + kernel.rows - 1;
  const Index width = cols.count + kernel.cols - 1;
  Extended<T> result{width, std::vector<T>(static_cast<std::size_t>(height * width), fill)};
  const auto pixels = image.template unchecked<2>();
  for (Index row = 0; row < height; ++row) {
    const Index from_row =
        detail::resolve(detail::extension_of(boundary.rows), row + rows.first, pixels.shape(0));
    if (from_row == detail::outside) continue;
    for (Index col = 0; col < width; ++col) {
      const Index from_col =
          detail::resolve(detail::extension_of(boundary.cols), col + cols.first, pixels.shape(1));
      if (from_col == detail::outside) continue;
      result.elements[static_cast<std::size_t>(row * width + col)] = pixels(from_row, from_col);
    }
  }
  return result;
}

/// The kernel as correlations read it: turned where it is convolved, conjugated where not.
template <class T>
std::vector<T> taps_of(Operation operation, const py::array_t<T>& kernel) {
  const auto elements = kernel.template unchecked<2>();
  std::vector<T> taps;
  for (Index row = 0; row < elements.shape(0); ++row) {
    for (Index col = 0; col < elements.shape(1); ++col) {
      if (operation == Operation::convolve) {
        taps.push_back(elements(elements.shape(0) - 1 - row, elements.shape(1) - 1 - col));
      } else if constexpr (std::is_same_v<T, std::complex<long double>>) {
        taps.push_back(std::conj(elements(row, col)));
      } else {
        taps.push_back(elements(row, col));
      }
    }
  }
  return taps;
}

template <class T>
void correlate(const Extended<T>& image, const std::vector<T>& taps, Index kernel_cols,
               const Outputs& rows, const Outputs& cols, T* out) {
  const auto kernel_rows = static_cast<Index>(taps.size()) / kernel_cols;
  for (Index row = 0; row < rows.count; ++row) {
    for (Index col = 0; col < cols.count; ++col) {
      T sum{};
      for (Index i = 0; i < kernel_rows; ++i)
        for (Index j = 0; j < kernel_cols; ++j)
          sum += taps[static_cast<std::size_t>(i * kernel_cols + j)] *
                 image.elements[static_cast<std::size_t>((row + i) * image.cols + col + j)];
      *out++ = sum;
    }
  }
}

template <class T>
T extended_fill(const Options& options, py::handle fillvalue) {
  if (!has_fill(options.boundary)) return {};
  constexpr bool real = std::is_same_v<T, long double>;
  const Scalar value =
      to_fill_value(fillvalue, real ? ElementType::float64 : ElementType::complex128);
  if constexpr (real) {
    return value.to<double>();
  } else {
    return T(value.to<std::complex<double>>());
  }
}

template <class T>
py::array convolve_as(Operation operation, const Operands& operands, const Options& options,
                      py::handle fillvalue) {
  const py::array_t<T> image(operands.in1);
  const py::array_t<T> kernel(operands.in2);
  const Shape size{kernel.shape(0), kernel.shape(1)};
  const Outputs rows = outputs_of(operation, options.mode, image.shape(0), size.rows);
  const Outputs cols = outputs_of(operation, options.mode, image.shape(1), size.cols);
  const T fill = extended_fill<T>(options, fillvalue);
  py::array_t<T> out({rows.count, cols.count});
  T* sums = out.mutable_data();
  {
    const py::gil_scoped_release released;
    const auto extended = extend(image, size, rows, cols, options.boundary, fill);
    correlate(extended, taps_of(operation, kernel), size.cols, rows, cols, sums);
  }
  return out;
}

/// The sum of all taps, each of which meets the fill value.
py::object filled_sum(Operation operation, const py::array& kernel, py::handle fillvalue,
                      const py::dtype& type) {
  const py::object taps = kernel.attr("astype")(type);
  const py::object sum = taps.attr("sum")(py::arg("dtype") = type);
  const py::object value =
      py::module_::import("numpy").attr("asarray")(fillvalue).attr("astype")(type);
  return (operation == Operation::correlate ? sum.attr("conj")() : sum) * value;
}

}  // namespace

py::array convolve_nothing(Operation operation, const Operands& operands, const Options& options,
                           py::handle fillvalue, const py::dtype& type) {
  const auto& [image, kernel, exchanged] = operands;
  const Outputs rows = outputs_of(operation, options.mode, image.shape(0), kernel.shape(0));
  const Outputs cols = outputs_of(operation, options.mode, image.shape(1), kernel.shape(1));
  py::object zeros = py::module_::import("numpy").attr("zeros")(
      py::make_tuple(rows.count, cols.count), py::arg("dtype") = type);
  if (kernel.size() == 0 || rows.count * cols.count == 0) return zeros;
  if (options.boundary != Boundaries(Boundary::fill)) {
    raise_value_error("in1: an array without elements has none that could be repeated outside");
  }
  (void)to_scalar(fillvalue);
  return zeros + filled_sum(operation, kernel, fillvalue, type);
}

py::array convolve_extended(Operation operation, const Operands& operands, const Options& options,
                            py::handle fillvalue, const py::dtype& type) {
  if (options.method != Method::automatic && options.method != Method::direct &&
      options.method != Method::reference) {
    raise_value_error("method: " + name_of(type) + " is summed directly only");
  }
  py::array out =
      type.num() == longdouble_number
          ? convolve_as<long double>(operation, operands, options, fillvalue)
          : convolve_as<std::complex<long double>>(operation, operands, options, fillvalue);
  if (operation == Operation::convolve || !operands.exchanged) return out;
  // As SciPy: the exchanged operands' correlation runs backwards.
  const py::slice backwards(py::none(), py::none(), py::int_(-1));
  return out[py::make_tuple(backwards, backwards)];
}

}  // namespace twofold::python
