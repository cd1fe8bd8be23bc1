// SPDX-License-Identifier: BSD-3-Clause
// A kernel as a plane of numbers, and its spectrum.
#pragma once

#include <vector>

#include "engines/plane_transform.hpp"
#include "engines/transform.hpp"

namespace twofold::detail {

/// Where along one axis of a transform of `length` points the taps go: tap a mod `fold` stands at
/// point (a − shift) mod length.
struct TapPlace {
  Index length;
  Index shift;
  Index fold;

  [[nodiscard]] Index point_of(Index tap) const noexcept { return modulo(tap % fold - shift); }

  /// Calls visit(tap) for those of `taps` taps that stand at a point.
  template <class Visit>
  void for_each_at(Index point, Index taps, const Visit& visit) const {
    for (Index folded = modulo(point + shift); folded < std::min(fold, taps); folded += length) {
      for (Index tap = folded; tap < taps; tap += fold)
        visit(tap);
    }
  }

 private:
  [[nodiscard]] Index modulo(Index value) const noexcept {
    const Index rest = value % length;
    return rest < 0 ? rest + length : rest;
  }
};

/// In which taps that stand at the same point are added up.
using kernel_real = long double;

/// The plane that holds a kernel times 2^−exponent, line by line.
template <class R, class T>
class KernelPlane {
 public:
  KernelPlane(const View<const T>& kernel, const TapPlace& rows, const TapPlace& cols, int exponent,
              const PlaneShape& shape)
      : kernel_(kernel),
        rows_(rows),
        cols_(cols),
        scale_(-exponent),
        shape_(shape),
        sums_(static_cast<std::size_t>(2 * shape.cols)) {}

  /// Writes a line to `to`; false if it has no taps. The squares of its numbers join squares().
  bool bring(Index line, std::complex<R>* to) {
    std::fill(sums_.begin(), sums_.end(), kernel_real(0));
    bool any = false;
    for (Index part = 0; part < shape_.rows_of(line); ++part) {
      const Index point = line * shape_.rows_per_line() + part;
      rows_.for_each_at(point, kernel_.rows(), [&](Index a) {
        add_row(a, part);
        any = true;
      });
    }
    if (!any) return false;
    R* parts = reinterpret_cast<R*>(to);
    for (std::size_t i = 0; i < sums_.size(); ++i) {
      parts[i] = static_cast<R>(sums_[i]);
      squares_ += static_cast<double>(parts[i]) * static_cast<double>(parts[i]);
    }
    return true;
  }

  [[nodiscard]] double squares() const noexcept { return squares_; }

 private:
  void add_row(Index a, Index part) {
    for (Index b = 0; b < kernel_.cols(); ++b) {
      using Tap = transform_number_t<T>;
      const Tap tap = scale_.times(static_cast<Tap>(kernel_(a, b)));
      kernel_real* sum = sums_.data() + 2 * cols_.point_of(b);
      if constexpr (is_complex_v<Tap>) {
        sum[0] += tap.real();
        sum[1] += tap.imag();
      } else {
        sum[part] += tap;
      }
    }
  }

  View<const T> kernel_;
  TapPlace rows_;
  TapPlace cols_;
  PowerOfTwo<R> scale_;
  PlaneShape shape_;
  std::vector<kernel_real> sums_;
  double squares_ = 0;
};

/// The spectrum of a kernel times 2^−exponent, divided by all that transforms multiply by. Returns
/// the plane's norm, which is not the kernel's where taps have been added up.
template <class R, class T>
double transform_kernel(const View<const T>& kernel, const TapPlace& rows, const TapPlace& cols,
                        int exponent, const PlaneTransform<R>& plane, std::complex<R>* spectrum) {
  const PlaneShape& shape = plane.shape();
  Scratch measure(nullptr);
  (void)lay_out_lines<R>(shape, measure);
  auto memory = Image<std::uint8_t>::uninitialized({1, static_cast<Index>(measure.used()), 1});
  Scratch scratch(reinterpret_cast<std::byte*>(memory.data()));
  const PlaneLines<R> lines = lay_out_lines<R>(shape, scratch);

  KernelPlane<R, T> taps(kernel, rows, cols, exponent, shape);
  for (Index group = 0; group < shape.groups(); ++group) {
    plane.bring_group(group, spectrum, lines,
                      [&](Index line, std::complex<R>* to) { return taps.bring(line, to); });
  }
  const double points = static_cast<double>(shape.rows) * static_cast<double>(shape.cols);
  // Separating two rows' spectra has doubled the kernel's, and will double the image's.
  const R scale = static_cast<R>(1.0 / (shape.real ? 4 * points : points));
  for (Index col = 0; col < shape.spectrum_rows(); ++col)
    plane.transform_column(col, scale, spectrum, lines);
  return std::ldexp(std::sqrt(taps.squares()), exponent);
}

}  // namespace twofold::detail
