// SPDX-License-Identifier: BSD-3-Clause
// Results beside the reference's.
#pragma once

#include <memory>

#include "problem_data.hpp"

namespace twofold::fuzz {

using detail::PlanState;
using SharedPlan = std::shared_ptr<const PlanState>;

/// What results may differ by from the reference's, where they are finite: `tolerance`, but for
/// sums that no order of the summands rounds.
struct Allowance {
  double tolerance = 0;  ///< 0: the same numbers
};

/// The outputs of `out`, which are those of `outputs`, beside those that the reference computes
/// from the dense `image`: all, or parts of them where there are too many. Reports what differs.
void judge(const ProblemCase& problem, const PlanState& reference, const ErasedView& image,
           const Rect& outputs, const ErasedView& out, const Allowance& allowance);

/// `method`: the one that computed the outputs. `bounds`: of the errors of both results.
[[nodiscard]] Allowance allowance_for(const ProblemCase& problem, Method method, double bounds,
                                      const Magnitudes& image, const Magnitudes& kernel);

}  // namespace twofold::fuzz
