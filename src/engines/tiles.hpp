// SPDX-License-Identifier: BSD-3-Clause
// Tiles: how overlap-save brings them into a transform's buffer, and the outputs out of it.
#pragma once

#include <span>

#include "engines/transform.hpp"
#include "engines/transform_shape.hpp"
#include "kernels/kernels.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

/// How a tile's outputs are computed.
enum class Way : unsigned char { transform, direct, zero };

struct Tile {
  Rect outputs;
  Index channel = 0;
  Way way = Way::direct;
  int exponent = 0;  ///< its part of the transform has been divided by 2^exponent
};

/// The scratch memory of one concurrent part.
struct TileBuffers {
  std::byte* tile;  ///< tile_points complex numbers each
  std::byte* second;
  std::byte* blank;   ///< a row of the fill value
  std::byte* zeros;   ///< a row of zeros
  const void** rows;  ///< pointers to the rows of two tiles
  Index* columns;     ///< the packer's
  std::byte* direct;
  std::size_t bytes;  ///< of all together

  template <class R>
  [[nodiscard]] std::complex<R>* points() const noexcept {
    return reinterpret_cast<std::complex<R>*>(tile);
  }
  template <class R>
  [[nodiscard]] std::complex<R>* other() const noexcept {
    return reinterpret_cast<std::complex<R>*>(second);
  }
};

[[nodiscard]] inline TileBuffers lay_out_part(const Problem& problem, const TileShape& shape,
                                              std::size_t direct_bytes, std::byte* memory) {
  Scratch scratch(memory);
  const Index point = transform_point_bytes(problem.type);
  TileBuffers buffers{};
  buffers.tile = scratch.take<std::byte>(tile_points(problem.type, shape), point);
  buffers.second = scratch.take<std::byte>(tile_points(problem.type, shape), point);
  buffers.blank = scratch.take<std::byte>(shape.cols, point);
  buffers.zeros = scratch.take<std::byte>(shape.cols, point);
  buffers.rows = scratch.take<const void*>(2, shape.rows);
  buffers.columns = scratch.take<Index>(shape.cols);
  buffers.direct = scratch.take<std::byte>(static_cast<Index>(direct_bytes));
  buffers.bytes = scratch.used();
  return buffers;
}

/// Whether the squares of numbers with such a norm may be summed in R.
template <class R>
[[nodiscard]] bool has_safe_square(double norm) noexcept {
  constexpr int limit = std::numeric_limits<R>::max_exponent / 2 - 14;
  return norm > 0 && std::abs(std::ilogb(norm)) < limit;
}

/// Whether the power of two that brings such a norm near 1 is a number of R.
template <class R>
[[nodiscard]] bool is_scalable(double norm) noexcept {
  constexpr int limit = std::numeric_limits<R>::max_exponent - 28;
  return norm > 0 && std::isfinite(norm) && std::abs(std::ilogb(norm)) < limit;
}

/// Norms beyond 2^±this are brought near 1, so that nothing on the way overflows or vanishes.
template <class R>
constexpr int largest_exponent = std::numeric_limits<R>::max_exponent / 4;

/// Fetches the row that comes a few later: the rows of a tile lie so far apart that no processor
/// foresees it.
constexpr Index rows_ahead = 4;
template <class E>
void prefetch_row(const E* row, Index count) noexcept {
  constexpr Index line = static_cast<Index>(Scratch::alignment / sizeof(E));
  for (Index i = 0; i < count; i += line)
    __builtin_prefetch(row + i);
}

/// Two real tiles: one is the real part of the transform, one the imaginary part. A tile that may
/// not be transformed leaves its part zero.
template <class T>
class RealTiles {
  using R = transform_real_t<T>;
  using C = std::complex<R>;

 public:
  static constexpr Index per_job = 2;

  /// The problem lives as long as this.
  RealTiles(const Problem& problem, const TileShape& shape, const TransformRule& rule,
            int kernel_exponent)
      : problem_(&problem),
        shape_(shape),
        pitch_(tile_layout(problem.type, shape).pitch),
        rule_(rule),
        kernel_exponent_(kernel_exponent),
        kernels_(kernels_for(problem.isa).tiles<R>()) {}

