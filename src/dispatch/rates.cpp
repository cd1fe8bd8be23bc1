// SPDX-License-Identifier: BSD-3-Clause
// The built-in rates, one set per instruction set.
#include "dispatch/rates.hpp"

namespace twofold::detail {

namespace {

constexpr double nanosecond = 1e-9;

constexpr Rates make_rates(std::array<double, 8> taps_per_nanosecond, double separable_tap) {
  Rates rates{};
  for (std::size_t i = 0; i < taps_per_nanosecond.size(); ++i) {
    rates.tap[i] = nanosecond / taps_per_nanosecond[i];
  }
  rates.row_start = 0.5;
  rates.output = 0.05 * nanosecond;
  rates.frame = 0.6 * nanosecond;
  rates.convert = 0.1 * nanosecond;
  rates.separable_tap = separable_tap;
  rates.separable_start = 2.5;
  rates.call = 300 * nanosecond;
  rates.passes = {{
      {16, 0.43 * nanosecond, 0.43 * nanosecond},
      {32, 0.41 * nanosecond, 0.4 * nanosecond},
      {48, 1.1 * nanosecond, 1.4 * nanosecond},
      {64, 0.45 * nanosecond, 0.42 * nanosecond},
      {80, 1.1 * nanosecond, 1.32 * nanosecond},
      {96, 1.14 * nanosecond, 1.33 * nanosecond},
      {128, 0.52 * nanosecond, 0.51 * nanosecond},
      {160, 1.15 * nanosecond, 1.39 * nanosecond},
      {192, 1.2 * nanosecond, 1.5 * nanosecond},
      {256, 1.3 * nanosecond, 1.36 * nanosecond},
      {320, 1.21 * nanosecond, 1.54 * nanosecond},
      {384, 1.3 * nanosecond, 1.7 * nanosecond},
      {512, 1.22 * nanosecond, 1.5 * nanosecond},
      {768, 1.3 * nanosecond, 1.8 * nanosecond},
      {1024, 1.7 * nanosecond, 2.1 * nanosecond},
      {2048, 2.6 * nanosecond, 6.0 * nanosecond},
  }};
  rates.long_pass = 0.5 * nanosecond;
  rates.point = 2.4 * nanosecond;
  rates.job = 400 * nanosecond;
  rates.real_transform = 0.6;
  rates.double_factor = 2.0;
  rates.reference = 1.5 * nanosecond;
  return rates;
}

constexpr Rates baseline_rates = make_rates({8, 8, 3, 2, 20, 10, 5, 2.5}, 1.7);
constexpr Rates avx2_rates = make_rates({24, 24, 12, 3, 54, 27, 13, 6.5}, 1.75);
constexpr Rates avx512_rates = make_rates({48, 48, 24, 3, 58, 29, 14, 7}, 1.4);

}  // namespace

const Rates& built_in_rates(Isa isa) noexcept {
  switch (isa) {
    case Isa::avx512:
      return avx512_rates;
    case Isa::avx2:
      return avx2_rates;
    default:
      return baseline_rates;
  }
}

}  // namespace twofold::detail
