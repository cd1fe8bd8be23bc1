// SPDX-License-Identifier: BSD-3-Clause
// Layers by F(4×4, 3×3), for which winograd_points.hpp stands: windows of 6×6 inputs go to 36
// planes, strip by strip of channels; then a product of matrices, tiles × channels by channels ×
// filters, in every plane; then to 4×4 outputs.
#include <cmath>

#include "engines/layer_strips.hpp"
#include "engines/layer_tiles.hpp"
#include "kernels/winograd_points.hpp"

namespace twofold::detail {

namespace {

using W = Winograd;

LayerTileShape tile_shape(const LayerShape& shape) {
  return {shape, W::inputs, W::outputs, W::outputs};
}

/// Where a tap of the layer, which may have fewer along an axis, lies among 3×3.
std::size_t place_of(const LayerShape& shape, std::size_t tap) {
  const auto cols = static_cast<std::size_t>(shape.cols.taps);
  return tap / cols * W::taps + tap % cols;
}

/// G·k·Gᵀ of all filters and channels, in double precision.
template <class T>
FilterPlanes<T> winograd_filters(const LayerProblem<T>& problem, const LayerKernels<T>& kernels) {
  const LayerShape& shape = problem.shape;
  FilterPlanes<T> planes(shape, W::planes, kernels);
  const auto tap_pitch = static_cast<std::size_t>(shape.in_channels * shape.out_channels);
  const auto taps = static_cast<std::size_t>(shape.taps());
  for (Index channel = 0; channel < shape.in_channels; ++channel) {
    const T* const first = problem.kernel.data() + channel * shape.out_channels;
    for (int i = 0; i < W::planes; ++i) {
      double factors[W::taps * W::taps];
      for (std::size_t tap = 0; tap < taps; ++tap) {
        const std::size_t place = place_of(shape, tap);
        factors[tap] = W::g[i / W::inputs][place / W::taps] * W::g[i % W::inputs][place % W::taps];
      }
      planes.write(i, channel, [&](std::size_t f) {
        double sum = 0;
        for (std::size_t tap = 0; tap < taps; ++tap)
          sum += factors[tap] * static_cast<double>(first[tap * tap_pitch + f]);
        return sum;
      });
    }
  }
  return planes;
}

/// The sums of magnitudes in a transform's rows.
template <std::size_t rows, std::size_t cols>
std::array<double, rows> row_sums(const double (&matrix)[rows][cols]) {
  std::array<double, rows> sums{};
  for (std::size_t i = 0; i < rows; ++i) {
    for (const double number : matrix[i])
      sums[i] += std::abs(number);
  }
  return sums;
}

/// For each filter, of all its channels c, in inputs of magnitude 1 and with β = |Bᵀ|·1,
///
///   (C + 30)·u·max |Aᵀ|·((|G|·Σ_c|k_c|·|Gᵀ|) ⊙ ββᵀ)·|A|
///
/// (Barabasz et al., §4, whose α, β, γ are the roundings of a row of a transform): a term of the
/// sum is rounded at most 4 times along each axis by Aᵀ and by Bᵀ, with or without fused
/// multiplication, 12 times by G in double precision and once to T, C times in the sum of products,
/// once with the bias.
class WinogradBound {
 public:
  template <class T>
  explicit WinogradBound(const LayerProblem<T>& problem) {
    const LayerShape& shape = problem.shape;
    const auto channels = static_cast<double>(shape.in_channels);
    const double roundings = (channels + 30) * unit_roundoff(shape.type);
    const double gamma = roundings / (1 - roundings);
    const auto filters = static_cast<std::size_t>(shape.out_channels);
    std::vector<TapSums> sums(filters);
    for (std::size_t i = 0; i < problem.kernel.size(); ++i) {
      const std::size_t tap = i / filters / static_cast<std::size_t>(shape.in_channels);
      sums[i % filters][place_of(shape, tap)] += std::abs(static_cast<double>(problem.kernel[i]));
    }
    double largest_tap = 0;
    for (std::size_t f = 0; f < filters; ++f) {
      per_magnitude_ = std::max(per_magnitude_, gamma * amplified(sums[f]));
      constant_ =
          std::max(constant_, unit_roundoff(shape.type) * std::abs(double{problem.bias[f]}));
      largest_tap = std::max(largest_tap, *std::max_element(sums[f].begin(), sums[f].end()));
    }
    add_underflow(channels, largest_tap, double{std::numeric_limits<T>::denorm_min()});
  }

  [[nodiscard]] double at(double largest_magnitude) const noexcept {
    return per_magnitude_ * largest_magnitude + constant_;
  }

 private:
  using TapSums = std::array<double, std::size_t{W::taps} * W::taps>;

  /// The largest output that there is with magnitudes in place of all numbers.
  static double amplified(const TapSums& taps) {
    const auto inputs = row_sums(W::b_transposed);
    double weights[W::outputs][W::taps] = {};  // of a tap in an output, along one axis
    for (int i = 0; i < W::outputs; ++i) {
      for (int j = 0; j < W::taps; ++j) {
        for (std::size_t k = 0; k < W::inputs; ++k)
          weights[i][j] += std::abs(W::a_transposed[i][k]) * inputs[k] * std::abs(W::g[k][j]);
      }
    }
    double largest = 0;
    for (const auto& by_row : weights) {
      for (const auto& by_col : weights) {
        double sum = 0;
        for (std::size_t tap = 0; tap < taps.size(); ++tap)
          sum += taps[tap] * by_row[tap / W::taps] * by_col[tap % W::taps];
        largest = std::max(largest, sum);
      }
    }
    return largest;
  }

