// SPDX-License-Identifier: BSD-3-Clause
// Packing: the one place where the elements of an image are converted.
#include "problem/source.hpp"

#include <algorithm>
#include <cstring>

#include "problem/conversion.hpp"

namespace twofold::detail {

namespace {

/// `count` pixels of `channels` elements, `step` elements apart, to dense ones. The case that
/// matters is spelled out, so that it becomes a vector loop.
template <class D, class T>
void copy_pixels(const T* from, Index step, D* to, Index count, Index channels) {
  if (channels == 1) {
    for (Index i = 0; i < count; ++i)
      to[i] = converted<D>(from[i * step]);
    return;
  }
  for (Index i = 0; i < count; ++i) {
    for (Index h = 0; h < channels; ++h)
      to[i * channels + h] = converted<D>(from[i * step + h]);
  }
}

/// Elements side by side. Runs of a few vectors are common, and a call costs as much as they do.
template <class D, class T>
void copy_run(const T* from, D* to, Index count) {
  if constexpr (std::is_same_v<D, T>) {
    constexpr Index block = 32 / static_cast<Index>(sizeof(T));
    if (count < block || count > 6 * block) {
      std::copy_n(from, count, to);
      return;
    }
    for (Index i = 0; i + block < count; i += block)
      std::memcpy(to + i, from + i, 32);
    std::memcpy(to + count - block, from + count - block, 32);  // moved back to end with the run
  } else {
    for (Index i = 0; i < count; ++i)
      to[i] = converted<D>(from[i]);
  }
}

template <class D, class T>
D* gather(const T* row, const Index* columns, Index count, Index channels, const D& fill, D* out) {
  if (channels == 1) {
    // As many as half a kernel has: too few for the preparations of a vector loop.
#pragma GCC unroll 1
    for (Index i = 0; i < count; ++i)
      out[i] = columns[i] == PackedRow::nowhere ? fill : converted<D>(row[columns[i]]);
    return out + count;
  }
  for (Index i = 0; i < count; ++i) {
    for (Index h = 0; h < channels; ++h)
      *out++ = columns[i] == PackedRow::nowhere ? fill : converted<D>(row[columns[i] + h]);
  }
  return out;
}

/// The columns of one row of the tile that `row` names.
template <class D, class T>
void pack_row(const Source<D>& source, const View<const T>& tile, const PackedRow& row,
              const T* from, D* out) {
  const Index channels = tile.channels();
  out = gather(from, row.columns, row.left, channels, source.fill, out);
  const T* inside = from + row.first_inside;
  if (tile.col_stride() != channels) {
    copy_pixels(inside, tile.col_stride(), out, row.inside, channels);
  } else if (row.convert != nullptr) {
    row.convert(inside, out, row.inside * channels);
  } else {
    copy_run(inside, out, row.inside * channels);
  }
  gather(from, row.columns + row.left, row.right, channels, source.fill,
         out + row.inside * channels);
}

/// See RowPacker; T is the tile's type.
template <class D, class T>
void pack_rows(const Source<D>& source, const PackedRow& row, Index first, Index count, D* out,
               Index pitch) {
  const auto tile = typed<T>(source.tile);
  const PackedRow layout = row;  // which nothing that is written changes
  for (Index i = first; i < first + count; ++i, out += pitch) {
    const Index tile_row = source.rows.holds(i) ? i - source.rows.origin : source.rows.locate(i);
    if (tile_row == outside) {
      std::fill_n(out, (layout.left + layout.inside + layout.right) * tile.channels(), source.fill);
    } else {
      pack_row(source, tile, layout, tile.at(tile_row, 0), out);
    }
  }
}

}  // namespace

template <class D>
RowPacker<D>::RowPacker(const Source<D>& source, Index begin, Index end, Index* columns,
                        ConvertRun convert)
    : source_(source) {
  const SourceAxis& cols = source.cols;
  const Index first = std::clamp(cols.origin, begin, end);
  const Index last = std::clamp(cols.origin + cols.tile, first, end);
  const Index stride = source.tile.col_stride;
  row_ = {first - begin, last - first, end - last, (first - cols.origin) * stride,
          columns,       convert};
  const auto offset_of = [&](Index col) {
    const Index at = cols.locate(col);
    return at == outside ? PackedRow::nowhere : at * stride;
  };
  for (Index col = begin; col < first; ++col)
    *columns++ = offset_of(col);
  for (Index col = last; col < end; ++col)
    *columns++ = offset_of(col);
}

template <class D>
Reader<D> reader_for(ElementType image) noexcept {
  return visit_element(image, []<class T>(Tag<T>) -> Reader<D> {
    if constexpr (promotes_to<T, D>) {
      return {[](const void* from) { return converted<D>(*static_cast<const T*>(from)); },
              &pack_rows<D, T>};
    } else {
      return {};  // never asked for
    }
  });
}

template Reader<std::uint8_t> reader_for(ElementType) noexcept;
template class RowPacker<std::uint8_t>;
template Reader<std::uint16_t> reader_for(ElementType) noexcept;
template class RowPacker<std::uint16_t>;
template Reader<std::uint32_t> reader_for(ElementType) noexcept;
template class RowPacker<std::uint32_t>;
template Reader<std::uint64_t> reader_for(ElementType) noexcept;
template class RowPacker<std::uint64_t>;
template Reader<float> reader_for(ElementType) noexcept;
template class RowPacker<float>;
template Reader<double> reader_for(ElementType) noexcept;
template class RowPacker<double>;
template Reader<std::complex<float>> reader_for(ElementType) noexcept;
template class RowPacker<std::complex<float>>;
template Reader<std::complex<double>> reader_for(ElementType) noexcept;
template class RowPacker<std::complex<double>>;

}  // namespace twofold::detail
