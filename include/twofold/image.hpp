// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Image: pixels that are owned.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <span>
#include <type_traits>
#include <utility>

#include "twofold/error.hpp"
#include "twofold/view.hpp"

namespace twofold {

namespace detail {

/// Memory aligned to 64 bytes (a cache line, and the widest vector). Throws std::bad_alloc, or
/// Error: too_large when the number of bytes is not representable, invalid_shape when a size is
/// negative.
[[nodiscard]] void* allocate_elements(const Shape& shape, std::size_t element_bytes);
void free_elements(void* memory) noexcept;

/// So many bytes, aligned likewise.
class AlignedBytes {
 public:
  explicit AlignedBytes(std::size_t size)
      : size_(size), memory_(allocate_elements({static_cast<Index>(size), 1, 1}, 1)) {}
  AlignedBytes(const AlignedBytes&) = delete;
  AlignedBytes& operator=(const AlignedBytes&) = delete;
  ~AlignedBytes() { free_elements(memory_); }
  [[nodiscard]] std::span<std::byte> bytes() const {
    return {static_cast<std::byte*>(memory_), size_};
  }

 private:
  std::size_t size_;
  void* memory_;
};

}  // namespace detail

/// Owns rows × cols × channels elements, dense, aligned to 64 bytes. A value: copies are deep, and
/// take time in proportion. An image without elements may exist; operations refuse it.
///
/// What allocates throws std::bad_alloc, or Error: too_large for a shape that cannot be addressed,
/// invalid_shape for a negative size.
template <Element T>
class Image {
 public:
  using value_type = T;  ///< of one element

  /// 0×0.
  Image() = default;

  /// @{
  /// All elements zero.
  Image(Index rows, Index cols, Index channels = 1) : Image(Shape{rows, cols, channels}) {}
  explicit Image(Shape shape) : Image(uninitialized(shape)) { std::fill_n(data_, size(), T{}); }
  /// @}

  /// Row by row: `Image<float> k{{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};` Throws Error(invalid_shape) for
  /// rows of different lengths.
  Image(std::initializer_list<std::initializer_list<T>> rows);

  /// A dense copy of what a view shows.
  template <class U>
  requires std::same_as<std::remove_const_t<U>, T>
  explicit Image(const View<U>& source);

  /// The elements have no value until they are written.
  [[nodiscard]] static Image uninitialized(Shape shape) {
    Image image;
    image.data_ = static_cast<T*>(detail::allocate_elements(shape, sizeof(T)));
    image.shape_ = shape;
    return image;
  }

  /// A deep copy.
  Image(const Image& other) : Image(other.view()) {}
  /// Takes the elements over; `other` is 0×0 afterwards.
  Image(Image&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), shape_(std::exchange(other.shape_, Shape{})) {}
  /// By copying or moving into `other` first: nothing has changed if that throws.
  Image& operator=(Image other) noexcept {
    std::swap(data_, other.data_);
    std::swap(shape_, other.shape_);
    return *this;
  }
  ~Image() { detail::free_elements(data_); }

  /// @{
  /// The first element, after which the others follow row by row; null where there are none.
  [[nodiscard]] T* data() noexcept { return data_; }
  [[nodiscard]] const T* data() const noexcept { return data_; }
  /// @}
  /// @{
  /// The sizes.
  [[nodiscard]] Shape shape() const noexcept { return shape_; }
  [[nodiscard]] Index rows() const noexcept { return shape_.rows; }
  [[nodiscard]] Index cols() const noexcept { return shape_.cols; }
  [[nodiscard]] Index channels() const noexcept { return shape_.channels; }
  /// @}
  /// How many elements, channels included.
  [[nodiscard]] Index size() const noexcept { return shape_.rows * shape_.cols * shape_.channels; }

  /// @{
  /// One element. Nothing is checked.
  T& operator()(Index row, Index col, Index channel = 0) noexcept {
    return view()(row, col, channel);
  }
  const T& operator()(Index row, Index col, Index channel = 0) const noexcept {
    return view()(row, col, channel);
  }
  /// @}

  /// @{
  /// Of all elements, as long as the image lives and is not assigned to.
  [[nodiscard]] View<T> view() noexcept { return {data_, shape_}; }
  [[nodiscard]] View<const T> view() const noexcept { return {data_, shape_}; }
  operator View<T>() noexcept { return view(); }              // NOLINT(google-explicit-constructor)
  operator View<const T>() const noexcept { return view(); }  // NOLINT(google-explicit-constructor)

  /// @}

 private:
  T* data_ = nullptr;
  Shape shape_{0, 0, 1};
};

template <Element T>
Image<T>::Image(std::initializer_list<std::initializer_list<T>> rows)
    : Image(static_cast<Index>(rows.size()),
            rows.size() == 0 ? 0 : static_cast<Index>(rows.begin()->size())) {
  T* out = data_;
  for (const auto& row : rows) {
    if (static_cast<Index>(row.size()) != shape_.cols) {
      throw Error(Errc::invalid_shape, "image: its rows differ in length");
    }
    out = std::copy(row.begin(), row.end(), out);
  }
}

template <Element T>
template <class U>
requires std::same_as<std::remove_const_t<U>, T> Image<T>::Image(const View<U>& source)
    : Image(uninitialized(source.shape())) {
  T* out = data_;
  for (Index row = 0; row < shape_.rows; ++row) {
    for (Index col = 0; col < shape_.cols; ++col) {
      out = std::copy_n(source.at(row, col), shape_.channels, out);
    }
  }
}

}  // namespace twofold