  /// Every rounding below the normal numbers is off by less than `least`: those of inputs and
  /// kernel on their way through the products, then those of the products and of Aᵀ themselves.
  void add_underflow(double channels, double largest_tap, double least) {
    const auto largest = [](const auto& sums) {
      return *std::max_element(sums.begin(), sums.end());
    };
    const double a = largest(row_sums(W::a_transposed));
    const double b = largest(row_sums(W::b_transposed));
    const double g = largest(row_sums(W::g));
    constexpr double of_axis = 8;  // roundings of one row of Aᵀ or Bᵀ
    const double of_products = 1 + of_axis * (b + 1) * g * g * largest_tap;
    per_magnitude_ += least * a * a * channels * b * b;
    constant_ += least * (a * a * channels * of_products + of_axis * (a + 1));
  }

  double per_magnitude_ = 0;
  double constant_ = 0;
};

/// What one worker needs for a strip of a unit of tiles.
template <class T>
struct TileMemory {
  T* window = nullptr;
  T* sums = nullptr;

  TileMemory(Scratch& scratch, Index tiles) {
    window = scratch.take<T>(W::inputs, (tiles * W::outputs + W::taps - 1) * strip_channels);
    sums = scratch.take<T>(W::outputs, tiles * W::outputs * strip_channels);
  }
};

/// Where channels lie apart, several tiles in a row are transposed at a time. Where they lie side
/// by side, most tiles are read and written where they are, if each is by itself.
TileUnits units_of(const LayerShape& shape, const LayerTileShape& tile) {
  constexpr Index most = 16;
  const bool apart = shape.data_format == nn::DataFormat::channels_first;
  const Index parts = apart ? ceil_divide(tile.across, most) : tile.across;
  return {tile.across, tile.down, ceil_divide(tile.across, parts)};
}

template <class T>
class LayerWinograd final : public LayerEngine<T> {
 public:
  explicit LayerWinograd(const LayerProblem<T>& problem)
      : shape_(problem.shape),
        tile_(tile_shape(shape_)),
        kernels_(kernels_for(shape_.isa).template layers<T>()),
        strips_(problem, kernels_),
        products_(problem, units_of(shape_, tile_), winograd_filters(problem, kernels_),
                  WorkerMemory(shape_.threads,
                               [this](Scratch& scratch) {
                                 return TileMemory<T>(scratch, units_of(shape_, tile_).size);
                               }),
                  kernels_),
        bound_(problem) {}

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
    const Index size = products_.units().size;
    products_.run(
        task, workspace, executor,
        [&](Index unit, T* left, Scratch scratch) {
          bring(task, unit, left, TileMemory<T>(scratch, size));
        },
        [&](Index unit, const T* products, Scratch scratch) {
          return take(task, unit, products, TileMemory<T>(scratch, size));
        });
  }

 private:
  void bring(const LayerTask<T>& task, Index unit, T* left, const TileMemory<T>& memory) const {
    const Index first = products_.units().first(unit);
    const Index tiles = products_.units().count(unit);
    const Rect window = tile_.window_of(shape_, first % tile_.tiles(), tiles);
    for (Index channel = 0; channel < shape_.in_channels; channel += strip_channels) {
      const Strip<const T> inputs =
          strips_.inputs(task.inputs, first / tile_.tiles(), window, channel, memory.window);
      for (Index i = 0; i < tiles; ++i) {
        kernels_.winograd.inputs(inputs.at(0, i * W::outputs), inputs.row_pitch, inputs.pixel_pitch,
                                 left + i * products_.in_pitch() + channel, products_.left_plane());
      }
    }
  }

  /// Whether the outputs are finite. What is not so in the inputs reaches every output whose window
  /// it lies in: a tap is a sum over planes, at least one of which has it with factors other than
  /// 0.
  bool take(const LayerTask<T>& task, Index unit, const T* products,
            const TileMemory<T>& memory) const {
    const Index first = products_.units().first(unit);
    const Index image = first / tile_.tiles();
    const Index tiles = products_.units().count(unit);
    const Rect outputs = tile_.outputs_of(shape_, first % tile_.tiles(), tiles);
    const Rect written{outputs.row, outputs.col, W::outputs, tiles * W::outputs};
    const Epilogue<T>& epilogue = strips_.epilogue();
    bool finite = true;
    for (Index filter = 0; filter < shape_.out_channels; filter += strip_channels) {
      const Strip<T> to =
          strips_.target(task.outputs, image, outputs, written, filter, memory.sums);
      for (Index i = 0; i < tiles; ++i) {
        finite = kernels_.winograd.outputs(products + i * products_.out_pitch() + filter,
                                           products_.product_plane(), strips_.bias(filter),
                                           epilogue.low, epilogue.high, to.at(0, i * W::outputs),
                                           to.row_pitch, to.pixel_pitch) &&
                 finite;
      }
      strips_.finish(task.outputs, image, outputs, filter, to, memory.sums);
    }
    return finite;
  }

  LayerShape shape_;
  LayerTileShape tile_;
  const LayerKernels<T>& kernels_;
  LayerStrips<T> strips_;
  TileProducts<T> products_;
  WinogradBound bound_;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_winograd(const LayerProblem<T>& problem) {
  return std::make_unique<LayerWinograd<T>>(problem);
}

template std::unique_ptr<const LayerEngine<float>> make_layer_winograd(const LayerProblem<float>&);
template std::unique_ptr<const LayerEngine<double>> make_layer_winograd(
    const LayerProblem<double>&);

}  // namespace twofold::detail
