// SPDX-License-Identifier: BSD-3-Clause
// Kernel: the taps, owned, dense, with what is worth knowing of them.
#pragma once

#include <memory>

#include "problem/factors.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

struct KernelTraits {
  bool finite = true;
  double norm1 = 0;       ///< Σ|k|
  double norm2 = 0;       ///< √Σ|k|², of finite taps
  Index nonzero = 0;      ///< how many taps are not zero
  bool real = true;       ///< no tap has an imaginary part
  bool mirrored = false;  ///< finite, and every row reads the same backwards
};

class Kernel {
 public:
  Kernel() = default;
  /// A dense copy of `taps`, converted to `type`, turned by 180° and conjugated as told.
  Kernel(const ErasedView& taps, ElementType type, bool rotate, bool conjugate);
  /// The product of a column and a row, each converted first, which are kept as its factors.
  Kernel(const ErasedView& column, const ErasedView& row, ElementType type, bool rotate,
         bool conjugate);

  /// T is the type that was given, or its lane type.
  template <class T>
  [[nodiscard]] View<const T> view() const noexcept {
    return {static_cast<const T*>(memory_.get()), shape_.rows, shape_.cols};
  }
  [[nodiscard]] Shape shape() const noexcept { return shape_; }
  [[nodiscard]] Index taps() const noexcept { return shape_.rows * shape_.cols; }
  [[nodiscard]] const KernelTraits& traits() const noexcept { return traits_; }
  /// The factors that the kernel was given by, or null.
  [[nodiscard]] const std::shared_ptr<const Factors>& given_factors() const noexcept {
    return factors_;
  }

 private:
  std::shared_ptr<const void> memory_;
  Shape shape_;
  KernelTraits traits_;
  std::shared_ptr<const Factors> factors_;
};

}  // namespace twofold::detail
