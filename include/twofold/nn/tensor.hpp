// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Tensors of four dimensions: batches of images with channels, and the kernels of layers.
#pragma once

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "twofold/image.hpp"

namespace twofold::nn {

/// The element types of layers.
template <class T>
concept Real = OneOf<T, float, double>;

/// The sizes of the four axes, outermost first, as NumPy's `shape`. What an axis means is said by
/// ConvOptions::data_format and ConvOptions::kernel_format.
using TensorShape = std::array<Index, 4>;

/// Numbers that somebody else owns: a pointer, a shape, and strides **in elements**, of any sign.
/// Cheap to copy; never owns, never checks. `TensorView<T>` converts to `TensorView<const T>`.
template <class T>
requires Real<std::remove_const_t<T>>
class TensorView {
 public:
  using value_type = std::remove_const_t<T>;  ///< without const

  /// Of nothing.
  constexpr TensorView() = default;

  /// Dense, the last axis innermost.
  constexpr TensorView(T* data, const TensorShape& shape) noexcept
      : TensorView(data, shape, dense_strides(shape)) {}

  /// With strides of any sign. `data` is element (0, 0, 0, 0), wherever that lies in memory.
  constexpr TensorView(T* data, const TensorShape& shape, const TensorShape& strides) noexcept
      : data_(data), shape_(shape), strides_(strides) {}

  /// A view that may be written, as one that is read only.
  template <MutableFormOf<T> U>
  constexpr TensorView(const TensorView<U>& other) noexcept  // NOLINT(google-explicit-constructor)
      : TensorView(other.data(), other.shape(), other.strides()) {}

  /// @{
  /// As given; a stride counts elements.
  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr const TensorShape& shape() const noexcept { return shape_; }
  [[nodiscard]] constexpr const TensorShape& strides() const noexcept { return strides_; }
  /// @}

  /// One element. Nothing is checked.
  constexpr T& operator()(Index i, Index j, Index k, Index l) const noexcept {
    return data_[i * strides_[0] + j * strides_[1] + k * strides_[2] + l * strides_[3]];
  }

  /// Axes in another order, without a copy: axis a of the result is axis order[a] of this one.
  [[nodiscard]] constexpr TensorView permuted(const std::array<int, 4>& order) const noexcept {
    TensorView result(data_, shape_, strides_);
    for (std::size_t axis = 0; axis < 4; ++axis) {
      result.shape_[axis] = shape_[static_cast<std::size_t>(order[axis])];
      result.strides_[axis] = strides_[static_cast<std::size_t>(order[axis])];
    }
    return result;
  }

 private:
  /// A tensor of a shape that nothing could hold may be described, and is refused where it is used.
  static constexpr TensorShape dense_strides(const TensorShape& shape) noexcept {
    TensorShape strides{};
    std::size_t stride = 1;
    for (std::size_t axis = 4; axis-- > 0;) {
      strides[axis] = static_cast<Index>(stride);
      stride *= static_cast<std::size_t>(shape[axis]);
    }
    return strides;
  }

  T* data_ = nullptr;
  TensorShape shape_{};
  TensorShape strides_{};
};

namespace detail {

/// An image with as many elements. Throws Error: too_large where they cannot be addressed,
/// invalid_shape for a negative size.
[[nodiscard]] Shape as_image(const TensorShape& shape);

}  // namespace detail

/// Owns its elements, dense, the last axis innermost, aligned to 64 bytes. A value: copies are
/// deep. What allocates throws std::bad_alloc, or Error: too_large for a shape that cannot be
/// addressed, invalid_shape for a negative size.
template <Real T>
class Tensor {
 public:
  using value_type = T;  ///< of one element

  /// Of nothing.
  Tensor() = default;

  /// All elements zero.
  explicit Tensor(const TensorShape& shape) : Tensor(uninitialized(shape)) {
    std::fill_n(data(), size(), T{});
  }

  /// The elements have no value until they are written.
  [[nodiscard]] static Tensor uninitialized(const TensorShape& shape) {
    Tensor tensor;
    tensor.elements_ = Image<T>::uninitialized(detail::as_image(shape));
    tensor.shape_ = shape;
    return tensor;
  }

  /// A deep copy.
  Tensor(const Tensor&) = default;
  /// Takes the elements over; `other` is of nothing afterwards.
  Tensor(Tensor&& other) noexcept
      : elements_(std::move(other.elements_)), shape_(std::exchange(other.shape_, TensorShape{})) {}
  /// By copying or moving into `other` first: nothing has changed if that throws.
  Tensor& operator=(Tensor other) noexcept {
    std::swap(elements_, other.elements_);
    std::swap(shape_, other.shape_);
    return *this;
  }
  ~Tensor() = default;

  /// @{
  /// The first element, after which the others follow; null where there are none.
  [[nodiscard]] T* data() noexcept { return elements_.data(); }
  [[nodiscard]] const T* data() const noexcept { return elements_.data(); }
  /// @}
  /// The sizes of the four axes.
  [[nodiscard]] const TensorShape& shape() const noexcept { return shape_; }
  /// How many elements.
  [[nodiscard]] Index size() const noexcept { return elements_.size(); }

  /// @{
  /// One element. Nothing is checked.
  T& operator()(Index i, Index j, Index k, Index l) noexcept { return view()(i, j, k, l); }
  const T& operator()(Index i, Index j, Index k, Index l) const noexcept {
    return view()(i, j, k, l);
  }
  /// @}

  /// @{
  /// Of all elements, as long as the tensor lives and is not assigned to.
  [[nodiscard]] TensorView<T> view() noexcept { return {data(), shape_}; }
  [[nodiscard]] TensorView<const T> view() const noexcept { return {data(), shape_}; }
  operator TensorView<T>() noexcept { return view(); }  // NOLINT(google-explicit-constructor)
  operator TensorView<const T>() const noexcept {       // NOLINT(google-explicit-constructor)
    return view();
  }
  /// @}

 private:
  Image<T> elements_;
  TensorShape shape_{};
};

namespace detail {

template <class X>
struct TensorElement {};
template <class T>
struct TensorElement<TensorView<T>> {
  using type = std::remove_const_t<T>;
};
template <Real T>
struct TensorElement<Tensor<T>> {
  using type = T;
};

}  // namespace detail

/// A Tensor or a TensorView.
template <class X>
concept TensorLike = requires {
  typename detail::TensorElement<std::remove_cvref_t<X>>::type;
};

/// The type of its elements, without const.
template <TensorLike X>
using tensor_element_t = typename detail::TensorElement<std::remove_cvref_t<X>>::type;

}  // namespace twofold::nn
