// SPDX-License-Identifier: BSD-3-Clause
// Tiles and periods of the lengths that rates are known for.
#include "dispatch/transform_choice.hpp"

#include <algorithm>
#include <limits>
#include <span>

#include "dispatch/cost_model.hpp"
#include "fft/fft.hpp"

namespace twofold::detail {

namespace {

constexpr Index shortest_tile = 16;
constexpr Index longest_tile = 1024;
constexpr Index largest_tile_area = Index{1} << 20;

/// The lengths that a tile may have along an axis, cheap ones only.
struct TileLengths {
  std::array<Index, transform_lengths.size()> lengths{};
  std::size_t count = 0;

  [[nodiscard]] std::span<const Index> all() const noexcept { return {lengths.data(), count}; }
};

TileLengths tile_lengths(const Problem& problem, const Rates& rates, const Axis& axis) {
  const std::size_t precision = transform_precision(problem.type);
  // What the tiles in a row of them cost, per point of the other axis.
  const auto cost_of = [&](Index length) {
    const auto tiles = static_cast<double>(ceil_divide(axis.output, length - axis.kernel + 1));
    return tiles * (2 * transform_seconds(rates, problem.type, length) +
                    static_cast<double>(length) * rates.plane_point[precision]);
  };
  TileLengths found;
  double least = std::numeric_limits<double>::infinity();
  for (const Index length : transform_lengths) {
    if (length < std::max(axis.kernel, shortest_tile) || length > longest_tile) continue;
    found.lengths[found.count++] = length;
    least = std::min(least, cost_of(length));
    if (length - axis.kernel + 1 >= axis.output) break;
  }
  // No other axis makes up for such a length.
  constexpr double hopeless = 1.15;
  const auto end = std::remove_if(found.lengths.begin(), found.lengths.begin() + found.count,
                                  [&](Index length) { return cost_of(length) > hopeless * least; });
  found.count = static_cast<std::size_t>(end - found.lengths.begin());
  return found;
}

/// The shortest listed length of at least `least`, or a good one beyond the list.
Index listed_length(Index least) {
  const auto* at = std::lower_bound(transform_lengths.begin(), transform_lengths.end(), least);
  return at == transform_lengths.end() ? fft::good_length(least) : *at;
}

Period choose_period(const Problem& problem, const Rates& rates, const Axis& axis) {
  const bool zero_beyond = is_zero_beyond(problem, axis);
  const Index least = least_extended_length(axis, zero_beyond);
  const double point_cost = rates.plane_point[transform_precision(problem.type)];
  const auto cost_of = [&](Index length) {
    return transform_seconds(rates, problem.type, length) +
           static_cast<double>(length) * point_cost;
  };
  Index best = listed_length(least);
  double cost = cost_of(best);
  const auto* longer = std::upper_bound(transform_lengths.begin(), transform_lengths.end(), best);
  // Small images wait for this loop: it ends where the points alone cost as much.
  for (; longer != transform_lengths.end(); ++longer) {
    if (static_cast<double>(*longer) * point_cost >= cost) break;
    const double other = cost_of(*longer);
    if (other >= cost) continue;
    best = *longer;
    cost = other;
  }
  // The extension that repeats itself: one period of it is all there is.
  const Period natural = natural_period(axis);
  if (natural.length > 0 && fft::is_good_length(natural.length) &&
      cost_of(natural.length) <= cost) {
    return natural;
  }
  return extended_period(axis, zero_beyond, best);
}

}  // namespace

TileShape choose_tile(const Problem& problem, const Rates& rates) {
  TileShape best;
  double least = std::numeric_limits<double>::infinity();
  const TileLengths rows = tile_lengths(problem, rates, problem.rows);
  const TileLengths cols = tile_lengths(problem, rates, problem.cols);
  for (const Index height : rows.all()) {
    for (const Index width : cols.all()) {
      if (height * width > largest_tile_area) continue;
      const TileShape tile{height, width};
      const double cost = preference(overlap_save_seconds(problem, rates, tile),
                                     overlap_save_jobs(problem, tile, problem.all_outputs()));
      if (cost >= least) continue;
      least = cost;
      best = tile;
    }
  }
  return best;
}

PeriodShape choose_periods(const Problem& problem, const Rates& rates) {
  return {choose_period(problem, rates, problem.rows), choose_period(problem, rates, problem.cols)};
}

}  // namespace twofold::detail
