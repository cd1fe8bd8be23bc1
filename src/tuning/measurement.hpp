// SPDX-License-Identifier: BSD-3-Clause
// How long a piece of work takes, and problems to measure engines with.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <vector>

#include "engines/engine.hpp"
#include "support/executors.hpp"
#include "twofold/image.hpp"

namespace twofold::detail {

[[nodiscard]] inline double now() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

/// How long is measured.
struct Effort {
  int samples;
  double sample_seconds;
};

/// The seconds that work() takes: of several samples, the one at the first quartile, which other
/// programs on the machine disturb less than the median.
template <class Work>
[[nodiscard]] double seconds_of(const Effort& effort, const Work& work) {
  work();
  double begin = now();
  work();
  const double once = std::max(now() - begin, 1e-8);
  const int repeats = std::max(1, static_cast<int>(effort.sample_seconds / once));
  std::vector<double> samples;
  for (int i = 0; i < effort.samples; ++i) {
    begin = now();
    for (int j = 0; j < repeats; ++j)
      work();
    samples.push_back((now() - begin) / repeats);
  }
  const auto quartile = samples.begin() + effort.samples / 4;
  std::nth_element(samples.begin(), quartile, samples.end());
  return *quartile;
}

/// Numbers without a pattern, so that no method finds one to make use of.
template <class T>
Image<T> random_image(const Shape& shape, double magnitude = 100) {
  auto image = Image<T>::uninitialized(shape);
  std::uint64_t state = 1;
  const auto draw = [&] {
    state = state * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    return magnitude * (static_cast<double>(state >> 40) * 0x1p-23 - 1);
  };
  for (Index i = 0; i < image.size(); ++i) {
    if constexpr (is_complex_v<T>) {
      const double re = draw();
      image.data()[i] = T(static_cast<real_t<T>>(re), static_cast<real_t<T>>(draw()));
    } else if constexpr (std::is_integral_v<T>) {
      image.data()[i] = static_cast<T>(static_cast<std::int64_t>(draw()) | 1);
    } else {
      image.data()[i] = static_cast<T>(draw());
    }
  }
  return image;
}

/// One problem and data for it.
template <class T>
class Trial {
 public:
  Trial(Isa isa, const Shape& image, const Image<T>& kernel)
      : image_(random_image<T>(image)),
        problem_(problem_of(isa, image, kernel)),
        out_(Image<T>::uninitialized(problem_.output_shape())) {}

  [[nodiscard]] const Problem& problem() const noexcept { return problem_; }

  /// Calls of it run the engine, once each; the trial and the engine outlive it.
  [[nodiscard]] auto runner(const Engine& engine) {
    const auto bytes = static_cast<Index>(engine.workspace_bytes());
    const Task task{erase(image_.view()), {}, problem_.all_outputs(), erase(out_.view())};
    return [&engine, task,
            workspace = std::make_shared<Image<std::uint8_t>>(
                Image<std::uint8_t>::uninitialized({1, bytes, 1}))] {
      SerialExecutor serial;
      engine.run(task, reinterpret_cast<std::byte*>(workspace->data()), serial);
    };
  }

  double seconds(const Effort& effort, const Engine& engine) {
    return seconds_of(effort, runner(engine));
  }

 private:
  static Problem problem_of(Isa isa, const Shape& image, const Image<T>& kernel) {
    Options options;
    options.mode = Mode::same;
    options.isa = isa;
    constexpr ElementType type = element_type_of<T>;
    return make_problem(Operation::convolve, {type, type}, image, erase(kernel.view()), options);
  }

  Image<T> image_;
  Problem problem_;
  Image<T> out_;
};

}  // namespace twofold::detail
