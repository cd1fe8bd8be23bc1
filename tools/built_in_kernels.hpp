// SPDX-License-Identifier: BSD-3-Clause
// The kernels that have a name: "gaussian:2.5", "box:7", "sobel-x", ...
#pragma once

#include <optional>
#include <string_view>

#include <twofold/image.hpp>

namespace twofold::tool {

/// No kernel, however it is given, has more elements.
inline constexpr Index most_kernel_elements = Index{1} << 24;

/// The kernel that "name" or "name:parameter,parameter" asks for. Nothing if there is none of that
/// name. Throws UsageError if its parameters are not what it expects, or ask for more than
/// most_kernel_elements.
///
/// Directions: x runs to the right, y downwards. The derivative kernels (sobel, scharr) are written
/// for correlation, as in OpenCV: correlated with an image that grows to the right, sobel-x is
/// positive. Convolved, its sign is the other.
[[nodiscard]] std::optional<Image<double>> built_in_kernel(std::string_view expression);

/// One name per line with its parameters and what it is, for --help.
[[nodiscard]] std::string_view built_in_kernels_help() noexcept;

/// "gaussian, box, ..." for messages.
[[nodiscard]] std::string_view built_in_kernel_names() noexcept;

}  // namespace twofold::tool
