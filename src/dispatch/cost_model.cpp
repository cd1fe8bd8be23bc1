// SPDX-License-Identifier: BSD-3-Clause
// The cost formulas.
#include "dispatch/cost_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engines/shortcut.hpp"
#include "support/checked.hpp"

namespace twofold::detail {

namespace {

double as_real(Index value) {
  return static_cast<double>(value);
}

std::size_t lane_of(ElementType type) {
  return is_integer(type) ? static_cast<std::size_t>(type) / 2 : static_cast<std::size_t>(type) - 4;
}

bool is_transformed_in_double(ElementType type) {
  return type != ElementType::float32 && type != ElementType::complex64;
}

struct PassSeconds {
  double rows;
  double cols;
};

PassSeconds pass_seconds(const Rates& rates, Index length) {
  for (const PassRate& rate : rates.passes) {
    if (length <= rate.length) return {rate.rows, rate.cols};
  }
  const double seconds = rates.long_pass * std::log2(as_real(length));
  return {seconds, seconds};
}

/// Outputs along an axis whose windows reach beyond the image.
Index frame_of(const Axis& axis) {
  const Index begin = std::clamp<Index>(axis.kernel - 1 - axis.centre, 0, axis.output);
  const Index end = std::clamp<Index>(axis.image - axis.centre, begin, axis.output);
  return axis.output - (end - begin);
}

/// Seconds per output, where image and result are not of the type of the sums: the engines that
/// otherwise work on the caller's memory go by way of a buffer.
double conversion(const Problem& problem, const Rates& rates) {
  return (problem.converts_image() ? rates.convert : 0) +
         (problem.output_type != problem.type ? rates.convert : 0);
}

std::span<const TileRate> tile_rates(const Problem& problem, const Rates& rates) {
  return rates.tiles[is_transformed_in_double(problem.type) ? 1 : 0];
}

/// Of a length that stands in the table.
double tile_rate(std::span<const TileRate> rates, Index length) {
  const auto rate = std::find_if(rates.begin(), rates.end(),
                                 [&](const TileRate& tile) { return tile.length == length; });
  return rate->seconds;
}

double seconds_per_tile(const Problem& problem, const Rates& rates, Index rows, Index cols) {
  const auto lengths = tile_rates(problem, rates);
  const bool converted = problem.image_type != problem.type || is_integer(problem.type);
  double point = rates.tile_point[is_transformed_in_double(problem.type) ? 1 : 0];
  if (converted) point += rates.converted_point;
  if (problem.channels > 1 || is_complex(problem.type)) point += rates.scattered_point;
  const double passes = tile_rate(lengths, cols) + tile_rate(lengths, rows) + point;
  const double tiles_per_job = is_complex(problem.type) ? 1.0 : 2.0;
  return (as_real(rows) * as_real(cols) * passes + rates.job) / tiles_per_job;
}

}  // namespace

double direct_seconds(const Problem& problem, const Rates& rates) {
  const double channels = as_real(problem.channels);
  // A row of less than a vector costs as much as one.
  const double width =
      std::max(as_real(problem.cols.output), rates.vector[lane_of(problem.type)] / channels);
  const double outputs = as_real(problem.rows.output) * width;
  const double taps = cost_in_taps(shortcut_for(problem), problem.kernel);
  // Rows above and below the image are pointers to others; columns beside it are packed.
  const double framed = as_real(frame_of(problem.cols)) * as_real(problem.rows.output);
  const double summed = outputs * (taps * rates.tap[lane_of(problem.type)] + rates.output);
  const double packed = std::min(framed, outputs) * rates.frame;
  return rates.call + channels * (summed + packed + outputs * conversion(problem, rates));
}

double separable_seconds(const Problem& problem, const Rates& rates, Index rank) {
  const double outputs = as_real(problem.rows.output) * as_real(problem.cols.output);
  const double taps = as_real(rank) * (as_real(problem.rows.kernel) + as_real(problem.cols.kernel) +
                                       rates.separable_start);
  return 2 * rates.call + outputs * as_real(problem.channels) *
                              (taps * rates.tap[lane_of(problem.type)] * rates.separable_tap +
                               rates.output + conversion(problem, rates));
}

double reference_seconds(const Problem& problem, const Rates& rates) {
  const double outputs = as_real(problem.rows.output) * as_real(problem.cols.output);
  return outputs * as_real(problem.channels) * as_real(problem.kernel.taps()) * rates.reference;
}

double overlap_save_seconds(const Problem& problem, const Rates& rates, const TileShape& tile) {
  const Index down = ceil_divide(problem.rows.output, tile.rows - problem.rows.kernel + 1);
  const Index across = ceil_divide(problem.cols.output, tile.cols - problem.cols.kernel + 1);
  const Index tiles = down * across * problem.channels;
  // A real tile without a partner costs as much as two.
  const Index paid = is_complex(problem.type) ? tiles : round_up(tiles, 2);
  return rates.call + as_real(paid) * seconds_per_tile(problem, rates, tile.rows, tile.cols);
}

double whole_fft_seconds(const Problem& problem, const Rates& rates, const PeriodShape& period) {
  const double points = as_real(period.rows.length) * as_real(period.cols.length);
  const double passes = 2 * (pass_seconds(rates, period.cols.length).rows +
                             pass_seconds(rates, period.rows.length).cols) +
                        rates.point;
  const double factor = is_transformed_in_double(problem.type) ? rates.double_factor : 1.0;
  const double half = is_complex(problem.type) ? 1.0 : rates.real_transform;
  return rates.call + as_real(problem.channels) * points * passes * factor * half;
}

TileShape choose_tile(const Problem& problem, const Rates& rates) {
  static constexpr Index largest_area = Index{1} << 20;
  const auto fits = [](const Axis& axis, Index length) { return length >= axis.kernel; };
  const auto enough = [](const Axis& axis, Index length) {
    return length - axis.kernel + 1 >= axis.output;
  };

  TileShape best;
  double least = std::numeric_limits<double>::infinity();
  const auto lengths = tile_rates(problem, rates);
  for (const auto [rows, rows_rate] : lengths) {
    if (!fits(problem.rows, rows)) continue;
    for (const auto [cols, cols_rate] : lengths) {
      if (!fits(problem.cols, cols) || rows * cols > largest_area) continue;
      const double seconds = overlap_save_seconds(problem, rates, {rows, cols});
      if (seconds < least) {
        least = seconds;
        best = {rows, cols};
      }
      if (enough(problem.cols, cols)) break;
    }
    if (enough(problem.rows, rows)) break;
  }
  return best;
}

}  // namespace twofold::detail
