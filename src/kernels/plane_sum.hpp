// SPDX-License-Identifier: BSD-3-Clause
// PlaneSum: a vector of columns of several rows of one channel, whose sums stay in registers.
#pragma once

#include <utility>

#include "kernels/lanes.hpp"
#include "kernels/layers.hpp"

namespace twofold::detail {
namespace {

/// Columns of taps at most.
inline constexpr Index most_plane_cols = 16;

/// How a vector of outputs finds its inputs.
enum class PlaneForm {
  inner,  ///< all are there
  edge,   ///< some are not, and are not read
  pairs,  ///< likewise; the upper half of the vector belongs to the next plane
};

/// Which columns are there for one column of taps, of the vector of inputs and, with strides, of
/// the vector that follows it.
template <class T>
struct PlaneColumns {
  LaneMask<T> near;
  LaneMask<T> far;
};

/// The vectors of inputs that a row of windows needs: one, or with strides of two those for two
/// columns of taps.
template <PlaneForm form, int stride, class T>
struct PlaneInputs {
  using Vector = xsimd::batch<T, Arch>;
  static constexpr Index width = static_cast<Index>(Vector::size);
  static constexpr Index half = width / 2;
  using Lanes = std::make_integer_sequence<int, static_cast<int>(width)>;
  Vector vectors[stride];

  static inline __attribute__((always_inline)) PlaneColumns<T> columns(Index low, Index high) {
    if constexpr (form == PlaneForm::pairs && stride == 1) {
      const auto within = [](Index lane) { return lane < 0 ? 0 : lane > half ? half : lane; };
      low = within(low);
      high = within(high);
      return {LaneMask<T>::of(low, high), LaneMask<T>::of(low + half, high + half)};
    } else if constexpr (form == PlaneForm::pairs) {
      return {LaneMask<T>::of(low, high), LaneMask<T>::of(low, high)};
    } else {
      return {LaneMask<T>::of(low, high), LaneMask<T>::of(low - width, high - width)};
    }
  }

  inline __attribute__((always_inline))
  PlaneInputs(const T* from, Index plane_pitch, const PlaneColumns<T>& columns) {
    if constexpr (stride == 1) {
      if constexpr (form == PlaneForm::inner) {
        vectors[0] = Vector::load_unaligned(from);
      } else {
        vectors[0] = columns.near.load(from);
        if constexpr (form == PlaneForm::pairs)
          vectors[0] = columns.far.choose(columns.far.load(from + plane_pitch - half), vectors[0]);
      }
      keep_in_register(vectors[0]);
    } else if constexpr (form == PlaneForm::inner) {
      split(Vector::load_unaligned(from), Vector::load_unaligned(from + width), Lanes());
    } else {
      const Index second = form == PlaneForm::pairs ? plane_pitch : width;
      split(columns.near.load(from), columns.far.load(from + second), Lanes());
    }
  }

 private:
  template <int... lane>
  inline __attribute__((always_inline)) void split(const Vector& low, const Vector& high,
                                                   std::integer_sequence<int, lane...>) {
    vectors[0] = Vector(__builtin_shufflevector(low.data, high.data, (2 * lane)...));
    vectors[1] = Vector(__builtin_shufflevector(low.data, high.data, (2 * lane + 1)...));
  }
};

/// Rows and columns of a vector of outputs.
struct PlaneCell {
  Index row = 0;
  Index col = 0;
  Index length = 0;
};

template <PlaneForm form, int rows, int tap_rows, int stride, class T>
struct PlaneBlock {
  using Vector = xsimd::batch<T, Arch>;
  using Inputs = PlaneInputs<form, stride, T>;
  static constexpr Index width = static_cast<Index>(Vector::size);
  static constexpr Index half = width / 2;
  static constexpr int reach = (rows - 1) * stride + tap_rows;
  /// As many rows at either end may be missing.
  static constexpr int outer = tap_rows - 1;
  Vector sums[rows];

  /// A number of this plane, and the next one's in its lanes.
  static inline __attribute__((always_inline)) Vector spread(const T* number, Index next) {
    if constexpr (form == PlaneForm::pairs) {
      return LaneMask<T>::of(half, width).choose(Vector(number[next]), Vector(*number));
    } else {
      return Vector(*number);
    }
  }

