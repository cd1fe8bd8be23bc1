// SPDX-License-Identifier: BSD-3-Clause
// GivenResult: one of the results to be explained, and where to look at it.
#pragma once

#include <vector>

#include "diagnosis/sums.hpp"

namespace twofold::detail {

struct GivenResult {
  /// `unit_roundoff`: how coarsely its sums were rounded, at most.
  GivenResult(const ErasedView& values, double unit_roundoff);

  [[nodiscard]] std::complex<double> at(const Probe& probe) const {
    return number_at(values, probe.row, probe.col, probe.channel);
  }

  ErasedView values;
  double unit_roundoff = 0;
  double largest = 0;     ///< magnitude, of the finite ones
  bool are_whole = true;  ///< all are real, finite and integers
  double lowest = 0;      ///< of their real parts
  double highest = 0;
};

/// u of the result's type; of integers, that of double.
[[nodiscard]] double unit_roundoff_of(ElementType) noexcept;

/// Outputs that together see every part of a result: corners, edges at several depths, and the
/// largest value and any other in each cell of a grid. All outputs of a small result.
[[nodiscard]] std::vector<Probe> probes_of(const GivenResult&, const Shape& kernel);

}  // namespace twofold::detail
