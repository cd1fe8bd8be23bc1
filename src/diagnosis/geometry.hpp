// SPDX-License-Identifier: BSD-3-Clause
// Geometry: which sums a call forms, whatever words ask for them.
#pragma once

#include <complex>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "twofold/diagnose.hpp"

namespace twofold::detail {

/// What the operands say about the calls that are possible.
struct Operands {
  Shape image;
  Shape kernel;
  bool complex_kernel = false;
};

/// Every result is a region of mode `full` of one convolution: which kernel, which region, and how
/// the image goes on. Calls with equal geometries are one call in several words; what makes no
/// difference for these shapes (the boundary in mode `valid`) has one value only.
struct Geometry {
  bool rotated = false;
  bool transposed = false;
  bool conjugated = false;
  Point offset;
  Shape output;
  Boundaries boundary;
  std::complex<double> fill = 0;

  [[nodiscard]] auto key() const {
    return std::tuple(rotated, transposed, conjugated, offset.row, offset.col, output.rows,
                      output.cols, boundary.rows, boundary.cols, fill.real(), fill.imag());
  }
  friend bool operator<(const Geometry& a, const Geometry& b) { return a.key() < b.key(); }
  friend bool operator==(const Geometry& a, const Geometry& b) { return a.key() == b.key(); }

  /// The same sums but for those that reach beyond the image.
  [[nodiscard]] Geometry without_boundary() const {
    Geometry inner = *this;
    inner.boundary = Boundary::fill;
    inner.fill = 0;
    return inner;
  }
};

/// Nothing where the call does not exist: an anchor outside the kernel, a mode `valid` in which
/// neither operand lies inside the other.
[[nodiscard]] std::optional<Geometry> geometry_of(const Call&, const Operands&);

/// Which axes of a call's windows reach beyond the image, so that its boundary matters.
struct Reach {
  bool rows = false;
  bool cols = false;
};
[[nodiscard]] Reach reach_of(const Call&, const Operands&);

/// Whether the boundaries symm and nearest are the same for this call: no window reaches further
/// than one element beyond the image.
[[nodiscard]] bool symm_is_nearest(const Call&, const Operands&);

/// All calls that give a result of this shape, by what they compute. `fill`: a value outside that
/// is tried beside 0.
[[nodiscard]] std::map<Geometry, std::vector<Call>> calls_of_shape(const Operands&,
                                                                   const Shape& result,
                                                                   std::complex<double> fill);

/// By how much a call is stranger than convolve2d or correlate2d with some mode and boundary.
[[nodiscard]] int strangeness_of(const Call&);

}  // namespace twofold::detail
