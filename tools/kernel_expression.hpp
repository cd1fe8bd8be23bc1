// SPDX-License-Identifier: BSD-3-Clause
// KERNEL on the command line: an NPY file, a literal, or the name of a built-in.
#pragma once

#include <string>
#include <string_view>

#include "any_image.hpp"

namespace twofold::tool {

/// - what ends in ".npy" is read as a file, of two dimensions;
/// - what begins like a number is a literal, "1 2 1; 2 4 2; 1 2 1": rows separated by semicolons or
///   newlines, numbers by spaces or commas; int64 if all are integers, as in NumPy, otherwise
///   float64 or complex128 ("1+2j");
/// - anything else is a built-in kernel, of type float64.
/// Throws UsageError, or FileError.
[[nodiscard]] AnyImage parse_kernel(const std::string& expression);

/// The second case alone. Throws UsageError.
[[nodiscard]] AnyImage parse_kernel_literal(std::string_view text);

}  // namespace twofold::tool
