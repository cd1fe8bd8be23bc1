// SPDX-License-Identifier: BSD-3-Clause
// From a PNG to numbers and back.
#pragma once

#include <filesystem>

#include "png.hpp"
#include "twofold/image.hpp"

namespace twofold::demo {

/// Black is 0, white 1; one channel (gray) or three (RGB). Transparency is left out.
struct Photo {
  Image<float> values;
  tool::PngMetadata metadata;
};

/// Throws tool::FileError.
[[nodiscard]] Photo load_photo(const std::filesystem::path& path);

/// What became of the photo, as a PNG of 8 bits. A kernel whose sum is not 0 leaves black near 0
/// and white near its sum, and so it is shown. One whose sum is 0 (edges and the like) gives values
/// around 0: shown is 0 as mid-gray, the largest magnitude as black or white.
void save_picture(const std::filesystem::path& path, View<const float> result, double kernel_sum,
                  const tool::PngMetadata& metadata);

}  // namespace twofold::demo
