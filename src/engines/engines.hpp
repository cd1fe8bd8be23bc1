// SPDX-License-Identifier: BSD-3-Clause
// The engines. Each prepares itself for a problem that it supports (dispatch/candidates.cpp says
// which); none knows another, except that all hand what only the direct sum gets right to it.
#pragma once

#include "engines/engine.hpp"
#include "engines/transform_shape.hpp"

namespace twofold::detail {

[[nodiscard]] std::unique_ptr<const Engine> make_reference(const Problem&);
[[nodiscard]] std::unique_ptr<const Engine> make_direct(const Problem&);
[[nodiscard]] std::unique_ptr<const Engine> make_separable(const Problem&,
                                                           std::shared_ptr<const Factors>);
/// The roundings of an output of that engine. Columns of kh products are summed, and then rows of
/// kw, those of all r components in one sum; 4 + r more for what the factors lose of the kernel,
/// and for the sums of r products by which that was measured (problem/factors.cpp).
[[nodiscard]] constexpr Index separable_roundings(const Problem& problem, Index rank) noexcept {
  return problem.rows.kernel + rank * problem.cols.kernel + 4 + rank;
}
/// Whether that engine's sums lose no more than the direct sum may where products are below the
/// normal numbers, kh·kw·η/2. To be asked for another accuracy than normwise.
[[nodiscard]] bool passes_keep_direct_bound(const Problem& problem, const Factors& factors);
/// Whether make_separable's engine sums rows and columns at the same time.
[[nodiscard]] bool runs_in_one_pass(const Problem& problem, Index rank) noexcept;
[[nodiscard]] std::unique_ptr<const Engine> make_overlap_save(const Problem&, const TileShape&);
[[nodiscard]] std::unique_ptr<const Engine> make_whole_fft(const Problem&, const PeriodShape&);

}  // namespace twofold::detail
