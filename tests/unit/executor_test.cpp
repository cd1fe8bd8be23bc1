// SPDX-License-Identifier: BSD-3-Clause
// The caller's own threads, and those of a call: every part runs once, in any order, and what they
// throw arrives.
#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>

#include "compare.hpp"
#include "support/executors.hpp"

namespace twofold::test {
namespace {

class Recording : public Executor {
 public:
  [[nodiscard]] unsigned concurrency() const noexcept override { return 4; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override {
    ++calls;
    parts += count;
    for (std::size_t i = 0; i < count; ++i)
      part(i);
  }
  std::size_t calls = 0;
  std::size_t parts = 0;
};

class Reverse : public Executor {
 public:
  [[nodiscard]] unsigned concurrency() const noexcept override { return 3; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override {
    while (count > 0)
      part(--count);
  }
};

class Throwing : public Executor {
 public:
  [[nodiscard]] unsigned concurrency() const noexcept override { return 2; }
  void parallel_for(std::size_t, const std::function<void(std::size_t)>&) override {
    throw std::domain_error("no threads today");
  }
};

}  // namespace

TEST_CASE("an executor's order and threads do not change the bits", "[executor]") {
  Random random(1);
  const auto x = real_image<float>({300, 333}, random);
  const auto kernel = real_image<float>({9, 12}, random);
  for (const auto& engine : all_engines()) {
    auto options = options_for({Operation::convolve, Mode::same, Boundary::symm}, engine);
    const auto alone = convolve2d(x, kernel, options);
    Recording recording;
    Reverse reverse;
    Threads thread_per_part(5);
    for (Executor* executor : {static_cast<Executor*>(&recording), static_cast<Executor*>(&reverse),
                               static_cast<Executor*>(&thread_per_part)}) {
      options.executor = executor;
      INFO(name_of(engine.method));
      CHECK(same_bits(convolve2d(x, kernel, options), alone));
    }
    if (engine.method == Method::direct || engine.method == Method::overlap_save) {
      CHECK(recording.calls >= 1);
      CHECK(recording.parts >= 2);  // an image of this size is worth sharing
    }
  }
}

TEST_CASE("threads of a call's own do not change the bits", "[executor]") {
  Random random(3);
  for (const Shape shape : {Shape{12, 20}, Shape{700, 800}}) {
    const auto x = real_image<float>(shape, random);
    const auto kernel = real_image<float>({9, 12}, random);
    for (const auto& engine : all_engines()) {
      auto options = options_for({Operation::convolve, Mode::same, Boundary::symm}, engine);
      if (engine.method == Method::reference && shape.rows > 100) continue;
      const auto alone = convolve2d(x, kernel, options);
      for (const unsigned threads : {2U, 5U}) {
        options.threads = threads;
        INFO(name_of(engine.method) << ", " << threads << " threads");
        CHECK(same_bits(convolve2d(x, kernel, options), alone));
      }
    }
  }
}

TEST_CASE("what an executor throws reaches the caller", "[executor]") {
  Random random(2);
  const auto x = real_image<float>({700, 800}, random);
  const auto kernel = real_image<float>({9, 12}, random);
  Throwing throwing;
  auto engines = direct_engines();
  if (has_fft()) engines.push_back({Method::overlap_save});
  for (const auto& engine : engines) {
    auto options = options_for({}, engine);
    options.executor = &throwing;
    CHECK_THROWS_AS(convolve2d(x, kernel, options), std::domain_error);
  }
}

TEST_CASE("a plan serves many threads at the same time", "[executor]") {
  Random random(3);
  const auto x = real_image<float>({90, 97}, random);
  const auto kernel = real_image<float>({7, 7}, random);
  for (const auto& engine : all_engines()) {
    const Plan<float> plan(Operation::convolve, x.shape(), kernel, options_for({}, engine));
    Image<float> alone(plan.output_shape());
    plan.execute(x, alone);
    std::vector<Image<float>> results(8, Image<float>(plan.output_shape()));
    std::vector<std::thread> threads;
    threads.reserve(results.size());
    for (auto& result : results) {
      threads.emplace_back([&plan, &x, &result] { plan.execute(x, result); });
    }
    for (auto& thread : threads)
      thread.join();
    for (const auto& result : results)
      CHECK(same_bits(result, alone));
  }
}

TEST_CASE("plans may be made by many threads at the same time", "[executor]") {
  Random random(4);
  const auto x = real_image<double>({40, 41}, random);
  const auto kernel = real_image<double>({11, 10}, random);
  const auto expected = convolve2d(x, kernel, {.method = has_fft() ? Method::fft : Method::direct});
  std::vector<Image<double>> results(8);
  std::vector<std::thread> threads;
  threads.reserve(results.size());
  for (auto& result : results) {
    threads.emplace_back([&] {
      result = convolve2d(x, kernel, {.method = has_fft() ? Method::fft : Method::direct});
    });
  }
  for (auto& thread : threads)
    thread.join();
  for (const auto& result : results)
    CHECK(same_bits(result, expected));
}

TEST_CASE("plans of many sizes may be made by many threads at the same time", "[executor]") {
  if (!has_fft()) return;
  const Image<float> kernel{{1, 2}, {3, 4}};
  constexpr Index first = 100;
  std::vector<std::size_t> bytes(8);
  const auto make_plans = [&](std::size_t thread) {
    for (Index size = first; size < first + 60; ++size) {
      const Plan<float> plan(Operation::convolve, {size, 3 * size}, kernel,
                             {.boundary = Boundary::wrap, .method = Method::whole_fft});
      bytes[thread] += plan.workspace_bytes();
    }
  };
  Threads(8).parallel_for(8, make_plans);
  CHECK(bytes[0] > 0);
  CHECK(std::count(bytes.begin(), bytes.end(), bytes[0]) == 8);
}

// No engine's parts throw, and so no call on images gets here.
TEST_CASE("what a part throws reaches the caller of a call's threads", "[executor]") {
  constexpr std::size_t parts = 20;
  for (const unsigned concurrency : {1U, 2U, 4U}) {
    twofold::detail::CallThreads threads(concurrency);
    for (const std::size_t failing : {std::size_t{0}, std::size_t{7}, parts - 1}) {
      CHECK_THROWS_AS(threads.parallel_for(parts,
                                           [&](std::size_t i) {
                                             if (i == failing) throw std::domain_error("no");
                                           }),
                      std::domain_error);
      // They are as good as before, and the failure is told once.
      std::array<std::atomic<int>, parts> runs{};
      CHECK_NOTHROW(threads.parallel_for(parts, [&](std::size_t i) { ++runs[i]; }));
      for (const auto& count : runs)
        CHECK(count == 1);
    }
  }
}

}  // namespace twofold::test
