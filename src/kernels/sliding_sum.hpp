// SPDX-License-Identifier: BSD-3-Clause
// The sliding window, blocked in registers: several output rows × several vectors of sums. A loaded
// vector of input serves every output row of the block whose window covers it, which is what keeps
// the multipliers busy: one output row alone would be bound by its loads.
//
// Blocks lie below each other in a strip. Where one block ends and the next begins, an input row
// serves only some of a block's output rows, too few to hide the multipliers' latency. So the last
// rows of a block and the first ones of the next are summed together: slot r, which holds the sums
// of output row r, goes on with row r of the next block as soon as it has finished. All slots are
// busy in every step, and each output is still summed in the order of its taps.
//
// Included only by the files in isa/.
#pragma once

#include "kernels/lanes.hpp"

namespace twofold::detail {
namespace {

/// How a kernel is blocked, and which windows it is for.
struct Form {
  int rows;          ///< output rows of a block: slots
  int vectors;       ///< vectors of sums in each
  int tap_rows = 0;  ///< 0: any number from rows − 1 on
  int tap_cols = 0;  ///< 0: any number
};

/// Calls body(b) for every column of taps; without a loop where their number is known.
template <int tap_cols, class Body>
inline __attribute__((always_inline)) void for_each_column(Index count, Body body) {
  if constexpr (tap_cols > 0) {
#pragma GCC unroll 16
    for (Index b = 0; b < tap_cols; ++b)
      body(b);
  } else {
    for (Index b = 0; b < count; ++b)
      body(b);
  }
}

/// What a strip sums: the elements themselves.
template <class T>
struct Elements {
  using L = Lanes<T>;
  static constexpr bool one_by_one = true;  ///< vectors cost the same together or apart

  /// `shared`: used more than once. The compiler would load such a vector again for every use.
  template <bool shared, int vectors>
  inline __attribute__((always_inline)) void load(typename L::Vector (&x)[vectors],
                                                  const ElementOf<T>* from, Index) const {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v) {
      x[v] = L::load(from + v * L::width);
      if constexpr (shared) L::keep(x[v]);
    }
  }
};

/// Elements in a cache line.
template <class T>
constexpr Index line = 64 / static_cast<Index>(sizeof(T));

/// Whether `count` outputs from element `at` of a row on are stored past the cache: if they fill
/// whole lines. One that is written in pieces is fetched after all.
template <Index count, class T>
[[nodiscard]] constexpr bool is_streamed(const Target<T>& target, Index at) noexcept {
  return count % line<T> == 0 && target.streamed && at % line<T> == 0;
}

/// Stores the sums of vectors that lie side by side; streamed: see is_streamed.
template <class T, int vectors>
inline __attribute__((always_inline)) void store_sums(
    const typename Lanes<T>::Accumulator (&sums)[vectors], SumOf<T>* to, bool streamed) {
  using L = Lanes<T>;
  if (streamed) {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v)
      L::stream(sums[v], to + v * L::width);
  } else {
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v)
      L::store(sums[v], to + v * L::width);
  }
}

/// One strip: all blocks of some output rows, as wide as a block. `Input` gives the vectors that
/// are summed: those at a place of a row that meets column b of the taps.
template <Form form, class T, class Input = Elements<T>>
class Strip {
  using Element = ElementOf<T>;
  using Sum = SumOf<T>;
  using Tap = TapOf<T>;

 public:
  static constexpr int rows = form.rows;
  static constexpr int vectors = form.vectors;

  Strip(const Rows<Element>& in_rows, Index at, const Target<Sum>& target, const Tap* taps,
        const Window& window, Input input = {})
      : input_(input),
        in_rows_(in_rows.pointers),
        prefetched_(in_rows.prefetched),
        at_(at),
        out_(target.data + at),
        pitch_(target.pitch),
        streamed_(is_streamed<vectors * L::width>(target, at)),
        taps_(taps),
        next_prefetched_(streamed_ && window.tap_rows >= fewest_rows_to_hide_it),
        tap_rows_(form.tap_rows > 0 ? form.tap_rows : window.tap_rows),
        tap_cols_(form.tap_cols > 0 ? form.tap_cols : window.tap_cols),
        spacing_(window.spacing) {}

