// SPDX-License-Identifier: BSD-3-Clause
// Validation of calls: shapes, strides, memory.
#include "dispatch/validation.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "dispatch/memory_relations.hpp"
#include "problem/source.hpp"
#include "support/checked.hpp"
#include "support/format.hpp"
#include "support/scratch.hpp"
#include "twofold/error.hpp"

namespace twofold::detail {

namespace {

/// The first index of [begin, end) of the extended image that neither the tile nor the boundary's
/// rule provides; `end` if there is none.
Index first_missing(const SourceAxis& axis, Index begin, Index end) {
  for (Index i = begin; i < end; ++i) {
    if (axis.holds(i)) {
      i = std::min(end, axis.origin + axis.tile) - 1;
      continue;
    }
    const Index resolved = resolve(axis.extension, i, axis.image);
    if (resolved != outside && !axis.holds(resolved)) return i;
  }
  return end;
}

void require_held(const char* what, const SourceAxis& axis, Index begin, Index length) {
  const Index missing = first_missing(axis, begin, begin + length);
  if (missing == begin + length) return;
  throw Error(Errc::invalid_shape,
              std::string("tile: ") + what + " " +
                  std::to_string(resolve(axis.extension, missing, axis.image)) +
                  " of the image is needed, the tile holds " + std::to_string(axis.origin) + "…" +
                  std::to_string(axis.origin + axis.tile - 1));
}

void require_tile(const Problem& problem, const Task& call) {
  const Shape& tile = call.tile.shape;
  if (tile.rows <= 0 || tile.cols <= 0 || tile.channels != problem.channels) {
    throw Error(Errc::invalid_shape, "tile: " + to_string(tile) + ", the plan's images are " +
                                         to_string(problem.image_shape()));
  }
  constexpr Index far = std::numeric_limits<Index>::max() / 8;
  const auto is_far = [](Index at) { return at > far || at < -far; };
  if (is_far(call.tile_origin.row) || is_far(call.tile_origin.col)) {
    throw Error(Errc::invalid_shape, "tile_origin: (" + std::to_string(call.tile_origin.row) +
                                         ", " + std::to_string(call.tile_origin.col) +
                                         ") is out of all bounds");
  }
  const Rect window = problem.window_of(call.outputs);
  require_held("row", {problem.rows.image, call.tile_origin.row, tile.rows, problem.rows.extension},
               window.row, window.rows);
  require_held("column",
               {problem.cols.image, call.tile_origin.col, tile.cols, problem.cols.extension},
               window.col, window.cols);
}

template <class T>
bool is_finite(const T& value) {
  if constexpr (is_complex_v<T>) {
    return std::isfinite(value.real()) && std::isfinite(value.imag());
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::isfinite(value);
  } else {
    return true;
  }
}

Rect needed_along(const Axis& axis, Index begin, Index length) {
  Index lowest = axis.image;
  Index highest = -1;
  for (Index i = begin; i < begin + length; ++i) {
    const Index at = resolve(axis.extension, i, axis.image);
    if (at == outside) continue;
    lowest = std::min(lowest, at);
    highest = std::max(highest, at);
    // Inside the image, only its last needed element can still count.
    if (i >= 0 && i < axis.image) i = std::max(i, std::min(axis.image, begin + length) - 2);
    if (lowest == 0 && highest == axis.image - 1) break;
  }
  return highest < 0 ? Rect{} : Rect{lowest, 0, highest - lowest + 1, 0};
}

}  // namespace

void require_workspace(std::span<std::byte> workspace, std::size_t needed) {
  if (workspace.size() < needed) {
    throw Error(Errc::workspace, "workspace: " + std::to_string(workspace.size()) + " bytes, " +
                                     std::to_string(needed) + " are needed");
  }
  if (needed != 0 && reinterpret_cast<std::uintptr_t>(workspace.data()) % Scratch::alignment != 0) {
    throw Error(Errc::workspace, "workspace: not aligned to 64 bytes");
  }
}

void require_finite(const ErasedView& tile, Point origin) {
  visit_element(tile.type, [&]<class T>(Tag<T>) {
    if constexpr (std::is_integral_v<T>) return;
    const View<const T> view(static_cast<const T*>(tile.data), tile.shape, tile.row_stride,
                             tile.col_stride);
    for (Index row = 0; row < view.rows(); ++row) {
      for (Index col = 0; col < view.cols(); ++col) {
        for (Index channel = 0; channel < view.channels(); ++channel) {
          if (is_finite(view(row, col, channel))) continue;
          throw Error(Errc::nonfinite, "image: element (" + std::to_string(origin.row + row) +
                                           ", " + std::to_string(origin.col + col) +
                                           ") is not finite");
        }
      }
    }
  });
}

void require_magnitude(double largest_magnitude) {
  if (largest_magnitude >= 0) return;
  throw Error(Errc::invalid_option,
              "largest_magnitude: " + to_text(largest_magnitude) + " is no magnitude");
}

Rect input_region_of(const Problem& problem, const Rect& outputs) {
  require_outputs(problem, outputs);
  const Rect window = problem.window_of(outputs);
  const Rect rows = needed_along(problem.rows, window.row, window.rows);
  const Rect cols = needed_along(problem.cols, window.col, window.cols);
  if (rows.rows == 0 || cols.rows == 0) return {};
  return {rows.row, cols.row, rows.rows, cols.rows};
}

void require_outputs(const Problem& problem, const Rect& outputs) {
  const bool positive =
      outputs.rows > 0 && outputs.cols > 0 && outputs.row >= 0 && outputs.col >= 0;
  if (positive && outputs.row <= problem.rows.output - outputs.rows &&
      outputs.col <= problem.cols.output - outputs.cols) {
    return;
  }
  throw Error(Errc::invalid_shape, "outputs: " + to_string(outputs) + " are not part of the " +
                                       to_string(problem.output_shape()) + " outputs");
}

void require_valid(const Problem& problem, const Task& call, std::span<std::byte> workspace,
                   std::size_t workspace_bytes) {
  require_outputs(problem, call.outputs);
  const Shape expected{call.outputs.rows, call.outputs.cols, problem.channels};
  if (call.out.shape != expected) {
    throw Error(Errc::invalid_shape,
                "out: " + to_string(call.out.shape) + ", the result is " + to_string(expected));
  }
  require_reachable("image", call.tile);
  require_reachable("out", call.out);
  require_tile(problem, call);
  require_distinct(call.out);
  require_disjoint("image", call.tile, call.out);
  require_workspace(workspace, workspace_bytes);
  if (problem.nonfinite == Nonfinite::reject) require_finite(call.tile, call.tile_origin);
}

}  // namespace twofold::detail
