// SPDX-License-Identifier: BSD-3-Clause
// What a call costs beside the arithmetic, on small images; what the choice of a method takes, for
// which it uses the library's insides; what a second thread gains, on large images.
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>
#include <twofold/twofold.hpp>

#include "cases.hpp"
#include "dispatch/candidates.hpp"
#include "dispatch/profile.hpp"
#include "peers/opencv.hpp"
#include "prepared_plan.hpp"
#include "runner.hpp"

namespace twofold::bench {

namespace {

const Options same_symm{.mode = Mode::same, .boundary = Boundary::symm};

Participant filter2d(const Image<float>& image, const Image<float>& kernel, Image<float>& out) {
  Participant participant{.name = "filter2D"};
  if (opencv::version().empty()) {
    participant.unavailable = "OpenCV is not in this build";
  } else {
    participant.run = opencv::filter2d<float, float>(image, kernel, out);
  }
  return participant;
}

void measure_overhead(Runner& runner, Index size) {
  const auto image = pseudo_random_image<float>({size, size}, image_seed);
  const auto kernel = pseudo_random_image<float>({3, 3}, kernel_seed);
  Image<float> out(image.shape());
  const auto make_plan = [&] {
    return Plan<float>(Operation::correlate, image.shape(), kernel, same_symm);
  };
  PreparedPlan<float> prepared(make_plan());
  runner.compare("calls/" + name_of_sizes(ElementType::float32, image.shape(), 3, 3),
                 {{.name = "plan", .run = [&] { benchmark::DoNotOptimize(make_plan()); }},
                  {.name = "execute",
                   .run = [&] { prepared.execute(image, out); },
                   .label = prepared.method()},
                  {.name = "one_shot", .run = [&] { correlate2d(image, kernel, out, same_symm); }},
                  {.name = "one_shot_image",
                   .run = [&] { benchmark::DoNotOptimize(correlate2d(image, kernel, same_symm)); }},
                  filter2d(image, kernel, out)});
}

/// For a kernel of full rank, and for one whose rank of one is worth finding, which nobody says.
void measure_choice(Runner& runner, Index size, Index kernel) {
  const auto problem_with = [&](const View<const float>& taps) {
    return detail::make_problem(Operation::correlate, {ElementType::float32, ElementType::float32},
                                {size, size}, detail::erase(taps), same_symm);
  };
  const auto column = pseudo_random_image<float>({kernel, 1}, column_seed);
  const auto row = pseudo_random_image<float>({1, kernel}, row_seed);
  const auto general = problem_with(pseudo_random_image<float>({kernel, kernel}, kernel_seed));
  const auto rank_one = problem_with(convolve2d(column, row, {.mode = Mode::full}));
  const auto rates = detail::rates_for(general.isa);
  const auto choosing = [&](const char* name, const detail::Problem& problem) {
    const auto choose = [&] { return detail::choose(problem, Method::automatic, *rates); };
    const auto chosen = detail::candidate_table()[choose().chosen].method;
    return Participant{.name = name,
                       .run = [choose] { benchmark::DoNotOptimize(choose()); },
                       .label = std::string(name_of(chosen))};
  };
  runner.compare("choice/" + name_of_sizes(ElementType::float32, {size, size}, kernel, kernel),
                 {choosing("general", general), choosing("rank_one", rank_one)});
}

void measure_threads(Runner& runner, Index size) {
  const auto image = pseudo_random_image<float>({size, size}, image_seed);
  const auto kernel = pseudo_random_image<float>({15, 15}, kernel_seed);
  Image<float> out(image.shape());
  const auto with_threads = [&](unsigned threads) {
    Options options = same_symm;
    options.method = Method::direct;
    options.threads = threads;
    return PreparedPlan<float>({Operation::correlate, image.shape(), kernel, options});
  };
  PreparedPlan<float> one = with_threads(1), two = with_threads(2);
  runner.compare("threads/" + name_of_sizes(ElementType::float32, image.shape(), 15, 15),
                 {{.name = "1", .run = [&] { one.execute(image, out); }},
                  {.name = "2", .run = [&] { two.execute(image, out); }}});
}

void measure_calls(Runner& runner) {
  const std::vector<Index> small = {8, 32, 64, 128};
  const std::vector<std::pair<Index, Index>> choices = {{64, 3},    {64, 15},   {512, 7},
                                                        {1024, 15}, {1024, 63}, {4096, 31}};
  const std::vector<Index> large = {1024, 2048};
  runner.expect(small.size() + choices.size() + large.size());
  for (const Index size : small)
    measure_overhead(runner, size);
  for (const auto& [size, kernel] : choices)
    measure_choice(runner, size, kernel);
  for (const Index size : large)
    measure_threads(runner, size);
}

}  // namespace

}  // namespace twofold::bench

int main(int argc, char** argv) {
  return twofold::bench::run_program(argc, argv, twofold::bench::measure_calls);
}
