// SPDX-License-Identifier: BSD-3-Clause
// Windows whose rows of taps read the same backwards: two elements that meet the same tap are added
// first, by a unit that has nothing else to do, and multiplied once. Included only by the files in
// isa/.
#pragma once

#include "kernels/sliding_sum.hpp"

namespace twofold::detail {
namespace {

/// What a strip sums: elements plus those as far from the other end of the window's row.
template <class T>
class MirroredElements {
  using L = Lanes<T>;

 public:
  static constexpr bool one_by_one = true;

  explicit MirroredElements(const Window& window)
      : width_((window.tap_cols - 1) * window.spacing), step_(2 * window.spacing) {}

  template <bool, int vectors>
  inline __attribute__((always_inline)) void load(typename L::Vector (&x)[vectors], const T* from,
                                                  Index b) const {
    const T* opposite = from + (width_ - b * step_);
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v)
      x[v] = L::load(from + v * L::width) + L::load(opposite + v * L::width);
  }

 private:
  Index width_;
  Index step_;
};

/// The half of a window that has taps of its own.
[[nodiscard]] constexpr Window folded(const Window& window) noexcept {
  return {window.tap_rows, (window.tap_cols + 1) / 2, window.spacing};
}

template <Form form, class T>
__attribute__((noinline)) void mirrored_strip(const Rows<T>& in_rows, Index at,
                                              const Target<T>& target, Index blocks, const T* taps,
                                              const Window& window) {
  Strip<form, T, MirroredElements<T>>(in_rows, at, target, taps, folded(window),
                                      MirroredElements<T>(window))
      .sum(blocks);
}

/// Rows that do not fill a block are summed one by one.
template <Form form, class T>
void mirrored_sum(const Rows<T>& in_rows, const Target<T>& target, Index out_rows, Index width,
                  const T* taps, const Window& window) {
  constexpr Form single{1, form.rows * form.vectors / 2};
  const Index blocks = out_rows / form.rows;
  const Index blocked = blocks * form.rows;
  if (blocks > 0) {
    for_each_strip<form, T>(width, [&]<Form narrowed>(Index at) {
      mirrored_strip<narrowed>(in_rows, at, target, blocks, taps, window);
    });
  }
  if (blocked < out_rows) {
    for_each_strip<single, T>(width, [&]<Form narrowed>(Index at) {
      mirrored_strip<narrowed>(from_row(in_rows, blocked), at, from_row(target, blocked),
                               out_rows - blocked, taps, window);
    });
  }
  if (target.streamed) finish_streaming();
}

/// The forms are for any number of columns.
template <class T, Form... forms>
SlidingKernel<T> mirrored_kernel(const Window& window, bool streamed) noexcept {
  return first_serving<SlidingKernel<T>, T, forms...>(
      window, streamed, []<Form form>() { return &mirrored_sum<form, T>; });
}

}  // namespace
}  // namespace twofold::detail
