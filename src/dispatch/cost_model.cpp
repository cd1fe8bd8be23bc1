// SPDX-License-Identifier: BSD-3-Clause
// The cost formulas.
#include "dispatch/cost_model.hpp"

#include <algorithm>
#include <cmath>

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

/// Planes beyond this do not stay in a second-level cache.
constexpr double large_plane_bytes = 1.5 * 1024 * 1024;

double point_seconds(const Problem& problem, const Rates& rates, const PlaneShape& plane) {
  const std::size_t precision = is_transformed_in_double(problem.type) ? 1 : 0;
  const double bytes = as_real(plane.spectrum_rows()) * as_real(plane.rows) *
                       as_real(transform_point_bytes(problem.type));
  double seconds =
      bytes > large_plane_bytes ? rates.large_point[precision] : rates.plane_point[precision];
  if (problem.image_type != problem.type || is_integer(problem.type)) {
    seconds += rates.converted_point;
  }
  if (problem.channels > 1 || is_complex(problem.type)) seconds += rates.scattered_point;
  return seconds;
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

double transform_seconds(const Rates& rates, ElementType type, Index length) {
  const auto& seconds = rates.transform[is_transformed_in_double(type) ? 1 : 0];
  const auto* at = std::lower_bound(transform_lengths.begin(), transform_lengths.end(), length);
  if (at == transform_lengths.end()) {
    const double points = as_real(length) / as_real(transform_lengths.back());
    return seconds.back() * points * (1 + std::log2(points) / 13);
  }
  const double listed = seconds[static_cast<std::size_t>(at - transform_lengths.begin())];
  if (*at == length) return listed;
  // Any other length is a poorer one.
  constexpr double penalty = 1.9;
  return penalty * listed * as_real(length) / as_real(*at);
}

double plane_seconds(const Problem& problem, const Rates& rates, const PlaneShape& plane,
                     Index rows_in, Index rows_out) {
  const double lines = as_real(rows_in + rows_out) / 2 / as_real(plane.rows_per_line());
  const double cols = as_real(plane.spectrum_rows());
  return rates.plane_start + lines * transform_seconds(rates, problem.type, plane.cols) +
         cols * transform_seconds(rates, problem.type, plane.rows) +
         cols * as_real(plane.rows) * point_seconds(problem, rates, plane);
}

double overlap_save_seconds(const Problem& problem, const Rates& rates, const TileShape& tile) {
  const Index jobs = overlap_save_jobs(problem, tile, problem.all_outputs());
  const Index rows = std::min(tile.rows - problem.rows.kernel + 1, problem.rows.output);
  return rates.call + as_real(jobs) * plane_seconds(problem, rates, plane_of(tile),
                                                    rows + problem.rows.kernel - 1, rows);
}

double whole_fft_seconds(const Problem& problem, const Rates& rates, const PeriodShape& period) {
  const PlaneShape plane = plane_of(period, problem.type);
  const Index rows_in = std::min(plane.rows, problem.rows.image);
  const Index rows_out = std::min(plane.rows, problem.rows.output);
  return rates.call +
         as_real(problem.channels) * plane_seconds(problem, rates, plane, rows_in, rows_out);
}

}  // namespace twofold::detail