  /// Decides for every tile, and brings in those that are to be transformed. Returns whether there
  /// are any.
  bool pack(const Source<R>& source, std::span<Tile> tiles, const TileBuffers& buffers) const {
    double norms[per_job] = {};
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      const R** rows = rows_of(i, buffers);
      find_rows(source.channel(tiles[i].channel), problem_->window_of(tiles[i].outputs), i,
                buffers);
      norms[i] = norm_of_rows(rows);
      tiles[i].way = way_of(norms[i], rows);
    }
    const auto transformed = [&](std::size_t i) {
      return i < tiles.size() && tiles[i].way == Way::transform;
    };
    if (!transformed(0) && !transformed(1)) return false;
    if constexpr (!std::is_integral_v<T>) equalise(tiles, norms);
    const R* zeros = zero_row(buffers);
    C* points = buffers.points<R>();
    for (Index row = 0; row < shape_.rows; ++row) {
      const R* re = transformed(0) ? rows_of(0, buffers)[row] : zeros;
      const R* im = transformed(1) ? rows_of(1, buffers)[row] : zeros;
      kernels_.interleave(re, im, factor_of(tiles, 0), factor_of(tiles, 1), points + row * pitch_,
                          shape_.cols);
    }
    return true;
  }

  void unpack(const Task& task, std::span<const Tile> tiles, const TileBuffers& buffers) const {
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      if (tiles[i].way != Way::transform) continue;
      const R* part = reinterpret_cast<const R*>(buffers.points<R>()) + i;
      const PowerOfTwo<R> scale(kernel_exponent_ + tiles[i].exponent);
      visit_result<T>(task.out.type, [&]<class Out>(Tag<Out>) {
        write<Out>(task, tiles[i], part, scale, reinterpret_cast<R*>(buffers.second));
      });
    }
  }

 private:
  [[nodiscard]] const R** rows_of(std::size_t i, const TileBuffers& buffers) const noexcept {
    return reinterpret_cast<const R**>(buffers.rows) + static_cast<Index>(i) * shape_.rows;
  }

  [[nodiscard]] const R* zero_row(const TileBuffers& buffers) const noexcept {
    R* zeros = reinterpret_cast<R*>(buffers.zeros);
    std::fill_n(zeros, shape_.cols, R(0));
    return zeros;
  }

  /// Pointers to the rows of a tile, as wide as the transform: in the caller's image where the
  /// windows lie inside, or packed into the second buffer, which has room for two.
  void find_rows(const Source<R>& source, const Rect& window, std::size_t i,
                 const TileBuffers& buffers) const {
    const R** rows = rows_of(i, buffers);
    const bool in_place = source.is_in_place() && source.tile.col_stride == 1 &&
                          window.cols == shape_.cols && source.cols.holds(window.col) &&
                          source.cols.holds(window.col_end() - 1);
    if (in_place) {
      R* blank = reinterpret_cast<R*>(buffers.blank);
      std::fill_n(blank, shape_.cols, source.fill);
      const auto tile = source.in_place();
      const Index col = window.col - source.cols.origin;
      for (Index row = 0; row < window.rows; ++row) {
        const Index tile_row = source.rows.locate(window.row + row);
        rows[row] = tile_row == outside ? blank : tile.at(tile_row, col);
      }
    } else {
      R* packed =
          reinterpret_cast<R*>(buffers.second) + static_cast<Index>(i) * shape_.rows * pitch_;
      const RowPacker<R> packer(source, window.col, window.col_end(), buffers.columns);
      packer.pack(window.row, window.rows, packed, pitch_);
      for (Index row = 0; row < window.rows; ++row, packed += pitch_) {
        std::fill(packed + window.cols, packed + shape_.cols, R(0));
        rows[row] = packed;
      }
    }
    const R* zeros = zero_row(buffers);
    std::fill(rows + window.rows, rows + shape_.rows, zeros);
  }

  /// Rounded up, where that is done in single precision.
  [[nodiscard]] double norm_of_rows(const R* const* rows) const {
    double total = 0;
    for (Index row = 0; row < shape_.rows; ++row) {
      if (row + rows_ahead < shape_.rows) prefetch_row(rows[row + rows_ahead], shape_.cols);
      total += static_cast<double>(kernels_.sum_of_squares(rows[row], shape_.cols));
    }
    constexpr double rounding = sizeof(R) == 4 ? 1 + 1e-5 : 1;
    const double norm = std::sqrt(total) * rounding;
    return has_safe_square<R>(norm) ? norm : norm_of(rows, shape_.rows, shape_.cols);
  }

  [[nodiscard]] Way way_of(double norm, const R* const* rows) const {
    if (is_scalable<R>(norm) && rule_.allows(norm)) return Way::transform;
    // Outputs of zeros are zero, not the neighbour's rounding errors.
    const auto is_zero = [&](const R* row) {
      return std::all_of(row, row + shape_.cols, [](R number) { return number == 0; });
    };
    return std::all_of(rows, rows + shape_.rows, is_zero) ? Way::zero : Way::direct;
  }

  /// Rounding errors are shared by the two tiles of a transform, so a dim one next to a bright one
  /// is first scaled to the same brightness, by a power of two; so is one near the limits of the
  /// type.
  static void equalise(std::span<Tile> tiles, const double* norms) {
    int lowest = largest_exponent<R>;
    int highest = -largest_exponent<R>;
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      if (tiles[i].way != Way::transform) continue;
      lowest = std::min(lowest, exponent_of(norms[i]));
      highest = std::max(highest, exponent_of(norms[i]));
    }
    if (highest == lowest) return;
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      if (tiles[i].way == Way::transform) tiles[i].exponent = exponent_of(norms[i]);
    }
  }

  [[nodiscard]] static R factor_of(std::span<const Tile> tiles, std::size_t i) noexcept {
    return i < tiles.size() ? std::ldexp(R(1), -tiles[i].exponent) : R(1);
  }

  template <class Out>
  void write(const Task& task, const Tile& tile, const R* part, const PowerOfTwo<R>& scale,
             R* line) const {
    const auto out = task.out_view<Out>(tile.outputs);
    const Index cols = tile.outputs.cols;
    for (Index row = 0; row < tile.outputs.rows; ++row, part += 2 * pitch_) {
      Out* to = out.at(row, 0) + tile.channel;
      if (row + rows_ahead < tile.outputs.rows)
        prefetch_row(to + rows_ahead * out.row_stride(), cols);
      if constexpr (std::is_same_v<Out, R>) {
        if (out.col_stride() == 1) {
          kernels_.take_parts(part, scale.first, scale.second, to, cols);
          continue;
        }
      }
      kernels_.take_parts(part, scale.first, scale.second, line, cols);
      for (Index col = 0; col < cols; ++col)
        to[col * out.col_stride()] = to_result<Out, T>(line[col]);
    }
  }

  const Problem* problem_;
  TileShape shape_;
  Index pitch_;
  TransformRule rule_;
  int kernel_exponent_;
  TileKernels<R> kernels_;
};

