// SPDX-License-Identifier: BSD-3-Clause
// Results for diagnose to explain, made by loops over the definition; nothing here is the
// library's.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "compare.hpp"

namespace twofold::test {

/// How a result is made.
struct Recipe {
  Operation operation = Operation::convolve;
  bool rotated = false;
  bool transposed = false;
  bool conjugated = false;
  Point anchor{};
  Mode mode = Mode::same;
  Boundaries boundary = Boundary::fill;
  double fill = 0;
  double factor = 1;
  bool channels_reversed = false;
};

template <Element T>
Image<T> prepared_kernel(const Recipe& recipe, const Image<T>& kernel) {
  Image<T> k(kernel);
  if (recipe.transposed) k = Image<T>(std::as_const(k).view().transposed());
  if (recipe.rotated) k = Image<T>(std::as_const(k).view().rotated());
  if constexpr (is_complex_v<T>) {
    const bool conjugate = recipe.conjugated != (recipe.operation == Operation::correlate);
    if (conjugate)
      std::transform(k.data(), k.data() + k.size(), k.data(), [](T z) { return std::conj(z); });
  }
  return k;
}

/// Sums of T in the order of the definition: in float, noise of a float computation.
template <Element T>
Image<T> made(const Recipe& recipe, const Image<T>& image, const Image<T>& kernel) {
  const Image<T> k = prepared_kernel(recipe, kernel);
  const auto rows = windows(recipe.operation, recipe.mode, image.rows(), k.rows());
  const auto cols = windows(recipe.operation, recipe.mode, image.cols(), k.cols());
  Image<T> y(rows.count, cols.count, image.channels());
  for (Index r = 0; r < y.rows(); ++r) {
    for (Index c = 0; c < y.cols(); ++c) {
      for (Index h = 0; h < y.channels(); ++h) {
        T sum{};
        for (Index i = 0; i < k.rows(); ++i) {
          for (Index j = 0; j < k.cols(); ++j) {
            const bool turns = recipe.operation == Operation::convolve;
            const T tap = turns ? k(k.rows() - 1 - i, k.cols() - 1 - j) : k(i, j);
            const auto row = source_index(rows.first + recipe.anchor.row + r + i, image.rows(),
                                          recipe.boundary.rows);
            const auto col = source_index(cols.first + recipe.anchor.col + c + j, image.cols(),
                                          recipe.boundary.cols);
            const Index channel = recipe.channels_reversed && h < 3 ? 2 - h : h;
            const T pixel =
                row && col ? image(*row, *col, channel) : T(static_cast<real_t<T>>(recipe.fill));
            sum = static_cast<T>(sum + tap * pixel);
          }
        }
        y(r, c, h) = static_cast<T>(sum * static_cast<real_t<T>>(recipe.factor));
      }
    }
  }
  return y;
}

/// One deviation from a recipe, and what it is to be called.
struct Deviation {
  Cause cause;
  std::function<void(Recipe&)> apply;
};

inline Recipe with(Recipe recipe, const Deviation& deviation) {
  deviation.apply(recipe);
  return recipe;
}

inline std::vector<Deviation> deviations(bool is_complex, bool is_rgb) {
  std::vector<Deviation> all{
      {Cause::operation, [](Recipe& r) { r.operation = Operation::correlate; }},
      {Cause::transposed, [](Recipe& r) { r.transposed = true; }},
      {Cause::anchor,
       [](Recipe& r) {
         r.anchor = {1, 0};
       }},
      {Cause::boundary, [](Recipe& r) { r.boundary = Boundary::symm; }},
      {Cause::mode, [](Recipe& r) { r.mode = Mode::full; }},
      {Cause::scale, [](Recipe& r) { r.factor = 0.375; }},
  };
  if (is_complex) all.push_back({Cause::conjugated, [](Recipe& r) { r.conjugated = true; }});
  if (is_rgb) all.push_back({Cause::channels, [](Recipe& r) { r.channels_reversed = true; }});
  return all;
}

inline std::string text_of(const std::vector<Cause>& causes) {
  std::string text;
  for (const Cause cause : causes)
    text.append(text.empty() ? "" : " ").append(name_of(cause));
  return text;
}

/// What tells more than a failed comparison.
inline std::string report(const Diagnosis& diagnosis) {
  std::string text = std::string(name_of(diagnosis.verdict)) + ": " + diagnosis.summary();
  for (const Explanation& explanation : diagnosis.explanations) {
    text += "\n[" + text_of(explanation.causes) + "] a: " + explanation.a.text() +
            "; b: " + explanation.b.text();
  }
  return text;
}

inline void check_explained(const Diagnosis& diagnosis, std::vector<Cause> expected) {
  INFO(report(diagnosis));
  CHECK(diagnosis.verdict == Verdict::explained);
  REQUIRE(diagnosis.explanations.size() == 1);
  std::sort(expected.begin(), expected.end());
  CHECK(text_of(diagnosis.explanations.front().causes) == text_of(expected));
  CHECK(diagnosis.explanations.front().residual <= diagnosis.explanations.front().tolerance);
}

}  // namespace twofold::test
