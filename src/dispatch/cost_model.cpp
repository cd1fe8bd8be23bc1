// SPDX-License-Identifier: BSD-3-Clause
// The cost formulas.
#include "dispatch/cost_model.hpp"

#include <algorithm>
#include <cmath>

#include "engines/engines.hpp"
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

/// Outputs along an axis whose windows reach beyond the image.
Index frame_of(const Axis& axis) {
  const Index begin = std::clamp<Index>(axis.kernel - 1 - axis.centre, 0, axis.output);
  const Index end = std::clamp<Index>(axis.image - axis.centre, begin, axis.output);
  return axis.output - (end - begin);
}

/// Seconds per output beside its taps. Where image and result are not of the type of the sums, the
/// engines that otherwise work on the caller's memory go by way of a buffer.
double storing(const Problem& problem, const Rates& rates) {
  return rates.output * as_real(static_cast<Index>(size_in_bytes(problem.type))) / 4 +
         (problem.converts_image() ? rates.convert : 0) +
         (problem.output_type != problem.type ? rates.convert : 0);
}

double vector_of(const Problem& problem, const Rates& rates) {
  return rates.vector[lane_of(problem.type)];
}

/// Elements of a row, as far as they cost: whole vectors, of which the last, alone, is slower.
double summed_elements(const Problem& problem, const Rates& rates, Index cols) {
  const double vector = vector_of(problem, rates);
  return (std::ceil(as_real(cols * problem.channels) / vector) + 0.6) * vector;
}

/// Elements of all rows of outputs, as far as they cost. Rows that fill no block are slower, and
/// slower still where vectors of them fill none: their sums wait for each other.
double summed_outputs(const Problem& problem, const Rates& rates) {
  constexpr double block_vectors = 8;
  const double lone_vector = is_integer(problem.type) ? rates.lone_row : 8;
  const double row = summed_elements(problem, rates, problem.cols.output);
  const Index block_rows = std::min(rates.block_rows, problem.rows.kernel);
  const Index lone_rows = problem.rows.output % block_rows;
  const double vectors = std::ceil(row / vector_of(problem, rates));
  const double lone_vectors = std::fmod(vectors, block_vectors);
  const double lone_row =
      ((vectors - lone_vectors) * rates.lone_row + lone_vectors * lone_vector) / vectors;
  return row * (as_real(problem.rows.output - lone_rows) + as_real(lone_rows) * lone_row);
}

/// Seconds for what lies beside the image. Rows above and below it are pointers to others; columns
/// are packed.
double framing(const Problem& problem, const Rates& rates) {
  const Index framed = std::min(frame_of(problem.cols), problem.cols.output);
  return as_real(framed) * as_real(problem.rows.output) * as_real(problem.channels) * rates.frame;
}

/// A tap of the direct sum. Real taps of complex numbers, of which cost_in_taps counts the half,
/// are those of two real sums.
double tap_seconds(const Problem& problem, Shortcut shortcut, const Rates& rates) {
  const std::size_t lane = lane_of(problem.type);
  if (shortcut != Shortcut::real_taps) return rates.tap[lane];
  constexpr std::size_t complex_lanes = 2;
  return 4 * rates.tap[lane - complex_lanes];
}

/// Of a kernel, in taps of a wide one.
double narrowness(const Problem& problem, const Rates& rates) {
  const auto column = static_cast<std::size_t>(problem.cols.kernel / 2);
  return column < rates.narrow.size() ? rates.narrow[column] : 1.0;
}

// Planes beyond these stay in no second-level cache, or in none at all.
constexpr double large_plane_bytes = 1.5 * 1024 * 1024;
constexpr double huge_plane_bytes = 12.0 * 1024 * 1024;

double point_seconds(const Problem& problem, const Rates& rates, const PlaneShape& plane) {
  const std::size_t precision = transform_precision(problem.type);
  const double bytes = as_real(plane.spectrum_rows()) * as_real(plane.rows) *
                       as_real(transform_point_bytes(problem.type));
  double seconds = rates.plane_point[precision];
  if (bytes > large_plane_bytes) seconds = rates.large_point[precision];
  if (bytes > huge_plane_bytes) seconds = rates.huge_point[precision];
  if (problem.image_type != problem.type || is_integer(problem.type)) {
    seconds += rates.converted_point;
  }
  if (problem.channels > 1) seconds += rates.scattered_point;
  return seconds;
}

/// Seconds until a plane and a kernel's spectrum are in cache, where a caller has had other things
/// to do since the last call.
double warming(const Problem& problem, const PlaneShape& plane) {
  constexpr double seconds_per_byte = 0.02e-9;
  const double points = as_real(plane.spectrum_rows()) * as_real(plane.rows);
  return 2 * points * as_real(transform_point_bytes(problem.type)) * seconds_per_byte;
}

/// Seconds for the columns beside the image that are brought into transforms one by one.
double extending(const Problem& problem, const Rates& rates) {
  const Index window = problem.cols.output + problem.cols.kernel - 1;
  const Index beside = std::max<Index>(0, window - problem.cols.image);
  const Index rows = problem.rows.output + problem.rows.kernel - 1;
  return as_real(beside) * as_real(rows) * as_real(problem.channels) * rates.frame;
}

}  // namespace

