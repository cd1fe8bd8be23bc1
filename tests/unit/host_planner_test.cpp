// SPDX-License-Identifier: BSD-3-Clause
// A program that uses FFTW itself, from several threads, beside the library: both planners under
// the one lock. (That plans are executed without it is for allocation_test.cpp to show.)
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

#include <fftw3.h>

#include "at_once.hpp"
#include "compare.hpp"

namespace twofold::test {
namespace {

/// The program's own transform: rows of `points`, planned and destroyed under the shared lock.
class HostTransform {
 public:
  explicit HostTransform(int points) : points_(points), numbers_(static_cast<std::size_t>(points)) {
    const std::lock_guard lock(fft_planner_mutex());
    plan_ = fftw_plan_dft_1d(points, data(), data(), FFTW_FORWARD, FFTW_ESTIMATE);
  }
  HostTransform(const HostTransform&) = delete;
  HostTransform& operator=(const HostTransform&) = delete;
  ~HostTransform() {
    const std::lock_guard lock(fft_planner_mutex());
    fftw_destroy_plan(plan_);
  }

  /// A shifted impulse becomes a wave of magnitude 1.
  [[nodiscard]] bool is_right() {
    std::fill(numbers_.begin(), numbers_.end(), 0);
    numbers_[3] = 1;
    fftw_execute(plan_);
    for (int k = 0; k < points_; ++k) {
      const double angle = -2 * std::acos(-1.0) * 3 * k / points_;
      if (std::abs(numbers_[static_cast<std::size_t>(k)] - std::polar(1.0, angle)) > 1e-12)
        return false;
    }
    return true;
  }

 private:
  fftw_complex* data() { return reinterpret_cast<fftw_complex*>(numbers_.data()); }

  int points_;
  std::vector<std::complex<double>> numbers_;
  fftw_plan plan_{};
};

}  // namespace

TEST_CASE("a program plans its own transforms under the shared lock", "[host_planner]") {
  Random random(1);
  const auto kernel = integer_image<double>({3, 4}, random);
  std::vector<Image<double>> images;
  std::vector<Image<double>> expected;
  const Options options{.mode = Mode::same, .boundary = Boundary::wrap, .method = Method::fft};
  for (Index i = 0; i < 40; ++i) {
    images.push_back(real_image<double>({10, 20 + 3 * i}, random));
    expected.push_back(convolve2d(images.back(), kernel, options));
  }
  CHECK(successes_at_once([&](int thread) {
          for (std::size_t i = 0; i < images.size(); ++i) {
            const bool success =
                thread % 2 == 0
                    ? HostTransform(16 + 2 * thread + 5 * static_cast<int>(i)).is_right()
                    : same_bits(convolve2d(images[i], kernel, options), expected[i]);
            if (!success) return false;
          }
          return true;
        }) == thread_count);
}

TEST_CASE("no plan is made while a program holds the lock", "[host_planner]") {
  const Image<float> kernel{{1, 2, 3}, {4, 5, 6}};
  const auto plan = [&](Index cols) {
    const Options options{.boundary = Boundary::wrap, .method = Method::whole_fft};
    (void)Plan<float>(Operation::convolve, {8, cols}, kernel, options);
  };
  plan(64);  // what is read once, at the first plan
  std::atomic<bool> is_asked_for = false;
  std::atomic<bool> is_made = false;
  std::unique_lock lock(fft_planner_mutex());
  std::thread other([&] {
    is_asked_for = true;
    is_asked_for.notify_one();
    plan(96);
    is_made = true;
  });
  is_asked_for.wait(false);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // a plan takes less than one
  CHECK_FALSE(is_made);
  lock.unlock();
  other.join();
  CHECK(is_made);
}

TEST_CASE("a program holds the lock over several calls", "[host_planner]") {
  Random random(2);
  const auto image = integer_image<float>({40, 50}, random);
  const auto kernel = integer_image<float>({7, 7}, random);
  const auto expected = convolve2d(image, kernel, {.method = Method::fft});
  CHECK(successes_at_once([&](int thread) {
          for (int round = 0; round < 20; ++round) {
            std::unique_lock lock(fft_planner_mutex(), std::defer_lock);
            if (thread % 2 == 0) lock.lock();
            HostTransform transform(32 + thread);
            const auto y = convolve2d(image, kernel, {.method = Method::fft});
            if (!transform.is_right() || !same_bits(y, expected)) return false;
          }
          return true;
        }) == thread_count);
}

}  // namespace twofold::test
