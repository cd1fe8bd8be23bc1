// SPDX-License-Identifier: BSD-3-Clause
// Source: the extended image, as far as a tile of it is at hand, read as numbers of another type.
#pragma once

#include <limits>

#include "problem/element_visit.hpp"
#include "problem/erased_view.hpp"
#include "problem/extension.hpp"
#include "support/pixels.hpp"

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

/// Where the columns of a packed row come from: some before the tile's own, the tile's own, and
/// some after them.
struct PackedRow {
  static constexpr Index nowhere = std::numeric_limits<Index>::min();

  Index left = 0;
  Index inside = 0;
  Index right = 0;
  Index first_inside = 0;          ///< offset of the tile's own in a row of the tile
  const Index* columns = nullptr;  ///< offsets of the others in a row of the tile, or nowhere
  ConvertRun convert = nullptr;
};

template <class D>
struct Source;

/// How elements of one image type become numbers of D.
template <class D>
struct Reader {
  D (*element)(const void* from);
  void (*pack_rows)(const Source<D>& source, const PackedRow& row, Index first, Index count, D* out,
                    Index pitch);
};

/// `image` is a type from which promotion leads to D: see conversion.hpp.
template <class D>
[[nodiscard]] Reader<D> reader_for(ElementType image) noexcept;

/// The extended image, channels interleaved. The tile's elements are of any type that promotion
/// leads from; engines that know them by D only need not know it.
template <class D>
struct Source {
  ErasedView tile;
  SourceAxis rows;
  SourceAxis cols;
  D fill{};  ///< what stands where no element does
  Reader<D> reader = reader_for<D>(tile.type);

  /// Whether the tile's memory holds numbers of D as it is.
  [[nodiscard]] bool is_in_place() const noexcept { return has_bits_of<D>(tile.type); }
  /// The tile, where it is_in_place.
  [[nodiscard]] View<const D> in_place() const noexcept { return typed<D>(tile); }

  /// The tile's element.
  [[nodiscard]] D element(Index row, Index col, Index channel) const noexcept {
    return reader.element(address_of(tile, row, col, channel));
  }
  [[nodiscard]] Source channel(Index which) const noexcept {
    return {channel_of(tile, which), rows, cols, fill, reader};
  }
};

/// Packs rows of the extended image, the same columns of each, a few at a time.
template <class D>
class RowPacker {
 public:
  /// `columns` has room for begin … end and outlives the packer. `convert`, if there is one, is a
  /// faster way to convert elements side by side.
  RowPacker(const Source<D>& source, Index begin, Index end, Index* columns,
            ConvertRun convert = nullptr);

  /// The element of a row from which on it is copied as a whole: worth being aligned.
  [[nodiscard]] Index copied_from() const noexcept {
    return row_.left * source_.tile.shape.channels;
  }

  /// All columns of the rows first … first + count, each dense, `pitch` elements apart.
  void pack(Index first, Index count, D* out, Index pitch) const {
    source_.reader.pack_rows(source_, row_, first, count, out, pitch);
  }

 private:
  Source<D> source_;
  PackedRow row_;
};

}  // namespace twofold::detail
