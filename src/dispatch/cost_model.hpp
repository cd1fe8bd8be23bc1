// SPDX-License-Identifier: BSD-3-Clause
// What each engine would cost for a problem: formulas over sizes, with measured constants. They use
// no pixel, and take well under a microsecond. What is chosen by them does not depend on the number
// of threads, so that the bits do not either.
#pragma once

#include "dispatch/rates.hpp"
#include "engines/transform_shape.hpp"

namespace twofold::detail {

// Predicted seconds of one whole execute by one thread.
[[nodiscard]] double direct_seconds(const Problem&, const Rates&);
[[nodiscard]] double separable_seconds(const Problem&, const Rates&, Index rank);
[[nodiscard]] double reference_seconds(const Problem&, const Rates&);
[[nodiscard]] double overlap_save_seconds(const Problem&, const Rates&, const TileShape&);
[[nodiscard]] double whole_fft_seconds(const Problem&, const Rates&, const PeriodShape&);

/// What is compared between ways of computing a problem: the same for any number of threads, so
/// that the choice is, but where two are about as good, the one that threads can share more evenly.
[[nodiscard]] double preference(double seconds, Index pieces) noexcept;

/// One transform of `length` points, there and back, of numbers of `type`.
[[nodiscard]] double transform_seconds(const Rates&, ElementType type, Index length);
/// All that is done to one plane, of whose rows `rows_in` are not zero and `rows_out` are wanted.
[[nodiscard]] double plane_seconds(const Problem&, const Rates&, const PlaneShape&, Index rows_in,
                                   Index rows_out);

}  // namespace twofold::detail