  inline __attribute__((always_inline)) void sum(Index blocks) {
    Sums sums;
#pragma GCC unroll 16
    for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v)
        sums[r][v] = L::zero();
    }
    begin<1>(sums);
    for (;;) {
      for (Index y = rows - 1; y < tap_rows_; ++y) {
        if constexpr (rows > 1) prefetch(y + ahead);
        add_row<0, rows - 1>(sums, row(y), tap_row(y));
      }
      if (--blocks == 0) break;
      change_blocks<1>(sums);
      finish<rows - 1>(sums);
      in_rows_ += rows;
      out_ += rows * pitch_;
    }
    end<1>(sums);
    finish<rows - 1>(sums);
  }

  /// Its state after the sum.
  [[nodiscard]] const Input& input() const {
    return input_;
  }

 private:
  using L = Lanes<T>;
  using Sums = typename L::Accumulator[rows][vectors];
  /// The row of input that finishes one output row then begins another.
  static constexpr bool shares_rows = rows > 1 && form.tap_rows == rows;
  /// Without loops, the compiler would compute all addresses beforehand.
  static constexpr bool pinned = form.tap_cols > 0;

  [[nodiscard]] const Element* row(Index y) const {
    return in_rows_[y] + at_;
  }
  /// The row of taps that input row y meets in slot 0; slot r meets the one r rows before.
  [[nodiscard]] const Tap* tap_row(Index y) const {
    return taps_ + y * tap_cols_;
  }

  /// Where memory is waited for, the next strip's part of a row comes along, unless there is
  /// little to sum in the meantime.
  static constexpr Index fewest_rows_to_hide_it = 5;
  /// How many rows early a row is fetched: from memory, its way takes longer than one row's sums.
  /// Less than a block's rows, so that there is always such a row, for windows of rows − 1 and
  /// more.
  static constexpr Index ahead = rows > 2 ? 2 : 1;

  inline __attribute__((always_inline)) void prefetch(Index y) const {
    if (!prefetched_) return;
#pragma GCC unroll 16
    for (Index i = 0; i <= vectors * L::width; i += line<Element>)
      __builtin_prefetch(row(y) + i);
    if (!next_prefetched_) return;
#pragma GCC unroll 16
    for (Index i = 0; i < vectors * L::width; i += line<Element>)
      __builtin_prefetch(row(y) + vectors * L::width + line<Element> + i, 0, 2);
  }

  /// The block's first rows, with nothing above it: row y for slots 0 … y.
  template <int slots>
  inline __attribute__((always_inline)) void begin(Sums& sums) {
    if constexpr (slots < rows) {
      add_row<0, slots - 1>(sums, row(slots - 1), tap_row(slots - 1));
      begin<slots + 1>(sums);
    }
  }

  /// The block's last rows, with nothing below it.
  template <int slot>
  inline __attribute__((always_inline)) void end(Sums& sums) {
    if constexpr (slot < rows) {
      finish<slot - 1>(sums);
      const Index y = tap_rows_ - 1 + slot;
      add_row<slot, rows - 1>(sums, row(y), tap_row(y));
      end<slot + 1>(sums);
    }
  }

  /// From one block to the next: its last rows for the slots from `slot` on, the next one's first
  /// rows for those before.
  template <int slot>
  inline __attribute__((always_inline)) void change_blocks(Sums& sums) {
    if constexpr (slot < rows) {
      finish<slot - 1>(sums);
      const Index last = tap_rows_ - 1 + slot;
      const Index next = rows - 1 + slot;
      prefetch((last > next ? last : next) + ahead);
      add_rows<slot>(sums, row(last), tap_row(last), row(next), tap_row(slot - 1));
      change_blocks<slot + 1>(sums);
    }
  }

  template <int slot>
  inline __attribute__((always_inline)) void finish(Sums& sums) const {
    store_sums<T>(sums[slot], out_ + slot * pitch_, streamed_);
#pragma GCC unroll 16
    for (int v = 0; v < vectors; ++v)
      sums[slot][v] = L::zero();
  }

  /// One row of input, for the slots first … last.
  template <int first, int last>
  inline __attribute__((always_inline)) void add_row(Sums& sums, const Element* in,
                                                     const Tap* taps) {
    if constexpr (pinned) keep_in_register(taps);
    for_each_column<form.tap_cols>(
        tap_cols_, [&](Index b) __attribute__((always_inline)) {
          add_column<first, last, 0>(sums, next_column(in, b), b, taps, taps);
        });
  }

  /// One row for the slots from `slot` on, one of the next block for those before.
  template <int slot>
  inline __attribute__((always_inline)) void add_rows(Sums& sums, const Element* in,
                                                      const Tap* taps, const Element* next_in,
                                                      const Tap* next_taps) {
    if constexpr (pinned) keep_in_register(taps);
    if constexpr (pinned) keep_in_register(next_taps);
    for_each_column<form.tap_cols>(
        tap_cols_, [&](Index b) __attribute__((always_inline)) {
          if constexpr (shares_rows) {
            add_column<0, rows - 1, slot>(sums, next_column(in, b), b, taps, next_taps);
          } else {
            add_column<slot, rows - 1, 0>(sums, next_column(in, b), b, taps, taps);
            add_column<0, slot - 1, 0>(sums, next_column(next_in, b), b, next_taps, next_taps);
          }
        });
  }

  /// The elements that meet column b of the taps; `in` keeps the place.
  inline __attribute__((always_inline)) const Element* next_column(const Element*& in,
                                                                   Index b) const {
    if constexpr (!pinned) return in + b * spacing_;
    const Element* here = in;
    in += spacing_;
    keep_in_register(in);
    return here;
  }

  /// The vectors at `in`, times column b of the taps, for the slots first … last; those before
  /// `split` meet next_taps. What there is more of, vectors or taps, is loaded one at a time.
  template <int first, int last, int split>
  inline __attribute__((always_inline)) void add_column(Sums& sums, const Element* in, Index b,
                                                        const Tap* taps, const Tap* next_taps) {
    constexpr bool shared = last > first;
    if constexpr (Input::one_by_one && last - first + 1 < vectors) {
      typename L::Tap tap[last - first + 1];
#pragma GCC unroll 16
      for (int r = first; r <= last; ++r)
        tap[r - first] = L::broadcast((r < split ? next_taps : taps)[b - r * tap_cols_]);
#pragma GCC unroll 16
      for (int v = 0; v < vectors; ++v) {
        typename L::Vector x[1];
        input_.template load<shared>(x, in + v * L::width, b);
#pragma GCC unroll 16
        for (int r = first; r <= last; ++r)
          L::multiply_add(sums[r][v], x[0], tap[r - first]);
      }
    } else {
      typename L::Vector x[vectors];
      input_.template load<shared>(x, in, b);
#pragma GCC unroll 16
      for (int r = first; r <= last; ++r) {
        const auto tap = L::broadcast((r < split ? next_taps : taps)[b - r * tap_cols_]);
#pragma GCC unroll 16
        for (int v = 0; v < vectors; ++v)
          L::multiply_add(sums[r][v], x[v], tap);
      }
    }
  }

  Input input_;
  const Element* const* in_rows_;
  bool prefetched_;
  Index at_;
  Sum* out_;
  Index pitch_;
  bool streamed_;
  const Tap* taps_;
  bool next_prefetched_;
  Index tap_rows_;
  Index tap_cols_;
  Index spacing_;
};

