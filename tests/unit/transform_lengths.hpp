// SPDX-License-Identifier: BSD-3-Clause
// Lengths of periodic images at which there is a transform of just that length: with them a test
// can ask for as many different plans of FFTW's as it wants.
#pragma once

#include <vector>

#include "twofold/types.hpp"

namespace twofold::test {

/// Products of 2, 3, 5 and at most one 7 from `first` to `last`.
inline std::vector<Index> transform_lengths(Index first, Index last) {
  std::vector<Index> lengths;
  for (Index length = first; length <= last; ++length) {
    Index rest = length;
    for (const Index factor : {2, 3, 5}) {
      while (rest % factor == 0)
        rest /= factor;
    }
    if (rest == 1 || rest == 7) lengths.push_back(length);
  }
  return lengths;
}

}  // namespace twofold::test