/// One complex tile.
template <class T>
class ComplexTile {
  using C = T;
  using R = real_t<T>;

 public:
  static constexpr Index per_job = 1;

  ComplexTile(const Problem& problem, const TileShape& shape, const TransformRule& rule,
              int kernel_exponent)
      : problem_(&problem),
        shape_(shape),
        pitch_(tile_layout(problem.type, shape).pitch),
        rule_(rule),
        kernel_exponent_(kernel_exponent) {}

  bool pack(const Source<C>& source, std::span<Tile> tiles, const TileBuffers& buffers) const {
    Tile& tile = tiles[0];
    const Rect window = problem_->window_of(tile.outputs);
    C* points = buffers.points<R>();
    pack_extended(source.channel(tile.channel), window, points, pitch_, 1);
    const R** rows = reinterpret_cast<const R**>(buffers.rows);
    for (Index row = 0; row < shape_.rows; ++row) {
      C* line = points + row * pitch_;
      std::fill(line + (row < window.rows ? window.cols : 0), line + shape_.cols, C{});
      rows[row] = reinterpret_cast<const R*>(line);
    }
    const double norm = norm_of(rows, shape_.rows, 2 * shape_.cols);
    if (norm == 0) {
      tile.way = is_zero(points) ? Way::zero : Way::direct;
    } else {
      tile.way = is_scalable<R>(norm) && rule_.allows(norm) ? Way::transform : Way::direct;
    }
    if (tile.way != Way::transform) return false;
    if (std::abs(exponent_of(norm)) > largest_exponent<R>) {
      tile.exponent = exponent_of(norm);
      scale_numbers(points, shape_.rows, shape_.cols, pitch_, 1, PowerOfTwo<R>(-tile.exponent));
    }
    return true;
  }

  void unpack(const Task& task, std::span<const Tile> tiles, const TileBuffers& buffers) const {
    const Tile& tile = tiles[0];
    const PowerOfTwo<R> scale(kernel_exponent_ + tile.exponent);
    const auto out = task.out_view<C>(tile.outputs);
    const C* line = buffers.points<R>();
    for (Index row = 0; row < tile.outputs.rows; ++row, line += pitch_) {
      C* to = out.at(row, 0) + tile.channel;
      for (Index col = 0; col < tile.outputs.cols; ++col)
        to[col * out.col_stride()] = scale.times(line[col]);
    }
  }

 private:
  [[nodiscard]] bool is_zero(const C* points) const {
    for (Index row = 0; row < shape_.rows; ++row, points += pitch_) {
      if (std::any_of(points, points + shape_.cols, [](const C& z) { return z != C{}; }))
        return false;
    }
    return true;
  }

  const Problem* problem_;
  TileShape shape_;
  Index pitch_;
  TransformRule rule_;
  int kernel_exponent_;
};

}  // namespace twofold::detail
