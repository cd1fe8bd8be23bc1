// SPDX-License-Identifier: BSD-3-Clause
// The measurement of a machine, step by step.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "dispatch/profile.hpp"
#include "fft/fft.hpp"
#include "tuning/tuner.hpp"
#include "twofold/info.hpp"
#include "twofold/profile.hpp"

namespace twofold {

namespace {

using namespace detail;

/// How thoroughly FFTW looks for plans.
struct PlanEffort {
  double seconds;  ///< per length and precision, at most
  Index longest;   ///< lengths beyond keep the estimated plan
};

/// A part of the work; `weight` is about the seconds that it takes.
struct Step {
  std::string name;
  double weight;
  std::function<void()> work;
};

void add_plans(std::vector<Step>& steps, const PlanEffort& effort) {
  for (const Index length : transform_lengths) {
    if (length > effort.longest) break;
    const double weight = std::min(effort.seconds, 0.005 + 0.2e-3 * static_cast<double>(length));
    steps.push_back({"plans for transforms of " + std::to_string(length), 2 * weight, [=] {
                       fft::measure_plan<float>(length, effort.seconds);
                       fft::measure_plan<double>(length, effort.seconds);
                     }});
  }
}

void add_transforms(std::vector<Step>& steps, Tuner& tuner, double measurement) {
  for (std::size_t i = 0; i < transform_lengths.size(); ++i) {
    steps.push_back({"transforms of " + std::to_string(transform_lengths[i]), 2 * measurement,
                     [=, &tuner] { tuner.measure_transform(i); }});
  }
}

void add_sums(std::vector<Step>& steps, Tuner& tuner, double measurement) {
  const std::string isa(name_of(tuner.isa()));
  steps.push_back({"direct sums, " + isa, 14 * measurement, [&] { tuner.measure_sums(); }});
  steps.push_back({"factors, " + isa, 2 * measurement, [&] { tuner.measure_separable(); }});
  steps.push_back({"rows, " + isa, 3 * measurement, [&] { tuner.measure_rows(); }});
  steps.push_back({"threads", measurement, [&] { tuner.measure_threads(); }});
}

void add_planes(std::vector<Step>& steps, Tuner& tuner, const Tuner& first, double measurement) {
  steps.push_back({"tiles, " + std::string(name_of(tuner.isa())), 12 * measurement, [&] {
                     tuner.take_transforms_of(first);
                     tuner.measure_planes();
                   }});
}

void add_layers(std::vector<Step>& steps, Tuner& tuner, double measurement) {
  const std::string isa(name_of(tuner.isa()));
  steps.push_back({"layers, " + isa, 8 * measurement, [&] { tuner.measure_layer_sums(); }});
  if (!fft::is_available()) return;
  constexpr auto tiles = static_cast<double>(2 * tile_sides.size() + 1);
  steps.push_back(
      {"tiles of layers, " + isa, tiles * measurement, [&] { tuner.measure_layer_tiles(); }});
}

void run(const std::vector<Step>& steps, const TuneOptions& options) {
  double total = 0;
  for (const Step& step : steps)
    total += step.weight;
  double done = 0;
  for (const Step& step : steps) {
    if (options.progress) options.progress(done / total, step.name);
    step.work();
    done += step.weight;
  }
  if (options.progress) options.progress(1, "done");
}

/// As long as this lives, FFTW knows nothing but what is measured.
class Measurement {
 public:
  Measurement() { begin_measurement(); }
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;
  ~Measurement() { end_measurement(); }
};

}  // namespace

std::string tune(const TuneOptions& options) {
  const Effort effort = options.quick ? Effort{7, 1e-3} : Effort{15, 4e-3};
  const PlanEffort plan_effort = options.quick ? PlanEffort{0.25, 1024} : PlanEffort{1.5, 8192};
  const double measurement = effort.samples * effort.sample_seconds * 1.2;
  std::vector<Isa> isas{active_isa()};
  if (!options.quick) isas.assign(available_isas().begin(), available_isas().end());

  std::vector<Tuner> tuners;
  tuners.reserve(isas.size());
  for (const Isa isa : isas)
    tuners.emplace_back(isa, effort);
  const Measurement begun;
  std::vector<Step> steps;
  if (fft::is_available()) {
    add_plans(steps, plan_effort);
    add_transforms(steps, tuners.front(), measurement);
  }
  for (Tuner& tuner : tuners) {
    add_sums(steps, tuner, measurement);
    if (fft::is_available()) add_planes(steps, tuner, tuners.front(), measurement);
    add_layers(steps, tuner, measurement);
  }
  run(steps, options);

  Profile profile;
  for (const Tuner& tuner : tuners)
    profile.rates.emplace(tuner.isa(), tuner.rates());
  const fft::Wisdom wisdom = fft::wisdom();
  profile.wisdom[0] = wisdom.single_precision;
  profile.wisdom[1] = wisdom.double_precision;
  return to_text(profile);
}

}  // namespace twofold
