// SPDX-License-Identifier: BSD-3-Clause
// Convolution and correlation of pictures.
#include "picture_convolution.hpp"

#include <algorithm>
#include <string>
#include <type_traits>

#include <twofold/convolve.hpp>

#include "errors.hpp"
#include "timed_plan.hpp"

namespace twofold::tool {

namespace {

template <class Sample>
View<const Sample> colours_of(const View<const Sample>& pixels, Index colour_channels) {
  return {pixels.data(),
          {pixels.rows(), pixels.cols(), colour_channels},
          pixels.row_stride(),
          pixels.col_stride()};
}

/// The colours, with the last channel of `from` beside them, from `first` on.
template <class Sample>
Image<Sample> with_alpha(const Image<Sample>& colours, const Image<Sample>& from, Point first) {
  auto result = Image<Sample>::uninitialized({colours.rows(), colours.cols(), from.channels()});
  const Index alpha = colours.channels();
  for (Index row = 0; row < result.rows(); ++row) {
    for (Index col = 0; col < result.cols(); ++col) {
      Sample* pixel = result.view().at(row, col);
      std::copy_n(colours.view().at(row, col), alpha, pixel);
      pixel[alpha] = from(row + first.row, col + first.col, alpha);
    }
  }
  return result;
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

/// Rounded and saturated: K says whether the sums are formed in float32 or float64.
template <class Sample, class K>
Image<Sample> convolve(Operation operation, const View<const Sample>& colours,
                       const Image<K>& kernel, const Options& options, DecisionReport* report) {
  if (report != nullptr) {
    return convolve_timed<Sample>(operation, colours, kernel, options, *report);
  }
  if (operation == Operation::convolve) return convolve2d<Sample>(colours, kernel, options);
  return correlate2d<Sample>(colours, kernel, options);
}

}  // namespace

PngPicture convolve_picture(Operation operation, const PngPicture& picture, const AnyImage& kernel,
                            const Options& options, DecisionReport* report) {
  const auto convolve_samples = [&]<class Sample>(const Image<Sample>& pixels) -> PngPicture {
    using K = std::conditional_t<sizeof(Sample) == 1, float, double>;
    check_kernel(kernel, element_type_of<K>);
    Image<Sample> result = convolve(operation, colours_of(pixels.view(), picture.colour_channels()),
                                    converted<K>(kernel), options, report);
    if (picture.has_alpha()) {
      const Point first = first_output(operation, options.mode, shape_of(kernel));
      result = with_alpha(result, pixels, first);
    }
    return {std::move(result), picture.metadata};
  };
  check_alpha(picture, shape_of(kernel), options);
  return std::visit(convolve_samples, picture.pixels);
}

}  // namespace twofold::tool
