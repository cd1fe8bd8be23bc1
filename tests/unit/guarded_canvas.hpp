// SPDX-License-Identifier: BSD-3-Clause
// Views of any layout beside memory that must not be touched, between canaries.
#pragma once

#include <vector>

#include "guarded_memory.hpp"
#include "layouts.hpp"
#include "twofold/view.hpp"

namespace twofold::test {

/// Guarded pages in which one view after another is placed.
template <class T>
class GuardedCanvas {
 public:
  /// For views that reach over so many elements.
  explicit GuardedCanvas(Index capacity)
      : pages_(static_cast<std::size_t>(capacity) * sizeof(T) + margin) {}

  /// A view whose first or last element in memory is the pages'. What lies between its elements,
  /// and beside them, are canaries: 0xFF in every byte, NaN in floating-point types.
  [[nodiscard]] View<T> place(Shape shape, const Layout& layout, MemoryEnd at) {
    const auto [before, after] = reach_of(shape, layout);
    const std::size_t bytes = static_cast<std::size_t>(before + after) * sizeof(T);
    REQUIRE(bytes + margin <= pages_.bytes().size());
    watched_ = pages_.bytes(bytes + margin, at);
    std::memset(watched_.data(), canary, watched_.size());
    auto* const first = reinterpret_cast<T*>(pages_.bytes(bytes, at).data());
    view_ = {first + before, shape, layout.row_stride, layout.col_stride};
    return view_;
  }

  /// Likewise, with the elements of another view.
  [[nodiscard]] View<T> place(View<const T> elements, const Layout& layout, MemoryEnd at) {
    const auto view = place(elements.shape(), layout, at);
    for (Index row = 0; row < view.rows(); ++row) {
      for (Index col = 0; col < view.cols(); ++col)
        std::copy_n(elements.at(row, col), view.channels(), view.at(row, col));
    }
    return view;
  }

  /// Whether everything beside the view's elements still is a canary.
  [[nodiscard]] bool intact() const {
    rest_.assign(watched_.begin(), watched_.end());
    for (Index row = 0; row < view_.rows(); ++row) {
      for (Index col = 0; col < view_.cols(); ++col) {
        const auto* const pixel = reinterpret_cast<const std::byte*>(view_.at(row, col));
        std::memset(&rest_[static_cast<std::size_t>(pixel - watched_.data())], canary,
                    static_cast<std::size_t>(view_.channels()) * sizeof(T));
      }
    }
    return std::all_of(rest_.begin(), rest_.end(),
                       [](std::byte byte) { return byte == std::byte{canary}; });
  }

 private:
  static constexpr int canary = 0xFF;
  static constexpr std::size_t margin = 1024;

  GuardedPages pages_;
  std::span<std::byte> watched_;
  View<T> view_;
  mutable std::vector<std::byte> rest_;
};

}  // namespace twofold::test
