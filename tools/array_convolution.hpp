// SPDX-License-Identifier: BSD-3-Clause
// Convolution and correlation of arrays whose types are known at run time.
#pragma once

#include "any_image.hpp"
#include "decision_report.hpp"

namespace twofold::tool {

/// convolve2d or correlate2d of whatever the two hold; the result has the promoted type.
[[nodiscard]] AnyImage convolve_arrays(Operation, const AnyImage& image, const AnyImage& kernel,
                                       const Options&);

/// Likewise through a Plan, whose decision and times go into `report`.
[[nodiscard]] AnyImage convolve_arrays(Operation, const AnyImage& image, const AnyImage& kernel,
                                       const Options&, DecisionReport& report);

/// What would be decided for an image of this shape; the element type is the kernel's.
[[nodiscard]] DecisionReport explain_convolution(Operation, const Shape& image,
                                                 const AnyImage& kernel, const Options&);

}  // namespace twofold::tool
