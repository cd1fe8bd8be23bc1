// SPDX-License-Identifier: BSD-3-Clause
// The one place where a kernel is turned by 180°.
#include "problem/kernel.hpp"

#include <algorithm>
#include <cmath>

#include "problem/element_visit.hpp"

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

/// The norm is taken of the taps divided by the largest: their squares might over- or underflow.
template <class T>
KernelTraits traits_of(const Image<T>& taps) {
  KernelTraits traits;
  double largest = 0;
  for (Index i = 0; i < taps.size(); ++i) {
    const double magnitude = magnitude_of(taps.data()[i]);
    traits.finite = traits.finite && std::isfinite(magnitude);
    traits.norm1 += magnitude;
    largest = std::max(largest, magnitude);
  }
  if (!traits.finite || largest == 0) return traits;
  double squares = 0;
  for (Index i = 0; i < taps.size(); ++i) {
    const double ratio = magnitude_of(taps.data()[i]) / largest;
    squares += ratio * ratio;
  }
  traits.norm2 = largest * std::sqrt(squares);
  return traits;
}

}  // namespace

Kernel::Kernel(const ErasedView& taps, bool rotate, bool conjugate) : shape_(taps.shape) {
  visit_element(taps.type, [&]<class T>(Tag<T>) {
    const View<const T> given(static_cast<const T*>(taps.data), taps.shape, taps.row_stride,
                              taps.col_stride);
    auto copy = std::make_shared<Image<T>>(rotate ? given.rotated() : given);
    if constexpr (is_complex_v<T>) {
      if (conjugate) {
        for (Index i = 0; i < copy->size(); ++i)
          copy->data()[i] = std::conj(copy->data()[i]);
      }
    }
    traits_ = traits_of(*copy);
    const T* first = copy->data();
    memory_ = std::shared_ptr<const void>(std::move(copy), first);
  });
}

}  // namespace twofold::detail
