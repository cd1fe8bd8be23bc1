// SPDX-License-Identifier: BSD-3-Clause
// A kernel as a plane of numbers, and its spectrum.
#pragma once

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

/// Writes line `line` of the plane that holds the kernel times 2^−exponent to `to`; false if it has
/// no taps.
template <class R, class T>
bool bring_taps(const View<const T>& kernel, const TapPlace& rows, const TapPlace& cols,
                int exponent, const PlaneShape& shape, Index line, std::complex<R>* to) {
  const PowerOfTwo<R> scale(-exponent);
  std::fill_n(to, shape.cols, std::complex<R>{});
  bool any = false;
  const Index first = line * shape.rows_per_line();
  for (Index part = 0; part < shape.rows_of(line); ++part) {
    rows.for_each_at(first + part, kernel.rows(), [&](Index a) {
      any = true;
      for (Index b = 0; b < kernel.cols(); ++b) {
        using Tap = transform_number_t<T>;
        const Tap tap = scale.times(static_cast<Tap>(kernel(a, b)));
        auto& point = to[cols.point_of(b)];
        if constexpr (is_complex_v<Tap>) {
          point += tap;
        } else {
          point += part == 0 ? std::complex<R>{tap, 0} : std::complex<R>{0, tap};
        }
      }
    });
  }
  return any;
}

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

  double squares = 0;
  const auto bring = [&](Index line, std::complex<R>* to) {
    if (!bring_taps<R>(kernel, rows, cols, exponent, shape, line, to)) return false;
    squares += sum_of_squares(reinterpret_cast<const R*>(to), 2 * shape.cols);
    return true;
  };
  for (Index group = 0; group < shape.groups(); ++group)
    plane.bring_group(group, spectrum, lines, bring);
  const double points = static_cast<double>(shape.rows) * static_cast<double>(shape.cols);
  // Separating two rows' spectra has doubled the kernel's, and will double the image's.
  const R scale = static_cast<R>(1.0 / (shape.real ? 4 * points : points));
  for (Index col = 0; col < shape.spectrum_rows(); ++col)
    plane.transform_column(col, scale, spectrum, lines);
  return std::ldexp(std::sqrt(squares), exponent);
}

}  // namespace twofold::detail
