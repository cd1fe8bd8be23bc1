// SPDX-License-Identifier: BSD-3-Clause
// Convolution of an array that stays in its file, a band of rows at a time.
#pragma once

#include "any_image.hpp"
#include "decision_report.hpp"
#include "npy.hpp"

namespace twofold::tool {

/// Writes convolve2d or correlate2d of the array in `file` as an NPY file, which is not committed.
/// Memory holds a band of rows of each, about 64 MiB together and at least one row with those
/// around it, beside the plan's workspace. `mode` is not `valid` unless the kernel fits into the
/// array. A progress bar shows how far it has come. Reading and writing are explicit, not through
/// memory maps: a disk that fails then gives a message, and not a signal.
/// Throws FileError, Error.
[[nodiscard]] DecisionReport convolve_bands(Operation, const InputFile& file, const NpyRows& rows,
                                            const AnyImage& kernel, const Options&, OutputFile&);

}  // namespace twofold::tool
