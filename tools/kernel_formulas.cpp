// SPDX-License-Identifier: BSD-3-Clause
// The formulas of the built-in kernels.
#include "kernel_formulas.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <vector>

namespace twofold::tool {

namespace {

/// A kernel of (2·row_radius + 1) × (2·col_radius + 1) elements value(x, y), with x to the right
/// and y downwards from the centre.
template <class Value>
Image<double> sampled(Index row_radius, Index col_radius, const Value& value) {
  auto kernel = Image<double>::uninitialized({2 * row_radius + 1, 2 * col_radius + 1});
  double* out = kernel.data();
  for (Index y = -row_radius; y <= row_radius; ++y) {
    for (Index x = -col_radius; x <= col_radius; ++x) {
      *out++ = value(static_cast<double>(x), static_cast<double>(y));
    }
  }
  return kernel;
}

double sum(const Image<double>& kernel) {
  return std::accumulate(kernel.data(), kernel.data() + kernel.size(), 0.0);
}

Image<double> normalised(Image<double> kernel) {
  const double total = sum(kernel);
  for (Index i = 0; i < kernel.size(); ++i)
    kernel.data()[i] /= total;
  return kernel;
}

struct Direction {
  double cosine;
  double sine;
};

/// Exact where the angle is a multiple of 90°, so that upright kernels have no stray column.
Direction direction(double degrees) {
  const double turned = std::fmod(degrees, 360);
  const double quarters = turned / 90;
  if (quarters == std::round(quarters)) {
    constexpr Direction exact[] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
    return exact[(static_cast<int>(quarters) + 4) % 4];
  }
  const double radians = turned * std::numbers::pi / 180;
  return {std::cos(radians), std::sin(radians)};
}

/// exp(−x²/2σ²) for x = −radius … radius, sum 1.
std::vector<double> gaussian_samples(double sigma, Index radius) {
  std::vector<double> samples;
  for (Index x = -radius; x <= radius; ++x) {
    // Divided first: σ² of a tiny σ is 0.
    const double scaled = static_cast<double>(x) / sigma;
    samples.push_back(std::exp(-0.5 * scaled * scaled));
  }
  const double total = std::accumulate(samples.begin(), samples.end(), 0.0);
  for (double& sample : samples)
    sample /= total;
  return samples;
}

/// The area of the disk around the origin inside the rectangle from the origin to (x, y), with the
/// sign of x·y; pixels are differences of four of these.
double signed_disk_area(double radius, double x, double y) {
  const double sign = (x < 0 ? -1 : 1) * (y < 0 ? -1 : 1);
  const double width = std::min(std::abs(x), radius);
  const double height = std::min(std::abs(y), radius);
  const double square = radius * radius;
  if (width * width + height * height <= square) return sign * width * height;
  // The arc enters through the rectangle's top at `entry`; to the right of it the area is
  // ∫ √(r² − t²) dt.
  const double entry = std::sqrt(square - height * height);
  const auto integral = [&](double t) {
    return 0.5 * (t * std::sqrt(std::max(0.0, square - t * t)) +
                  square * std::asin(std::min(1.0, t / radius)));
  };
  return sign * (entry * height + integral(width) - integral(entry));
}

}  // namespace

Image<double> gaussian_kernel(double sigma, Index radius) {
  const std::vector<double> samples = gaussian_samples(sigma, radius);
  const auto at = [&](double position) {
    return samples[static_cast<std::size_t>(static_cast<Index>(position) + radius)];
  };
  return sampled(radius, radius, [&](double x, double y) { return at(x) * at(y); });
}

Image<double> laplacian_of_gaussian_kernel(double sigma, Index radius) {
  Image<double> kernel = gaussian_kernel(sigma, radius);
  const double variance = sigma * sigma;
  double* element = kernel.data();
  for (Index y = -radius; y <= radius; ++y) {
    for (Index x = -radius; x <= radius; ++x) {
      // Divided first: σ⁴ of a large σ is infinite.
      *element++ *= (static_cast<double>(x * x + y * y) / variance - 2) / variance;
    }
  }
  const double mean = sum(kernel) / static_cast<double>(kernel.size());
  for (Index i = 0; i < kernel.size(); ++i)
    kernel.data()[i] -= mean;
  return kernel;
}

Image<double> box_kernel(Index rows, Index cols) {
  auto kernel = Image<double>::uninitialized({rows, cols});
  std::fill_n(kernel.data(), kernel.size(), 1 / static_cast<double>(kernel.size()));
  return kernel;
}

Image<double> sobel_x_kernel() {
  return {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};
}

Image<double> sobel_y_kernel() {
  return {{-1, -2, -1}, {0, 0, 0}, {1, 2, 1}};
}

Image<double> scharr_x_kernel() {
  return {{-3, 0, 3}, {-10, 0, 10}, {-3, 0, 3}};
}

Image<double> scharr_y_kernel() {
  return {{-3, -10, -3}, {0, 0, 0}, {3, 10, 3}};
}

Image<double> identity_kernel() {
  return {{1}};
}

double gabor_row_radius(const GaborShape& shape) {
  const auto [cosine, sine] = direction(shape.orientation);
  const double sigma_y = shape.sigma / shape.aspect;
  return std::ceil(3 * std::max(std::abs(shape.sigma * sine), std::abs(sigma_y * cosine)));
}

double gabor_col_radius(const GaborShape& shape) {
  const auto [cosine, sine] = direction(shape.orientation);
  const double sigma_y = shape.sigma / shape.aspect;
  return std::ceil(3 * std::max(std::abs(shape.sigma * cosine), std::abs(sigma_y * sine)));
}

Image<double> gabor_kernel(const GaborShape& shape, Index row_radius, Index col_radius) {
  const auto [cosine, sine] = direction(shape.orientation);
  const double phase = std::fmod(shape.phase, 360) * std::numbers::pi / 180;
  return sampled(row_radius, col_radius, [&, c = cosine, s = sine](double x, double y) {
    const double along = x * c + y * s;
    const double across = shape.aspect * (-x * s + y * c);
    const double envelope =
        std::exp(-0.5 * (std::pow(along / shape.sigma, 2) + std::pow(across / shape.sigma, 2)));
    return envelope * std::cos(2 * std::numbers::pi * along / shape.wavelength + phase);
  });
}

double motion_row_radius(double length, double angle) {
  // The last pixel whose distance from the segment's end is below 1.
  return std::ceil((length - 1) / 2 * std::abs(direction(angle).sine) + 1) - 1;
}

double motion_col_radius(double length, double angle) {
  return std::ceil((length - 1) / 2 * std::abs(direction(angle).cosine) + 1) - 1;
}

Image<double> motion_kernel(double length, double angle, Index row_radius, Index col_radius) {
  const auto [cosine, sine] = direction(angle);
  const double half = (length - 1) / 2;
  return normalised(sampled(row_radius, col_radius, [&, c = cosine, s = sine](double x, double y) {
    // Anticlockwise on a screen, where y runs downwards.
    const double along = x * c - y * s;
    const double across = x * s + y * c;
    const double beyond = std::max(0.0, std::abs(along) - half);
    return std::max(0.0, 1 - std::hypot(beyond, across));
  }));
}

Image<double> disk_kernel(double radius, Index extent) {
  // All of the disk, even if its area is too small for a number.
  if (extent == 0) return identity_kernel();
  return normalised(sampled(extent, extent, [&](double x, double y) {
    const double area =
        signed_disk_area(radius, x + 0.5, y + 0.5) - signed_disk_area(radius, x - 0.5, y + 0.5) -
        signed_disk_area(radius, x + 0.5, y - 0.5) + signed_disk_area(radius, x - 0.5, y - 0.5);
    return std::clamp(area, 0.0, 1.0);
  }));
}

}  // namespace twofold::tool
