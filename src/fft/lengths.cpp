// SPDX-License-Identifier: BSD-3-Clause
// Which transform lengths are worth having.
#include "fft/fft.hpp"

namespace twofold::detail::fft {

bool is_good_length(Index length) noexcept {
  if (length < 1) return false;
  if (length % 7 == 0) length /= 7;
  for (const Index prime : {2, 3, 5}) {
    while (length % prime == 0)
      length /= prime;
  }
  return length == 1;
}

Index good_length(Index least) {
  if (least > largest_length) return least;
  Index length = least < 1 ? 1 : least;
  while (!is_good_length(length))
    ++length;
  return length;
}

}  // namespace twofold::detail::fft
