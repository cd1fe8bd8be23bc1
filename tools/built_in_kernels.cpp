// SPDX-License-Identifier: BSD-3-Clause
// The kernels that have a name: their parameters, and which formula each one means.
#include "built_in_kernels.hpp"

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "errors.hpp"
#include "kernel_formulas.hpp"
#include "number.hpp"

namespace twofold::tool {

namespace {

/// The text behind the colon, parameter by parameter.
class Parameters {
 public:
  Parameters(std::string_view name, std::string_view usage, std::optional<std::string_view> text)
      : name_(name), usage_(usage) {
    if (text) values_ = split(*text, ',');
    for (std::string_view& value : values_)
      value = trimmed(value);
  }

  void expect_count(std::size_t least, std::size_t most) const {
    if (values_.size() < least || values_.size() > most) fail("takes other parameters");
  }

  [[nodiscard]] std::size_t count() const noexcept { return values_.size(); }
  [[nodiscard]] std::string_view text(std::size_t index) const { return values_[index]; }

  [[nodiscard]] double real(std::size_t index) const {
    const auto value = parse_finite_real(values_[index]);
    if (!value) fail("'" + std::string(values_[index]) + "' is not a number, or out of range");
    return *value;
  }
  [[nodiscard]] double real_or(std::size_t index, double otherwise) const {
    return index < count() ? real(index) : otherwise;
  }
  /// Greater than 0.
  [[nodiscard]] double positive(std::size_t index) const {
    const double value = real(index);
    if (!(value > 0)) fail("'" + std::string(values_[index]) + "' is not greater than 0");
    return value;
  }
  [[nodiscard]] Index count_at(std::size_t index) const {
    const auto value = parse_count(values_[index]);
    if (!value || *value > static_cast<std::uint64_t>(most_kernel_elements)) {
      fail("'" + std::string(values_[index]) + "' is not a whole number of a kernel's size");
    }
    return static_cast<Index>(*value);
  }

  /// A radius computed as a real number, checked before it becomes an integer.
  [[nodiscard]] Index radius(double value) const {
    if (!(value < static_cast<double>(most_kernel_elements))) fail_too_large();
    return static_cast<Index>(value);
  }
  void check_size(Index rows, Index cols) const {
    if (rows > most_kernel_elements / cols) fail_too_large();
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw UsageError("kernel " + std::string(name_) + ": " + problem + "; expected " +
                     std::string(usage_));
  }

 private:
  [[noreturn]] void fail_too_large() const {
    throw UsageError("kernel " + std::string(name_) + ": more than " +
                     std::to_string(most_kernel_elements) + " elements");
  }

