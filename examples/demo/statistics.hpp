// SPDX-License-Identifier: BSD-3-Clause
// What is asked about the values of an image. All in double, NaN reported as NaN.
#pragma once

#include "twofold/view.hpp"

namespace twofold::demo {

[[nodiscard]] double sum(View<const float> x);
[[nodiscard]] double mean(View<const float> x);
[[nodiscard]] double sum_of_magnitudes(View<const float> x);
[[nodiscard]] double largest_magnitude(View<const float> x);

/// max|a − b|; the shapes are the same.
[[nodiscard]] double largest_difference(View<const float> a, View<const float> b);

}  // namespace twofold::demo