  /// `count` columns of taps: each vector that is loaded meets all of them that it has. Rows low …
  /// high − 1 are there.
  template <int count>
  inline __attribute__((always_inline)) void add_columns(const PlaneSum<T>& sum, const T* input,
                                                         PlaneColumns<T> columns, Index low,
                                                         Index high, const T* kernel) {
    const Index row_pitch = sum.row_pitch;
    const Index plane_pitch = sum.plane_pitch;
    columns.near.keep();
    columns.far.keep();
    Vector taps[count][tap_rows];
#pragma GCC unroll 16
    for (int a = 0; a < tap_rows; ++a) {
#pragma GCC unroll 2
      for (int b = 0; b < count; ++b) {
        taps[b][a] = spread(kernel + a * sum.tap_cols + b, tap_rows * sum.tap_cols);
        keep_in_register(taps[b][a]);
      }
    }
#pragma GCC unroll 48
    for (int y = 0; y < reach; ++y, input += row_pitch) {
      if (form != PlaneForm::inner && y < outer && y < low) continue;
      if (form != PlaneForm::inner && y >= reach - outer && y >= high) continue;
      const Inputs loaded(input, plane_pitch, columns);
#pragma GCC unroll 16
      for (int a = 0; a < tap_rows; ++a) {
        if ((y - a) % stride != 0 || y < a || (y - a) / stride >= rows) continue;
        Vector& value = sums[(y - a) / stride];
#pragma GCC unroll 2
        for (int b = 0; b < count; ++b)
          value = multiply_add(loaded.vectors[b], taps[b][a], value);
      }
    }
  }

  inline __attribute__((always_inline)) void clamp(T low, T high) {
    const Vector lowest(low);
    const Vector highest(high);
#pragma GCC unroll 16
    for (int p = 0; p < rows; ++p)
      sums[p] = clamped(lowest, highest, sums[p]);
  }

  inline __attribute__((always_inline)) void store(T* to, Index pitch, Index next,
                                                   Index length) const {
    if (form == PlaneForm::inner || length == width) {
#pragma GCC unroll 16
      for (int p = 0; p < rows; ++p, to += pitch)
        sums[p].store_unaligned(to);
      return;
    }
    auto lower = LaneMask<T>::of(0, length);
    auto upper = LaneMask<T>::of(half, half + length);
    lower.keep();
    upper.keep();
#pragma GCC unroll 16
    for (int p = 0; p < rows; ++p, to += pitch) {
      lower.store(sums[p], to);
      if (form == PlaneForm::pairs) upper.store(sums[p], to + next - half);
    }
  }

  /// What is next below, or in the next plane, while this is summed.
  static inline __attribute__((always_inline)) void fetch(const T* input, Index row_pitch) {
    input += reach * row_pitch;
#pragma GCC unroll 48
    for (int y = 0; y < rows * stride; ++y, input += row_pitch) {
      __builtin_prefetch(input);
      if (stride > 1) __builtin_prefetch(input + width);
    }
  }

