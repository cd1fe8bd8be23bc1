// SPDX-License-Identifier: BSD-3-Clause
// Pictures to be read, whichever of the two formats they have.
#pragma once

#include <string>
#include <variant>

#include "npy.hpp"
#include "png.hpp"

namespace twofold::tool {

using Picture = std::variant<NpyArray, PngPicture>;

/// By its content; the name decides nothing. Throws FileError.
[[nodiscard]] Picture read_picture(InputFile&);
[[nodiscard]] Picture read_picture(const std::string& path);

}  // namespace twofold::tool
