// SPDX-License-Identifier: BSD-3-Clause
// See method_table.hpp.
#include "demo/method_table.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "demo/statistics.hpp"
#include "demo/stopwatch.hpp"
#include "demo/terminal.hpp"
#include "text.hpp"

namespace twofold::demo {
namespace {

using tool::left_aligned;
using tool::right_aligned;
using tool::seconds_text;

// A method that was not chosen runs only if one execution takes no longer than this, and as long
// as the whole table has not taken longer than that.
constexpr double bearable_seconds = 1;
constexpr double enough_seconds = 10;

constexpr std::size_t name_width = 13;
constexpr std::size_t size_width = 8;
constexpr std::size_t chosen_width = 13;

Options options_with(Method method) {
  return {.mode = Mode::same, .boundary = Boundary::symm, .method = method};
}

std::size_t width_of(Method method) {
  return std::max<std::size_t>(9, name_of(method).size() + 2);
}

std::string size_text(View<const float> kernel) {
  return std::to_string(kernel.rows()) + "×" + std::to_string(kernel.cols());
}

void print_heading(const std::vector<Candidate>& candidates) {
  std::string line = left_aligned("kernel", name_width) + left_aligned("size", size_width) +
                     left_aligned("chosen", chosen_width);
  for (const Candidate& candidate : candidates) {
    line += right_aligned(name_of(candidate.method), width_of(candidate.method));
  }
  print(bold(line));
}

}  // namespace

bool MethodTable::is_bearable(const Candidate& candidate) const {
  const auto seen = slowness_.find(candidate.method);
  const double slowness = seen == slowness_.end() ? 1 : seen->second;
  return candidate.allowed && candidate.seconds * slowness <= bearable_seconds &&
         spent_seconds_ <= enough_seconds;
}

void MethodTable::measure(const Plan<float>& plan, Run& run, View<float> out) {
  auto workspace =
      Image<std::uint8_t>::uninitialized({1, static_cast<Index>(plan.workspace_bytes()) + 1, 1});
  const auto bytes = std::as_writable_bytes(
      std::span(workspace.data(), static_cast<std::size_t>(workspace.size())));
  const Stopwatch whole;
  run.seconds = median_seconds([&] { plan.execute(image_, out, bytes); });
  run.ran = true;
  spent_seconds_ += whole.seconds();
  double& slowness = slowness_[run.candidate.method];
  slowness = std::max(slowness, run.seconds / run.candidate.seconds);
}

void MethodTable::compare(const Plan<float>& a, View<const float> from_a, const Plan<float>& b,
                          View<const float> from_b) {
  const double difference = largest_difference(from_a, from_b);
  const double allowed = a.error_bound(1) + b.error_bound(1);
  if (!(difference <= largest_difference_)) largest_difference_ = difference;
  if (!(difference <= largest_excess_ * allowed)) largest_excess_ = difference / allowed;
}

Image<float> MethodTable::add(std::string_view name, View<const float> kernel) {
  const auto plan_by = [&](Method method) {
    return Plan<float>(Operation::convolve, image_.shape(), kernel, options_with(method));
  };
  const Plan<float> chosen = plan_by(Method::automatic);
  const Decision decision = chosen.decision();
  auto result = Image<float>::uninitialized(chosen.output_shape());
  auto other_result = Image<float>::uninitialized(chosen.output_shape());

  std::vector<Run> runs;
  for (const Candidate& candidate : decision.candidates) {
    runs.push_back({.candidate = candidate, .chosen = candidate.method == decision.method});
    if (runs.back().chosen) measure(chosen, runs.back(), result);
  }
  for (Run& run : runs) {
    if (run.chosen || !is_bearable(run.candidate)) continue;
    const Plan<float> forced = plan_by(run.candidate.method);
    measure(forced, run, other_result);
    compare(chosen, result, forced, other_result);
  }

  if (rows_.empty()) print_heading(decision.candidates);
  print_row(name, kernel, runs);
  rows_.push_back(std::move(runs));
  return result;
}

void MethodTable::print_row(std::string_view name, View<const float> kernel, const Row& row) const {
  std::string_view chosen;
  std::string times;
  std::string predictions;
  for (const Run& run : row) {
    const std::size_t width = width_of(run.candidate.method);
    const std::string time = right_aligned(run.ran ? seconds_text(run.seconds) : "–", width);
    times += run.chosen ? bold(time) : time;
    predictions +=
        right_aligned(run.candidate.allowed ? seconds_text(run.candidate.seconds) : "–", width);
    if (run.chosen) chosen = name_of(run.candidate.method);
  }
  print(left_aligned(name, name_width) + left_aligned(size_text(kernel), size_width) +
        left_aligned(chosen, chosen_width) + times);
  print(dim(std::string(name_width + size_width, ' ') + left_aligned("predicted", chosen_width) +
            predictions));
}

void MethodTable::print_legend() const {
  std::map<Method, std::string> exclusions;
  bool all_bearable = true;
  for (const Row& row : rows_) {
    for (const Run& run : row) {
      if (!run.candidate.allowed) {
        exclusions.emplace(run.candidate.method, run.candidate.reason);
      } else if (!run.ran) {
        all_bearable = false;
      }
    }
  }
  print();
  print(dim("Medians of several executions of a Plan, planning aside."));
  if (!all_bearable) {
    const std::string limit = spent_seconds_ > enough_seconds
                                  ? "; all together, more than " + seconds_text(enough_seconds)
                                  : "";
    print(dim("–  not run: it would take more than " + seconds_text(bearable_seconds) + limit));
  }
  for (const auto& [method, reason] : exclusions) {
    print(dim("–  " + std::string(name_of(method)) + " not allowed: " + reason));
  }
  print();
}

void MethodTable::print_summary() const {
  print_legend();
  constexpr double close = 1.05;  // Two runs of one method differ by as much.
  int well_chosen = 0;
  double worst_choice = 1;
  double log_sum = 0;
  double smallest = INFINITY;
  double largest = 0;
  for (const Row& row : rows_) {
    double best = INFINITY;
    double chosen = 0;
    for (const Run& run : row) {
      if (!run.ran) continue;
      best = std::min(best, run.seconds);
      if (!run.chosen) continue;
      chosen = run.seconds;
      const double ratio = run.seconds / run.candidate.seconds;
      log_sum += std::log(ratio);
      smallest = std::min(smallest, ratio);
      largest = std::max(largest, ratio);
    }
    if (chosen <= close * best) ++well_chosen;
    worst_choice = std::max(worst_choice, chosen / best);
  }
  print("The choice    the fastest that ran, or within 5 % of it, for " +
        std::to_string(well_chosen) + " kernels of " + std::to_string(rows_.size()) + ";");
  print("              at worst " + number("%.2f", worst_choice) + " times the fastest's time.");
  print("Predictions   measured ÷ predicted, where chosen: " + number("%.2f", smallest) + " to " +
        number("%.2f", largest) + ", mean " +
        number("%.2f", std::exp(log_sum / static_cast<double>(rows_.size()))) + ".");
  print("One picture   by every method: largest difference " + number("%.1e", largest_difference_) +
        " (white is 1).");
}

}  // namespace twofold::demo