double direct_seconds(const Problem& problem, const Rates& rates) {
  const Shortcut shortcut = shortcut_for(problem);
  const double taps = cost_in_taps(shortcut, problem) *
                      (shortcut == Shortcut::none ? narrowness(problem, rates) : 1.0);
  const double output = taps * tap_seconds(problem, shortcut, rates) + storing(problem, rates);
  double outputs = summed_outputs(problem, rates);
  if (shortcut == Shortcut::scattered) {
    // Every tap finds its row anew, for as long as it takes to sum a few vectors.
    constexpr double vectors = 4;
    outputs = std::max(outputs, as_real(problem.rows.output) * vectors * vector_of(problem, rates));
  }
  return rates.call + as_real(problem.rows.output) * rates.row + framing(problem, rates) +
         outputs * output;
}

double separable_seconds(const Problem& problem, const Rates& rates, Index rank) {
  const bool one_pass = runs_in_one_pass(problem, rank);
  const double tap = rates.tap[lane_of(problem.type)] * rates.separable_tap * as_real(rank);
  // Down columns, of all that rows will need; then along rows.
  const Index needed = problem.cols.output + (one_pass ? 0 : problem.cols.kernel - 1);
  const double down = summed_elements(problem, rates, needed) * as_real(problem.rows.kernel);
  const double along = summed_elements(problem, rates, problem.cols.output) *
                       (as_real(problem.cols.kernel) + (one_pass ? 0.3 : rates.separable_start));
  const double stored = as_real(problem.cols.output * problem.channels) * storing(problem, rates);
  const double row = one_pass ? rates.row : as_real(rank) * rates.separable_row;
  const double seconds = 1.5 * rates.call + framing(problem, rates) +
                         as_real(problem.rows.output) * (row + (down + along) * tap + stored);
  // Of a kernel of one row or column, one pass is all there is to do, and the other is in vain.
  const bool is_line = problem.rows.kernel == 1 || problem.cols.kernel == 1;
  return is_line ? std::max(seconds, 1.1 * direct_seconds(problem, rates)) : seconds;
}

double reference_seconds(const Problem& problem, const Rates& rates) {
  const double outputs = as_real(problem.rows.output) * as_real(problem.cols.output);
  // A method of last resort: where all is over at once, the others are preferred.
  return 20 * rates.call +
         outputs * as_real(problem.channels) * as_real(problem.kernel.taps()) * rates.reference;
}

double preference(double seconds, Index pieces) noexcept {
  constexpr double weight = 0.15;
  // Of two threads, one may have to wait for the other.
  const double waiting = as_real(2 * ceil_divide(pieces, 2)) / as_real(pieces) - 1;
  return seconds * (1 + weight * waiting);
}

double transform_seconds(const Rates& rates, ElementType type, Index length) {
  const auto& seconds = rates.transform[transform_precision(type)];
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
  constexpr double column = 0.35;  // what one costs beside its transforms, in lines
  const double lines = as_real(rows_in + rows_out) / 2 / as_real(plane.rows_per_line());
  const double cols = as_real(plane.spectrum_rows());
  return rates.plane_start +
         lines * (transform_seconds(rates, problem.type, plane.cols) + rates.line) +
         cols * (transform_seconds(rates, problem.type, plane.rows) + column * rates.line) +
         cols * as_real(rows_in + rows_out) / 2 * point_seconds(problem, rates, plane);
}

double overlap_save_seconds(const Problem& problem, const Rates& rates, const TileShape& tile) {
  const Index jobs = overlap_save_jobs(problem, tile, problem.all_outputs());
  const Index rows = std::min(tile.rows - problem.rows.kernel + 1, problem.rows.output);
  return rates.call + warming(problem, plane_of(tile)) + extending(problem, rates) +
         as_real(jobs) *
             plane_seconds(problem, rates, plane_of(tile), rows + problem.rows.kernel - 1, rows);
}

double whole_fft_seconds(const Problem& problem, const Rates& rates, const PeriodShape& period) {
  const PlaneShape plane = plane_of(period, problem.type);
  const Index rows_needed = is_zero_beyond(problem, problem.rows)
                                ? problem.rows.image
                                : problem.rows.output + problem.rows.kernel - 1;
  const Index rows_in = std::min(plane.rows, rows_needed);
  const Index rows_out = std::min(plane.rows, problem.rows.output);
  const bool extends = natural_period(problem.cols).length != period.cols.length &&
                       !is_zero_beyond(problem, problem.cols);
  const double packing = as_real(rows_in) * as_real(plane.spectrum_rows()) *
                         rates.whole_point[transform_precision(problem.type)];
  return rates.call + warming(problem, plane) + (extends ? extending(problem, rates) : 0) +
         as_real(problem.channels) *
             (plane_seconds(problem, rates, plane, rows_in, rows_out) + packing);
}

}  // namespace twofold::detail
