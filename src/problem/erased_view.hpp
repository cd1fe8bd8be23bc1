// SPDX-License-Identifier: BSD-3-Clause
// Parts of views whose element type is known at run time only.
#pragma once

#include "twofold/view.hpp"

namespace twofold::detail {

[[nodiscard]] inline const void* address_of(const ErasedView& view, Index row, Index col,
                                            Index channel = 0) noexcept {
  const Index element = row * view.row_stride + col * view.col_stride + channel;
  return static_cast<const std::byte*>(view.data) +
         element * static_cast<Index>(size_in_bytes(view.type));
}

[[nodiscard]] inline ErasedView region_of(const ErasedView& view, const Rect& part) noexcept {
  return {address_of(view, part.row, part.col),
          view.type,
          {part.rows, part.cols, view.shape.channels},
          view.row_stride,
          view.col_stride};
}

[[nodiscard]] inline ErasedView channel_of(const ErasedView& view, Index which) noexcept {
  return {address_of(view, 0, 0, which),
          view.type,
          {view.shape.rows, view.shape.cols, 1},
          view.row_stride,
          view.col_stride};
}

/// Turned by 180°, without a copy.
[[nodiscard]] inline ErasedView rotated(const ErasedView& view) noexcept {
  return {address_of(view, view.shape.rows - 1, view.shape.cols - 1), view.type, view.shape,
          -view.row_stride, -view.col_stride};
}

/// `T` has the bits of the view's type (has_bits_of).
template <class T>
[[nodiscard]] View<const T> typed(const ErasedView& view) noexcept {
  return {static_cast<const T*>(view.data), view.shape, view.row_stride, view.col_stride};
}

/// Likewise, of a view that is to be written to, although ErasedView says const.
template <class T>
[[nodiscard]] View<T> writable(const ErasedView& view) noexcept {
  return {static_cast<T*>(const_cast<void*>(view.data)), view.shape, view.row_stride,
          view.col_stride};
}

}  // namespace twofold::detail
