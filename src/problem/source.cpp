// SPDX-License-Identifier: BSD-3-Clause
// Packing: the one place where the elements of an image are converted.
#include "problem/source.hpp"

#include <algorithm>

#include "problem/conversion.hpp"

namespace twofold::detail {

namespace {

/// `count` pixels of `channels` elements, `step` and `pitch` elements apart. The cases that matter
/// are spelled out, so that they become vector loops.
template <class D, class T>
void copy_pixels(const T* from, Index step, D* to, Index pitch, Index count, Index channels) {
  if (step == channels && pitch == channels) {
    for (Index i = 0; i < count * channels; ++i)
      to[i] = converted<D>(from[i]);
  } else if (channels == 1 && step == 1 && pitch == 2) {
    for (Index i = 0; i < count; ++i)
      to[2 * i] = converted<D>(from[i]);
  } else if (channels == 1) {
    for (Index i = 0; i < count; ++i)
      to[i * pitch] = converted<D>(from[i * step]);
  } else {
    for (Index i = 0; i < count; ++i) {
      for (Index h = 0; h < channels; ++h)
        to[i * pitch + h] = converted<D>(from[i * step + h]);
    }
  }
}

/// Columns [begin, end) of the extended image's row whose tile row is `tile_row`, element by
/// element: what lies outside the tile, and all of a row that lies outside (`outside`).
template <class D, class T>
void pack_resolved(const Source<D>& source, const View<const T>& tile, Index tile_row, Index begin,
                   Index end, D* out, Index pitch) {
  const Index channels = tile.channels();
  for (Index col = begin; col < end; ++col, out += pitch) {
    const Index tile_col = tile_row == outside ? outside : source.cols.locate(col);
    const T* from = tile_col == outside ? nullptr : tile.at(tile_row, tile_col);
    for (Index h = 0; h < channels; ++h) {
      out[h] = from == nullptr ? source.fill : converted<D>(from[h]);
    }
  }
}

/// See pack_extended; T is the tile's type.
template <class D, class T>
void pack(const Source<D>& source, const Rect& region, D* out, Index row_pitch, Index col_pitch) {
  const auto tile = typed<T>(source.tile);
  const Index first = source.cols.origin;
  const Index begin = std::clamp(first, region.col, region.col_end());
  const Index end = std::clamp(first + source.cols.tile, begin, region.col_end());

  for (Index row = region.row; row < region.row_end(); ++row, out += row_pitch) {
    const Index tile_row = source.rows.locate(row);
    if (tile_row == outside) {
      pack_resolved(source, tile, outside, region.col, region.col_end(), out, col_pitch);
      continue;
    }
    pack_resolved(source, tile, tile_row, region.col, begin, out, col_pitch);
    if (begin < end) {
      copy_pixels(tile.at(tile_row, begin - first), tile.col_stride(),
                  out + (begin - region.col) * col_pitch, col_pitch, end - begin, tile.channels());
    }
    pack_resolved(source, tile, tile_row, end, region.col_end(),
                  out + (end - region.col) * col_pitch, col_pitch);
  }
}

}  // namespace

template <class D>
Reader<D> reader_for(ElementType image) noexcept {
  return visit_element(image, []<class T>(Tag<T>) -> Reader<D> {
    if constexpr (promotes_to<T, D>) {
      return {[](const void* from) { return converted<D>(*static_cast<const T*>(from)); },
              &pack<D, T>};
    } else {
      return {};  // never asked for
    }
  });
}

template Reader<std::uint8_t> reader_for(ElementType) noexcept;
template Reader<std::uint16_t> reader_for(ElementType) noexcept;
template Reader<std::uint32_t> reader_for(ElementType) noexcept;
template Reader<std::uint64_t> reader_for(ElementType) noexcept;
template Reader<float> reader_for(ElementType) noexcept;
template Reader<double> reader_for(ElementType) noexcept;
template Reader<std::complex<float>> reader_for(ElementType) noexcept;
template Reader<std::complex<double>> reader_for(ElementType) noexcept;

}  // namespace twofold::detail
