// SPDX-License-Identifier: BSD-3-Clause
// The frequencies of a square tile, and a layer's kernel there: the right factors of the products.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "engines/layer_tiles.hpp"

namespace twofold::detail {

/// What a square tile of real numbers is at its frequencies.
struct TileFrequencyCounts {
  Index real = 0;     ///< that mirror themselves
  Index complex = 0;  ///< pairs of others

  explicit TileFrequencyCounts(const LayerTileShape& tile)
      : real(tile.side % 2 == 0 ? 4 : 1), complex((tile.points() - real) / 2) {}
  [[nodiscard]] Index planes() const noexcept { return real + planes_per_complex * complex; }
};

[[nodiscard]] inline std::vector<TileFrequency> frequencies_of(const LayerTileShape& shape) {
  std::vector<TileFrequency> real;
  std::vector<TileFrequency> complex;
  for (Index here = 0; here < shape.points(); ++here) {
    const Index row = (shape.side - here / shape.side) % shape.side;
    const Index col = (shape.side - here % shape.side) % shape.side;
    const Index there = row * shape.side + col;
    if (here == there) real.push_back({here, there});
    if (here < there) complex.push_back({here, there});
  }
  real.insert(real.end(), complex.begin(), complex.end());
  return real;
}

/// The numbers of all filters of one channel at one frequency:
/// Σ_j k[j]·exp(2πi·fj/n), the spectrum of the turned kernel, over twice the number of points.
template <class T>
void transform_filters(const LayerProblem<T>& problem, const LayerTileShape& tile, Index point,
                       Index channel, std::vector<double>& re, std::vector<double>& im) {
  const LayerShape& shape = problem.shape;
  std::fill(re.begin(), re.end(), 0.0);
  std::fill(im.begin(), im.end(), 0.0);
  const T* taps = problem.kernel.data() + channel * shape.out_channels;
  const double scale = 0.5 / static_cast<double>(tile.points());
  for (Index a = 0; a < shape.rows.taps; ++a) {
    for (Index b = 0; b < shape.cols.taps; ++b) {
      // Reduced first: the angle is then as exact as can be.
      const Index turn = (point / tile.side * a + point % tile.side * b) % tile.side;
      const double angle =
          2 * std::numbers::pi * static_cast<double>(turn) / static_cast<double>(tile.side);
      const double cosine = scale * std::cos(angle);
      const double sine = scale * std::sin(angle);
      for (std::size_t f = 0; f < re.size(); ++f) {
        re[f] += cosine * static_cast<double>(taps[f]);
        im[f] += sine * static_cast<double>(taps[f]);
      }
      taps += shape.in_channels * shape.out_channels;
    }
  }
}

/// A layer's kernel at the frequencies of a tile. Each number is summed in double precision.
template <class T>
[[nodiscard]] FilterPlanes<T> spectrum_of(const LayerProblem<T>& problem,
                                          const LayerTileShape& tile,
                                          const LayerKernels<T>& kernels) {
  FilterPlanes<T> spectrum(problem.shape, TileFrequencyCounts(tile).planes(), kernels);
  const auto filters = static_cast<std::size_t>(problem.shape.out_channels);
  std::vector<double> re(filters);
  std::vector<double> im(filters);
  Index plane = 0;
  for (const TileFrequency& frequency : frequencies_of(tile)) {
    const bool real = frequency.here == frequency.there;
    for (Index channel = 0; channel < problem.shape.in_channels; ++channel) {
      transform_filters(problem, tile, frequency.here, channel, re, im);
      spectrum.write(plane, channel, [&](std::size_t f) { return re[f]; });
      if (real) continue;
      spectrum.write(plane + 1, channel, [&](std::size_t f) { return im[f] - re[f]; });
      spectrum.write(plane + 2, channel, [&](std::size_t f) { return re[f] + im[f]; });
    }
    plane += real ? 1 : planes_per_complex;
  }
  return spectrum;
}

}  // namespace twofold::detail
