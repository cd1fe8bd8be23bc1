// SPDX-License-Identifier: BSD-3-Clause
// The one place where a kernel is turned by 180°.
#include "problem/kernel.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "problem/conversion.hpp"
#include "problem/erased_view.hpp"

namespace twofold::detail {

namespace {

template <class T>
double magnitude_of(const T& tap) {
  if constexpr (is_complex_v<T>) {
    return std::abs(std::complex<double>(tap));
  } else {
    return std::abs(static_cast<double>(tap));
  }
}

template <class T>
bool is_mirrored(const Image<T>& taps) {
  for (Index a = 0; a < taps.rows(); ++a) {
    for (Index b = 0; b < taps.cols() / 2; ++b) {
      if (taps(a, b) != taps(a, taps.cols() - 1 - b)) return false;
    }
  }
  return true;
}

/// The norm is taken of the taps divided by the largest: their squares might over- or underflow.
template <class T>
KernelTraits traits_of(const Image<T>& taps) {
  KernelTraits traits;
  double largest = 0;
  for (Index i = 0; i < taps.size(); ++i) {
    const T& tap = taps.data()[i];
    const double magnitude = magnitude_of(tap);
    traits.finite = traits.finite && std::isfinite(magnitude);
    traits.norm1 += magnitude;
    traits.nonzero += tap != T{} ? 1 : 0;
    if constexpr (is_complex_v<T>) traits.real = traits.real && tap.imag() == 0;
    largest = std::max(largest, magnitude);
  }
  traits.mirrored = traits.finite && is_mirrored(taps);
  if (!traits.finite || largest == 0) return traits;
  double squares = 0;
  for (Index i = 0; i < taps.size(); ++i) {
    const double ratio = magnitude_of(taps.data()[i]) / largest;
    squares += ratio * ratio;
  }
  traits.norm2 = largest * std::sqrt(squares);
  return traits;
}

template <class T>
Image<T> converted_copy(const ErasedView& taps) {
  auto copy = Image<T>::uninitialized(taps.shape);
  visit_element(taps.type, [&]<class From>(Tag<From>) {
    // Every type that is combined to T promotes to it, except that the sums of integers may need
    // only a narrower T, which then holds every tap.
    constexpr bool both_integers = std::is_integral_v<From> && std::is_integral_v<T>;
    if constexpr (promotes_to<From, T> || both_integers) {
      const auto from = typed<From>(taps);
      for (Index a = 0; a < from.rows(); ++a) {
        for (Index b = 0; b < from.cols(); ++b) {
          if constexpr (both_integers) {
            copy(a, b) = static_cast<T>(from(a, b));
          } else {
            copy(a, b) = converted<T>(from(a, b));
          }
        }
      }
    }
  });
  return copy;
}

template <class T>
Image<T> oriented(const ErasedView& taps, bool rotate, bool conjugate) {
  auto copy = converted_copy<T>(rotate ? rotated(taps) : taps);
  if constexpr (is_complex_v<T>) {
    if (conjugate) {
      for (Index i = 0; i < copy.size(); ++i)
        copy.data()[i] = std::conj(copy.data()[i]);
    }
  }
  return copy;
}

/// Integers modulo 2ⁿ.
template <class T>
T product(const T& a, const T& b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  } else {
    return a * b;
  }
}

template <class T>
Image<T> outer_product(const Image<T>& column, const Image<T>& row) {
  auto taps = Image<T>::uninitialized({column.rows(), row.cols(), 1});
  for (Index a = 0; a < taps.rows(); ++a) {
    for (Index b = 0; b < taps.cols(); ++b)
      taps(a, b) = product(column(a, 0), row(0, b));
  }
  return taps;
}

/// Brings the row near 1, by a power of two that the column takes over: sums of one factor are then
/// as large as their results, and neither overflow nor vanish where those do not. Both stay as they
/// are where taps would lose bits, and integers.
template <class T>
void balance(Image<T>& column, Image<T>& row) {
  if constexpr (!std::is_integral_v<T>) {
    double largest = 0;
    for (Index i = 0; i < row.size(); ++i)
      largest = std::max(largest, static_cast<double>(std::abs(row.data()[i])));
    if (!(largest > 0) || !std::isfinite(largest)) return;
    (void)move_power_of_two(row, column, std::ilogb(largest));
  }
}

template <class T>
std::shared_ptr<const void> shared_data(Image<T> image) {
  auto owner = std::make_shared<Image<T>>(std::move(image));
  const T* first = owner->data();
  return {std::move(owner), first};
}

}  // namespace

Kernel::Kernel(const ErasedView& taps, ElementType type, bool rotate, bool conjugate)
    : shape_(taps.shape) {
  visit_element(type, [&]<class T>(Tag<T>) {
    auto copy = oriented<T>(taps, rotate, conjugate);
    traits_ = traits_of(copy);
    memory_ = shared_data(std::move(copy));
  });
}

Kernel::Kernel(const ErasedView& column, const ErasedView& row, ElementType type, bool rotate,
               bool conjugate)
    : shape_{column.shape.rows, row.shape.cols, 1} {
  visit_element(type, [&]<class T>(Tag<T>) {
    auto u = oriented<T>(column, rotate, conjugate);
    auto v = oriented<T>(row, rotate, conjugate);
    auto taps = outer_product(u, v);
    balance(u, v);
    traits_ = traits_of(taps);
    memory_ = shared_data(std::move(taps));
    using L = lane_t<T>;
    const auto lanes = [](const Image<T>& image) {
      return Image<L>(View<const L>(reinterpret_cast<const L*>(image.data()), image.shape()));
    };
    factors_ = std::make_shared<const Factors>(lanes(u), lanes(v));
  });
}

}  // namespace twofold::detail
