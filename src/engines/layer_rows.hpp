// SPDX-License-Identifier: BSD-3-Clause
// What the engines of layers have in common: tiles of outputs, inputs packed pixel by pixel with
// zeros around them, and outputs brought to where they belong.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "engines/layer_engine.hpp"
#include "kernels/kernels.hpp"
#include "support/checked.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

/// The scratch memory of workers, each of which has what `lay_out` takes.
class WorkerMemory {
 public:
  template <class LayOut>
  WorkerMemory(unsigned workers, const LayOut& lay_out) : workers_(workers) {
    Scratch measure(nullptr);
    static_cast<void>(lay_out(measure));
    bytes_ = measure.used();
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_ * workers_; }
  [[nodiscard]] Scratch of(std::byte* workspace, Index worker) const noexcept {
    return Scratch(workspace + static_cast<std::size_t>(worker) * bytes_);
  }

 private:
  std::size_t workers_;
  std::size_t bytes_ = 0;
};

/// Calls work(worker, i) for i < count, by as many workers as there may be at the same time, each
/// of which has its own scratch memory.
template <class Work>
void share_work(Index count, unsigned workers, Executor& executor, const Work& work) {
  const Index parts = std::min<Index>(workers, count);
  for_each_part(parts, executor, [&](Index worker) {
    for (Index i = count * worker / parts; i < count * (worker + 1) / parts; ++i)
      work(worker, i);
  });
}

/// Whether a call writes so much that the first of it has left the cache before the last comes.
/// More than for images: what one layer writes, the next one reads.
[[nodiscard]] inline bool outlives_cache(const LayerShape& shape, Index batch) noexcept {
  constexpr Index cache_bytes = Index{16} << 20;
  const Index pixels = batch * shape.rows.output * shape.cols.output;
  return pixels * shape.out_channels * static_cast<Index>(size_in_bytes(shape.type)) > cache_bytes;
}

/// Whether the second-level cache has no room for an image's inputs.
[[nodiscard]] inline bool comes_from_afar(const LayerShape& shape) noexcept {
  constexpr Index second_level = 1 << 20;
  return shape.rows.input * shape.cols.input * shape.in_channels *
             static_cast<Index>(size_in_bytes(shape.type)) >
         second_level;
}

/// How the outputs of an image are cut.
struct LayerTiling {
  Index tile_rows = 0;
  Index tile_cols = 0;
  Index down = 0;
  Index across = 0;

  LayerTiling(const LayerShape& shape, Index rows, Index cols)
      : tile_rows(rows),
        tile_cols(cols),
        down(ceil_divide(shape.rows.output, rows)),
        across(ceil_divide(shape.cols.output, cols)) {}

  [[nodiscard]] Index count() const noexcept { return down * across; }
  /// Columns that each tile has at least.
  [[nodiscard]] Index least_cols(const LayerShape& shape) const noexcept {
    return shape.cols.output / across;
  }
  /// As equal as they can be.
  [[nodiscard]] Rect tile(const LayerShape& shape, Index i) const noexcept {
    const Index r = i / across;
    const Index c = i % across;
    const Index top = shape.rows.output * r / down;
    const Index left = shape.cols.output * c / across;
    return {top, left, shape.rows.output * (r + 1) / down - top,
            shape.cols.output * (c + 1) / across - left};
  }
};

/// Tiles whose inputs and outputs stay in the second-level cache beside a part of the kernel.
[[nodiscard]] inline LayerTiling tiling_of(const LayerShape& shape) {
  constexpr double bytes = 384 << 10;
  const auto pixel_bytes = [&](Index channels) {
    return static_cast<double>(channels) * static_cast<double>(size_in_bytes(shape.type));
  };
  const double in = pixel_bytes(shape.in_channels);
  const double out = pixel_bytes(shape.out_channels);
  const auto stride = static_cast<double>(shape.rows.stride * shape.cols.stride);
  const double pixels = bytes / (in * stride + out);
  constexpr Index least_cols = 56;
  const auto per_tile = [](double wanted, Index most) {
    return static_cast<Index>(std::clamp(wanted, 1.0, static_cast<double>(most)));
  };
  // Few rows need many of the rows around them: rather four short ones than a long one.
  const Index cols =
      std::min(shape.cols.output, std::max(least_cols, per_tile(pixels / 4, shape.cols.output)));
  return {shape, per_tile(pixels / static_cast<double>(cols), shape.rows.output), cols};
}

/// The inputs that the windows of `outputs` cover: rows × cols, beginning anywhere.
[[nodiscard]] inline Rect window_of(const LayerShape& shape, const Rect& outputs) noexcept {
  const auto length = [](const LayerAxis& axis, Index count) {
    return (count - 1) * axis.stride + axis.span();
  };
  return {shape.rows.first(outputs.row), shape.cols.first(outputs.col),
          length(shape.rows, outputs.rows), length(shape.cols, outputs.cols)};
}

/// Copies `cols` pixels of the inputs, which follow each other from `from` on, to dense ones.
template <class T>
void pack_pixels(const LayerView<const T>& inputs, const T* from, Index cols, Index channels, T* to,
                 const LayerKernels<T>& kernels) {
  if (inputs.channel_stride == 1) {
    if (inputs.col_stride == channels) {
      std::copy_n(from, cols * channels, to);
      return;
    }
    for (Index i = 0; i < cols; ++i)
      std::copy_n(from + i * inputs.col_stride, channels, to + i * channels);
  } else if (inputs.col_stride == 1) {
    kernels.transpose(from, inputs.channel_stride, channels, cols, to, channels);
  } else {
    for (Index i = 0; i < cols; ++i) {
      for (Index c = 0; c < channels; ++c)
        to[i * channels + c] = from[i * inputs.col_stride + c * inputs.channel_stride];
    }
  }
}

