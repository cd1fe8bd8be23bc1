// SPDX-License-Identifier: BSD-3-Clause
// Images whose element type is known at run time: placed in memory, filled, looked at.
#pragma once

#include <complex>
#include <cstring>
#include <vector>

#include "problem/element_visit.hpp"
#include "problem/erased_view.hpp"
#include "problem_case.hpp"

namespace twofold::fuzz {

using detail::ErasedView;

/// An image in an arena, with what its memory held when it had been filled.
class Placed {
 public:
  static constexpr int canary = 0xa7;

  Placed(const GuardedArena& arena, ElementType type, const Shape& shape, const Layout& layout);

  [[nodiscard]] const ErasedView& view() const noexcept { return view_; }
  void fill(const DataDescription& data);
  void copy_from(const ErasedView& source);
  /// Whether nothing has been written since it was filled.
  [[nodiscard]] bool is_untouched() const noexcept;
  /// Whether nothing but elements has been written to.
  [[nodiscard]] bool is_intact_between() const;

 private:
  void remember() { before_.assign(memory_.begin(), memory_.end()); }

  std::span<std::byte> memory_;
  ErasedView view_;
  std::vector<std::byte> before_;
};

/// A dense image on the heap.
class Dense {
 public:
  Dense(ElementType type, const Shape& shape);
  explicit Dense(const ErasedView& source);
  Dense(const Dense&) = delete;
  Dense& operator=(const Dense&) = delete;
  [[nodiscard]] const ErasedView& view() const noexcept { return view_; }

 private:
  std::vector<std::byte> bytes_;
  ErasedView view_;
};

/// A number of any type, as near as complex doubles come.
[[nodiscard]] std::complex<double> number_at(const ErasedView& view, Index row, Index col,
                                             Index channel = 0);

/// What a sum's error depends on.
struct Magnitudes {
  double largest = 0;     ///< of finite elements
  double sum = 0;         ///< likewise
  bool is_finite = true;  ///< all elements
  bool is_halves = true;  ///< all elements are multiples of ½
};
[[nodiscard]] Magnitudes magnitudes_of(const ErasedView& view);

/// The same bits, or NaN in both.
[[nodiscard]] bool same_results(const ErasedView& a, const ErasedView& b);

/// visit(row, col, channel) for all elements.
template <class Visit>
void for_each_element(const Shape& shape, const Visit& visit) {
  for (Index row = 0; row < shape.rows; ++row) {
    for (Index col = 0; col < shape.cols; ++col) {
      for (Index channel = 0; channel < shape.channels; ++channel)
        visit(row, col, channel);
    }
  }
}

}  // namespace twofold::fuzz
