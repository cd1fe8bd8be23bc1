// SPDX-License-Identifier: BSD-3-Clause
// The one place where a kernel is turned by 180°.
#include "problem/kernel.hpp"

#include <cmath>

#include "problem/element_visit.hpp"

namespace twofold::detail {

namespace {

template <class T>
KernelTraits traits_of(const View<const T>& taps) {
  double sum = 0;
  double squares = 0;
  for (Index row = 0; row < taps.rows(); ++row) {
    for (Index col = 0; col < taps.cols(); ++col) {
      double magnitude = 0;
      if constexpr (is_complex_v<T>) {
        magnitude = std::abs(std::complex<double>(taps(row, col)));
      } else {
        magnitude = std::abs(static_cast<double>(taps(row, col)));
      }
      sum += magnitude;
      squares += magnitude * magnitude;
    }
  }
  return {std::isfinite(sum), sum, std::sqrt(squares)};
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
    traits_ = traits_of<T>(copy->view());
    const T* first = copy->data();
    memory_ = std::shared_ptr<const void>(std::move(copy), first);
  });
}

}  // namespace twofold::detail
