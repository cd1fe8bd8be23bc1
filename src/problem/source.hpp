// SPDX-License-Identifier: BSD-3-Clause
// Source: the extended image, as far as a tile of it is at hand.
#pragma once

#include <algorithm>

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

/// Copies rows of the extended image one by one, the same columns of each.
template <class T>
class RowPacker {
 public:
  RowPacker(const Source<T>& source, Index begin, Index end)
      : source_(source),
        begin_(begin),
        inside_(std::clamp(source.cols.origin, begin, end)),
        after_(std::clamp(source.cols.origin + source.cols.tile, inside_, end)),
        end_(end) {}

  /// Columns begin … end of `row`, dense, to `out`.
  void pack(Index row, T* out) const {
    const Index channels = source_.tile.channels();
    const Index tile_row = source_.rows.locate(row);
    if (tile_row == outside) {
      std::fill_n(out, (end_ - begin_) * channels, source_.fill);
      return;
    }
    pack_resolved(source_, tile_row, begin_, inside_, out, channels);
    if (inside_ < after_) {
      copy_pixels(source_.tile.at(tile_row, inside_ - source_.cols.origin),
                  source_.tile.col_stride(), out + (inside_ - begin_) * channels, channels,
                  after_ - inside_, channels);
    }
    pack_resolved(source_, tile_row, after_, end_, out + (after_ - begin_) * channels, channels);
  }

 private:
  Source<T> source_;
  Index begin_;
  Index inside_;  ///< the columns inside_ … after_ are the tile's own
  Index after_;
  Index end_;
};

}  // namespace twofold::detail
