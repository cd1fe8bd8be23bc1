// SPDX-License-Identifier: BSD-3-Clause
// The documented bounds of rounding errors, put to every engine: for the tests of accuracy, and the
// audit.
#pragma once

#include <optional>
#include <stdexcept>
#include <vector>

#include "compare.hpp"
#include "exact_convolution.hpp"

namespace twofold::test {

/// Every method with every instruction set. The separable one does not take every kernel.
inline std::vector<Engine> engines_of_all_kinds() {
  std::vector<Engine> engines{{Method::reference}};
  for (const Isa isa : available_isas()) {
    engines.push_back({Method::direct, isa});
    engines.push_back({Method::separable, isa});
    for (const Engine& engine : fft_engines())
      engines.push_back({engine.method, isa});
  }
  return engines;
}

/// What Plan::error_bound is to be asked about; not rounded down.
template <Element T>
double largest_magnitude(const Problem& problem, const Image<T>& x) {
  double largest = std::abs(problem.fill);
  for (Index i = 0; i < x.size(); ++i) {
    if constexpr (is_complex_v<T>) {
      largest = std::max(largest, std::abs(std::complex<double>(x.data()[i])));
    } else {
      largest = std::max(largest, std::abs(static_cast<double>(x.data()[i])));
    }
  }
  return is_complex_v<T> ? std::nextafter(largest, std::numeric_limits<double>::max()) : largest;
}

/// Nothing where the separable engine does not take the kernel.
template <Element T, class Taps>
std::optional<Plan<T>> plan_for(const Problem& problem, Shape image, const Taps& kernel,
                                const Options& options) {
  try {
    return Plan<T>(problem.operation, image, kernel, options);
  } catch (const Error& error) {
    if (options.method != Method::separable || error.code() != Errc::unsupported) throw;
    return std::nullopt;
  }
}

/// Rows and columns of a transform, from how the dispatcher says that the method would run.
template <class AnyPlan>
Shape transform_shape(const AnyPlan& plan) {
  const Decision decision = plan.decision();
  for (const Candidate& candidate : decision.candidates) {
    if (candidate.method != decision.method) continue;
    std::vector<Index> numbers;
    bool inside = false;
    for (const char c : candidate.reason) {
      const bool digit = c >= '0' && c <= '9';
      if (digit && !inside) numbers.push_back(0);
      if (digit) numbers.back() = 10 * numbers.back() + (c - '0');
      inside = digit;
    }
    if (numbers.size() == 2) return {numbers[0], numbers[1], 1};
  }
  throw std::logic_error("no shape of a transform in the decision");
}

/// The part of the extended image that any tile may hold to which this output belongs.
template <Element T>
Rect reach_of(const ExactConvolution<T>& exact, Shape tile, Index row, Index col) {
  const Index first_row = std::max<Index>(0, row + exact.kernel().rows - tile.rows);
  const Index first_col = std::max<Index>(0, col + exact.kernel().cols - tile.cols);
  return {first_row, first_col, std::min(exact.extended().rows, row + tile.rows) - first_row,
          std::min(exact.extended().cols, col + tile.cols) - first_col};
}

}  // namespace twofold::test
