// SPDX-License-Identifier: BSD-3-Clause
// Comparison: the shortest ways from one result's calls to the other's.
#pragma once

#include <vector>

#include "diagnosis/attribution.hpp"

namespace twofold::detail {

/// A call of each result, with as few differences as any.
struct Pair {
  Candidate a;
  Candidate b;
  std::vector<Cause> causes;
};

/// The pairs of the fewest causes that are true of the whole results, one for each way of putting
/// it; among the words for one thing the plainest. Plainest pairs first; none where one of the
/// results has no call.
[[nodiscard]] std::vector<Pair> shortest_pairs(Attribution& a, Attribution& b);

/// The plainest candidates that are true of a whole result, one for each that computes something
/// else: not more than a few.
[[nodiscard]] std::vector<Call> plainest_calls(Attribution&);

}  // namespace twofold::detail
