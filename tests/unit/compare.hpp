// SPDX-License-Identifier: BSD-3-Clause
// Running a problem through the library, and measuring the result by the contract's bounds.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "naive.hpp"

namespace twofold::test {

inline constexpr Operation operations[] = {Operation::convolve, Operation::correlate};
inline constexpr Mode modes[] = {Mode::full, Mode::same, Mode::valid};
inline constexpr Boundary boundaries[] = {Boundary::fill, Boundary::wrap, Boundary::symm,
                                          Boundary::mirror, Boundary::nearest};

inline bool has_fft() {
  return fft_backend().name != "none";
}

/// A method and an instruction set that this build and machine have.
struct Engine {
  Method method{};
  Isa isa = Isa::automatic;
};

inline std::vector<Engine> direct_engines() {
  std::vector<Engine> engines;
  for (const Isa isa : available_isas())
    engines.push_back({Method::direct, isa});
  return engines;
}

inline std::vector<Engine> fft_engines() {
  if (!has_fft()) return {};
  return {{Method::overlap_save}, {Method::whole_fft}};
}

inline std::vector<Engine> all_engines() {
  std::vector<Engine> engines{{Method::reference}};
  for (const auto& engine : direct_engines())
    engines.push_back(engine);
  for (const auto& engine : fft_engines())
    engines.push_back(engine);
  return engines;
}

/// Threads of the caller's own, one for each part. A plan shares everything with them, as opposed
/// to Options::threads, which are not started for what takes less time than that.
class Threads : public Executor {
 public:
  explicit Threads(unsigned count) : count_(count) {}
  [[nodiscard]] unsigned concurrency() const noexcept override { return count_; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override {
    std::vector<std::thread> threads;
    threads.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
      threads.emplace_back(part, i);
    for (auto& thread : threads)
      thread.join();
  }

 private:
  unsigned count_;
};

inline bool is_fft(Method method) {
  return method == Method::fft || method == Method::overlap_save || method == Method::whole_fft;
}

inline Options options_for(const Problem& problem, const Engine& engine = {}) {
  Options options;
  options.mode = problem.mode;
  options.boundary = problem.boundary;
  options.fill_value = problem.fill;
  options.method = engine.method;
  options.isa = engine.isa;
  return options;
}

template <Element T>
Image<T> compute(Operation operation, View<const T> x, View<const T> kernel,
                 const Options& options) {
  return operation == Operation::convolve ? convolve2d(x, kernel, options)
                                          : correlate2d(x, kernel, options);
}

/// u, the unit roundoff.
template <Element T>
inline constexpr double roundoff = static_cast<double>(std::numeric_limits<real_t<T>>::epsilon()) /
                                   2;

/// m·u·(|k|∗|x|); a complex product rounds to within 2√2 of a real one's error.
template <Element T>
double direct_bound(Index taps, double magnitude) {
  if constexpr (std::integral<T>) return 0;
  const double constant = is_complex_v<T> ? 2 * std::sqrt(2.0) : 1;
  return constant * static_cast<double>(taps) * roundoff<T> * magnitude;
}

/// 12(log₂N + 1)·u·‖x‖₂‖k‖₂.
template <Element T>
double fft_bound(double points, double image_norm, double kernel_norm) {
  if constexpr (std::integral<T>) return 0;
  return 12 * (std::log2(points) + 1) * roundoff<T> * image_norm * kernel_norm;
}

/// An upper limit of the points of one transform: of a tile, which the cache limits, or of the
/// whole extended image, each axis at most doubled by periodicity and rounded up.
inline double transform_points(Method method, Shape extended) {
  const double whole =
      static_cast<double>(2 * extended.rows + 16) * static_cast<double>(2 * extended.cols + 16);
  return method == Method::whole_fft ? whole : std::max(whole, 0x1p18);
}

template <Element T>
std::string describe(const Problem& problem, Shape x, Shape kernel, const Engine& engine) {
  std::ostringstream text;
  text << name_of(problem.operation) << ' ' << name_of(element_type_of<T>) << ' ' << x.rows << 'x'
       << x.cols << 'x' << x.channels << " by " << kernel.rows << 'x' << kernel.cols << ' '
       << name_of(problem.mode) << ' ' << name_of(problem.boundary.rows) << '/'
       << name_of(problem.boundary.cols) << " fill " << problem.fill << ' '
       << name_of(engine.method) << ' ' << name_of(engine.isa);
  return text.str();
}

/// The first output whose error exceeds what `allowed(sum)` says, told in words; empty if none.
template <Element T, class Allowed>
std::string first_violation(View<const T> actual, const Judgement<JudgedSum<T>>& judged,
                            Allowed allowed) {
  std::ostringstream text;
  if (actual.shape() != judged.shape) {
    text << "the shape is " << actual.rows() << 'x' << actual.cols() << 'x' << actual.channels()
         << ", expected " << judged.shape.rows << 'x' << judged.shape.cols << 'x'
         << judged.shape.channels;
    return text.str();
  }
  for (Index row = 0; row < actual.rows(); ++row) {
    for (Index col = 0; col < actual.cols(); ++col) {
      for (Index channel = 0; channel < actual.channels(); ++channel) {
        const auto& sum = judged.at(row, col, channel);
        const double error = sum.error(actual(row, col, channel));
        if (error <= allowed(sum)) continue;  // false for NaN
        text << "at (" << row << ", " << col << ", " << channel
             << "): " << +actual(row, col, channel) << " is wrong by " << error << ", allowed "
             << allowed(sum);
        return text.str();
      }
    }
  }
  return {};
}

/// Every output is the exact one.
template <Element T>
std::string not_exact(View<const T> actual, const Judgement<JudgedSum<T>>& judged) {
  return first_violation(actual, judged, [](const auto&) { return 0.0; });
}

/// Every output is within the bound that the contract gives for the method.
template <Element T>
std::string out_of_bound(View<const T> actual, const Judgement<JudgedSum<T>>& judged,
                         Method method) {
  if (!is_fft(method)) {
    return first_violation(actual, judged, [&](const auto& sum) {
      return direct_bound<T>(judged.taps, sum.magnitude());
    });
  }
  const double bound = fft_bound<T>(transform_points(method, judged.extended), judged.image_norm,
                                    judged.kernel_norm);
  return first_violation(actual, judged, [&](const auto&) { return bound; });
}

/// Each part rounded to the nearest integer.
template <Element T>
Image<T> rounded(Image<T> image) {
  if constexpr (is_complex_v<T>) {
    std::transform(image.data(), image.data() + image.size(), image.data(),
                   [](T z) { return T(std::round(z.real()), std::round(z.imag())); });
  } else if constexpr (!std::integral<T>) {
    std::transform(image.data(), image.data() + image.size(), image.data(),
                   [](T x) { return std::round(x); });
  }
  return image;
}

template <Element T>
bool same_bits(View<const T> a, View<const T> b) {
  if (a.shape() != b.shape()) return false;
  for (Index row = 0; row < a.rows(); ++row) {
    for (Index col = 0; col < a.cols(); ++col) {
      const auto bytes = static_cast<std::size_t>(a.channels()) * sizeof(T);
      if (std::memcmp(a.at(row, col), b.at(row, col), bytes) != 0) return false;
    }
  }
  return true;
}

template <Element T>
bool same_bits(const Image<T>& a, const Image<T>& b) {
  return same_bits<T>(a.view(), b.view());
}

}  // namespace twofold::test
