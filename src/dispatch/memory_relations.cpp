// SPDX-License-Identifier: BSD-3-Clause
// Arithmetic over the addresses of strided views.
#include "dispatch/memory_relations.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "support/checked.hpp"
#include "support/format.hpp"
#include "twofold/error.hpp"

namespace twofold::detail {

namespace {

Index magnitude(Index value) noexcept {
  return value < 0 ? -value : value;
}

Index floor_divide(Index a, Index b) noexcept {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/// A view in bytes, its strides made positive: `cols` pixels of `width` bytes in each of `rows`
/// rows.
struct Footprint {
  Index base;
  Index rows;
  Index cols;
  Index row_step;
  Index col_step;
  Index width;

  explicit Footprint(const ErasedView& view)
      : base(static_cast<Index>(reinterpret_cast<std::uintptr_t>(view.data))),
        rows(view.shape.rows),
        cols(view.shape.cols),
        row_step(view.row_stride * static_cast<Index>(size_in_bytes(view.type))),
        col_step(view.col_stride * static_cast<Index>(size_in_bytes(view.type))),
        width(view.shape.channels * static_cast<Index>(size_in_bytes(view.type))) {
    make_positive(rows, row_step);
    make_positive(cols, col_step);
    // Transposed or not, the footprint is the same; the fewer bytes a row spans, the fewer rows
    // meet.
    if (col_step > row_step) {
      std::swap(rows, cols);
      std::swap(row_step, col_step);
    }
  }

  [[nodiscard]] Index row_bytes() const noexcept { return (cols - 1) * col_step + width; }
  [[nodiscard]] Index end() const noexcept { return base + (rows - 1) * row_step + row_bytes(); }

 private:
  void make_positive(Index& count, Index& step) noexcept {
    if (step == 0) count = 1;  // all at one place: as good as one
    if (step < 0) base += (count - 1) * step;
    step = count == 1 ? width : magnitude(step);
  }
};

/// The number x in [0, modulus) with a·x ≡ 1, for coprime a and modulus (extended Euclid).
Index inverse(Index a, Index modulus) noexcept {
  Index x = 1;
  Index next_x = 0;
  Index r = a % modulus;
  Index next_r = modulus;
  while (next_r != 0) {
    const Index q = r / next_r;
    r = std::exchange(next_r, r - q * next_r);
    x = std::exchange(next_x, x - q * next_x);
  }
  return ((x % modulus) + modulus) % modulus;
}

/// Whether a·i = target + b·j for some 0 ≤ i < i_count, 0 ≤ j < j_count, with a, b > 0.
bool progressions_meet(Index a, Index i_count, Index b, Index j_count, Index target) noexcept {
  const Index g = std::gcd(a, b);
  if (target % g != 0) return false;
  const Index lowest = std::max<Index>(0, -floor_divide(-target, a));
  const Index highest = std::min(i_count - 1, floor_divide(target + (j_count - 1) * b, a));
  if (lowest > highest) return false;
  // All solutions have one remainder modulo b/g.
  const Index modulus = b / g;
  const Index reduced = ((target / g) % modulus + modulus) % modulus;
  const auto product = static_cast<__int128>(reduced) * inverse(a / g, modulus);
  const Index remainder = static_cast<Index>(product % modulus);
  const Index first = lowest + ((remainder - lowest) % modulus + modulus) % modulus;
  return first <= highest;
}

/// Whether two rows share a byte; `apart` is the distance from the first of x to the first of y.
bool rows_meet(const Footprint& x, const Footprint& y, Index apart) noexcept {
  const Index step = std::gcd(x.col_step, y.col_step);
  // The pixel of x begins `lead` bytes after that of y: they meet if −x.width < lead < y.width.
  const Index begin = apart - x.width + 1;
  const Index first = begin + ((-begin) % step + step) % step;
  for (Index target = first; target < apart + y.width; target += step) {
    if (progressions_meet(x.col_step, x.cols, y.col_step, y.cols, target)) return true;
  }
  return false;
}

bool footprints_meet(const Footprint& x, const Footprint& y) noexcept {
  if (x.end() <= y.base || y.end() <= x.base) return false;
  for (Index row = 0; row < x.rows; ++row) {
    const Index at = x.base + row * x.row_step;
    const Index first = -floor_divide(y.base + y.row_bytes() - 1 - at, y.row_step);
    const Index last = floor_divide(at + x.row_bytes() - 1 - y.base, y.row_step);
    for (Index other = std::max<Index>(0, first); other <= std::min(last, y.rows - 1); ++other) {
      if (rows_meet(x, y, y.base + other * y.row_step - at)) return true;
    }
  }
  return false;
}

bool is_row_by_row(const ErasedView& view) noexcept {
  const Index col = magnitude(view.col_stride);
  return col >= view.shape.channels &&
         magnitude(view.row_stride) >= (view.shape.cols - 1) * col + view.shape.channels;
}

}  // namespace

/// Whether different elements of one view coincide: whether a·row + b·col + h = 0 for some
/// |a| < rows, |b| < cols, |h| < channels, not all of them 0.
bool elements_coincide(const ErasedView& view) noexcept {
  const auto [rows, cols, channels] = view.shape;
  if (is_row_by_row(view)) return false;
  if (rows > 1 && view.row_stride == 0) return true;
  if (cols > 1 && magnitude(view.col_stride) < channels) return true;
  for (Index a = 1; a < rows; ++a) {
    const Index offset = a * view.row_stride;
    const Index nearest = -offset / view.col_stride;
    for (Index b = nearest - 1; b <= nearest + 1; ++b) {
      if (magnitude(b) < cols && magnitude(offset + b * view.col_stride) < channels) return true;
    }
  }
  return false;
}

bool share_memory(const ErasedView& x, const ErasedView& y) noexcept {
  return footprints_meet(Footprint(x), Footprint(y));
}

ErasedView with_plain_strides(ErasedView view) noexcept {
  if (view.shape.cols == 1) view.col_stride = view.shape.channels;
  if (view.shape.rows == 1) view.row_stride = dense_row_stride(view.shape);
  return view;
}

void require_reachable(const char* name, const ErasedView& view) {
  const auto bytes = static_cast<Index>(size_in_bytes(view.type));
  const auto span = [&](Index count, Index stride) -> std::optional<Index> {
    const auto elements = checked_multiply(count, stride);
    return elements ? checked_multiply(*elements, 4 * bytes) : std::nullopt;
  };
  const bool reachable = checked_bytes(view.shape, 4 * bytes) &&
                         span(view.shape.rows, view.row_stride) &&
                         span(view.shape.cols, view.col_stride);
  if (!reachable) {
    throw Error(Errc::too_large, std::string(name) + ": " + to_string(view.shape) +
                                     " elements with strides " + std::to_string(view.row_stride) +
                                     " and " + std::to_string(view.col_stride) +
                                     " cannot be addressed");
  }
  const bool empty = view.shape.rows == 0 || view.shape.cols == 0 || view.shape.channels == 0;
  if (view.data == nullptr && !empty) {
    throw Error(Errc::invalid_shape,
                std::string(name) + ": " + to_string(view.shape) + " elements, and a null pointer");
  }
}

void require_distinct(const ErasedView& out) {
  if (!elements_coincide(out)) return;
  throw Error(Errc::invalid_stride,
              "out: elements coincide with strides " + std::to_string(out.row_stride) + " and " +
                  std::to_string(out.col_stride) + " for " + to_string(out.shape));
}

void require_disjoint(const char* input_name, const ErasedView& input, const ErasedView& out) {
  if (!share_memory(input, out)) return;
  throw Error(Errc::overlap, std::string("out: shares memory with ") + input_name);
}

}  // namespace twofold::detail
