// SPDX-License-Identifier: BSD-3-Clause
// Convolution and correlation of pictures.
#include "picture_convolution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include <twofold/convolve.hpp>

#include "errors.hpp"
#include "timed_plan.hpp"

namespace twofold::tool {

namespace {

/// Rounded half to even, which is the rounding mode twofold's callers run in; NaN, to which only
/// opposite infinities from an overflow can lead here, becomes 0.
template <class Sample, class T>
Sample to_sample(T value) {
  constexpr T largest = std::numeric_limits<Sample>::max();
  if (!(value > 0)) return 0;
  if (value >= largest) return std::numeric_limits<Sample>::max();
  return static_cast<Sample>(std::nearbyint(value));
}

template <class Sample>
View<Sample> colours_of(View<Sample> pixels, Index colour_channels) {
  return {pixels.data(),
          {pixels.rows(), pixels.cols(), colour_channels},
          pixels.row_stride(),
          pixels.col_stride()};
}

template <class T, class Sample>
Image<T> to_real(const View<const Sample>& samples) {
  auto result = Image<T>::uninitialized(samples.shape());
  T* out = result.data();
  for (Index row = 0; row < samples.rows(); ++row) {
    for (Index col = 0; col < samples.cols(); ++col) {
      const Sample* pixel = samples.at(row, col);
      out = std::transform(pixel, pixel + samples.channels(), out,
                           [](Sample sample) { return static_cast<T>(sample); });
    }
  }
  return result;
}

template <class T, class Sample>
void to_samples(const Image<T>& values, const View<Sample>& samples) {
  const T* value = values.data();
  for (Index row = 0; row < samples.rows(); ++row) {
    for (Index col = 0; col < samples.cols(); ++col) {
      std::transform(value, value + samples.channels(), samples.at(row, col), to_sample<Sample, T>);
      value += samples.channels();
    }
  }
}

/// The last channel of `to` is that of `from`, from `first` on.
template <class Sample>
void copy_alpha(const Image<Sample>& from, Point first, Image<Sample>& to) {
  const Index alpha = from.channels() - 1;
  for (Index row = 0; row < to.rows(); ++row) {
    for (Index col = 0; col < to.cols(); ++col) {
      to(row, col, alpha) = from(row + first.row, col + first.col, alpha);
    }
  }
}

/// The input pixel over which output (0, 0) stands: where mode `same` has the same sum.
Point first_output(Operation operation, Mode mode, const Shape& kernel) {
  if (mode != Mode::valid) return {};
  const Index turn = operation == Operation::convolve ? 0 : 1;
  return {(kernel.rows - turn) / 2, (kernel.cols - turn) / 2};
}

void check_kernel(const AnyImage& kernel, ElementType type) {
  if (is_complex(element_type(kernel))) {
    throw UsageError("kernel: complex numbers; a PNG has none");
  }
  if (!all_finite(converted(kernel, type))) {
    throw UsageError("kernel: a value that is not finite in " + std::string(name_of(type)) +
                     "; a PNG has no such value");
  }
}

void check_alpha(const PngPicture& picture, const Shape& kernel, const Options& options) {
  if (!picture.has_alpha()) return;
  if (options.mode == Mode::full) {
    throw UsageError("--mode full: the pixels beyond the edge have no alpha; use same or valid");
  }
  const Shape shape = picture.shape();
  if (options.mode == Mode::valid && (kernel.rows > shape.rows || kernel.cols > shape.cols)) {
    throw UsageError("--mode valid: the kernel is larger than the picture");
  }
}

template <class T>
Image<T> convolve(Operation operation, const Image<T>& image, const Image<T>& kernel,
                  const Options& options, DecisionReport* report) {
  if (report != nullptr) return convolve_timed(operation, image, kernel, options, *report);
  if (operation == Operation::convolve) return convolve2d(image, kernel, options);
  return correlate2d(image, kernel, options);
}

}  // namespace

PngPicture convolve_picture(Operation operation, const PngPicture& picture, const AnyImage& kernel,
                            const Options& options, DecisionReport* report) {
  const auto convolve_samples = [&]<class Sample>(const Image<Sample>& pixels) -> PngPicture {
    using T = std::conditional_t<sizeof(Sample) == 1, float, double>;
    check_kernel(kernel, element_type_of<T>);
    const Index colours = picture.colour_channels();
    const Image<T> values = convolve(operation, to_real<T>(colours_of(pixels.view(), colours)),
                                     converted<T>(kernel), options, report);
    auto result = Image<Sample>::uninitialized({values.rows(), values.cols(), pixels.channels()});
    to_samples(values, colours_of(result.view(), colours));
    if (picture.has_alpha()) {
      copy_alpha(pixels, first_output(operation, options.mode, shape_of(kernel)), result);
    }
    return {std::move(result), picture.metadata};
  };
  check_alpha(picture, shape_of(kernel), options);
  return std::visit(convolve_samples, picture.pixels);
}

}  // namespace twofold::tool
