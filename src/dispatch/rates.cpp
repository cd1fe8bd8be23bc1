// SPDX-License-Identifier: BSD-3-Clause
// The built-in rates, one set per instruction set.
#include "dispatch/rates.hpp"

#include "cpu/isa.hpp"

namespace twofold::detail {

namespace {

constexpr double nanosecond = 1e-9;

using TransformSeconds = std::array<double, transform_lengths.size()>;

constexpr TransformSeconds in_nanoseconds(TransformSeconds seconds) {
  for (double& each : seconds)
    each *= nanosecond;
  return seconds;
}

// Of FFTW 3.3.10 with AVX. Lengths with a factor of 7, 25 or 27 are two to three times slower than
// powers of two, and so are 9 and 15 times one in double precision.
constexpr TransformSeconds single_transforms =
    in_nanoseconds({17.4, 18.1, 19.4, 20.5, 22.1, 23.2, 24.9, 32.7, 33.6, 41.2,  57.3,  64.2,
                    85.5, 82.8, 65.4, 88.1, 107,  128,  207,  174,  180,  215,   242,   350,
                    320,  337,  447,  534,  569,  734,  1560, 928,  1590, 1950,  2090,  1610,
                    2140, 3420, 4110, 3440, 5270, 6040, 6660, 8420, 8410, 11290, 14360, 25670});
constexpr TransformSeconds double_transforms =
    in_nanoseconds({15,   19.6, 20.1, 20.8, 22.9, 23.3,  25.3,  32.1,  35.3,  43.3,  58.9,  71.8,
                    85,   98.1, 86.6, 125,  189,  191,   258,   262,   593,   335,   724,   461,
                    516,  530,  722,  1520, 980,  1160,  2550,  1520,  2280,  2610,  2980,  2650,
                    3670, 4940, 6470, 5880, 7730, 15430, 11160, 18960, 17900, 28180, 40970, 75480});

constexpr Rates make_rates(std::array<double, 8> taps_per_nanosecond, double vector_bytes,
                           double separable_tap) {
  Rates rates{};
  constexpr double lane_bytes[] = {1, 2, 4, 8, 4, 8, 8, 16};
  for (std::size_t i = 0; i < taps_per_nanosecond.size(); ++i) {
    rates.tap[i] = nanosecond / taps_per_nanosecond[i];
    rates.vector[i] = vector_bytes / lane_bytes[i];
  }
  rates.output = 0.05 * nanosecond;
  rates.frame = 0.6 * nanosecond;
  rates.convert = 0.1 * nanosecond;
  rates.separable_tap = separable_tap;
  rates.separable_start = 2.5;
  rates.thread_start = 20e-6;
  rates.call = 300 * nanosecond;
  rates.reference = 1.5 * nanosecond;
  rates.transform[0] = single_transforms;
  rates.transform[1] = double_transforms;
  rates.plane_point[0] = 0.7 * nanosecond;
  rates.plane_point[1] = 1.4 * nanosecond;
  rates.large_point[0] = 1.1 * nanosecond;
  rates.large_point[1] = 2.2 * nanosecond;
  rates.converted_point = 2.0 * nanosecond;
  rates.scattered_point = 1.0 * nanosecond;
  rates.plane_start = 500 * nanosecond;
  return rates;
}

constexpr Rates baseline_rates = make_rates({35, 32, 7.7, 3.9, 16.5, 8.3, 4.2, 2.1}, 16, 1.03);
constexpr Rates avx2_rates = make_rates({66, 66, 33, 6.6, 59, 30, 14, 7}, 32, 1.75);
constexpr Rates avx512_rates = make_rates({190, 190, 97, 12, 118, 59, 29, 14.5}, 64, 1.5);
/// For processors whose units are half as wide.
constexpr Rates avx512_in_halves_rates = make_rates({101, 101, 52, 6.6, 64, 32, 15, 7.7}, 64, 1.5);

}  // namespace

const Rates& built_in_rates(Isa isa) noexcept {
  switch (isa) {
    case Isa::avx512:
      return has_half_width_avx512() ? avx512_in_halves_rates : avx512_rates;
    case Isa::avx2:
      return avx2_rates;
    default:
      return baseline_rates;
  }
}

}  // namespace twofold::detail