  /// All planes, or all pairs of them.
  static void run(const PlaneSum<T>& sum, const PlaneCell& cell) {
    constexpr Index together = form == PlaneForm::pairs ? 2 : 1;
    const Index first = cell.row * stride;
    const Index low = sum.low_row - first;
    const Index high = sum.high_row - first;
    const Index tap_cols = sum.tap_cols;
    const bool are_beside = sum.dilation == 1;
    PlaneColumns<T> columns[most_plane_cols];
    for (Index b = 0; b < tap_cols; ++b) {
      const Index x = cell.col * stride + b * sum.dilation;
      columns[b] = Inputs::columns(sum.low_col - x, sum.high_col - x);
    }
    const T* input = sum.input + first * sum.row_pitch + cell.col * stride;
    T* target = sum.target + cell.row * sum.target_pitch + cell.col;
    const T* kernel = sum.kernel;
    for (Index plane = 0; plane + together <= sum.planes; plane += together) {
      if (sum.fetches) fetch(input, sum.row_pitch);
      PlaneBlock block;
      const Vector start = spread(sum.start + plane, 1);
#pragma GCC unroll 16
      for (int p = 0; p < rows; ++p)
        block.sums[p] = start;
      Index b = 0;
      for (; b + stride <= tap_cols && are_beside; b += stride)
        block.template add_columns<stride>(sum, input + b, columns[b], low, high, kernel + b);
      for (; b < tap_cols; ++b)
        block.template add_columns<1>(sum, input + b * sum.dilation, columns[b], low, high,
                                      kernel + b);
      if (sum.clamps) block.clamp(sum.low, sum.high);
      block.store(target, sum.target_pitch, sum.target_plane, cell.length);
      input += together * sum.plane_pitch;
      target += together * sum.target_plane;
      kernel += together * tap_rows * tap_cols;
    }
  }
};

/// Rows of outputs from row `row` on, in all columns; the last vector may share some with the one
/// before it, and computes these anew.
template <int rows, int tap_rows, int stride, class T>
void sum_plane_rows(const PlaneSum<T>& sum, Index row) {
  using Inner = PlaneBlock<PlaneForm::inner, rows, tap_rows, stride, T>;
  using Edge = PlaneBlock<PlaneForm::edge, rows, tap_rows, stride, T>;
  constexpr Index width = Inner::width;
  if (sum.cols < width) {
    Edge::run(sum, {row, 0, sum.cols});
    return;
  }
  const Index first = row * stride;
  const bool inner_rows = first >= sum.low_row && first + Inner::reach <= sum.high_row;
  const Index span = (sum.tap_cols - 1) * sum.dilation + width * stride;
  for (Index next = 0; next < sum.cols; next += width) {
    const Index col = next + width > sum.cols ? sum.cols - width : next;
    const Index x = col * stride;
    if (inner_rows && x >= sum.low_col && x + span <= sum.high_col) {
      Inner::run(sum, {row, col, width});
    } else {
      Edge::run(sum, {row, col, width});
    }
  }
}

/// Two narrow planes in a vector; where their number is odd, the last one by itself.
template <int rows, int tap_rows, int stride, class T>
void sum_plane_pairs(const PlaneSum<T>& sum, Index row) {
  PlaneBlock<PlaneForm::pairs, rows, tap_rows, stride, T>::run(sum, {row, 0, sum.cols});
  if (sum.planes % 2 == 0) return;
  const Index last = sum.planes - 1;
  PlaneSum<T> rest = sum;
  rest.input += last * sum.plane_pitch;
  rest.kernel += last * tap_rows * sum.tap_cols;
  rest.start += last;
  rest.target += last * sum.target_plane;
  rest.planes = 1;
  sum_plane_rows<rows, tap_rows, stride>(rest, row);
}

template <bool has_pairs, int rows, int tap_rows, int stride, class T>
void sum_narrow_or_wide(const PlaneSum<T>& sum, Index row) {
  if constexpr (has_pairs) {
    constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
    if (sum.cols <= width / 2) return sum_plane_pairs<rows, tap_rows, stride>(sum, row);
  }
  sum_plane_rows<rows, tap_rows, stride>(sum, row);
}

/// Whether no more rows are missing than a block can do without.
template <int rows, int tap_rows, int stride, class T>
[[nodiscard]] bool fits_plane_block(const PlaneSum<T>& sum, Index row) {
  using Block = PlaneBlock<PlaneForm::edge, rows, tap_rows, stride, T>;
  const Index first = row * stride;
  return sum.low_row - first <= Block::outer && sum.high_row - first >= Block::reach - Block::outer;
}

/// Blocks of few sizes, as many sums as there are registers beside a column of taps; the last one
/// may share rows with the one before it.
template <int tap_rows, int stride, class T>
void plane_sum(const PlaneSum<T>& sum) {
  constexpr Index width = static_cast<Index>(xsimd::batch<T, Arch>::size);
  constexpr bool has_pairs = width >= 16 && LaneMask<T>::exists;
  constexpr int least = has_many_registers || tap_rows < 7 ? 7 : 4;
  constexpr int most = has_many_registers && stride == 1 ? 14 : least;
  const bool narrow = has_pairs && sum.cols <= width / 2;
  Index row = 0;
  while (row < sum.rows) {
    const Index shared = sum.rows - row < least ? sum.rows - least : row;
    if (most > least && row + most <= sum.rows && !narrow &&
        fits_plane_block<most, tap_rows, stride>(sum, row)) {
      sum_plane_rows<most, tap_rows, stride>(sum, row);
      row += most;
    } else if (shared >= 0 && fits_plane_block<least, tap_rows, stride>(sum, shared)) {
      sum_narrow_or_wide<has_pairs, least, tap_rows, stride>(sum, shared);
      row = shared + least;
    } else {
      PlaneSum<T> line = sum;
      if (!fits_plane_block<1, tap_rows, stride>(sum, row)) line.tap_cols = 0;
      sum_plane_rows<1, tap_rows, stride>(line, row);
      ++row;
    }
  }
}

template <class T>
PlaneSumFunction<T> plane_sum_of(Index tap_rows, Index tap_cols, Index stride) {
  if (stride < 1 || stride > 2 || tap_cols > most_plane_cols) return nullptr;
  switch (tap_rows) {
    case 3:
      return stride == 1 ? &plane_sum<3, 1, T> : &plane_sum<3, 2, T>;
    case 5:
      return stride == 1 ? &plane_sum<5, 1, T> : &plane_sum<5, 2, T>;
    case 7:
      // With a mask there are too few registers, and the loops of images are faster.
      if constexpr (LaneMask<T>::exists && !has_many_registers) return nullptr;
      return stride == 1 ? &plane_sum<7, 1, T> : &plane_sum<7, 2, T>;
    default:
      return nullptr;
  }
}

}  // namespace
}  // namespace twofold::detail