/// Not inlined: each strip has the registers for itself.
template <Form form, class T>
__attribute__((noinline)) void sum_strip(const Rows<ElementOf<T>>& in_rows, Index at,
                                         const Target<SumOf<T>>& target, Index blocks,
                                         const TapOf<T>* taps, const Window& window) {
  Strip<form, T>(in_rows, at, target, taps, window).sum(blocks);
}

/// Whether a single vector for each row is enough to hide the latency of its sums: there is one
/// unit for vectors of 64 bytes, two for others.
template <Form form, class T>
constexpr bool one_is_busy = form.rows >= 3 && sizeof(typename Lanes<T>::Vector) >= 64;

/// Calls visit<form>(at) for the strips of rows of `width` elements. What is left beside whole
/// strips is covered by one that is moved back to end with the row, half as wide or a single vector
/// where that is enough: it computes some outputs again, to the same bits.
template <Form form, class T, class Visit>
inline __attribute__((always_inline)) void for_each_strip(Index width, const Visit& visit) {
  constexpr Form half{form.rows, (form.vectors + 1) / 2, form.tap_rows, form.tap_cols};
  constexpr Form one{form.rows, 1, form.tap_rows, form.tap_cols};
  constexpr Index vector = Lanes<T>::width;
  Index i = 0;
  const auto advance = [&]<Form narrowed>() {
    const Index last = width - narrowed.vectors * vector;
    const Index at = i < last ? i : last;
    visit.template operator()<narrowed>(at);
    i = at + narrowed.vectors * vector;
  };
  while (i < width) {  // NOLINT(bugprone-infinite-loop): advance() moves i
    const Index left = width - i;
    if (left > half.vectors * vector && width >= form.vectors * vector) {
      advance.template operator()<form>();
    } else if (left > (one_is_busy<form, T> ? vector : 0) && width >= half.vectors * vector) {
      advance.template operator()<half>();
    } else {
      advance.template operator()<one>();
    }
  }
}

