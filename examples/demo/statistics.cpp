// SPDX-License-Identifier: BSD-3-Clause
// See statistics.hpp.
#include "demo/statistics.hpp"

#include <cmath>

namespace twofold::demo {
namespace {

template <class Visit>
void for_each_position(const Shape& shape, const Visit& visit) {
  for (Index row = 0; row < shape.rows; ++row) {
    for (Index col = 0; col < shape.cols; ++col) {
      for (Index channel = 0; channel < shape.channels; ++channel) {
        visit(row, col, channel);
      }
    }
  }
}

/// std::max, but a NaN stays.
double larger(double a, double b) {
  return std::isnan(a) || a > b ? a : b;
}

}  // namespace

double sum(View<const float> x) {
  double total = 0;
  for_each_position(x.shape(), [&](Index row, Index col, Index channel) {
    total += static_cast<double>(x(row, col, channel));
  });
  return total;
}

double mean(View<const float> x) {
  return sum(x) / static_cast<double>(x.rows() * x.cols() * x.channels());
}

double sum_of_magnitudes(View<const float> x) {
  double total = 0;
  for_each_position(x.shape(), [&](Index row, Index col, Index channel) {
    total += std::abs(static_cast<double>(x(row, col, channel)));
  });
  return total;
}

double largest_magnitude(View<const float> x) {
  double largest = 0;
  for_each_position(x.shape(), [&](Index row, Index col, Index channel) {
    largest = larger(largest, std::abs(static_cast<double>(x(row, col, channel))));
  });
  return largest;
}

double largest_difference(View<const float> a, View<const float> b) {
  double largest = 0;
  for_each_position(a.shape(), [&](Index row, Index col, Index channel) {
    const double difference = static_cast<double>(a(row, col, channel)) - b(row, col, channel);
    largest = larger(largest, std::abs(difference));
  });
  return largest;
}

}  // namespace twofold::demo