/// Packs the part `window` of one image, with zeros where the inputs have nothing, row by row and
/// pixel by pixel.
template <class T>
void pack_window(const LayerShape& shape, const LayerView<const T>& inputs, Index image,
                 const Rect& window, T* to, const LayerKernels<T>& kernels) {
  const Index channels = shape.in_channels;
  const Index begin = std::clamp(window.col, Index{0}, shape.cols.input);
  const Index end = std::clamp(window.col_end(), begin, shape.cols.input);
  // Whole rows, all of them there, are one long row.
  const bool whole = window.col == 0 && window.cols == shape.cols.input && window.row >= 0 &&
                     window.row_end() <= shape.rows.input;
  if (whole && inputs.row_stride == window.cols * inputs.col_stride) {
    pack_pixels(inputs, inputs.at(image, window.row, 0), window.rows * window.cols, channels, to,
                kernels);
    return;
  }
  for (Index row = window.row; row < window.row_end(); ++row, to += window.cols * channels) {
    if (row < 0 || row >= shape.rows.input || begin == end) {
      std::fill_n(to, window.cols * channels, T(0));
      continue;
    }
    T* const first = to + (begin - window.col) * channels;
    T* const last = first + (end - begin) * channels;
    std::fill(to, first, T(0));
    pack_pixels(inputs, inputs.at(image, row, begin), end - begin, channels, first, kernels);
    std::fill(last, to + window.cols * channels, T(0));
  }
}

/// Outputs begin … end along one axis, all of whose windows reach the input with the same taps.
struct TapRun {
  Index begin = 0;
  Index end = 0;
  Index first_tap = 0;
  Index taps = 0;

  [[nodiscard]] Index length() const noexcept { return end - begin; }
};

/// The run that begins with output `begin`, before `end`.
[[nodiscard]] inline TapRun tap_run(const LayerAxis& axis, Index begin, Index end) noexcept {
  const auto inside = [&](Index m) {
    const Index first = axis.first(m);
    const Index before = first < 0 ? ceil_divide(-first, axis.dilation) : 0;
    const Index reach = axis.input - first;
    const Index up_to = reach > 0 ? ceil_divide(reach, axis.dilation) : 0;
    const Index skipped = std::min(before, axis.taps);
    return TapRun{m, m + 1, skipped, std::max(std::min(up_to, axis.taps) - skipped, Index{0})};
  };
  TapRun run = inside(begin);
  for (; run.end < end; ++run.end) {
    const TapRun next = inside(run.end);
    if (next.first_tap != run.first_tap || next.taps != run.taps) break;
  }
  return run;
}

/// Whether products with zeros around the inputs may be left out: 0·∞ is not 0.
template <class T>
[[nodiscard]] bool has_finite_kernel(const LayerProblem<T>& problem) {
  return std::all_of(problem.kernel.begin(), problem.kernel.end(),
                     [](T tap) { return std::isfinite(tap); });
}

/// An activation as what a kernel does to its sums, and what is done afterwards.
template <class T>
struct Epilogue {
  T low = -std::numeric_limits<T>::infinity();
  T high = std::numeric_limits<T>::infinity();
  bool clamps = false;   ///< whether low and high are limits
  bool is_clamp = true;  ///< whether there is nothing to do afterwards
  nn::Activation activation{};
  T negative_slope{};

  explicit Epilogue(const LayerProblem<T>& problem)
      : activation(problem.activation), negative_slope(problem.negative_slope) {
    using enum nn::Activation;
    is_clamp = activation == linear || activation == relu || activation == relu6;
    clamps = activation == relu || activation == relu6;
    if (clamps) low = 0;
    if (activation == relu6) high = 6;
  }

  /// What the clamp has left to do, for pixels of `channels` elements.
  void finish(T* sums, Index pitch, Index pixels, Index channels,
              const LayerKernels<T>& kernels) const {
    if (is_clamp) return;
    if (pitch == channels) {
      kernels.activate(activation, negative_slope, sums, pixels * channels);
      return;
    }
    for (Index i = 0; i < pixels; ++i)
      kernels.activate(activation, negative_slope, sums + i * pitch, channels);
  }
};

/// Brings the sums of `tile`, dense pixels of `pitch` elements of which `channels` count, to the
/// outputs from channel `first` on.
template <class T>
void deliver(const LayerView<T>& outputs, Index image, const Rect& tile, Index first,
             Index channels, const T* from, Index pitch, const LayerKernels<T>& kernels) {
  const bool joined = outputs.row_stride == tile.cols * outputs.col_stride;
  const Index rows = joined ? 1 : tile.rows;
  const Index cols = joined ? tile.rows * tile.cols : tile.cols;
  for (Index row = 0; row < rows; ++row, from += cols * pitch) {
    T* to = outputs.at(image, tile.row + row, tile.col, first);
    if (outputs.col_stride == 1) {
      kernels.transpose(from, pitch, cols, channels, to, outputs.channel_stride);
      continue;
    }
    for (Index col = 0; col < cols; ++col) {
      for (Index c = 0; c < channels; ++c)
        to[col * outputs.col_stride + c * outputs.channel_stride] = from[col * pitch + c];
    }
  }
}

}  // namespace twofold::detail
