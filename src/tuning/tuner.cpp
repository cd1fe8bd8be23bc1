// SPDX-License-Identifier: BSD-3-Clause
// The problems that each rate is measured with.
#include "tuning/tuner.hpp"

#include "dispatch/cost_model.hpp"
#include "engines/engines.hpp"
#include "engines/shortcut.hpp"
#include "fft/fft.hpp"
#include "tuning/layer_tuner.hpp"

namespace twofold::detail {

namespace {

template <class R>
double measured_transform(const Effort& effort, Index length) {
  using C = std::complex<R>;
  const fft::Transform<R> transform(length);
  const auto from = random_image<C>({1, length, 1});
  auto to = Image<C>::uninitialized({1, length, 1});
  auto back = Image<C>::uninitialized({1, length, 1});
  return seconds_of(effort, [&] {
    transform.run(from.data(), to.data());
    transform.run(to.data(), back.data());
  });
}

template <class T>
double direct_seconds_per_output(const Effort& effort, Trial<T>& trial) {
  const double seconds = trial.seconds(effort, *make_direct(trial.problem()));
  return seconds / static_cast<double>(trial.problem().rows.output) /
         static_cast<double>(trial.problem().cols.output);
}

constexpr Shape small_image{192, 256, 1};
constexpr double least_point = 0.01e-9;

/// What `seconds` are more than `usual`.
double beyond(double usual, double seconds) {
  return std::max(least_point, seconds - usual);
}

}  // namespace

Tuner::Tuner(Isa isa, const Effort& effort)
    : isa_(isa), effort_(effort), rates_(built_in_rates(isa)) {}

void Tuner::measure_transform(std::size_t i) {
  rates_.transform[0][i] = measured_transform<float>(effort_, transform_lengths[i]);
  rates_.transform[1][i] = measured_transform<double>(effort_, transform_lengths[i]);
}

void Tuner::take_transforms_of(const Tuner& other) noexcept {
  for (const std::size_t precision : {0U, 1U})
    rates_.transform[precision] = other.rates_.transform[precision];
}

template <class T>
void Tuner::measure_tap(std::size_t lane) {
  // Taps beyond 16 bits, where there is room: no sums in narrower types.
  Trial<T> trial(isa_, small_image, random_image<T>({15, 15, 1}, 0x1p20));
  const double seconds = direct_seconds_per_output(effort_, trial) - rates_.output;
  rates_.tap[lane] = seconds / cost_in_taps(shortcut_for(trial.problem()), trial.problem());
}

void Tuner::measure_narrow(std::size_t index) {
  const Index cols = 2 * static_cast<Index>(index) + 1;
  // Tall ones, in which a window's start does not decide.
  const Index rows = cols == 1 ? 31 : std::max<Index>(cols, 9);
  Trial<float> trial(isa_, small_image, random_image<float>({rows, cols, 1}));
  const double seconds = direct_seconds_per_output(effort_, trial) - rates_.output;
  const double taps = cost_in_taps(Shortcut::none, trial.problem());
  rates_.narrow[index] = std::clamp(seconds / (taps * rates_.tap[4]), 0.2, 50.0);
}

void Tuner::measure_sums() {
  const double built_in_tap = rates_.tap[4];
  measure_tap<std::uint8_t>(0);
  measure_tap<std::uint16_t>(1);
  measure_tap<std::uint32_t>(2);
  measure_tap<std::uint64_t>(3);
  measure_tap<float>(4);
  measure_tap<double>(5);
  measure_tap<std::complex<float>>(6);
  measure_tap<std::complex<double>>(7);
  for (std::size_t i = 0; i < rates_.narrow.size(); ++i)
    measure_narrow(i);
  // Small parts of the whole, which follow the speed of the sums.
  for (double* rate : {&rates_.output, &rates_.frame, &rates_.convert, &rates_.reference})
    *rate *= rates_.tap[4] / built_in_tap;
}

namespace {

Image<float> rank_one_kernel(Index size) {
  const auto column = random_image<float>({size, 1, 1});
  auto kernel = Image<float>::uninitialized({size, size, 1});
  for (Index a = 0; a < size; ++a) {
    for (Index b = 0; b < size; ++b)
      kernel(a, b) = column(a, 0) * column((b + 1) % size, 0);
  }
  return kernel;
}

double separable_seconds_of(const Effort& effort, Isa isa, const Shape& image, Index size) {
  Trial<float> trial(isa, image, rank_one_kernel(size));
  const auto factors =
      factorise(trial.problem().kernel.template view<float>(), 1, Closeness::largest);
  return trial.seconds(effort, *make_separable(trial.problem(), factors));
}

}  // namespace

/// Two kernels, summed in two passes, for two unknowns: what a tap and what a component costs.
void Tuner::measure_separable() {
  constexpr Index small = 9;
  constexpr Index large = 21;
  constexpr Shape image{512, 512, 1};
  const auto taps_of = [&](Index size) {
    const double seconds = separable_seconds_of(effort_, isa_, image, size);
    const double outputs = static_cast<double>(image.rows) * static_cast<double>(image.cols);
    return (seconds / outputs - rates_.output) / rates_.tap[4];
  };
  const double fewer = taps_of(small);
  const double per_tap = (taps_of(large) - fewer) / static_cast<double>(2 * (large - small));
  rates_.separable_tap = std::clamp(per_tap, 0.2, 20.0);
  const double start = fewer / rates_.separable_tap - 2 * static_cast<double>(small);
  rates_.separable_start = std::clamp(start, 0.1, 50.0);
}

/// Narrow images, in which rows decide, and flat ones, in which none fills a block.
void Tuner::measure_rows() {
  constexpr Shape narrow{768, 16, 1};
  constexpr double least = 1e-9;
  const auto rows = static_cast<double>(narrow.rows);
  Trial<float> direct(isa_, narrow, random_image<float>({3, 3, 1}));
  rates_.row = least;
  const double direct_sums = direct_seconds(direct.problem(), rates_);
  const double seconds = direct.seconds(effort_, *make_direct(direct.problem()));
  rates_.row = std::max(least, (seconds - direct_sums) / rows);

  constexpr Index two_passes = 9;
  const Trial<float> separable(isa_, narrow, rank_one_kernel(two_passes));
  rates_.separable_row = least;
  const double separable_sums = separable_seconds(separable.problem(), rates_, 1);
  const double both = separable_seconds_of(effort_, isa_, narrow, two_passes);
  rates_.separable_row = std::max(least, (both - separable_sums) / rows);

  Trial<float> flat(isa_, {1, 512, 1}, random_image<float>({15, 15, 1}));
  rates_.lone_row = 1;
  const double once = direct_seconds(flat.problem(), rates_);
  const double alone = flat.seconds(effort_, *make_direct(flat.problem()));
  rates_.lone_row = std::clamp(alone / once, 1.0, 20.0);
}

/// The rates, with `seconds` for every point of a plane, whatever its size and its elements.
Rates Tuner::with_points_of(double seconds) const {
  Rates rates = rates_;
  rates.converted_point = 0;
  rates.scattered_point = 0;
  std::fill(std::begin(rates.whole_point), std::end(rates.whole_point), 0.0);
  for (auto* points : {&rates.plane_point, &rates.large_point, &rates.huge_point})
    std::fill(std::begin(*points), std::end(*points), seconds);
  return rates;
}

/// What a point takes, where all of them and the transforms take `measured` seconds. `predict` is
/// the cost formula, which says how many points it counts.
template <class Predict>
double Tuner::point_seconds(double measured, const Predict& predict) const {
  const double transforms = predict(with_points_of(0));
  const double points = predict(with_points_of(1)) - transforms;
  return std::max((measured - transforms) / points, least_point);
}

/// Of overlap-save, in tiles of `length`.
template <class T>
double Tuner::tile_point_seconds(Index length, Index channels) const {
  constexpr Index kernel = 31;
  const Index step = length - kernel + 1;
  // Whole tiles only, in two transforms for each channel.
  Trial<T> trial(isa_, {2 * step, 2 * step, channels}, random_image<T>({kernel, kernel, 1}));
  const TileShape tile{length, length};
  const double seconds = trial.seconds(effort_, *make_overlap_save(trial.problem(), tile));
  return point_seconds(seconds, [&](const Rates& rates) {
    return overlap_save_seconds(trial.problem(), rates, tile);
  });
}

/// Of a whole transform of rows × cols points.
template <class T>
double Tuner::whole_point_seconds(Index rows, Index cols) const {
  constexpr Index kernel = 31;
  Trial<T> trial(isa_, {rows - kernel / 2, cols - kernel / 2, 1},
                 random_image<T>({kernel, kernel, 1}));
  const PeriodShape period{extended_period(trial.problem().rows, true, rows),
                           extended_period(trial.problem().cols, true, cols)};
  const double seconds = trial.seconds(effort_, *make_whole_fft(trial.problem(), period));
  return point_seconds(seconds, [&](const Rates& rates) {
    return whole_fft_seconds(trial.problem(), rates, period);
  });
}

/// A plane of many short rows.
void Tuner::measure_lines() {
  Trial<float> trial(isa_, {768, 12, 1}, random_image<float>({9, 9, 1}));
  const auto extended = [](const Axis& axis, Index length) {
    return extended_period(axis, true, length);
  };
  const PeriodShape period{extended(trial.problem().rows, 800), extended(trial.problem().cols, 20)};
  const double seconds = trial.seconds(effort_, *make_whole_fft(trial.problem(), period));
  rates_.line = 0;
  const double rest = seconds - whole_fft_seconds(trial.problem(), rates_, period);
  rates_.line = std::max(1e-9, 2 * rest / static_cast<double>(period.rows.length));
}

/// Squares and long planes, which transposing takes longer for.
template <class T>
void Tuner::measure_whole_points(std::size_t precision) {
  const double usual =
      std::max(whole_point_seconds<T>(256, 256), whole_point_seconds<T>(1280, 160));
  rates_.whole_point[precision] = beyond(rates_.plane_point[precision], usual);
  rates_.huge_point[precision] =
      beyond(rates_.whole_point[precision], whole_point_seconds<T>(2560, 2560));
}

void Tuner::measure_planes() {
  measure_lines();
  rates_.plane_point[0] = (tile_point_seconds<float>(128) + tile_point_seconds<float>(256)) / 2;
  rates_.plane_point[1] = (tile_point_seconds<double>(128) + tile_point_seconds<double>(256)) / 2;
  rates_.large_point[0] = tile_point_seconds<float>(640);
  rates_.large_point[1] = tile_point_seconds<double>(512);
  measure_whole_points<float>(0);
  measure_whole_points<double>(1);
  // How much more a point costs with other elements than the transform's numbers.
  rates_.scattered_point = beyond(rates_.plane_point[0], tile_point_seconds<float>(128, 3));
  rates_.converted_point = beyond(rates_.plane_point[1], tile_point_seconds<std::int32_t>(128));
}

void Tuner::measure_threads() {
  rates_.thread_start = seconds_of(effort_, [] {
    CallThreads threads(2);
    threads.parallel_for(2, [](std::size_t) {});
  });
}

void Tuner::measure_layer_sums() {
  detail::measure_layer_sums(isa_, effort_, rates_);
}

void Tuner::measure_layer_tiles() {
  detail::measure_layer_tiles(isa_, effort_, rates_);
}

}  // namespace twofold::detail
