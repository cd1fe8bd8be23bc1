// SPDX-License-Identifier: BSD-3-Clause
// Validation, and the presets: from modes and conventions to the canonical form.
#include "problem/problem.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "cpu/isa.hpp"
#include "problem/option_checks.hpp"
#include "problem/result.hpp"
#include "support/checked.hpp"
#include "support/executors.hpp"
#include "support/format.hpp"
#include "twofold/info.hpp"

namespace twofold::detail {

namespace {

[[noreturn]] void refuse_shape(const std::string& what) {
  throw Error(Errc::invalid_shape, what);
}

void require_elements(const char* argument, const Shape& shape) {
  if (shape.rows < 0 || shape.cols < 0 || shape.channels < 0) {
    refuse_shape(std::string(argument) + ": " + to_string(shape) + " has a negative size");
  }
  if (shape.rows == 0 || shape.cols == 0 || shape.channels == 0) {
    refuse_shape(std::string(argument) + ": " + to_string(shape) + " has no elements");
  }
}

/// Whether sums of a few sizes are representable, and the number of bytes of such an array is.
bool is_addressable(const Shape& shape) {
  constexpr Index limit = std::numeric_limits<Index>::max() / 8;
  return shape.rows <= limit && shape.cols <= limit && checked_bytes(shape, sizeof(double) * 2);
}

void require_addressable(const char* argument, const Shape& shape) {
  if (is_addressable(shape)) return;
  throw Error(Errc::too_large,
              std::string(argument) + ": " + to_string(shape) + " elements cannot be addressed");
}

void require_operands(const Shape& image, const Shape& kernel) {
  require_elements("image", image);
  require_elements("kernel", kernel);
  if (kernel.channels != 1) {
    refuse_shape("kernel: " + to_string(kernel) + " has more than one channel");
  }
  require_addressable("image", image);
  require_addressable("kernel", kernel);
}

void require_options(const Options& options) {
  require_known("boundary", options.boundary.rows, Boundary::nearest);
  require_known("boundary", options.boundary.cols, Boundary::nearest);
  require_shared_options(options);
}

Index output_size(Index image, Index kernel, Mode mode) {
  switch (mode) {
    case Mode::full:
      return image + kernel - 1;
    case Mode::same:
      return image;
    case Mode::valid:
      break;
  }
  return (image >= kernel ? image - kernel : kernel - image) + 1;
}

/// The anchor table of the conventions: SciPy's convolve2d centres an even kernel at ⌊(K−1)/2⌋, its
/// correlate2d reads from m − ⌊(K−1)/2⌋ on, which, once the kernel is rotated, is the centre ⌊K/2⌋.
Index centre_of(Operation operation, Mode mode, Index kernel) {
  switch (mode) {
    case Mode::full:
      return 0;
    case Mode::same:
      return operation == Operation::convolve ? (kernel - 1) / 2 : kernel / 2;
    case Mode::valid:
      break;
  }
  return kernel - 1;
}

Axis make_axis(Operation operation, Mode mode, Boundary boundary, Index image, Index kernel,
               bool exchanged) {
  Axis axis{image, kernel, output_size(image, kernel, mode), 0, extension_of(boundary)};
  if (exchanged) {
    // The kernel is the larger: Σ_i image[i]·kernel[m + N − 1 − i], and nothing beyond the image.
    axis.centre = image - 1;
    axis.extension = Extension::absent;
  } else {
    axis.centre = centre_of(operation, mode, kernel);
  }
  return axis;
}

}  // namespace

bool operands_exchange(const Shape& image, const Shape& kernel, Mode mode) {
  if (mode != Mode::valid) return false;
  if (image.rows >= kernel.rows && image.cols >= kernel.cols) return false;
  if (kernel.rows >= image.rows && kernel.cols >= image.cols) return true;
  refuse_shape(
      "mode: valid needs one operand that is at least as large in both directions; image " +
      to_string(image) + ", kernel " + to_string(kernel));
}

Shape output_shape_of(const Shape& image, const Shape& kernel, Mode mode) {
  require_known("mode", mode, Mode::valid);
  require_operands(image, kernel);
  (void)operands_exchange(image, kernel, mode);
  const Shape output{output_size(image.rows, kernel.rows, mode),
                     output_size(image.cols, kernel.cols, mode), image.channels};
  require_addressable("output", output);
  return output;
}

namespace {

/// What the windows of all outputs cover is addressed as well.
void require_extended(const Shape& image, const Shape& kernel, const Shape& output) {
  const Shape extended{output.rows + kernel.rows - 1, output.cols + kernel.cols - 1,
                       image.channels};
  if (is_addressable(extended)) return;
  throw Error(Errc::too_large, "image: " + to_string(image) +
                                   " and what the kernel reads around it, " + to_string(extended) +
                                   ", cannot be addressed");
}

/// The fill value is a number like those that are summed, as in SciPy; where pixels go in and come
/// out it is a pixel, rounded and saturated as they are.
template <class T>
T fill_of(const Problem& problem, const Scalar& value) {
  return visit_element(problem.image_type, [&]<class Pixel>(Tag<Pixel>) -> T {
    if constexpr (std::is_floating_point_v<T> && PixelElement<Pixel>) {
      if (problem.rounds_results()) {
        (void)value.to<Pixel>();  // refuses what is not a number
        return static_cast<T>(rounded_pixel<Pixel>(value.to<double>()));
      }
    }
    return value.to<T>();
  });
}

/// Everything but the kernel, which is of `kernel_type` as it comes.
Problem describe(Operation operation, const PlanTypes& types, const Shape& image,
                 const Shape& kernel, ElementType kernel_type, const Options& options) {
  require_known("operation", operation, Operation::correlate);
  require_options(options);
  require_extended(image, kernel, output_shape_of(image, kernel, options.mode));
  const bool exchanged = operands_exchange(image, kernel, options.mode);

  Problem problem;
  problem.type = promote(types.image, kernel_type);
  problem.image_type = types.image;
  problem.output_type = types.output;
  problem.rows =
      make_axis(operation, options.mode, options.boundary.rows, image.rows, kernel.rows, exchanged);
  problem.cols =
      make_axis(operation, options.mode, options.boundary.cols, image.cols, kernel.cols, exchanged);
  problem.channels = image.channels;
  // Exchanged, SciPy correlates the kernel with the conjugated image and reverses the result. That
  // is the convolution of conj(image) with the rotated kernel, and the conjugate of the convolution
  // of image with the rotated, conjugated kernel.
  problem.conjugate_output =
      operation == Operation::correlate && exchanged && is_complex(problem.type);
  problem.accuracy = options.accuracy;
  problem.nonfinite = options.nonfinite;
  problem.isa = resolve_isa(options.isa);
  problem.threads = resolve_threads(options.threads, options.executor);
  visit_element(problem.type, [&]<class T>(Tag<T>) {
    // Validated in any case; where the image is absent, a block packed for a kernel is zero there.
    const T given = fill_of<T>(problem, options.fill_value);
    const T fill = exchanged ? T{} : given;
    __builtin_memcpy(problem.fill.data(), &fill, sizeof fill);
  });
  return problem;
}

/// The largest magnitude of an integer type's elements.
double largest_magnitude_of(ElementType type) {
  const double values = std::ldexp(1.0, 8 * static_cast<int>(size_in_bytes(type)));
  return is_signed_integer(type) ? values / 2 : values - 1;
}

/// A narrower type in which no sum of the problem can overflow, or `problem.type`: an image of
/// bytes with a kernel of 64-bit integers, as NumPy makes them, rarely needs more than 16 or 32
/// bits, of which a vector holds many and has a multiplication. Every sum is at most ‖k‖₁ times the
/// largest element of the extended image.
ElementType narrowest_type(const Problem& problem) {
  if (!is_integer(problem.type)) return problem.type;
  const double fill = visit_element(problem.type, [&]<class T>(Tag<T>) -> double {
    if constexpr (!std::is_integral_v<T>)
      return 0;
    else
      return std::abs(static_cast<double>(problem.fill_as<T>()));
  });
  const double largest = std::max(largest_magnitude_of(problem.image_type), fill);
  for (const ElementType narrow : {ElementType::int16, ElementType::int32}) {
    if (size_in_bytes(narrow) >= size_in_bytes(problem.type)) break;
    if (promote(problem.image_type, narrow) == narrow &&
        problem.kernel.traits().norm1 * largest < largest_magnitude_of(narrow)) {
      return narrow;
    }
  }
  return problem.type;
}

/// The fill value of a problem whose sums go on in a narrower type.
std::array<std::byte, 16> converted_fill(const Problem& problem, ElementType type) {
  std::array<std::byte, 16> bytes{};
  visit_element(type, [&]<class To>(Tag<To>) {
    visit_element(problem.type, [&]<class From>(Tag<From>) {
      if constexpr (std::is_integral_v<To> && std::is_integral_v<From>) {
        const To fill = static_cast<To>(problem.fill_as<From>());
        __builtin_memcpy(bytes.data(), &fill, sizeof fill);
      }
    });
  });
  return bytes;
}

/// Puts the kernel into the problem: as kernel_of(type) makes it, in the type that the sums need.
/// The reference sums in the result's own type: it is the judge.
template <class KernelOf>
Problem with_kernel(Problem problem, Method method, const KernelOf& kernel_of) {
  problem.kernel = kernel_of(problem.type);
  const ElementType type = method == Method::reference ? problem.type : narrowest_type(problem);
  if (type == problem.type) return problem;
  problem.fill = converted_fill(problem, type);
  problem.type = type;
  problem.kernel = kernel_of(type);
  return problem;
}

}  // namespace

Problem make_problem(Operation operation, const PlanTypes& types, const Shape& image,
                     const ErasedView& kernel, const Options& options) {
  Problem problem = describe(operation, types, image, kernel.shape, kernel.type, options);
  const bool correlate = operation == Operation::correlate;
  return with_kernel(std::move(problem), options.method, [&](ElementType type) {
    return Kernel(kernel, type, /*rotate=*/correlate, /*conjugate=*/correlate);
  });
}

Problem make_problem(Operation operation, const PlanTypes& types, const Shape& image,
                     const ErasedView& column, const ErasedView& row, const Options& options) {
  const Shape kernel{column.shape.rows, row.shape.cols, 1};
  Problem problem = describe(operation, types, image, kernel, column.type, options);
  const bool correlate = operation == Operation::correlate;
  return with_kernel(std::move(problem), options.method, [&](ElementType type) {
    return Kernel(column, row, type, /*rotate=*/correlate, /*conjugate=*/correlate);
  });
}

}  // namespace twofold::detail
