// SPDX-License-Identifier: BSD-3-Clause
// Tiles: how overlap-save brings them into a transform, and the outputs out of it.
#pragma once

#include <optional>
#include <span>

#include "engines/plane_rows.hpp"
#include "engines/plane_transform.hpp"

namespace twofold::detail {

/// How a tile's outputs are computed.
enum class Way : unsigned char { transform, direct, zero };

struct Tile {
  Rect outputs;
  Index channel = 0;
  Way way = Way::transform;
  int exponent = 0;  ///< its part of the transform has been divided by 2^exponent
};

/// Where the rows of a job's tiles are packed, as wide as the transform.
template <class N>
struct TileRows {
  N* packed[2];
  Index* columns[2];
  N* zeros;  ///< and what they hold
};

template <class N>
[[nodiscard]] TileRows<N> lay_out_rows(Scratch& scratch, Index width) {
  TileRows<N> rows{};
  for (N*& packed : rows.packed)
    packed = scratch.take<N>(width);
  for (Index*& columns : rows.columns)
    columns = scratch.take<Index>(width);
  rows.zeros = scratch.take<N>(width);
  return rows;
}

/// What both kinds of jobs go by.
template <class R>
struct TileRule {
  TransformRule rule;
  PlaneKernels<R> kernels;
  int kernel_exponent = 0;

  /// For a tile whose norm is `norm`. Outputs of zeros are zero, not the neighbour's rounding
  /// errors.
  [[nodiscard]] Way way_of(double norm) const {
    if (norm == 0) return Way::zero;
    return is_scalable<R>(norm) && rule.allows(norm) ? Way::transform : Way::direct;
  }

  template <class N>
  [[nodiscard]] double norm_of(double squares, const WindowRows<N>& rows) const {
    return norm_from<R>(squares, [&rows](const auto& visit) {
      constexpr Index parts = static_cast<Index>(sizeof(N) / sizeof(R));
      for (Index i = 0; i < rows.count(); ++i)
        visit(reinterpret_cast<const R*>(rows.row(i)), parts * rows.width());
    });
  }
};

/// Two real tiles: one is the real part of the transform, one the imaginary part. A tile that may
/// not be transformed leaves its part zero.
template <class T>
class RealTiles {
  using R = transform_real_t<T>;
  using C = std::complex<R>;

 public:
  static constexpr std::size_t per_job = 2;

  RealTiles(const Problem& problem, const TileRule<R>& rule, const Source<R>& source,
            std::span<Tile> tiles, Index width, const TileRows<R>& rows)
      : rule_(rule), tiles_(tiles), width_(width), zeros_(rows.zeros) {
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      rows_[i].emplace(source.channel(tiles[i].channel), problem.window_of(tiles[i].outputs), width,
                       rows.columns[i], rows.packed[i]);
    }
    std::fill_n(rows.zeros, width, R(0));
  }

