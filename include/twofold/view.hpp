// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Views: somebody else's pixels, described.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include "twofold/types.hpp"

namespace twofold {

/// Rows × columns × interleaved channels.
struct Shape {
  Index rows = 0;      ///< how many
  Index cols = 0;      ///< likewise
  Index channels = 1;  ///< numbers in each pixel

  /// Of all three.
  friend constexpr bool operator==(const Shape&, const Shape&) = default;
};

/// A position in an image; negative positions lie before its first row or column.
struct Point {
  Index row = 0;  ///< downwards, from 0
  Index col = 0;  ///< to the right, from 0

  /// Of both.
  friend constexpr bool operator==(const Point&, const Point&) = default;
};

/// The rows [row, row + rows) and columns [col, col + cols).
struct Rect {
  Index row = 0;   ///< the first
  Index col = 0;   ///< likewise
  Index rows = 0;  ///< how many
  Index cols = 0;  ///< likewise

  /// @{
  /// The first row, and column, after it.
  [[nodiscard]] constexpr Index row_end() const noexcept { return row + rows; }
  [[nodiscard]] constexpr Index col_end() const noexcept { return col + cols; }
  /// @}
  /// Whether all of `other` lies inside.
  [[nodiscard]] constexpr bool contains(const Rect& other) const noexcept {
    // Differences of positions, which do not overflow where their sums with sizes would.
    return other.row >= row && other.col >= col && other.row - row <= rows - other.rows &&
           other.col - col <= cols - other.cols;
  }

  /// Of all four.
  friend constexpr bool operator==(const Rect&, const Rect&) = default;
};

/// What T is the constant form of: a view of U is taken for one of T.
template <class U, class T>
concept MutableFormOf = std::same_as<const U, T> && !std::is_const_v<U>;

/// Whether the elements are what lies in memory; an accessor of std::mdspan's may make others of
/// it, as that of std::linalg::scaled does.
template <class M>
concept ShowsMemory = !requires {
  typename M::reference;
}
|| requires {
  requires std::same_as<typename M::reference, typename M::element_type&>;
};

/// std::mdspan of rank 2, or what has its members `data_handle`, `extent` and `stride`. A stride
/// counts elements, as there.
template <class M>
concept MdspanLike = ShowsMemory<M> && requires(const M& m) {
  m.data_handle();
  requires M::rank()
  == 2;
  { m.extent(0) } -> std::convertible_to<Index>;
  { m.stride(0) } -> std::convertible_to<Index>;
};

namespace detail {

/// A view of a shape that nothing could hold may be described, and is refused where it is used.
[[nodiscard]] constexpr Index dense_row_stride(const Shape& shape) noexcept {
  return static_cast<Index>(static_cast<std::size_t>(shape.cols) *
                            static_cast<std::size_t>(shape.channels));
}

}  // namespace detail

/// Pixels that somebody else owns: a pointer, a shape, and strides **in elements** (not bytes),
/// of any sign. Element (r, c) of channel h lies at data[r·row_stride + c·col_stride + h]:
/// channels are interleaved, one element apart. Cheap to copy; never owns, never checks.
/// `View<T>` converts to `View<const T>`.
template <class T>
requires Element<std::remove_const_t<T>>
class View {
 public:
  using value_type = std::remove_const_t<T>;  ///< without const

  /// Of nothing: 0×0.
  constexpr View() = default;

  /// Dense, row by row.
  constexpr View(T* data, Index rows, Index cols) noexcept
      : View(data, Shape{rows, cols}, cols, 1) {}

  /// Dense, row by row, with interleaved channels.
  constexpr View(T* data, Shape shape) noexcept
      : View(data, shape, detail::dense_row_stride(shape), shape.channels) {}

  /// With strides of any sign. `data` is element (0, 0), wherever that lies in memory.
  constexpr View(T* data, Shape shape, Index row_stride, Index col_stride) noexcept
      : data_(data), shape_(shape), row_stride_(row_stride), col_stride_(col_stride) {}

  /// A view that may be written, as one that is read only.
  template <MutableFormOf<T> U>
  constexpr View(const View<U>& other) noexcept  // NOLINT(google-explicit-constructor)
      : View(other.data(), other.shape(), other.row_stride(), other.col_stride()) {}

  /// From std::mdspan, or anything shaped like it, of rank 2.
  template <MdspanLike M>
  requires std::convertible_to<decltype(std::declval<const M&>().data_handle()), T*>
  constexpr View(const M& m)  // NOLINT(google-explicit-constructor)
      : View(m.data_handle(),
             Shape{static_cast<Index>(m.extent(0)), static_cast<Index>(m.extent(1))},
             static_cast<Index>(m.stride(0)), static_cast<Index>(m.stride(1))) {}

  /// @{
  /// As given; a stride counts elements.
  [[nodiscard]] constexpr T* data() const noexcept { return data_; }
  [[nodiscard]] constexpr Shape shape() const noexcept { return shape_; }
  [[nodiscard]] constexpr Index rows() const noexcept { return shape_.rows; }
  [[nodiscard]] constexpr Index cols() const noexcept { return shape_.cols; }
  [[nodiscard]] constexpr Index channels() const noexcept { return shape_.channels; }
  [[nodiscard]] constexpr Index row_stride() const noexcept { return row_stride_; }
  [[nodiscard]] constexpr Index col_stride() const noexcept { return col_stride_; }
  /// @}

  /// @{
  /// The pixel in a row and column, and one of its channels. Nothing is checked.
  [[nodiscard]] constexpr T* at(Index row, Index col) const noexcept {
    return data_ + row * row_stride_ + col * col_stride_;
  }
  constexpr T& operator()(Index row, Index col, Index channel = 0) const noexcept {
    return at(row, col)[channel];
  }
  /// @}

  /// The part inside `part`, which must lie within the view.
  [[nodiscard]] constexpr View region(const Rect& part) const noexcept {
    return {
        at(part.row, part.col), {part.rows, part.cols, shape_.channels}, row_stride_, col_stride_};
  }
  /// One of the interleaved channels, as a view of its own.
  [[nodiscard]] constexpr View channel(Index which) const noexcept {
    return {data_ + which, {shape_.rows, shape_.cols, 1}, row_stride_, col_stride_};
  }
  /// Turned by 180°, without a copy: the first element is the last.
  [[nodiscard]] constexpr View rotated() const noexcept {
    return {at(shape_.rows - 1, shape_.cols - 1), shape_, -row_stride_, -col_stride_};
  }
  /// Rows and columns exchanged, without a copy.
  [[nodiscard]] constexpr View transposed() const noexcept {
    return {data_, {shape_.cols, shape_.rows, shape_.channels}, col_stride_, row_stride_};
  }

 private:
  T* data_ = nullptr;
  Shape shape_{};
  Index row_stride_ = 0;
  Index col_stride_ = 1;
};

namespace detail {

/// A view whose element type is known at run time.
struct ErasedView {
  const void* data = nullptr;
  ElementType type{};
  Shape shape;
  Index row_stride = 0;
  Index col_stride = 0;
};

template <class T>
ErasedView erase(const View<T>& view) noexcept {
  return {view.data(), element_type_of<std::remove_const_t<T>>, view.shape(), view.row_stride(),
          view.col_stride()};
}

}  // namespace detail

}  // namespace twofold
