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
/// Whether make_separable's engine sums rows and columns at the same time.
[[nodiscard]] bool runs_in_one_pass(const Problem& problem, Index rank) noexcept;
[[nodiscard]] std::unique_ptr<const Engine> make_overlap_save(const Problem&, const TileShape&);
[[nodiscard]] std::unique_ptr<const Engine> make_whole_fft(const Problem&, const PeriodShape&);

}  // namespace twofold::detail
