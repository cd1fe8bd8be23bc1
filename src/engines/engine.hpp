// SPDX-License-Identifier: BSD-3-Clause
// Engine: one way to compute a Problem, prepared for it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>

#include "problem/problem.hpp"
#include "problem/result.hpp"
#include "problem/source.hpp"
#include "support/checked.hpp"
#include "twofold/executor.hpp"

namespace twofold::detail {

/// One region of one call: outputs to compute, and the part of the image at hand. Validated: the
/// tile holds every element that the windows need, `out` has the region's shape.
struct Task {
  ErasedView tile;
  Point tile_origin;
  Rect outputs;
  ErasedView out;  ///< writable, although ErasedView says const; its type says what is written

  /// The extended image as numbers of D.
  template <class D>
  [[nodiscard]] Source<D> source(const Problem& problem, const D& fill) const noexcept {
    return {tile,
            {problem.rows.image, tile_origin.row, tile.shape.rows, problem.rows.extension},
            {problem.cols.image, tile_origin.col, tile.shape.cols, problem.cols.extension},
            fill};
  }
  /// Likewise, for sums of L, the lane type.
  template <class L>
  [[nodiscard]] Source<L> source(const Problem& problem) const noexcept {
    return source<L>(problem, problem.fill_as<L>());
  }
  /// Where the outputs of `part` (within `outputs`) go.
  [[nodiscard]] ErasedView out_part(const Rect& part) const noexcept {
    return region_of(out, {part.row - outputs.row, part.col - outputs.col, part.rows, part.cols});
  }
  /// Whether rows of sums of L may be written to `out` as they are.
  template <class L>
  [[nodiscard]] bool takes_rows_of() const noexcept {
    return has_bits_of<L>(out.type) && out.col_stride == out.shape.channels;
  }
  template <class Out>
  [[nodiscard]] View<Out> out_view(const Rect& part) const noexcept {
    return writable<Out>(out_part(part));
  }
};

class Engine {
 public:
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Bytes that one call of run needs, all of its concurrent parts together.
  [[nodiscard]] virtual std::size_t workspace_bytes() const noexcept = 0;
  /// See Plan::error_bound.
  [[nodiscard]] virtual double error_bound(double largest_magnitude) const noexcept = 0;
  /// `workspace` is aligned to Scratch::alignment. Allocates nothing, takes no lock.
  virtual void run(const Task& task, std::byte* workspace, Executor& executor) const = 0;
};

/// Calls part(0) … part(count − 1), on the executor where there is anything to share.
template <class Part>
void for_each_part(Index count, Executor& executor, const Part& part) {
  if (count <= 1) {
    if (count == 1) part(Index{0});
    return;
  }
  executor.parallel_for(static_cast<std::size_t>(count),
                        [&part](std::size_t i) { part(static_cast<Index>(i)); });
}

/// The i-th of `count` bands of rows, as equal as they can be.
[[nodiscard]] constexpr Rect band_of(const Rect& rect, Index i, Index count) noexcept {
  const Index begin = rect.rows * i / count;
  const Index end = rect.rows * (i + 1) / count;
  return {rect.row + begin, rect.col, end - begin, rect.cols};
}

/// Whether so much is written that the first of it has left the cache before the last comes.
[[nodiscard]] inline bool outlives_cache(const Problem& problem, const Rect& outputs) noexcept {
  constexpr Index cache_bytes = Index{8} << 20;
  const Index pixel = problem.channels * static_cast<Index>(size_in_bytes(problem.type));
  return outputs.rows * outputs.cols * pixel > cache_bytes;
}

[[nodiscard]] inline bool outlives_cache(const Problem& problem) noexcept {
  return outlives_cache(problem, problem.all_outputs());
}

/// u: the largest relative error of one rounding; 0 for integers.
[[nodiscard]] constexpr double unit_roundoff(ElementType type) noexcept {
  if (is_integer(type)) return 0;
  return type == ElementType::float32 || type == ElementType::complex64 ? 0x1p-24 : 0x1p-53;
}

/// η, the smallest number above 0: twice the largest error of a rounding below the normal numbers.
/// Zeros have none.
[[nodiscard]] inline double underflow_error(const Problem& problem, double largest_magnitude) {
  if (is_integer(problem.type) || largest_magnitude == 0) return 0;
  return unit_roundoff(problem.type) == 0x1p-24 ? 0x1p-149 : 0x1p-1074;
}

/// The bound of a direct sum of m products, m·u·max|x|·‖k‖₁ + m·η (Higham, Accuracy and Stability
/// of Numerical Algorithms, §3.1 and §2.1); a complex product costs 2√2 times as much (§3.6). Taps
/// that are products of factors have been rounded once before.
[[nodiscard]] inline double direct_error_bound(const Problem& problem, double largest_magnitude) {
  const double products = static_cast<double>(problem.kernel.taps());
  const bool of_factors = problem.kernel.given_factors() != nullptr;
  const double roundings = products + (of_factors ? 1 : 0);
  // Of a product of factors, and then of that with an element.
  const double magnitudes = of_factors ? 1 + largest_magnitude : 1;
  const double factor = is_complex(problem.type) ? 2.8284271247461903 : 1.0;
  return factor * (roundings * unit_roundoff(problem.type) *
                       (largest_magnitude * problem.kernel.traits().norm1) +
                   products * magnitudes * underflow_error(problem, largest_magnitude));
}

}  // namespace twofold::detail
