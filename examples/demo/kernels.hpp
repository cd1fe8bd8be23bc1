// SPDX-License-Identifier: BSD-3-Clause
// The kernels of the demo.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "twofold/image.hpp"

namespace twofold::demo {

/// By their names on the command line of twofold, from 3×3 to 101×101.
inline constexpr std::array<std::string_view, 7> kernel_names = {
    "sobel-x", "gaussian:1", "disk:7", "log:2", "disk:15", "motion:61,30", "disk:50"};

[[nodiscard]] Image<float> make_kernel(std::string_view name);

/// A file name: "motion-61-30.png".
[[nodiscard]] std::string picture_name(std::string_view kernel_name);

}  // namespace twofold::demo
