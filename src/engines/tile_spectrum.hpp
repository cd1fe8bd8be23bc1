// SPDX-License-Identifier: BSD-3-Clause
// The frequencies of a square tile, and a layer's kernel there: the right factors of the products.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "kernels/kernels.hpp"
#include "problem/layer.hpp"
#include "support/checked.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

/// How a layer's images are cut into tiles, and what a tile becomes.
struct LayerTileShape {
  Index side = 0;
  Index out_rows = 0;  ///< outputs of one tile
  Index out_cols = 0;
  Index down = 0;
  Index across = 0;

  LayerTileShape() = default;
  LayerTileShape(const LayerShape& shape, Index of_side)
      : side(of_side),
        out_rows(of_side - shape.rows.taps + 1),
        out_cols(of_side - shape.cols.taps + 1) {
    if (out_rows <= 0 || out_cols <= 0) return;
    down = ceil_divide(shape.rows.output, out_rows);
    across = ceil_divide(shape.cols.output, out_cols);
  }

  [[nodiscard]] Index points() const noexcept { return side * side; }
  [[nodiscard]] Index tiles() const noexcept { return down * across; }
  /// Frequencies that mirror themselves, and pairs of others.
  [[nodiscard]] Index real_frequencies() const noexcept { return side % 2 == 0 ? 4 : 1; }
  [[nodiscard]] Index complex_frequencies() const noexcept {
    return (points() - real_frequencies()) / 2;
  }
  [[nodiscard]] Index planes() const noexcept {
    return real_frequencies() + planes_per_complex * complex_frequencies();
  }
  /// The outputs of tile i of an image.
  [[nodiscard]] Rect outputs_of(const LayerShape& shape, Index i) const noexcept {
    const Index row = i / across * out_rows;
    const Index col = i % across * out_cols;
    return {row, col, std::min(out_rows, shape.rows.output - row),
            std::min(out_cols, shape.cols.output - col)};
  }
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

/// A layer's kernel at the frequencies of a tile, in blocks of filters as ChannelSum reads them:
/// Σ_j k[j]·exp(2πi·fj/n), the spectrum of the turned kernel, over twice the number of points. Each
/// number is summed in double precision.
template <class T>
class TileSpectrum {
 public:
  TileSpectrum(const LayerProblem<T>& problem, const LayerTileShape& tile,
               const LayerKernels<T>& kernels)
      : shape_(problem.shape),
        tile_(tile),
        block_(kernels.block_columns),
        pitch_(round_up(shape_.out_channels, strip_channels)),
        numbers_(Image<T>::uninitialized({tile.planes(), pitch_ * shape_.in_channels})) {
    const auto filters = static_cast<std::size_t>(shape_.out_channels);
    std::vector<double> re(filters);
    std::vector<double> im(filters);
    Index plane = 0;
    for (const TileFrequency& frequency : frequencies_of(tile)) {
      const bool real = frequency.here == frequency.there;
      for (Index channel = 0; channel < shape_.in_channels; ++channel) {
        transform(problem, frequency.here, channel, re, im);
        write(plane, channel, [&](std::size_t f) { return re[f]; });
        if (real) continue;
        write(plane + 1, channel, [&](std::size_t f) { return im[f] - re[f]; });
        write(plane + 2, channel, [&](std::size_t f) { return re[f] + im[f]; });
      }
      plane += real ? 1 : planes_per_complex;
    }
  }

  /// Filters `first` … of one plane; `right_pitch` of its columns are there.
  [[nodiscard]] const T* block(Index plane, Index first) const noexcept {
    return numbers_.data() + offset_of(plane, first);
  }
  [[nodiscard]] Index block_pitch(Index first) const noexcept {
    return std::min(block_, pitch_ - first);
  }
  /// Filters, rounded up to whole strips, of which those that are none are zeros.
  [[nodiscard]] Index filters() const noexcept { return pitch_; }

 private:
  [[nodiscard]] Index offset_of(Index plane, Index first) const noexcept {
    return (plane * pitch_ + first) * shape_.in_channels;
  }

  /// The numbers of all filters at one frequency.
  void transform(const LayerProblem<T>& problem, Index point, Index channel,
                 std::vector<double>& re, std::vector<double>& im) const {
    std::fill(re.begin(), re.end(), 0.0);
    std::fill(im.begin(), im.end(), 0.0);
    const T* taps = problem.kernel.data() + channel * shape_.out_channels;
    const double scale = 0.5 / static_cast<double>(tile_.points());
    for (Index a = 0; a < shape_.rows.taps; ++a) {
      for (Index b = 0; b < shape_.cols.taps; ++b) {
        // Reduced first: the angle is then as exact as can be.
        const Index turn = (point / tile_.side * a + point % tile_.side * b) % tile_.side;
        const double angle =
            2 * std::numbers::pi * static_cast<double>(turn) / static_cast<double>(tile_.side);
        const double cosine = scale * std::cos(angle);
        const double sine = scale * std::sin(angle);
        for (std::size_t f = 0; f < re.size(); ++f) {
          re[f] += cosine * static_cast<double>(taps[f]);
          im[f] += sine * static_cast<double>(taps[f]);
        }
        taps += shape_.in_channels * shape_.out_channels;
      }
    }
  }

  template <class Number>
  void write(Index plane, Index channel, const Number& number) {
    for (Index first = 0; first < pitch_; first += block_) {
      const Index columns = block_pitch(first);
      T* to = numbers_.data() + offset_of(plane, first) + channel * columns;
      for (Index f = 0; f < columns; ++f) {
        const bool there = first + f < shape_.out_channels;
        to[f] = there ? static_cast<T>(number(static_cast<std::size_t>(first + f))) : T(0);
      }
    }
  }

  LayerShape shape_;
  LayerTileShape tile_;
  Index block_;
  Index pitch_;
  Image<T> numbers_;
};

}  // namespace twofold::detail
