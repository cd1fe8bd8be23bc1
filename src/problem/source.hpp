// SPDX-License-Identifier: BSD-3-Clause
// Source: the extended image, as far as a tile of it is at hand.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>

#include "problem/extension.hpp"
#include "twofold/view.hpp"

namespace twofold::detail {

/// One axis of a Source: where index i of the extended image is found in the tile.
struct SourceAxis {
  Index image = 0;   ///< the whole image's size
  Index origin = 0;  ///< the tile's first element, in the image's coordinates
  Index tile = 0;    ///< the tile's size
  Extension extension = Extension::fill;

  [[nodiscard]] constexpr bool holds(Index i) const noexcept {
    return i >= origin && i < origin + tile;
  }
  /// The tile's index; `outside` where the extended image holds no element of the image, or the
  /// tile none. What the tile holds itself is believed, even beyond the image's edge.
  [[nodiscard]] constexpr Index locate(Index i) const noexcept {
    if (holds(i)) return i - origin;
    const Index resolved = resolve(extension, i, image);
    return resolved != outside && holds(resolved) ? resolved - origin : outside;
  }
};

/// The extended image of T, channels interleaved.
template <class T>
struct Source {
  View<const T> tile;
  SourceAxis rows;
  SourceAxis cols;
  T fill{};  ///< what stands where no element does

  /// The extended image's element, or null where there is none.
  [[nodiscard]] const T* find(Index row, Index col) const noexcept {
    const Index r = rows.locate(row);
    const Index c = cols.locate(col);
    return r == outside || c == outside ? nullptr : tile.at(r, c);
  }
  [[nodiscard]] Source channel(Index which) const noexcept {
    return {tile.channel(which), rows, cols, fill};
  }
};

/// `count` pixels of `channels` elements, `step` and `pitch` elements apart, converted to D. The
/// cases that matter are spelled out, so that they become vector loops.
template <class D, class T>
void copy_pixels(const T* from, Index step, D* to, Index pitch, Index count, Index channels) {
  if (step == channels && pitch == channels) {
    for (Index i = 0; i < count * channels; ++i)
      to[i] = static_cast<D>(from[i]);
  } else if (channels == 1 && step == 1 && pitch == 2) {
    for (Index i = 0; i < count; ++i)
      to[2 * i] = static_cast<D>(from[i]);
  } else if (channels == 1) {
    for (Index i = 0; i < count; ++i)
      to[i * pitch] = static_cast<D>(from[i * step]);
  } else {
    for (Index i = 0; i < count; ++i) {
      for (Index h = 0; h < channels; ++h)
        to[i * pitch + h] = static_cast<D>(from[i * step + h]);
    }
  }
}

/// Columns [begin, end) of the extended image's row whose tile row is `tile_row`, element by
/// element: what lies outside the tile, and all of a row that lies outside (`outside`).
template <class D, class T>
void pack_resolved(const Source<T>& source, Index tile_row, Index begin, Index end, D* out,
                   Index pitch) {
  const Index channels = source.tile.channels();
  for (Index col = begin; col < end; ++col, out += pitch) {
    const Index tile_col = tile_row == outside ? outside : source.cols.locate(col);
    const T* from = tile_col == outside ? nullptr : source.tile.at(tile_row, tile_col);
    for (Index h = 0; h < channels; ++h) {
      out[h] = static_cast<D>(from == nullptr ? source.fill : from[h]);
    }
  }
}

/// Copies `region` of the extended image to `out`, element (r, c) of channel h to
/// out[r·row_pitch + c·col_pitch + h], converted to D. What the tile does not hold becomes `fill`.
template <class D, class T>
void pack_extended(const Source<T>& source, const Rect& region, D* out, Index row_pitch,
                   Index col_pitch) {
  const Index first = source.cols.origin;
  const Index begin = std::clamp(first, region.col, region.col_end());
  const Index end = std::clamp(first + source.cols.tile, begin, region.col_end());

  for (Index row = region.row; row < region.row_end(); ++row, out += row_pitch) {
    const Index tile_row = source.rows.locate(row);
    if (tile_row == outside) {
      pack_resolved(source, outside, region.col, region.col_end(), out, col_pitch);
      continue;
    }
    pack_resolved(source, tile_row, region.col, begin, out, col_pitch);
    if (begin < end) {
      copy_pixels(source.tile.at(tile_row, begin - first), source.tile.col_stride(),
                  out + (begin - region.col) * col_pitch, col_pitch, end - begin,
                  source.tile.channels());
    }
    pack_resolved(source, tile_row, end, region.col_end(), out + (end - region.col) * col_pitch,
                  col_pitch);
  }
}

/// Elements side by side. Runs of a few vectors are common, and a call costs as much as they do.
template <class T>
void copy_run(const T* from, T* to, Index count) {
  constexpr Index block = 32 / static_cast<Index>(sizeof(T));
  if (count < block || count > 6 * block) {
    std::copy_n(from, count, to);
    return;
  }
  for (Index i = 0; i + block < count; i += block)
    std::memcpy(to + i, from + i, 32);
  std::memcpy(to + count - block, from + count - block, 32);  // moved back to end with the run
}

/// Copies rows of the extended image one by one, the same columns of each.
template <class T>
class RowPacker {
 public:
  /// `columns` has room for begin … end and outlives the packer.
  RowPacker(const Source<T>& source, Index begin, Index end, Index* columns)
      : source_(source),
        left_(std::clamp(source.cols.origin, begin, end) - begin),
        inside_(std::clamp(source.cols.origin + source.cols.tile, begin + left_, end) - begin -
                left_),
        right_(end - begin - left_ - inside_),
        first_inside_((begin + left_ - source.cols.origin) * source.tile.col_stride()),
        columns_(columns) {
    for (Index i = 0; i < left_; ++i)
      columns_[i] = offset_of(begin + i);
    for (Index i = 0; i < right_; ++i)
      columns_[left_ + i] = offset_of(end - right_ + i);
  }

