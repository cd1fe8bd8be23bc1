// SPDX-License-Identifier: BSD-3-Clause
// A child of fork uses the library as its parent did, whatever the parent's other threads were
// doing.
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "profile_text.hpp"
#include "random_layers.hpp"
#include "support/first_use.hpp"
#include "temporary_file.hpp"

namespace twofold::test {
namespace {

/// Forks; whether `work()` is true in the child. A child that waits for something that never comes
/// is ended after a minute.
template <class Work>
bool succeeds_in_child(Work work) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    bool success = false;
    try {
      success = work();
    } catch (...) {
    }
    _exit(success ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// What a parent and its child both compute: with every engine, alone and with threads, and a
/// layer.
struct Work {
  Work() {
    load_profile(TemporaryFile(profile_text(1), "threads").path());
    Random random(1);
    image = real_image<float>({300, 333}, random);
    kernel = real_image<float>({9, 12}, random);
    layer = with_tensors<float>(LayerKind::conv, {.padding = nn::same}, {2, 20, 21, 8, 16, 5, 5}, 1,
                                1, false, random);
    if (has_fft()) layer.options.method = Method::fft;
  }

  [[nodiscard]] std::vector<Image<float>> results(unsigned threads) const {
    std::vector<Image<float>> results;
    for (const auto& engine : all_engines()) {
      auto options = options_for({Operation::convolve, Mode::same, Boundary::symm}, engine);
      options.threads = threads;
      results.push_back(convolve2d(image, kernel, options));
    }
    return results;
  }

  Image<float> image;
  Image<float> kernel;
  LayerCase<float> layer;
};

/// More, where threads are started.
std::size_t workspace_bytes(const Work& work, unsigned threads) {
  const Options options{.method = Method::direct, .threads = threads};
  const Plan<float> plan(Operation::convolve, work.image.shape(), work.kernel, options);
  return plan.workspace_bytes();
}

bool all_same_bits(const std::vector<Image<float>>& a, const std::vector<Image<float>>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& one, const auto& other) { return same_bits(one, other); });
}

/// Calls `work()` over and over in a thread of its own, until this ends.
class Repeating {
 public:
  template <class Function>
  explicit Repeating(Function work)
      : thread_([this, work] {
          while (!ended_) {
            work();
            has_begun_ = true;
          }
        }) {
    while (!has_begun_)
      std::this_thread::yield();
  }
  Repeating(const Repeating&) = delete;
  Repeating& operator=(const Repeating&) = delete;
  ~Repeating() {
    ended_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> has_begun_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

/// A plan of FFTW's that no cache has, each time another one.
void plan_transform() {
  static std::atomic<Index> last = 0;
  const Index length = 64 + 2 * (++last % 4000);
  const Image<double> kernel{{1, 2, 1}};
  (void)Plan<double>(Operation::convolve, {1, length}, kernel,
                     {.mode = Mode::same,
                      .boundary = Boundary::wrap,
                      .method = has_fft() ? Method::whole_fft : Method::direct});
}

}  // namespace

// Where nothing of twofold has been used yet: a fork takes the locks in the order in which the
// program has arranged for its own and, before that, twofold for those. In the other order, the
// fork below would hold twofold's and wait for the program's, whose holder waits for twofold's.
TEST_CASE("a program's own lock around plans comes first in a fork, too", "[fork]") {
  CHECK(succeeds_in_child([] {
    static std::mutex own;
    pthread_atfork([] { own.lock(); }, [] { own.unlock(); }, [] { own.unlock(); });
    plan_transform();  // at the latest now, twofold has arranged for its locks
    std::atomic<bool> holds_own = false;
    std::thread planning([&holds_own] {
      const std::lock_guard lock(own);
      holds_own = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(300));  // meanwhile comes the fork
      plan_transform();
    });
    while (!holds_own)
      std::this_thread::yield();
    const bool is_free = succeeds_in_child([] { return own.try_lock(); });
    planning.join();
    return is_free;
  }));
}

TEST_CASE("a child computes as its parent does", "[fork]") {
  const Work work;
  const auto alone = work.results(1);
  const auto with_threads = work.results(2);
  REQUIRE(workspace_bytes(work, 2) > workspace_bytes(work, 1));
  const auto layer = called(work.layer);
  (void)active_profile();
  CHECK(all_same_bits(alone, with_threads));
  CHECK(succeeds_in_child([&] {
    return all_same_bits(work.results(1), alone) && all_same_bits(work.results(2), alone) &&
           same_bits(called(work.layer), layer) && !active_profile().name.empty();
  }));
  CHECK(all_same_bits(work.results(2), alone));  // and the parent goes on
}

TEST_CASE("a child uses a plan of its parent's", "[fork]") {
  const Work work;
  for (const auto& engine : all_engines()) {
    INFO(name_of(engine.method));
    auto options = options_for({}, engine);
    options.threads = 2;
    const Plan<float> plan(Operation::convolve, work.image.shape(), work.kernel, options);
    Image<float> expected(plan.output_shape());
    plan.execute(work.image, expected);
    CHECK(succeeds_in_child([&] {
      Image<float> out(plan.output_shape());
      plan.execute(work.image, out);
      return same_bits(out, expected);
    }));
  }
}

TEST_CASE("a fork waits for the planner's lock", "[fork]") {
  std::atomic<bool> is_held = false;
  std::atomic<bool> is_released = false;
  std::thread holder([&] {
    const std::lock_guard lock(fft_planner_mutex());
    is_held = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    is_released = true;
  });
  while (!is_held)
    std::this_thread::yield();
  CHECK(succeeds_in_child([&] {
    const bool waited = is_released;
    plan_transform();
    return waited && fft_planner_mutex().try_lock();
  }));
  holder.join();
}

TEST_CASE("who forks under the planner's lock has it free in the child", "[fork]") {
  const std::lock_guard lock(fft_planner_mutex());
  CHECK(succeeds_in_child([] {
    std::thread([] { plan_transform(); }).join();
    return true;
  }));
  plan_transform();
}

TEST_CASE("what another thread is making when a fork comes, the child makes", "[fork]") {
  static std::atomic<bool> is_begun = false;
  struct Slow {
    Slow() noexcept {
      is_begun = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    bool is_made = true;
  };
  static constinit twofold::detail::FirstUse<Slow> slow;
  std::thread other([] { (void)*slow; });
  while (!is_begun)
    std::this_thread::yield();
  CHECK(succeeds_in_child([] { return (*slow).is_made; }));
  other.join();
  CHECK((*slow).is_made);
}

// AddressSanitizer of GCC 12 does not release in a child what its own allocator had locked when
// another thread allocated: where others allocate all the time, a child soon waits for that.
#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("a fork while other threads make plans and read profiles", "[fork]") {
  const TemporaryFile cheap(profile_text(0.5), "cheap");
  const TemporaryFile dear(profile_text(2), "dear");
  const Work work;
  load_profile(cheap.path());  // by which the sizes of transforms are chosen
  const auto expected = work.results(1);
  {
    const Repeating planning(plan_transform);
    const Repeating planning_beside(plan_transform);
    const Repeating reading([&] {
      load_profile(cheap.path());
      load_profile(dear.path());
    });
    const Repeating asking([] { (void)active_profile(); });
    for (int round = 0; round < 10; ++round) {
      REQUIRE(succeeds_in_child([&] {
        load_profile(cheap.path());
        plan_transform();
        return active_profile().name == cheap.path() && all_same_bits(work.results(2), expected);
      }));
    }
  }
  load_profile(cheap.path());
  CHECK(all_same_bits(work.results(1), expected));
}
#endif

}  // namespace twofold::test
