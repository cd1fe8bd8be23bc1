// SPDX-License-Identifier: BSD-3-Clause
// What the engines of layers cost.
#include "dispatch/layer_cost.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engines/layer_engine.hpp"
#include "engines/tile_spectrum.hpp"
#include "kernels/winograd_points.hpp"

namespace twofold::detail {

namespace {

std::size_t precision_of(const LayerShape& shape) noexcept {
  return shape.type == ElementType::float32 ? 0 : 1;
}

/// Elements that are summed at a time.
double vector_of(const LayerShape& shape, const Rates& rates) noexcept {
  return rates.vector[4 + precision_of(shape)];  // f32 and f64 are the fifth and sixth lane type
}

/// Elements of one image's inputs and outputs that are brought to another place. Depthwise sums
/// leave out what lies around the inputs, and pack nothing for it.
double packed_elements(const LayerShape& shape) noexcept {
  const bool scattered = shape.data_format == nn::DataFormat::channels_first;
  const bool padded = shape.rows.is_padded() || shape.cols.is_padded();
  const bool packs = scattered || (padded && !shape.is_depthwise());
  const auto inputs = static_cast<double>(shape.rows.input * shape.cols.input * shape.in_channels);
  const auto outputs =
      static_cast<double>(shape.rows.output * shape.cols.output * shape.out_channels);
  return (packs ? inputs : 0) + (scattered ? outputs : 0);
}

/// Channels as they are summed, in whole vectors.
double rounded(Index channels, double vector) noexcept {
  return std::ceil(static_cast<double>(channels) / vector) * vector;
}

/// Filters by pixels, which come in whole vectors of them.
double planar_seconds(const LayerShape& shape, const Rates& rates) {
  const std::size_t precision = precision_of(shape);
  const double vector = vector_of(shape, rates);
  const bool joined = shape.taps() == 1;
  const Index line = joined ? shape.rows.output * shape.cols.output : shape.cols.output;
  const double pixels = rounded(line, vector) * static_cast<double>(joined ? 1 : shape.rows.output);
  const auto products = static_cast<double>(shape.products());
  // Rows of pixels are copied, which is faster than to transpose them.
  constexpr double copied = 0.3;
  return pixels * products *
         (static_cast<double>(shape.out_channels) * rates.product[precision] +
          copied * rates.packed[precision]);
}

/// Channels as images, by the rates of those; packing stands for what their edges cost.
double planes_seconds(const LayerShape& shape, const Rates& rates) {
  const std::size_t precision = precision_of(shape);
  const auto outputs =
      static_cast<double>(shape.rows.output * shape.cols.output * shape.out_channels);
  return outputs * (static_cast<double>(shape.taps()) * rates.tap[4 + precision] +
                    rates.packed[precision] + rates.output);
}

double pixel_major_seconds(const LayerShape& shape, const Rates& rates) {
  const std::size_t precision = precision_of(shape);
  const double vector = vector_of(shape, rates);
  const double packing = packed_elements(shape) * rates.packed[precision];
  const auto pixels = static_cast<double>(shape.rows.output * shape.cols.output);
  const auto products = static_cast<double>(shape.products());
  if (shape.is_depthwise()) {
    return packing + pixels * products * rounded(shape.out_channels, vector) *
                         rates.depthwise_product[precision];
  }
  const double filters = static_cast<double>(shape.groups) * rounded(shape.group_outputs(), vector);
  return packing + pixels * products * filters * rates.product[precision];
}

/// Of an image's tiles by the kernel, in so many planes of numbers.
double products_seconds(const LayerShape& shape, double planes, double tiles, const Rates& rates) {
  const auto channels = static_cast<double>(shape.in_channels);
  const double filters = rounded(shape.out_channels, vector_of(shape, rates));
  const double products = planes * tiles * channels * filters * rates.product[precision_of(shape)];
  const auto element = static_cast<double>(size_in_bytes(shape.type));
  // The kernel's planes are read once for each group of tiles, which images of a batch can share.
  constexpr double group = 28;
  const auto batch = static_cast<double>(std::max(shape.batch, Index{1}));
  const double readings = std::ceil(tiles * batch / group) / batch;
  const double kernel = planes * element * channels * filters;
  // One that no cache holds is read from memory.
  constexpr double largest_cached = 16 << 20;
  constexpr double uncached = 3.6;
  const double bytes = kernel * readings * (kernel > largest_cached ? uncached : 1) +
                       planes * element * tiles * (channels + filters);
  return products + bytes * rates.spectrum_byte;
}

}  // namespace

bool prefers_planes(const LayerShape& shape, const Rates& rates) noexcept {
  const bool apart = shape.data_format == nn::DataFormat::channels_first || shape.out_channels == 1;
  if (!apart || shape.taps() == 0 || !shape.is_depthwise()) return false;
  if (sums_planes_in_place(shape)) return true;
  // In shorter rows the sliding sum loses more than transposing costs.
  constexpr double least_vectors = 3.5;
  const double vector = vector_of(shape, rates);
  return shape.is_dense() && static_cast<double>(shape.cols.output) >= least_vectors * vector;
}

bool prefers_planar(const LayerShape& shape, const Rates& rates) {
  return shape.is_dense() && shape.taps() > 0 && shape.groups == 1 && !shape.is_depthwise() &&
         shape.data_format == nn::DataFormat::channels_first &&
         planar_seconds(shape, rates) < pixel_major_seconds(shape, rates);
}

double layer_direct_seconds(const LayerShape& shape, const Rates& rates) {
  if (prefers_planes(shape, rates)) return planes_seconds(shape, rates);
  return prefers_planar(shape, rates) ? planar_seconds(shape, rates)
                                      : pixel_major_seconds(shape, rates);
}

double layer_winograd_seconds(const LayerShape& shape, const Rates& rates) {
  const auto tiles = static_cast<double>(
      LayerTileShape(shape, Winograd::inputs, Winograd::outputs, Winograd::outputs).tiles());
  const auto channels = static_cast<double>(shape.in_channels);
  const double filters = rounded(shape.out_channels, vector_of(shape, rates));
  // A number of a plane is transformed in about half the time in which one is packed.
  constexpr double transformed = 0.6;
  const double numbers = tiles * Winograd::planes * (channels + filters);
  return products_seconds(shape, Winograd::planes, tiles, rates) +
         (transformed * numbers + packed_elements(shape)) * rates.packed[precision_of(shape)];
}

double layer_frequency_seconds(const LayerShape& shape, Index side, const Rates& rates) {
  const std::size_t precision = precision_of(shape);
  const LayerTileShape tile(shape, side);
  const auto which = std::find(tile_sides.begin(), tile_sides.end(), side) - tile_sides.begin();
  const auto planes = static_cast<double>(TileFrequencyCounts(tile).planes());
  const auto tiles = static_cast<double>(tile.tiles());
  const auto strips = static_cast<double>(ceil_divide(shape.in_channels, strip_channels) +
                                          ceil_divide(shape.out_channels, strip_channels));
  const double transforms =
      std::ceil(tiles / 2) * strips * rates.tile_strip[precision][static_cast<std::size_t>(which)];
  return transforms + products_seconds(shape, planes, tiles, rates) +
         packed_elements(shape) * rates.packed[precision];
}

double spectrum_seconds(const LayerShape& shape, Index side) noexcept {
  const TileFrequencyCounts counts(LayerTileShape(shape, side));
  constexpr double summed = 0.7e-9;  // a tap of a pair of channels at a frequency
  const auto frequencies = static_cast<double>(counts.real + counts.complex);
  return summed * frequencies * static_cast<double>(shape.products()) *
         static_cast<double>(shape.out_channels);
}

double layer_reference_seconds(const LayerShape& shape, const Rates& rates) {
  return rates.reference * shape.multiplications();
}

Index choose_tile_side(const LayerShape& shape, const Rates& rates) {
  Index best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (const Index side : tile_sides) {
    if (LayerTileShape(shape, side).tiles() == 0) continue;
    const double seconds = layer_frequency_seconds(shape, side, rates);
    if (seconds >= least) continue;
    least = seconds;
    best = side;
  }
  return best;
}

}  // namespace twofold::detail
