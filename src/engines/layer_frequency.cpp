// SPDX-License-Identifier: BSD-3-Clause
// The frequency-domain engine of layers. Small tiles, of all images of the batch in one row, go
// through it a group at a time: two tiles in one complex transform, strip by strip of channels;
// then a product of matrices, tiles × channels by channels × filters, at every frequency; then
// back.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "engines/layer_strips.hpp"
#include "engines/tile_spectrum.hpp"
#include "engines/transform.hpp"
#include "fft/fft.hpp"

namespace twofold::detail {

namespace {

static_assert(strip_channels == fft::tile_vectors);

/// For the worst filter, √5·(12(log₂N + 1) + 2C)·u·‖x‖₂‖k‖₂ over the C channels of a tile of N
/// points: that of a transform shared by two tiles (transform.hpp), and of sums of C products in
/// it.
class LayerTransformBound {
 public:
  template <class T>
  LayerTransformBound(const LayerProblem<T>& problem, const LayerTileShape& tile) {
    const auto filters = static_cast<std::size_t>(problem.shape.out_channels);
    double largest = std::numeric_limits<double>::min();
    for (const T tap : problem.kernel)
      largest = std::max(largest, std::abs(static_cast<double>(tap)));
    // Of ratios, as squares of the taps themselves could vanish or overflow.
    std::vector<double> squares(filters);
    std::vector<double> sums(filters);
    for (std::size_t i = 0; i < problem.kernel.size(); ++i) {
      const double ratio = std::abs(static_cast<double>(problem.kernel[i])) / largest;
      squares[i % filters] += ratio * ratio;
      sums[i % filters] += ratio;
    }
    const double norm = largest * std::sqrt(*std::max_element(squares.begin(), squares.end()));
    const auto points = static_cast<double>(tile.points());
    const auto channels = static_cast<double>(problem.shape.in_channels);
    const double roundoff = unit_roundoff(problem.shape.type);
    const double factor = transform_error_factor(points, roundoff) + 2 * channels * roundoff;
    per_magnitude_ = std::sqrt(5.0 * points * channels) * factor * norm;
    add_underflow(points, channels, largest * *std::max_element(sums.begin(), sums.end()),
                  static_cast<double>(std::numeric_limits<T>::denorm_min()));
  }
  [[nodiscard]] double at(double largest_magnitude) const noexcept {
    return per_magnitude_ * largest_magnitude + constant_;
  }

 private:
  /// Every product below the normal numbers is off by less than `least`, sums are exact there. In a
  /// transform of N points these errors add up to √2·N·least at most (each stage of log₂N doubles
  /// what the ones before made): that of the inputs meets the kernel's numbers, ‖k‖₁/2N at most, in
  /// three products at each of N frequencies, that of the outputs stays. Between them each of the
  /// 3C products is off itself, and so is each number of the kernel, which meets one of the
  /// inputs', of at most N·max|x|.
  void add_underflow(double points, double channels, double norm1, double least) {
    per_magnitude_ += least * 3 * channels * points * points;
    constant_ += least * points * (5 * norm1 + 3 * channels + 2);
  }

  double per_magnitude_ = 0;
  double constant_ = 0;
};

/// What one worker needs for a strip of two tiles.
template <class T>
struct PairMemory {
  T* windows = nullptr;
  std::complex<T>* points = nullptr;
  std::complex<T>* spectrum = nullptr;
  T* sums = nullptr;  ///< one strip of a tile's outputs

  PairMemory(Scratch& scratch, const LayerTileShape& tile) {
    const Index numbers = tile.points() * strip_channels;
    windows = scratch.take<T>(2, numbers);
    points = scratch.take<std::complex<T>>(1, numbers);
    spectrum = scratch.take<std::complex<T>>(1, numbers);
    sums = scratch.take<T>(1, numbers);
  }
};

/// Tiles go in pairs; where an image has an odd number, its last pair has one.
template <class T>
class LayerFrequency final : public LayerEngine<T> {
 public:
  LayerFrequency(const LayerProblem<T>& problem, Index side)
      : shape_(problem.shape),
        tile_(shape_, side),
        kernels_(kernels_for(shape_.isa).template layers<T>()),
        strips_(problem, kernels_),
        list_(frequencies_of(tile_)),
        frequencies_{list_.data(), TileFrequencyCounts(tile_).real,
                     TileFrequencyCounts(tile_).complex},
        transform_(side),
        products_(problem, {tile_.tiles(), 1, 2}, spectrum_of(problem, tile_, kernels_),
                  WorkerMemory(shape_.threads,
                               [this](Scratch& scratch) { return PairMemory<T>(scratch, tile_); }),
                  kernels_),
        bound_(problem, tile_) {}

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return products_.workspace_bytes();
  }
  [[nodiscard]] double largest_norm() const noexcept override {
    return products_.direct().largest_norm();
  }
  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return std::max(bound_.at(largest_magnitude),
                    products_.direct().error_bound(largest_magnitude));
  }

