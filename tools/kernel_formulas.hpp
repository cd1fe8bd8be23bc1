// SPDX-License-Identifier: BSD-3-Clause
// The formulas of the built-in kernels. Sizes and parameters are the caller's to check.
#pragma once

#include <twofold/image.hpp>

namespace twofold::tool {

/// exp(−(x² + y²)/2σ²) on (2·radius + 1)², divided by its sum.
[[nodiscard]] Image<double> gaussian_kernel(double sigma, Index radius);

/// (x² + y² − 2σ²)/σ⁴ times the Gaussian, its mean subtracted so that the sum is 0. The formula of
/// MATLAB's fspecial('log').
[[nodiscard]] Image<double> laplacian_of_gaussian_kernel(double sigma, Index radius);

[[nodiscard]] Image<double> box_kernel(Index rows, Index cols);

// As OpenCV's Sobel and Scharr of size 3 apply them, by correlation.
[[nodiscard]] Image<double> sobel_x_kernel();
[[nodiscard]] Image<double> sobel_y_kernel();
[[nodiscard]] Image<double> scharr_x_kernel();
[[nodiscard]] Image<double> scharr_y_kernel();

[[nodiscard]] Image<double> identity_kernel();

/// exp(−(x'² + γ²y'²)/2σ²)·cos(2πx'/λ + ψ), x' = x cos θ + y sin θ, y' = −x sin θ + y cos θ:
/// J. G. Daugman, J. Opt. Soc. Am. A 2(7), 1985, in the parameters of OpenCV's getGaborKernel.
struct GaborShape {
  double sigma = 1;
  double wavelength = 1;   ///< λ
  double orientation = 0;  ///< θ, degrees
  double phase = 0;        ///< ψ, degrees
  double aspect = 1;       ///< γ
};
/// Three standard deviations along each axis, as in OpenCV.
[[nodiscard]] double gabor_row_radius(const GaborShape&);
[[nodiscard]] double gabor_col_radius(const GaborShape&);
[[nodiscard]] Image<double> gabor_kernel(const GaborShape&, Index row_radius, Index col_radius);

/// A line segment of `length` pixels through the centre, at `angle` degrees anticlockwise from the
/// right: each pixel weighs max(0, 1 − its distance from the segment), which antialiases the line
/// and reaches half a pixel beyond both its ends, as in MATLAB's fspecial('motion'); sum 1.
[[nodiscard]] double motion_row_radius(double length, double angle);
[[nodiscard]] double motion_col_radius(double length, double angle);
[[nodiscard]] Image<double> motion_kernel(double length, double angle, Index row_radius,
                                          Index col_radius);

/// The exact area of each pixel inside a disk around the centre, divided by the sum.
[[nodiscard]] Image<double> disk_kernel(double radius, Index extent);

}  // namespace twofold::tool
