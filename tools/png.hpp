// SPDX-License-Identifier: BSD-3-Clause
// PNG pictures, through libpng.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <twofold/image.hpp>

#include "input_file.hpp"
#include "output_file.hpp"

namespace twofold::tool {

inline constexpr std::string_view png_signature = "\x89PNG\r\n\x1a\n";

/// What a picture says about its colours and its size on paper; kept from input to output.
struct PngMetadata {
  struct Profile {
    std::string name;
    std::vector<unsigned char> bytes;
  };
  struct Resolution {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    int unit = 0;
  };

  std::optional<int> srgb_intent;
  std::optional<std::int32_t> gamma;                          // times 100,000, as in the file
  std::optional<std::array<std::int32_t, 8>> chromaticities;  // likewise
  std::optional<Profile> icc_profile;
  std::optional<Resolution> resolution;
};

/// 8 or 16 bits per sample; 1 channel is gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha.
struct PngPicture {
  std::variant<Image<std::uint8_t>, Image<std::uint16_t>> pixels;
  PngMetadata metadata;

  [[nodiscard]] Shape shape() const {
    return std::visit([](const auto& image) { return image.shape(); }, pixels);
  }
  [[nodiscard]] int bit_depth() const noexcept { return pixels.index() == 0 ? 8 : 16; }
  [[nodiscard]] bool has_alpha() const { return shape().channels % 2 == 0; }
  [[nodiscard]] Index colour_channels() const noexcept {
    return shape().channels - (has_alpha() ? 1 : 0);
  }
};

/// Palettes, depths below 8 bits and transparent colours are expanded to 8 bits (16 where the file
/// has 16); the values are those of the file, without any gamma correction. The file is not
/// trusted: a size that so few bytes cannot hold is refused before memory is allocated.
/// Throws FileError.
[[nodiscard]] PngPicture read_png(InputFile&);

/// With the depth and the channels of `picture`. Does not commit.
void write_png(OutputFile&, const PngPicture& picture);

}  // namespace twofold::tool
