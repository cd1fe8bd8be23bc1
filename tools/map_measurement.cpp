// SPDX-License-Identifier: BSD-3-Clause
// How long each method takes, over sizes of image and kernel, beside what `automatic` chooses.
#include "map_measurement.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "map_problems.hpp"
#include "progress.hpp"
#include "text.hpp"

namespace twofold::tool {

namespace {

using Clock = std::chrono::steady_clock;

/// What is predicted to take so many times as long as the fastest is not the fastest, however
/// wrong the prediction.
constexpr double hopeless = 6;
/// A single execution of this many seconds counts without another one to warm up: that would
/// change little, and take long.
constexpr double long_enough = 0.5;
constexpr std::size_t fewest_runs = 3;

struct Effort {
  double shortest_run;    ///< seconds; shorter executions are repeated within a run
  double enough_seconds;  ///< in which a method has `fewest_runs` or more
  std::size_t most_runs;
};
constexpr Effort thorough{5e-3, 0.3, 21};
constexpr Effort quick{2e-3, 0.1, 15};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// What timing takes, if one execution takes `once`.
double timing_seconds(double once, const Effort& effort) {
  if (once >= long_enough) return once;
  const double run = std::max(once, effort.shortest_run);
  const double runs = std::clamp(effort.enough_seconds / run, static_cast<double>(fewest_runs),
                                 static_cast<double>(effort.most_runs));
  return once + runs * run;
}

/// The methods that are worth a measurement.
std::vector<MapTime*> contenders_of(MapCell& cell) {
  double least = std::numeric_limits<double>::infinity();
  for (const MapTime& time : cell.times)
    least = std::min(least, time.predicted);
  std::vector<MapTime*> contenders;
  for (MapTime& time : cell.times) {
    if (time.predicted <= hopeless * least || time.method == cell.chosen) {
      contenders.push_back(&time);
    }
  }
  return contenders;
}

double expected_seconds(MapCell& cell, const Effort& effort) {
  double seconds = 0;
  for (const MapTime* time : contenders_of(cell))
    seconds += timing_seconds(time->predicted, effort);
  return seconds;
}

MapCell predicted_cell(Index image, Index kernel, const MapProblems& problems) {
  const Decision decision = problems.decision(image, kernel);
  MapCell cell{image, kernel, decision.method, {}};
  for (const Candidate& candidate : decision.candidates) {
    // Nobody waits for the plain loops where anything else is faster.
    const bool is_method =
        candidate.method != Method::reference || candidate.method == decision.method;
    if (candidate.allowed && is_method) {
      cell.times.push_back({candidate.method, candidate.seconds, std::nullopt});
    }
  }
  return cell;
}

std::vector<MapCell> predicted_cells(const MapRequest& request, const MapProblems& problems) {
  std::vector<MapCell> cells;
  for (const Index image : request.images) {
    for (const Index kernel : request.kernels) {
      if (kernel <= image) cells.push_back(predicted_cell(image, kernel, problems));
    }
  }
  return cells;
}

/// One method on one problem, run by run.
class Timing {
 public:
  Timing(std::function<void()> work, const Effort& effort)
      : work_(std::move(work)), effort_(effort) {}

  void warm_up() {
    const double first = execute(1);
    if (first >= long_enough) {
      seconds_.push_back(first);
      return;
    }
    spent_ = first;
    // The first execution, with cold caches, says too little about how often to repeat it.
    const double once = first < effort_.shortest_run ? execute(1) : first;
    repeats_ = static_cast<Index>(std::ceil(effort_.shortest_run / std::max(once, 1e-7)));
  }

  [[nodiscard]] bool wants_run() const {
    if (repeats_ == 0) return false;
    return seconds_.size() < fewest_runs ||
           (seconds_.size() < effort_.most_runs && spent_ < effort_.enough_seconds);
  }

  void run() {
    const double seconds = execute(repeats_);
    spent_ += seconds;
    seconds_.push_back(seconds / static_cast<double>(repeats_));
  }

