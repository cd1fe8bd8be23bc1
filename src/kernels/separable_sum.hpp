// SPDX-License-Identifier: BSD-3-Clause
// Separable windows that are small enough for one pass: the sum along a row is formed in registers
// and goes from there into the sums down the columns. Included only by the files in isa/.
#pragma once

#include "kernels/sliding_sum.hpp"

namespace twofold::detail {
namespace {

/// What a strip sums: sums along the row, of which it keeps whether all were within a limit.
template <int tap_cols, class T>
class RowSums {
  using L = Lanes<T>;

 public:
  static constexpr bool one_by_one = false;  ///< together, they share their taps

  RowSums(const T* taps, Index spacing, T limit)
      : taps_(taps), spacing_(spacing), limit_(limit), within_(limit_ == limit_) {}

  template <bool, int vectors>
  inline __attribute__((always_inline)) void load(typename L::Vector (&sums)[vectors],
                                                  const T* from, Index) {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v)
      sums[v] = L::zero();
#pragma GCC unroll 16
    for (Index b = 0; b < tap_cols; ++b) {
      const auto tap = L::broadcast(taps_[b]);
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v)
        L::multiply_add(sums[v], L::load(from + v * L::width), tap);
      from += spacing_;
      keep_in_register(from);
    }
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v)
      within_ = within_ & (xsimd::abs(sums[v]) <= limit_);  // NaN is not
  }

  [[nodiscard]] bool were_within() const {
    return xsimd::all(within_);
  }

 private:
  const T* taps_;
  Index spacing_;
  typename L::Vector limit_;
  typename L::Vector::batch_bool_type within_;
};

template <Form form, class T>
__attribute__((noinline)) bool separable_strip(const Rows<T>& in_rows, Index at,
                                               const Target<T>& target, Index blocks,
                                               const SeparableWindow<T>& window, T limit) {
  constexpr Form column{form.rows, form.vectors, form.tap_rows, 1};
  const RowSums<form.tap_cols, T> sums(window.row, window.size.spacing, limit);
  Strip<column, T, RowSums<form.tap_cols, T>> strip(in_rows, at, target, window.column, window.size,
                                                    sums);
  strip.sum(blocks);
  return strip.input().were_within();
}

template <Form form, class T>
bool separable_strips(const Rows<T>& in_rows, const Target<T>& target, Index blocks, Index width,
                      const SeparableWindow<T>& window, T limit) {
  bool within = true;
  for_each_strip<form, T>(width, [&]<Form narrowed>(Index at) {
    within = separable_strip<narrowed>(in_rows, at, target, blocks, window, limit) && within;
  });
  return within;
}

/// Rows that do not fill a block are summed again with those above them, or if there are none, one
/// by one: to the same bits.
template <Form form, class T>
bool separable_sum(const Rows<T>& in_rows, const Target<T>& target, Index out_rows, Index width,
                   const SeparableWindow<T>& window, T limit) {
  constexpr Form single{1, form.vectors, form.tap_rows, form.tap_cols};
  bool within = true;
  if (out_rows < form.rows) {
    within = separable_strips<single>(in_rows, target, out_rows, width, window, limit);
  } else {
    const Index blocks = out_rows / form.rows;
    within = separable_strips<form>(in_rows, target, blocks, width, window, limit);
    if (const Index row = out_rows - form.rows; row > (blocks - 1) * form.rows) {
      within = separable_strips<form>(from_row(in_rows, row), from_row(target, row), 1, width,
                                      window, limit) &&
               within;
    }
  }
  if (target.streamed) finish_streaming();
  return within;
}

template <class T, Form... forms>
OnePassKernel<T> one_pass_kernel(const Window& window, bool streamed) noexcept {
  return first_serving<OnePassKernel<T>, T, forms...>(
      window, streamed, []<Form form>() { return &separable_sum<form, T>; });
}

}  // namespace
}  // namespace twofold::detail
