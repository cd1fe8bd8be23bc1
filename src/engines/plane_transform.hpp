// SPDX-License-Identifier: BSD-3-Clause
// Two-dimensional transforms, and their product with a kernel's spectrum.
//
// Rows are transformed a few at a time, in first-level cache, and transposed from there into the
// spectrum, whose rows are the plane's columns: every transform then runs over points side by side,
// at full speed, and a column goes forth, is multiplied and comes back in one go. Back is the same
// transform, of the product's conjugate: IFFT(z)* = FFT(z*)/n, and what arrives is conjugated. A
// plane of real numbers sends two rows, a and b, through each transform, as a + ib, and keeps half
// its spectrum.
#pragma once

#include "engines/transform_shape.hpp"
#include "fft/fft.hpp"
#include "kernels/kernels.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

/// The scratch memory of one concurrent part of a transform.
template <class R>
struct PlaneLines {
  std::complex<R>* given;
  std::complex<R>* transformed;
  std::complex<R>* group;
};

template <class R>
[[nodiscard]] PlaneLines<R> lay_out_lines(const PlaneShape& shape, Scratch& scratch) {
  using C = std::complex<R>;
  const Index pitch = shape.line_pitch();
  return {scratch.take<C>(std::max(pitch, shape.spectrum_pitch())), scratch.take<C>(pitch),
          scratch.take<C>(group_rows, pitch)};
}

template <class R>
class PlaneTransform {
  using C = std::complex<R>;

 public:
  PlaneTransform(const PlaneShape& shape, Isa isa)
      : shape_(shape),
        kernels_(kernels_for(isa).planes<R>()),
        along_rows_(shape.cols),
        along_cols_(shape.rows) {}

  [[nodiscard]] const PlaneShape& shape() const noexcept { return shape_; }

  /// Rows group·group_rows … of the plane go into the spectrum. `bring(line, to)` writes a line of
  /// the plane (see PlaneShape) to `to`, or returns false if it is zero.
  template <class Bring>
  void bring_group(Index group, C* spectrum, const PlaneLines<R>& lines, const Bring& bring) const {
    const Index per_group = group_rows / shape_.rows_per_line();
    bool any = false;
    for (Index i = 0; i < per_group; ++i) {
      const Index line = group * per_group + i;
      any |= bring_line(line < shape_.lines() && bring(line, lines.given), i, lines);
    }
    C* to = spectrum + group * group_rows;
    if (any) {
      kernels_.transpose(lines.group, shape_.line_pitch(), group_rows,
                         shape_.padded_spectrum_rows(), to, shape_.spectrum_pitch());
    } else {
      for (Index col = 0; col < shape_.spectrum_rows(); ++col)
        std::fill_n(to + col * shape_.spectrum_pitch(), group_rows, C{});
    }
  }

  /// Row `col` of the spectrum is transformed, too, and multiplied by `scale`.
  void transform_column(Index col, R scale, C* spectrum, const PlaneLines<R>& lines) const {
    C* points = spectrum + col * shape_.spectrum_pitch();
    along_cols_.run(points, lines.given);
    for (Index i = 0; i < shape_.rows; ++i)
      points[i] = {lines.given[i].real() * scale, lines.given[i].imag() * scale};
  }

  /// Row `col` of the spectrum is transformed, multiplied by that of `kernel`, and comes back,
  /// conjugated.
  void convolve_column(Index col, C* spectrum, const C* kernel, const PlaneLines<R>& lines) const {
    C* points = spectrum + col * shape_.spectrum_pitch();
    along_cols_.run(points, lines.given);
    kernels_.multiply_conjugated(lines.given, kernel + col * shape_.spectrum_pitch(), shape_.rows);
    along_cols_.run(lines.given, points);
  }

  /// Rows group·group_rows … come back from the spectrum: `take(line, points)` is called for every
  /// line that is `wanted(line)`. The points are the conjugates of the results.
  template <class Wanted, class Take>
  void take_group(Index group, const C* spectrum, const PlaneLines<R>& lines, const Wanted& wanted,
                  const Take& take) const {
    const Index step = shape_.rows_per_line();
    const Index first = group * group_rows / step;
    const Index end = std::min(first + group_rows / step, shape_.lines());
    bool transposed = false;
    for (Index line = first; line < end; ++line) {
      if (!wanted(line)) continue;
      if (!transposed) take_transposed(group, spectrum, lines);
      transposed = true;
      C* points = lines.group + (line - first) * step * shape_.line_pitch();
      if (shape_.real) {
        // Beyond an odd number of rows stands what no column has been transformed to.
        if (shape_.rows_of(line) == 1)
          std::fill_n(points + shape_.line_pitch(), shape_.spectrum_rows(), C{});
        kernels_.combine_conjugated(points, points + shape_.line_pitch(), shape_.cols, lines.given);
        points = lines.given;
      }
      along_rows_.run(points, lines.transformed);
      take(line, lines.transformed);
    }
  }

 private:
  void take_transposed(Index group, const C* spectrum, const PlaneLines<R>& lines) const {
    kernels_.transpose(spectrum + group * group_rows, shape_.spectrum_pitch(),
                       shape_.padded_spectrum_rows(), group_rows, lines.group, shape_.line_pitch());
  }

  /// Line i of the group is what lines.given holds, transformed, or zero.
  bool bring_line(bool given, Index i, const PlaneLines<R>& lines) const {
    C* line = lines.group + i * shape_.rows_per_line() * shape_.line_pitch();
    if (!given) {
      std::fill_n(line, shape_.rows_per_line() * shape_.line_pitch(), C{});
    } else if (shape_.real) {
      along_rows_.run(lines.given, lines.transformed);
      kernels_.separate(lines.transformed, shape_.cols, line, line + shape_.line_pitch());
    } else {
      along_rows_.run(lines.given, line);
    }
    return given;
  }

  PlaneShape shape_;
  PlaneKernels<R> kernels_;
  fft::Transform<R> along_rows_;
  fft::Transform<R> along_cols_;
};

}  // namespace twofold::detail