/// Row `row` and those after it.
template <class T>
Rows<T> from_row(const Rows<T>& rows, Index row) {
  return {rows.pointers + row, rows.prefetched};
}
template <class T>
Target<T> from_row(const Target<T>& target, Index row) {
  return {target.data + row * target.pitch, target.pitch, target.streamed};
}

/// Blocks of whole rows of outputs. Windows of a single row have no row in common: long ones go row
/// by row, which is the order in which memory is read best.
template <Form form, class T>
void sum_strips(const Rows<ElementOf<T>>& in_rows, const Target<SumOf<T>>& target, Index blocks,
                Index width, const TapOf<T>* taps, const Window& window) {
  constexpr Index long_row = 4096 / static_cast<Index>(sizeof(SumOf<T>));
  if (form.rows == 1 && window.tap_rows == 1 && blocks > 1 && width >= long_row) {
    for (Index row = 0; row < blocks; ++row)
      sum_strips<form, T>(from_row(in_rows, row), from_row(target, row), 1, width, taps, window);
    return;
  }
  for_each_strip<form, T>(width, [&]<Form narrowed>(Index at) {
    sum_strip<narrowed, T>(in_rows, at, target, blocks, taps, window);
  });
}

/// Whether rows of the image and of sums follow each other without a gap.
template <class In, class Out>
[[nodiscard]] bool are_one_run(const Rows<In>& in_rows, const Target<Out>& target, Index out_rows,
                               Index width) {
  if (target.pitch != width) return false;
  for (Index row = 1; row < out_rows; ++row) {
    if (in_rows.pointers[row] != in_rows.pointers[row - 1] + width) return false;
  }
  return true;
}

/// Rows that do not fill a block are summed one by one; a single tap takes all of them as one.
template <Form form, class T>
void sliding_sum(const Rows<ElementOf<T>>& in_rows, const Target<SumOf<T>>& target, Index out_rows,
                 Index width, const TapOf<T>* taps, const Window& window) {
  constexpr Form single{1, (form.rows * form.vectors + 1) / 2, 0, form.tap_cols};
  if (form.rows == 1 && window.tap_rows * window.tap_cols == 1 && out_rows > 1 &&
      are_one_run(in_rows, target, out_rows, width)) {
    sliding_sum<form, T>(in_rows, target, 1, out_rows * width, taps, window);
    return;
  }
  const Index blocks = out_rows / form.rows;
  const Index blocked = blocks * form.rows;
  if (blocks > 0) sum_strips<form, T>(in_rows, target, blocks, width, taps, window);
  if (blocked < out_rows) {
    sum_strips<single, T>(from_row(in_rows, blocked), from_row(target, blocked), out_rows - blocked,
                          width, taps, window);
  }
  if (target.streamed) finish_streaming();
}

[[nodiscard]] constexpr bool serves(const Form& form, const Window& window) noexcept {
  const bool rows =
      form.tap_rows > 0 ? window.tap_rows == form.tap_rows : window.tap_rows >= form.rows - 1;
  return rows && (form.tap_cols == 0 || window.tap_cols == form.tap_cols);
}

template <Form form, class T>
constexpr Index busy_width = Lanes<T>::width*(one_is_busy<form, T> ? 1 : form.vectors);

/// Whether a form's strips can be streamed.
template <Form form, class T>
constexpr bool fills_lines = form.vectors* Lanes<T>::width % line<SumOf<T>> == 0;

/// The first of the forms that serves a window, as a Kernel of `sum_of<form>()`; an empty one, if
/// none does.
template <class Kernel, class T, Form... forms, class SumOfForm>
Kernel first_serving(const Window& window, bool streamed, const SumOfForm& sum_of) noexcept {
  Kernel found;
  const auto try_form = [&]<Form form>() {
    if (!serves(form, window) || (streamed && !fills_lines<form, T>)) return false;
    found = {sum_of.template operator()<form>(), form.rows, busy_width<form, T>};
    return true;
  };
  (void)(try_form.template operator()<forms>() || ...);
  return found;
}

/// The last of the forms has a single row and serves all.
template <class T, Form... forms>
SlidingKernel<T> sliding_kernel(const Window& window, bool streamed) noexcept {
  constexpr Form all[] = {forms...};
  constexpr Form last = all[sizeof...(forms) - 1];
  static_assert(last.rows == 1 && last.tap_rows == 0 && last.tap_cols == 0 && fills_lines<last, T>);
  return first_serving<SlidingKernel<T>, T, forms...>(
      window, streamed, []<Form form>() { return &sliding_sum<form, T>; });
}

}  // namespace
}  // namespace twofold::detail