  [[nodiscard]] double median() {
    const auto middle = seconds_.begin() + std::ssize(seconds_) / 2;
    std::nth_element(seconds_.begin(), middle, seconds_.end());
    return *middle;
  }

 private:
  double execute(Index times) {
    const auto begin = Clock::now();
    for (Index i = 0; i < times; ++i)
      work_();
    return seconds_since(begin);
  }

  std::function<void()> work_;
  Effort effort_;
  Index repeats_ = 0;  // stays 0 where the first execution is the only one
  double spent_ = 0;
  std::vector<double> seconds_;
};

class MapMeasurement {
 public:
  MapMeasurement(MapProblems& problems, const Effort& effort, ProgressBar& progress)
      : problems_(problems), effort_(effort), progress_(progress) {}

  /// Cells of the same image stand one after the other.
  void measure(MapCell& cell) {
    begin_ = Clock::now();
    expected_seconds_ = expected_seconds(cell, effort_);
    progress_.set_label("measuring " + typed_sizes_text(cell.image, cell.image) + " by " +
                        typed_sizes_text(cell.kernel, cell.kernel));
    time_contenders(cell);
    done_ += expected_seconds_;
    progress_.advance_to(done_);
  }

 private:
  /// Run in turns, so that what disturbs the machine for a while disturbs all of them.
  void time_contenders(MapCell& cell) {
    const auto contenders = contenders_of(cell);
    std::vector<Timing> timings;
    for (const MapTime* contender : contenders) {
      timings.emplace_back(problems_.prepare(cell.image, cell.kernel, contender->method), effort_);
      timings.back().warm_up();
      show_progress();
    }
    for (bool goes_on = true; goes_on;) {
      goes_on = false;
      for (Timing& timing : timings) {
        if (!timing.wants_run()) continue;
        timing.run();
        goes_on = true;
        show_progress();
      }
    }
    for (std::size_t i = 0; i < contenders.size(); ++i)
      contenders[i]->measured = timings[i].median();
  }

  /// By the clock, for as long as the cell does not take longer than it was expected to.
  void show_progress() {
    progress_.advance_to(done_ + std::min(seconds_since(begin_), expected_seconds_));
  }

  MapProblems& problems_;
  const Effort& effort_;
  ProgressBar& progress_;
  double done_ = 0;
  double expected_seconds_ = 0;
  Clock::time_point begin_;
};

/// The measured times, from the least on.
std::vector<double> sorted_seconds(const MapCell& cell) {
  std::vector<double> seconds;
  for (const MapTime& time : cell.times) {
    if (time.measured) seconds.push_back(*time.measured);
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds;
}

}  // namespace

const MapTime& MapCell::winner() const {
  return *std::min_element(times.begin(), times.end(), [](const MapTime& a, const MapTime& b) {
    return a.measured && (!b.measured || *a.measured < *b.measured);
  });
}

std::optional<double> MapCell::margin() const {
  const auto seconds = sorted_seconds(*this);
  if (seconds.size() < 2) return std::nullopt;
  return seconds[1] / seconds[0];
}

double MapCell::regret() const {
  const auto time = std::find_if(times.begin(), times.end(),
                                 [&](const MapTime& each) { return each.method == chosen; });
  return *time->measured / *winner().measured;
}

std::vector<MapCell> measure_map(const MapRequest& request) {
  const auto problems = request.layer ? layer_problems(request) : image_problems(request);
  std::vector<MapCell> cells = predicted_cells(request, *problems);
  const Effort& effort = request.is_quick ? quick : thorough;
  double total = 0;
  for (MapCell& cell : cells)
    total += expected_seconds(cell, effort);
  ProgressBar progress(total);
  MapMeasurement measurement(*problems, effort, progress);
  for (MapCell& cell : cells)
    measurement.measure(cell);
  return cells;
}

}  // namespace twofold::tool
