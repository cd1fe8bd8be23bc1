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

/// Copies `region` of the extended image to `out`, element (r, c) of channel h to
/// out[r·row_pitch + c·col_pitch + h], converted to D. What the tile does not hold becomes `fill`.
template <class D, class T>
void pack_extended(const Source<T>& source, const Rect& region, D* out, Index row_pitch,
                   Index col_pitch) {
  const Index channels = source.tile.channels();
  const Index inside_begin = std::clamp(source.cols.origin, region.col, region.col_end());
  const Index inside_end =
      std::clamp(source.cols.origin + source.cols.tile, inside_begin, region.col_end());

  for (Index row = region.row; row < region.row_end(); ++row, out += row_pitch) {
    const Index tile_row = source.rows.locate(row);
    const auto put_fill = [&](Index begin, Index end) {
      for (Index col = begin; col < end; ++col) {
        D* to = out + (col - region.col) * col_pitch;
        for (Index h = 0; h < channels; ++h)
          to[h] = static_cast<D>(source.fill);
      }
    };
    if (tile_row == outside) {
      put_fill(region.col, region.col_end());
      continue;
    }
    const auto put_resolved = [&](Index begin, Index end) {
      for (Index col = begin; col < end; ++col) {
        const Index tile_col = source.cols.locate(col);
        if (tile_col == outside) {
          put_fill(col, col + 1);
          continue;
        }
        const T* from = source.tile.at(tile_row, tile_col);
        D* to = out + (col - region.col) * col_pitch;
        for (Index h = 0; h < channels; ++h)
          to[h] = static_cast<D>(from[h]);
      }
    };
    put_resolved(region.col, inside_begin);
    put_resolved(inside_end, region.col_end());
    const Index count = inside_end - inside_begin;
    if (count == 0) continue;
    const T* from = source.tile.at(tile_row, inside_begin - source.cols.origin);
    D* to = out + (inside_begin - region.col) * col_pitch;
    const Index step = source.tile.col_stride();
    if (channels == 1) {
      for (Index i = 0; i < count; ++i)
        to[i * col_pitch] = static_cast<D>(from[i * step]);
    } else {
      for (Index i = 0; i < count; ++i) {
        for (Index h = 0; h < channels; ++h) {
          to[i * col_pitch + h] = static_cast<D>(from[i * step + h]);
        }
      }
    }
  }
}

}  // namespace twofold::detail
