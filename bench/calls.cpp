// SPDX-License-Identifier: BSD-3-Clause
// What a call costs beside the arithmetic, on small images; what a second thread gains, on large
// ones.
#include <vector>

#include <benchmark/benchmark.h>
#include <twofold/twofold.hpp>

#include "cases.hpp"
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
  const std::vector<Index> large = {1024, 2048};
  runner.expect(small.size() + large.size());
  for (const Index size : small)
    measure_overhead(runner, size);
  for (const Index size : large)
    measure_threads(runner, size);
}

}  // namespace

}  // namespace twofold::bench

int main(int argc, char** argv) {
  return twofold::bench::run_program(argc, argv, twofold::bench::measure_calls);
}
