// SPDX-License-Identifier: BSD-3-Clause
// Rows of the extended image on their way into a transform, and what must be known of them.
#pragma once

#include "engines/transform.hpp"
#include "kernels/kernels.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

/// Fetches a row that comes later: rows lie so far apart that no processor foresees it.
template <class E>
void prefetch_row(const E* row, Index count) noexcept {
  constexpr Index line = static_cast<Index>(Scratch::alignment / sizeof(E));
  for (Index i = 0; i < count; i += line)
    __builtin_prefetch(row + i);
}
/// How many rows later.
inline constexpr Index rows_ahead = 4;

/// The rows of a window of the extended image, `width` numbers each, with zeros beyond the window:
/// in the caller's image where they lie there as they are, or packed one at a time.
template <class N>
class WindowRows {
 public:
  /// `columns` and `buffer` have room for `width` and belong to these rows.
  WindowRows(const Source<N>& source, const Rect& window, Index width, Index* columns, N* buffer)
      : source_(source),
        window_(window),
        width_(width),
        buffer_(buffer),
        packer_(source, window.col, window.col_end(), columns) {
    std::fill(buffer + window.cols, buffer + width, N{});
    find_direct();
  }

  [[nodiscard]] Index count() const noexcept { return window_.rows; }
  [[nodiscard]] Index width() const noexcept { return width_; }

  /// Row i < count; valid until the next call.
  [[nodiscard]] const N* row(Index i) const {
    if (i >= first_direct_ && i < end_direct_) {
      const N* there = direct_ + (i - first_direct_) * row_stride_;
      if (i + rows_ahead < end_direct_) prefetch_row(there + rows_ahead * row_stride_, width_);
      return there;
    }
    packer_.pack(window_.row + i, 1, buffer_, width_);
    return buffer_;
  }

 private:
  /// Finds the rows that lie in the caller's image as they are.
  void find_direct() {
    const SourceAxis& rows = source_.rows;
    const SourceAxis& cols = source_.cols;
    if (!source_.is_in_place() || source_.tile.col_stride != 1 || window_.cols != width_ ||
        !cols.holds(window_.col) || !cols.holds(window_.col_end() - 1)) {
      return;
    }
    const View<const N> tile = source_.in_place();
    row_stride_ = tile.row_stride();
    direct_ = tile.at(0, window_.col - cols.origin);
    first_direct_ = rows.origin - window_.row;
    end_direct_ = std::min(first_direct_ + rows.tile, window_.rows);
  }

  Source<N> source_;
  Rect window_;
  Index width_;
  N* buffer_;
  RowPacker<N> packer_;
  const N* direct_ = nullptr;  ///< row first_direct_
  Index row_stride_ = 0;
  Index first_direct_ = 0;
  Index end_direct_ = 0;
};

/// Whether the squares of numbers with such a norm may be summed in R.
template <class R>
[[nodiscard]] bool has_safe_square(double norm) noexcept {
  constexpr int limit = std::numeric_limits<R>::max_exponent / 2 - 14;
  return norm > 0 && std::abs(std::ilogb(norm)) < limit;
}

/// Whether the power of two that brings such a norm near 1 is a number of R.
template <class R>
[[nodiscard]] bool is_scalable(double norm) noexcept {
  constexpr int limit = std::numeric_limits<R>::max_exponent - 28;
  return norm > 0 && std::isfinite(norm) && std::abs(std::ilogb(norm)) < limit;
}

/// Norms beyond 2^±this are brought near 1, so that nothing on the way overflows or vanishes.
template <class R>
constexpr int largest_exponent = std::numeric_limits<R>::max_exponent / 4;

/// The norm of the numbers of all rows; not finite if one of them is not, 0 only if all are.
/// `for_each_row(visit)` calls visit(numbers, count) for each.
template <class R, class ForEachRow>
[[nodiscard]] double careful_norm(const ForEachRow& for_each_row) {
  double largest = 0;
  double sum = 0;  // not finite where a number is not
  for_each_row([&](const R* numbers, Index count) {
    for (Index i = 0; i < count; ++i) {
      sum += 0 * numbers[i];
      largest = std::max(largest, static_cast<double>(std::abs(numbers[i])));
    }
  });
  if (largest == 0 || !std::isfinite(sum)) return sum;
  const int exponent = std::ilogb(largest);
  for_each_row([&](const R* numbers, Index count) {
    for (Index i = 0; i < count; ++i) {
      const double x = std::ldexp(static_cast<double>(numbers[i]), -exponent);
      sum += x * x;
    }
  });
  return std::ldexp(std::sqrt(sum), exponent);
}

/// Squares of numbers on their way into a transform, in as many sums as kernels ask for.
template <class R>
struct Squares {
  R sums[square_sums] = {};

  [[nodiscard]] double total() const noexcept {
    double total = 0;
    for (const R sum : sums)
      total += static_cast<double>(sum);
    return total;
  }
};

/// The norm of `count` numbers whose squares, summed in R, give `squares`: rounded up, by as much
/// as such a sum can have lost, and found with care where R cannot hold them.
template <class R, class ForEachRow>
[[nodiscard]] double norm_from(double squares, double count, const ForEachRow& for_each_row) {
  constexpr double roundoff = std::numeric_limits<R>::epsilon() / 2;
  const double lost = 2 + count / square_sums;  // roundings of one of the sums
  const double norm = std::sqrt(squares * (1 + 2 * lost * roundoff));
  constexpr double trusted = 0.25;
  return has_safe_square<R>(norm) && lost * roundoff < trusted ? norm
                                                               : careful_norm<R>(for_each_row);
}

/// Every other number from `parts` on, times `scale`, becomes an element of the result of a problem
/// of T. `line` has room for `count`.
template <class Out, class T, class R>
void put_parts(const PlaneKernels<R>& kernels, const R* parts, const PowerOfTwo<R>& scale, Out* to,
               Index stride, Index count, R* line) {
  if constexpr (std::is_same_v<Out, R>) {
    if (stride == 1) {
      kernels.take_parts(parts, scale.first, scale.second, to, count);
      return;
    }
  }
  kernels.take_parts(parts, scale.first, scale.second, line, count);
  for (Index i = 0; i < count; ++i)
    to[i * stride] = to_result<Out, T>(line[i]);
}

}  // namespace twofold::detail
