// SPDX-License-Identifier: BSD-3-Clause
// How long each method takes, over sizes of image and kernel, beside what `automatic` chooses.
#pragma once

#include <optional>
#include <vector>

#include <twofold/nn/options.hpp>

namespace twofold::tool {

/// A convolution of one image with `same` padding, of which only the sizes are left open.
struct MapLayer {
  nn::ConvOptions options;
  Index channels = 0;
  Index filters = 0;
};

struct MapRequest {
  ElementType type{};
  Options options;                ///< method `automatic`
  std::optional<MapLayer> layer;  ///< in place of images alone; of `options`, threads and ISA count
  std::vector<Index> images;      ///< rows and columns
  std::vector<Index> kernels;     ///< likewise; those larger than the image are left out
  bool is_quick = false;          ///< shorter runs, and fewer
};

/// One method on one problem, in seconds.
struct MapTime {
  Method method{};
  double predicted = 0;
  std::optional<double> measured;  ///< absent where it is predicted to be many times too slow
};

/// One problem: a square image and a square kernel.
struct MapCell {
  Index image = 0;
  Index kernel = 0;
  Method chosen{};             ///< by `automatic`; always measured
  std::vector<MapTime> times;  ///< of the methods that are allowed, in the dispatcher's order

  [[nodiscard]] const MapTime& winner() const;
  /// The second best time over the best; absent where only one method was measured.
  [[nodiscard]] std::optional<double> margin() const;
  /// The chosen method's time over the best.
  [[nodiscard]] double regret() const;
};

/// Measures one cell after the other and shows how far it is. Kernels are without a structure.
/// Throws Error.
[[nodiscard]] std::vector<MapCell> measure_map(const MapRequest&);

}  // namespace twofold::tool