  /// One row of the plane; false if it is zero.
  bool bring(Index row, C* to) {
    const R* parts[per_job] = {zeros_, zeros_};
    R factors[per_job] = {1, 1};
    bool any = false;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      if (tiles_[i].way != Way::transform || row >= rows_[i]->count()) continue;
      parts[i] = rows_[i]->row(row);
      squares_[i] += static_cast<double>(rule_.kernels.sum_of_squares(parts[i], width_));
      factors[i] = std::ldexp(R(1), -tiles_[i].exponent);
      any = true;
    }
    if (any) rule_.kernels.interleave(parts[0], parts[1], factors[0], factors[1], to, width_);
    return any;
  }

  /// Looks at what has been brought. True if that is what is to be transformed; otherwise the tiles
  /// have been decided about, and those that are to be transformed have to be brought again.
  bool accept() {
    double norms[per_job] = {};
    bool as_brought = true;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      norms[i] = rule_.norm_of(squares_[i], *rows_[i]);
      tiles_[i].way = rule_.way_of(norms[i]);
      as_brought = as_brought && tiles_[i].way != Way::direct;
    }
    if constexpr (!std::is_integral_v<T>) return !equalise(norms) && as_brought;
    return as_brought;
  }

  /// Writes the outputs of row `row`, which the transform has brought to `points`.
  template <class Out>
  void take(const Task& task, Index row, const C* points, R* line) const {
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      const Tile& tile = tiles_[i];
      if (tile.way != Way::transform || row >= tile.outputs.rows) continue;
      const auto out = task.out_view<Out>(tile.outputs);
      const R* part = reinterpret_cast<const R*>(points) + i;
      put_parts<Out, T>(rule_.kernels, part, PowerOfTwo<R>(rule_.kernel_exponent + tile.exponent),
                        out.at(row, 0) + tile.channel, out.col_stride(), tile.outputs.cols, line);
      if (row + rows_ahead < tile.outputs.rows)
        prefetch_row(out.at(row + rows_ahead, 0), tile.outputs.cols);
    }
  }

 private:
  /// Rounding errors are shared by the two tiles of a transform, so a dim one next to a bright one
  /// is scaled to the same brightness, by a power of two; so is one near the limits of the type.
  /// Returns whether there was need.
  bool equalise(const double* norms) {
    double least = std::ldexp(1.0, largest_exponent<R>);
    double most = std::ldexp(1.0, -largest_exponent<R>);
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      if (tiles_[i].way != Way::transform) continue;
      least = std::min(least, norms[i]);
      most = std::max(most, norms[i]);
    }
    const bool within_limits = most < std::ldexp(1.0, largest_exponent<R>) &&
                               least > std::ldexp(1.0, -largest_exponent<R>);
    if (most <= 2 * least && within_limits) return false;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      if (tiles_[i].way == Way::transform) tiles_[i].exponent = exponent_of(norms[i]);
    }
    return true;
  }

  const TileRule<R>& rule_;
  std::span<Tile> tiles_;
  Index width_;
  const R* zeros_;
  std::optional<WindowRows<R>> rows_[per_job];
  double squares_[per_job] = {};
};

/// One complex tile.
template <class T>
class ComplexTile {
  using C = T;
  using R = real_t<T>;

 public:
  static constexpr std::size_t per_job = 1;

  ComplexTile(const Problem& problem, const TileRule<R>& rule, const Source<C>& source,
              std::span<Tile> tiles, Index width, const TileRows<C>& rows)
      : rule_(rule),
        tile_(tiles.front()),
        width_(width),
        rows_(source.channel(tile_.channel), problem.window_of(tile_.outputs), width,
              rows.columns[0], rows.packed[0]) {}

  bool bring(Index row, C* to) {
    if (row >= rows_.count() || tile_.way != Way::transform) return false;
    const C* from = rows_.row(row);
    squares_ += static_cast<double>(
        rule_.kernels.sum_of_squares(reinterpret_cast<const R*>(from), 2 * width_));
    const R factor = std::ldexp(R(1), -tile_.exponent);
    for (Index i = 0; i < width_; ++i)
      to[i] = from[i] * factor;
    return true;
  }

  bool accept() {
    const double norm = rule_.norm_of(squares_, rows_);
    tile_.way = rule_.way_of(norm);
    if (tile_.way != Way::transform) return false;
    if (std::abs(exponent_of(norm)) <= largest_exponent<R>) return true;
    tile_.exponent = exponent_of(norm);
    return false;
  }

  template <class Out>
  void take(const Task& task, Index row, const C* points, C*) const {
    if (row >= tile_.outputs.rows) return;
    const PowerOfTwo<R> scale(rule_.kernel_exponent + tile_.exponent);
    const auto out = task.out_view<C>(tile_.outputs);
    C* to = out.at(row, 0) + tile_.channel;
    for (Index col = 0; col < tile_.outputs.cols; ++col)
      to[col * out.col_stride()] = scale.times(points[col]);
  }

 private:
  const TileRule<R>& rule_;
  Tile& tile_;
  Index width_;
  WindowRows<C> rows_;
  double squares_ = 0;
};

}  // namespace twofold::detail
