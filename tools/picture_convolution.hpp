// SPDX-License-Identifier: BSD-3-Clause
// Convolution and correlation of pictures.
#pragma once

#include "any_image.hpp"
#include "decision_report.hpp"
#include "png.hpp"

namespace twofold::tool {

/// Each colour channel with `kernel`, in float32 for 8 bits and float64 for 16 (float32's Fourier
/// transform would be off by one there); rounded and saturated to the input's depth (Combines).
/// Alpha and the metadata pass through: mode `valid` cuts alpha as it cuts the colours; mode `full`
/// has no alpha to give to the new pixels and is refused. Throws UsageError, or Error.
///
/// `report`, unless null, is filled in.
[[nodiscard]] PngPicture convolve_picture(Operation, const PngPicture&, const AnyImage& kernel,
                                          const Options&, DecisionReport* report = nullptr);

}  // namespace twofold::tool