  /// The element of a row from which on it is copied as a whole: worth being aligned.
  [[nodiscard]] Index copied_from() const noexcept { return left_ * source_.tile.channels(); }

  /// All columns of `row`, dense, to `out`.
  void pack(Index row, T* out) const {
    const Index channels = source_.tile.channels();
    const Index tile_row = source_.rows.locate(row);
    if (tile_row == outside) {
      std::fill_n(out, (left_ + inside_ + right_) * channels, source_.fill);
      return;
    }
    const T* from = source_.tile.at(tile_row, 0);
    out = gather(from, columns_, left_, out);
    if (source_.tile.col_stride() == channels) {
      copy_run(from + first_inside_, out, inside_ * channels);
    } else if (inside_ > 0) {
      copy_pixels(from + first_inside_, source_.tile.col_stride(), out, channels, inside_,
                  channels);
    }
    gather(from, columns_ + left_, right_, out + inside_ * channels);
  }

 private:
  static constexpr Index nowhere = std::numeric_limits<Index>::min();

  [[nodiscard]] Index offset_of(Index col) const {
    const Index at = source_.cols.locate(col);
    return at == outside ? nowhere : at * source_.tile.col_stride();
  }

  T* gather(const T* row, const Index* columns, Index count, T* out) const {
    const Index channels = source_.tile.channels();
    if (channels == 1) {
      for (Index i = 0; i < count; ++i)
        out[i] = columns[i] == nowhere ? source_.fill : row[columns[i]];
      return out + count;
    }
    for (Index i = 0; i < count; ++i, out += channels) {
      if (columns[i] == nowhere) {
        std::fill_n(out, channels, source_.fill);
      } else {
        std::copy_n(row + columns[i], channels, out);
      }
    }
    return out;
  }

  Source<T> source_;
  Index left_;    ///< columns before the tile's own
  Index inside_;  ///< the tile's own
  Index right_;   ///< columns after them
  Index first_inside_;
  Index* columns_;  ///< where the columns on the left and right are found in a row of the tile
};

}  // namespace twofold::detail
