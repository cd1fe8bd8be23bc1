// SPDX-License-Identifier: BSD-3-Clause
// Problem: what is asked, in the one form that everything behind it understands.
#pragma once

#include <array>

#include "problem/element_visit.hpp"
#include "problem/extension.hpp"
#include "problem/kernel.hpp"
#include "twofold/options.hpp"
#include "twofold/view.hpp"

namespace twofold::detail {

/// One axis of a convolution: output[m] = Σ_j kernel[j]·x̃[m + centre − j], with x̃ the image
/// extended without end. Every mode and every peer's convention is a choice of these numbers.
struct Axis {
  Index image = 0;
  Index kernel = 0;
  Index output = 0;
  Index centre = 0;
  Extension extension = Extension::fill;

  /// The first element of x̃ in the window of output m; the window has `kernel` elements.
  [[nodiscard]] constexpr Index window_begin(Index m) const noexcept {
    return m + centre - (kernel - 1);
  }
};

struct Problem {
  ElementType type{};         ///< in which the sums are formed; the kernel's, once converted
  ElementType image_type{};   ///< converted to `type` when it is packed
  ElementType output_type{};  ///< `type`; for integers, one at least as wide; or a pixel type, to
                              ///< which the sums are rounded
  Axis rows;
  Axis cols;
  Index channels = 1;
  Kernel kernel;                     ///< to be convolved with: a correlation's is rotated already
  std::array<std::byte, 16> fill{};  ///< one element of `type`
  bool conjugate_output = false;
  Accuracy accuracy;
  Nonfinite nonfinite{};
  Isa isa{};             ///< resolved, never automatic
  unsigned threads = 1;  ///< into how many concurrent parts an engine divides a call

  [[nodiscard]] Shape image_shape() const noexcept { return {rows.image, cols.image, channels}; }
  [[nodiscard]] Shape output_shape() const noexcept { return {rows.output, cols.output, channels}; }
  [[nodiscard]] Rect all_outputs() const noexcept { return {0, 0, rows.output, cols.output}; }
  /// The part of the extended image that the windows of `outputs` cover.
  [[nodiscard]] Rect window_of(const Rect& outputs) const noexcept {
    return {rows.window_begin(outputs.row), cols.window_begin(outputs.col),
            outputs.rows + rows.kernel - 1, outputs.cols + cols.kernel - 1};
  }
  [[nodiscard]] bool converts_image() const noexcept { return image_type != type; }
  [[nodiscard]] bool rounds_results() const noexcept {
    return is_integer(output_type) && !is_integer(type);
  }
  /// Whether the direct sum's bound is to hold at every output, and not just the method's own.
  [[nodiscard]] bool asks_for_direct_bound() const noexcept {
    return accuracy.kind() != Accuracy::Kind::normwise;
  }
  template <class T>
  [[nodiscard]] T fill_as() const noexcept;
  /// The same for a single channel and thread.
  [[nodiscard]] Problem one_part_of_one_channel() const {
    Problem part = *this;
    part.channels = 1;
    part.threads = 1;
    return part;
  }
};

/// Validates and brings into canonical form. Throws Error.
[[nodiscard]] Problem make_problem(Operation, const PlanTypes&, const Shape& image,
                                   const ErasedView& kernel, const Options&);

/// Likewise, with a kernel given as the product of a column and a row.
[[nodiscard]] Problem make_problem(Operation, const PlanTypes&, const Shape& image,
                                   const ErasedView& column, const ErasedView& row, const Options&);

/// What convolve2d and correlate2d give for these operands. Throws Error.
[[nodiscard]] Shape output_shape_of(const Shape& image, const Shape& kernel, Mode);

/// In mode valid, the larger operand is the image. Throws Error where neither is.
[[nodiscard]] bool operands_exchange(const Shape& image, const Shape& kernel, Mode);

template <class T>
T Problem::fill_as() const noexcept {
  T value;
  static_assert(sizeof(T) <= sizeof fill);
  __builtin_memcpy(&value, fill.data(), sizeof(T));
  return value;
}

}  // namespace twofold::detail