  std::string_view name_;
  std::string_view usage_;
  std::vector<std::string_view> values_;
};

/// The radius that parameter 1 gives, or `standard`.
Index radius_or(const Parameters& parameters, double standard) {
  const Index radius =
      parameters.count() > 1 ? parameters.count_at(1) : parameters.radius(standard);
  parameters.check_size(2 * radius + 1, 2 * radius + 1);
  return radius;
}

/// Where scipy.ndimage.gaussian_filter cuts by default (truncate=4).
double gaussian_radius(double sigma) {
  return std::floor(4 * sigma + 0.5);
}

Image<double> make_gaussian(const Parameters& parameters) {
  parameters.expect_count(1, 2);
  const double sigma = parameters.positive(0);
  return gaussian_kernel(sigma, radius_or(parameters, gaussian_radius(sigma)));
}

Image<double> make_log(const Parameters& parameters) {
  parameters.expect_count(1, 2);
  const double sigma = parameters.positive(0);
  const Index radius = radius_or(parameters, std::max(1.0, gaussian_radius(sigma)));
  if (radius == 0) parameters.fail("a single element has no zero sum");
  // Below this, every element but the centre underflows and the division by σ⁴ has no value.
  if (sigma < 0.05) parameters.fail("a sigma below 0.05 cannot be sampled");
  return laplacian_of_gaussian_kernel(sigma, radius);
}

Image<double> make_box(const Parameters& parameters) {
  parameters.expect_count(1, 1);
  const auto sizes = parse_sizes(parameters.text(0));
  if (!sizes || sizes->empty() || sizes->size() > 2 || sizes->front() < 1 || sizes->back() < 1) {
    parameters.fail("'" + std::string(parameters.text(0)) + "' is not a size");
  }
  parameters.check_size(sizes->front(), sizes->back());
  return box_kernel(sizes->front(), sizes->back());
}

Image<double> make_laplacian(const Parameters& parameters) {
  parameters.expect_count(0, 1);
  if (parameters.count() == 0 || parameters.text(0) == "4") {
    return {{0, 1, 0}, {1, -4, 1}, {0, 1, 0}};
  }
  if (parameters.text(0) != "8") {
    parameters.fail("'" + std::string(parameters.text(0)) + "' is neither 4 nor 8");
  }
  return {{1, 1, 1}, {1, -8, 1}, {1, 1, 1}};
}

Image<double> make_gabor(const Parameters& parameters) {
  parameters.expect_count(2, 5);
  GaborShape shape;
  shape.sigma = parameters.positive(0);
  shape.wavelength = parameters.positive(1);
  shape.orientation = parameters.real_or(2, 0);
  shape.phase = parameters.real_or(3, 0);
  shape.aspect = parameters.count() > 4 ? parameters.positive(4) : 1;
  const Index rows = parameters.radius(gabor_row_radius(shape));
  const Index cols = parameters.radius(gabor_col_radius(shape));
  parameters.check_size(2 * rows + 1, 2 * cols + 1);
  // With more waves than that, a number has no digits left for where in a wave a pixel lies.
  constexpr double most_waves = 0x1p53;
  if (!(static_cast<double>(rows + cols) / shape.wavelength < most_waves)) {
    parameters.fail("a wavelength that small cannot be sampled");
  }
  return gabor_kernel(shape, rows, cols);
}

Image<double> make_motion(const Parameters& parameters) {
  parameters.expect_count(2, 2);
  const double length = parameters.real(0);
  const double angle = parameters.real(1);
  if (!(length >= 1)) parameters.fail("a length below 1");
  const Index rows = parameters.radius(motion_row_radius(length, angle));
  const Index cols = parameters.radius(motion_col_radius(length, angle));
  parameters.check_size(2 * rows + 1, 2 * cols + 1);
  return motion_kernel(length, angle, rows, cols);
}

Image<double> make_disk(const Parameters& parameters) {
  parameters.expect_count(1, 1);
  const double radius = parameters.positive(0);
  const Index extent = parameters.radius(std::max(0.0, std::ceil(radius - 0.5)));
  parameters.check_size(2 * extent + 1, 2 * extent + 1);
  return disk_kernel(radius, extent);
}

template <auto make>
Image<double> make_fixed(const Parameters& parameters) {
  parameters.expect_count(0, 0);
  return make();
}

struct BuiltIn {
  std::string_view name;
  std::string_view usage;
  Image<double> (*make)(const Parameters&);
};

constexpr BuiltIn built_ins[] = {
    {"gaussian", "gaussian:SIGMA[,RADIUS]", make_gaussian},
    {"box", "box:N or box:ROWSxCOLS", make_box},
    {"sobel-x", "sobel-x, without parameters", make_fixed<sobel_x_kernel>},
    {"sobel-y", "sobel-y, without parameters", make_fixed<sobel_y_kernel>},
    {"scharr-x", "scharr-x, without parameters", make_fixed<scharr_x_kernel>},
    {"scharr-y", "scharr-y, without parameters", make_fixed<scharr_y_kernel>},
    {"laplacian", "laplacian, laplacian:4 or laplacian:8", make_laplacian},
    {"log", "log:SIGMA[,RADIUS]", make_log},
    {"gabor", "gabor:SIGMA,WAVELENGTH[,ANGLE[,PHASE[,ASPECT]]]", make_gabor},
    {"motion", "motion:LENGTH,ANGLE", make_motion},
    {"disk", "disk:RADIUS", make_disk},
    {"identity", "identity, without parameters", make_fixed<identity_kernel>},
};

}  // namespace

std::optional<Image<double>> built_in_kernel(std::string_view expression) {
  const std::size_t colon = expression.find(':');
  const std::string_view name = trimmed(expression.substr(0, colon));
  std::optional<std::string_view> parameters;
  if (colon != std::string_view::npos) parameters = expression.substr(colon + 1);
  for (const BuiltIn& built_in : built_ins) {
    if (built_in.name != name) continue;
    return built_in.make(Parameters(built_in.name, built_in.usage, parameters));
  }
  return std::nullopt;
}

std::string_view built_in_kernels_help() noexcept {
  return R"(  gaussian:SIGMA[,RADIUS]       sum 1; radius 4 SIGMA, rounded, as in SciPy
  box:N, box:ROWSxCOLS          the mean
  sobel-x sobel-y               first derivatives, written for correlate:
  scharr-x scharr-y             convolve gives them the other sign
  laplacian[:4|:8]              of the 4 or 8 neighbours
  log:SIGMA[,RADIUS]            Laplacian of Gaussian, sum 0
  gabor:SIGMA,WAVELENGTH[,ANGLE[,PHASE[,ASPECT]]]   degrees; ASPECT 1
  motion:LENGTH,ANGLE           a line of that length, antialiased, sum 1;
                                degrees, anticlockwise from the right
  disk:RADIUS                   each pixel's share of the disk, sum 1
  identity)";
}

std::string_view built_in_kernel_names() noexcept {
  return "gaussian, box, sobel-x, sobel-y, scharr-x, scharr-y, laplacian, log, gabor, motion, "
         "disk, "
         "identity";
}

}  // namespace twofold::tool
