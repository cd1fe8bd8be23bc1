// SPDX-License-Identifier: BSD-3-Clause
// See pictures.hpp.
#include "demo/pictures.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include "demo/statistics.hpp"
#include "input_file.hpp"
#include "output_file.hpp"

namespace twofold::demo {
namespace {

/// result = offset + scale·values, within 0 to 1, as 8 bits.
struct Toning {
  double scale = 1;
  double offset = 0;

  [[nodiscard]] std::uint8_t operator()(float value) const {
    const double shade = std::clamp(offset + scale * static_cast<double>(value), 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(255 * shade));
  }
};

Toning toning_for(View<const float> result, double kernel_sum) {
  constexpr double nearly_zero =
      1e-4;  // A kernel's float elements need not cancel to the last bit.
  if (std::abs(kernel_sum) > nearly_zero) return {1 / kernel_sum, 0};
  const double largest = largest_magnitude(result);
  return {largest > 0 ? 0.5 / largest : 0, 0.5};
}

}  // namespace

Photo load_photo(const std::filesystem::path& path) {
  tool::InputFile file(path.string());
  tool::PngPicture picture = tool::read_png(file);
  Photo photo{.values = {}, .metadata = std::move(picture.metadata)};
  std::visit(
      [&]<class Sample>(const Image<Sample>& pixels) {
        constexpr auto white = static_cast<float>(std::numeric_limits<Sample>::max());
        const Shape colours{pixels.rows(), pixels.cols(), picture.colour_channels()};
        photo.values = Image<float>::uninitialized(colours);
        for (Index row = 0; row < colours.rows; ++row) {
          for (Index col = 0; col < colours.cols; ++col) {
            for (Index channel = 0; channel < colours.channels; ++channel) {
              photo.values(row, col, channel) =
                  static_cast<float>(pixels(row, col, channel)) / white;
            }
          }
        }
      },
      picture.pixels);
  return photo;
}

void save_picture(const std::filesystem::path& path, View<const float> result, double kernel_sum,
                  const tool::PngMetadata& metadata) {
  const Toning toning = toning_for(result, kernel_sum);
  auto pixels = Image<std::uint8_t>::uninitialized(result.shape());
  for (Index row = 0; row < result.rows(); ++row) {
    for (Index col = 0; col < result.cols(); ++col) {
      std::transform(result.at(row, col), result.at(row, col) + result.channels(),
                     &pixels(row, col), toning);
    }
  }
  tool::OutputFile file(path.string());
  tool::write_png(file, {.pixels = std::move(pixels), .metadata = metadata});
  file.commit();
}

}  // namespace twofold::demo
