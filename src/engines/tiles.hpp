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
};

/// What is done to the numbers of a tile so that no transform overflows: they are divided by
/// 2^exponent, and the results, of which the kernel has been divided by 2^kernel_exponent,
/// multiplied.
template <class R>
struct TileScale {
  R factor;
  PowerOfTwo<R> back;

  TileScale(int exponent, int kernel_exponent)
      : factor(std::ldexp(R(1), -exponent)), back(kernel_exponent + exponent) {}

  /// Whether `back` may be multiplied by at once.
  [[nodiscard]] bool is_one_factor() const noexcept {
    return std::isnormal(back.first * back.second);
  }
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
    constexpr Index parts = static_cast<Index>(sizeof(N) / sizeof(R));
    const auto count = static_cast<double>(parts * rows.count() * rows.width());
    return norm_from<R>(squares, count, [&rows](const auto& visit) {
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
      : rule_(rule),
        tiles_(tiles),
        width_(width),
        zeros_(rows.zeros),
        scales_{{0, rule.kernel_exponent}, {0, rule.kernel_exponent}} {
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      rows_[i].emplace(source.channel(tiles[i].channel), problem.window_of(tiles[i].outputs), width,
                       rows.columns[i], rows.packed[i]);
    }
    std::fill_n(rows.zeros, width, R(0));
  }

  /// One row of the plane; false if it is zero.
  bool bring(Index row, C* to) {
    const R* parts[per_job] = {zeros_, zeros_};
    bool any = false;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      if (tiles_[i].way != Way::transform || row >= rows_[i]->count()) continue;
      parts[i] = rows_[i]->row(row);
      any = true;
    }
    if (any) {
      rule_.kernels.interleave(parts[0], parts[1], scales_[0].factor, scales_[1].factor, to, width_,
                               squares_[0].sums, squares_[1].sums);
    }
    return any;
  }

  /// Looks at what has been brought. True if that is what is to be transformed; otherwise the tiles
  /// have been decided about, and those that are to be transformed have to be brought again.
  bool accept() {
    double norms[per_job] = {};
    bool as_brought = true;
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      norms[i] = rule_.norm_of(squares_[i].total(), *rows_[i]);
      tiles_[i].way = rule_.way_of(norms[i]);
      as_brought = as_brought && tiles_[i].way != Way::direct;
    }
    if constexpr (!std::is_integral_v<T>) return !equalise(norms) && as_brought;
    return as_brought;
  }

  /// Writes the outputs of row `row`, which the transform has brought to `points`.
  template <class Out>
  void take(const Task& task, Index row, const C* points, R* line) const {
    if constexpr (std::is_same_v<Out, R>) {
      if (take_both(task, row, points)) return;
    }
    for (std::size_t i = 0; i < tiles_.size(); ++i) {
      const Tile& tile = tiles_[i];
      if (tile.way != Way::transform || row >= tile.outputs.rows) continue;
      const auto out = task.out_view<Out>(tile.outputs);
      const R* part = reinterpret_cast<const R*>(points) + i;
      put_parts<Out, T>(rule_.kernels, part, scales_[i].back.of_part(i),
                        out.at(row, 0) + tile.channel, out.col_stride(), tile.outputs.cols, line);
      if (row + rows_ahead < tile.outputs.rows)
        prefetch_row(out.at(row + rows_ahead, 0), tile.outputs.cols);
    }
  }

 private:
  /// The usual case: two whole tiles of a result whose rows are dense.
  bool take_both(const Task& task, Index row, const C* points) const {
    if (tiles_.size() < 2 || task.out.col_stride != 1) return false;
    const Tile& a = tiles_[0];
    const Tile& b = tiles_[1];
    if (a.way != Way::transform || b.way != Way::transform || a.outputs.cols != b.outputs.cols ||
        row >= a.outputs.rows || row >= b.outputs.rows || !scales_[0].is_one_factor() ||
        !scales_[1].is_one_factor()) {
      return false;
    }
    R* to[per_job];
    for (std::size_t i = 0; i < per_job; ++i) {
      const auto out = task.out_view<R>(tiles_[i].outputs);
      to[i] = out.at(row, 0);
      if (row + rows_ahead < tiles_[i].outputs.rows)
        prefetch_row(out.at(row + rows_ahead, 0), tiles_[i].outputs.cols);
    }
    const auto factor = [](const TileScale<R>& scale) {
      return scale.back.first * scale.back.second;
    };
    rule_.kernels.take_both(points, factor(scales_[0]), factor(scales_[1]), to[0], to[1],
                            a.outputs.cols);
    return true;
  }

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
      if (tiles_[i].way == Way::transform)
        scales_[i] = {exponent_of(norms[i]), rule_.kernel_exponent};
    }
    return true;
  }

  const TileRule<R>& rule_;
  std::span<Tile> tiles_;
  Index width_;
  const R* zeros_;
  TileScale<R> scales_[per_job];
  std::optional<WindowRows<R>> rows_[per_job];
  Squares<R> squares_[per_job];
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
        scale_(0, rule.kernel_exponent),
        rows_(source.channel(tile_.channel), problem.window_of(tile_.outputs), width,
              rows.columns[0], rows.packed[0]) {}

  bool bring(Index row, C* to) {
    if (row >= rows_.count() || tile_.way != Way::transform) return false;
    const C* from = rows_.row(row);
    rule_.kernels.sum_squares(reinterpret_cast<const R*>(from), 2 * width_, squares_.sums);
    for (Index i = 0; i < width_; ++i)
      to[i] = from[i] * scale_.factor;
    return true;
  }

  bool accept() {
    const double norm = rule_.norm_of(squares_.total(), rows_);
    tile_.way = rule_.way_of(norm);
    if (tile_.way != Way::transform) return false;
    if (std::abs(exponent_of(norm)) <= largest_exponent<R>) return true;
    scale_ = {exponent_of(norm), rule_.kernel_exponent};
    return false;
  }

  template <class Out>
  void take(const Task& task, Index row, const C* points, C*) const {
    if (row >= tile_.outputs.rows) return;
    const auto out = task.out_view<C>(tile_.outputs);
    C* to = out.at(row, 0) + tile_.channel;
    for (Index col = 0; col < tile_.outputs.cols; ++col)
      to[col * out.col_stride()] = scale_.back.times(std::conj(points[col]));
  }

 private:
  const TileRule<R>& rule_;
  Tile& tile_;
  Index width_;
  TileScale<R> scale_;
  WindowRows<C> rows_;
  Squares<R> squares_;
};

}  // namespace twofold::detail