  void run(const LayerTask<T>& task, std::byte* workspace, Executor& executor) const override {
    products_.run(
        task, workspace, executor,
        [&](Index pair, T* left, Scratch scratch) {
          bring(task, pair, left, PairMemory<T>(scratch, tile_));
        },
        [&](Index pair, const T* products, Scratch scratch) {
          return take(task, pair, products, PairMemory<T>(scratch, tile_));
        });
  }

 private:
  [[nodiscard]] bool has_second(Index pair) const noexcept {
    return products_.units().count(pair) == 2;
  }

  /// Two tiles of inputs, transformed, become the left factors of the products.
  void bring(const LayerTask<T>& task, Index pair, T* left, const PairMemory<T>& memory) const {
    // A second tile that is none goes to the first one's row, which is written after it.
    T* const second = has_second(pair) ? left + products_.in_pitch() : left;
    for (Index channel = 0; channel < shape_.in_channels; channel += strip_channels) {
      bring_strip(task, pair, channel, memory);
      transform_.run(memory.points, memory.spectrum);
      kernels_.tiles.separate(memory.spectrum, frequencies_, left + channel, second + channel,
                              products_.left_plane());
    }
  }

  void bring_strip(const LayerTask<T>& task, Index pair, Index channel,
                   const PairMemory<T>& memory) const {
    const Index side = tile_.side;
    const Index numbers = tile_.points() * strip_channels;
    const Index first = products_.units().first(pair);
    const auto strip_of = [&](Index tile, T* packed) {
      return strips_.inputs(task.inputs, tile / tile_.tiles(),
                            tile_.window_of(shape_, tile % tile_.tiles()), channel, packed);
    };
    const Strip<const T> a = strip_of(first, memory.windows);
    // Of a second tile that is none, each row is the same row of zeros.
    T* const nothing = memory.windows + numbers;
    if (!has_second(pair)) std::fill_n(nothing, side * strip_channels, T(0));
    const Strip<const T> b = has_second(pair) ? strip_of(first + 1, nothing)
                                              : Strip<const T>{nothing, 0, strip_channels};
    for (Index row = 0; row < side; ++row) {
      kernels_.tiles.pair_pixels(a.at(row, 0), a.pixel_pitch, b.at(row, 0), b.pixel_pitch, side,
                                 memory.points + row * side * strip_channels);
    }
  }

  /// Two tiles of products become outputs. Whether these are finite.
  bool take(const LayerTask<T>& task, Index pair, const T* products,
            const PairMemory<T>& memory) const {
    const Index first = products_.units().first(pair);
    const T* const second = has_second(pair) ? products + products_.out_pitch() : products;
    bool finite = true;
    for (Index filter = 0; filter < shape_.out_channels; filter += strip_channels) {
      kernels_.tiles.combine(products + filter, second + filter, products_.product_plane(),
                             frequencies_, memory.spectrum);
      transform_.run(memory.spectrum, memory.points);
      finite = take_strip(task, first, filter, kernels_.tiles.take_re, memory) && finite;
      if (!has_second(pair)) continue;
      finite = take_strip(task, first + 1, filter, kernels_.tiles.take_minus_im, memory) && finite;
    }
    return finite;
  }

  /// Whether the outputs are finite: what is not so at one frequency spreads to all points, and
  /// sums may overflow at some points only.
  template <class Take>
  bool take_strip(const LayerTask<T>& task, Index tile, Index filter, Take take_row,
                  const PairMemory<T>& memory) const {
    const Index image = tile / tile_.tiles();
    const Rect outputs = tile_.outputs_of(shape_, tile % tile_.tiles());
    const Strip<T> to = strips_.target(task.outputs, image, outputs, outputs, filter, memory.sums);
    const Epilogue<T>& epilogue = strips_.epilogue();
    bool finite = true;
    for (Index row = 0; row < outputs.rows; ++row) {
      finite = take_row(memory.points + row * tile_.side * strip_channels, outputs.cols,
                        strips_.bias(filter), epilogue.low, epilogue.high, to.at(row, 0),
                        to.pixel_pitch) &&
               finite;
    }
    strips_.finish(task.outputs, image, outputs, filter, to, memory.sums);
    return finite;
  }

  LayerShape shape_;
  LayerTileShape tile_;
  const LayerKernels<T>& kernels_;
  LayerStrips<T> strips_;
  std::vector<TileFrequency> list_;
  TileFrequencies frequencies_;
  fft::TileTransform<T> transform_;
  TileProducts<T> products_;
  LayerTransformBound bound_;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_frequency(const LayerProblem<T>& problem,
                                                           Index side) {
  return std::make_unique<LayerFrequency<T>>(problem, side);
}

template std::unique_ptr<const LayerEngine<float>> make_layer_frequency(const LayerProblem<float>&,
                                                                        Index);
template std::unique_ptr<const LayerEngine<double>> make_layer_frequency(
    const LayerProblem<double>&, Index);

}  // namespace twofold::detail
