// SPDX-License-Identifier: BSD-3-Clause
// The sums of a geometry: single outputs from the definition, whole results through a plan.
#include "diagnosis/sums.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "problem/erased_view.hpp"
#include "problem/extension.hpp"
#include "twofold/plan.hpp"

namespace twofold::detail {

namespace {

std::size_t kernel_index(const Geometry& geometry) {
  return (geometry.transposed ? 1U : 0U) + (geometry.rotated ? 2U : 0U) +
         (geometry.conjugated ? 4U : 0U);
}

double largest_finite(const ErasedView& image) {
  return visit_element(image.type, [&]<class X>(Tag<X>) {
    const View<const X> pixels = typed<X>(image);
    double largest = 0;
    for (Index row = 0; row < pixels.rows(); ++row) {
      for (Index col = 0; col < pixels.cols(); ++col) {
        for (Index channel = 0; channel < pixels.channels(); ++channel) {
          const double magnitude = std::abs(as_number(pixels(row, col, channel)));
          if (std::isfinite(magnitude)) largest = std::max(largest, magnitude);
        }
      }
    }
    return largest;
  });
}

/// Where the columns of one window come from: `outside` where there is nothing.
std::vector<Index> source_columns(Index first, Index count, Boundary boundary, Index cols) {
  std::vector<Index> columns(static_cast<std::size_t>(count));
  for (Index j = 0; j < count; ++j)
    columns[static_cast<std::size_t>(j)] = resolve(extension_of(boundary), first + j, cols);
  return columns;
}

}  // namespace

std::complex<double> number_at(const ErasedView& view, Index row, Index col, Index channel) {
  return visit_element(
      view.type, [&]<class T>(Tag<T>) { return as_number(typed<T>(view)(row, col, channel)); });
}

Sums::Sums(const ErasedView& image, const ErasedView& kernel) : image_(image) {
  operands_ = {image.shape, kernel.shape, twofold::is_complex(kernel.type)};
  is_complex_ = operands_.complex_kernel || twofold::is_complex(image.type);
  are_integers_ = is_integer(image.type) && is_integer(kernel.type);
  largest_pixel_ = largest_finite(image);
  kernel_.reserve(static_cast<std::size_t>(taps()));
  for (Index row = 0; row < kernel.shape.rows; ++row) {
    for (Index col = 0; col < kernel.shape.cols; ++col)
      kernel_.push_back(number_at(kernel, row, col, 0));
  }
  for (const std::complex<double>& tap : kernel_) {
    totals_.sum += tap;
    totals_.magnitudes += std::abs(tap);
    totals_.squares += std::norm(tap);
    totals_.largest = std::max(totals_.largest, std::abs(tap));
  }
  for (std::size_t i = 0; i < arrangements_.size(); ++i) {
    Geometry geometry;
    geometry.transposed = (i & 1U) != 0;
    geometry.rotated = (i & 2U) != 0;
    geometry.conjugated = (i & 4U) != 0;
    if (!geometry.conjugated || operands_.complex_kernel) arrangements_[i] = arranged(geometry);
  }
}

double Sums::largest(std::complex<double> fill) const noexcept {
  return std::max(largest_pixel_, std::abs(fill)) * totals_.magnitudes;
}

Shape Sums::kernel_shape(const Geometry& geometry) const noexcept {
  Shape shape = operands_.kernel;
  if (geometry.transposed) std::swap(shape.rows, shape.cols);
  return shape;
}

Sums::Taps Sums::arranged(const Geometry& geometry) const {
  const Shape shape = kernel_shape(geometry);
  Taps taps;
  taps.reserve(kernel_.size());
  for (Index row = 0; row < shape.rows; ++row) {
    for (Index col = 0; col < shape.cols; ++col) {
      const Index index = geometry.transposed ? col * operands_.kernel.cols + row
                                              : row * operands_.kernel.cols + col;
      taps.push_back(kernel_[static_cast<std::size_t>(index)]);
    }
  }
  if (geometry.rotated) std::reverse(taps.begin(), taps.end());
  if (geometry.conjugated) {
    std::transform(taps.begin(), taps.end(), taps.begin(),
                   [](const std::complex<double>& tap) { return std::conj(tap); });
  }
  return taps;
}

bool Sums::is_inside(const Geometry& geometry, const Probe& probe) const noexcept {
  const Shape kernel = kernel_shape(geometry);
  const Rect window{geometry.offset.row + probe.row - (kernel.rows - 1),
                    geometry.offset.col + probe.col - (kernel.cols - 1), kernel.rows, kernel.cols};
  return Rect{0, 0, operands_.image.rows, operands_.image.cols}.contains(window);
}

std::complex<double> Sums::at(const Geometry& geometry, const Probe& probe) const {
  const Shape kernel = kernel_shape(geometry);
  const Taps& taps = arrangements_[kernel_index(geometry)];
  const Index last_row = geometry.offset.row + probe.row;
  const Index first_col = geometry.offset.col + probe.col - (kernel.cols - 1);
  const std::vector<Index> columns =
      source_columns(first_col, kernel.cols, geometry.boundary.cols, operands_.image.cols);
  return visit_element(image_.type, [&]<class X>(Tag<X>) {
    const View<const X> pixels = typed<X>(image_);
    std::complex<double> sum = 0;
    for (Index i = 0; i < kernel.rows; ++i) {
      const Index row =
          resolve(extension_of(geometry.boundary.rows), last_row - i, operands_.image.rows);
      const std::complex<double>* tap = &taps[static_cast<std::size_t>((i + 1) * kernel.cols - 1)];
      for (const Index col : columns) {
        const std::complex<double> pixel = row == outside || col == outside
                                               ? geometry.fill
                                               : as_number(pixels(row, col, probe.channel));
        // As schoolbooks multiply: the library's operator would look for NaN each time.
        sum += std::complex<double>(tap->real() * pixel.real() - tap->imag() * pixel.imag(),
                                    tap->real() * pixel.imag() + tap->imag() * pixel.real());
        --tap;
      }
    }
    return sum;
  });
}

template <class T>
WholeSums Sums::whole_of_type(const Geometry& geometry) const {
  const Shape kernel_size = kernel_shape(geometry);
  Image<T> kernel(kernel_size.rows, kernel_size.cols);
  const Taps& taps = arrangements_[kernel_index(geometry)];
  std::transform(taps.begin(), taps.end(), kernel.data(), [](const std::complex<double>& tap) {
    if constexpr (is_complex_v<T>)
      return tap;
    else
      return tap.real();
  });
  Options options;
  options.boundary = geometry.boundary;
  options.fill_value = is_complex_v<T> ? Scalar(geometry.fill) : Scalar(geometry.fill.real());
  const auto plan = make_plan(Operation::convolve, {image_.type, element_type_of<T>}, image_.shape,
                              erase(std::as_const(kernel).view()), options);
  auto sums = Image<T>::uninitialized(geometry.output);
  const AlignedBytes workspace(workspace_bytes(*plan));
  const Rect outputs{geometry.offset.row, geometry.offset.col, geometry.output.rows,
                     geometry.output.cols};
  execute(*plan, image_, {}, outputs, erase(sums.view()), workspace.bytes(), false);
  const double error = error_bound(*plan, std::max(largest_pixel_, std::abs(geometry.fill)));
  return {std::move(sums), error};
}

WholeSums Sums::whole(const Geometry& geometry) const {
  return is_complex_ ? whole_of_type<std::complex<double>>(geometry)
                     : whole_of_type<double>(geometry);
}

}  // namespace twofold::detail
