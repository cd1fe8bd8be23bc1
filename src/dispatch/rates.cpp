// SPDX-License-Identifier: BSD-3-Clause
// The built-in rates, one set per instruction set, and the names of all rates.
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
    in_nanoseconds({10.4, 11.3, 16,   13.6, 16.9, 17.7, 20.6, 23.6, 25.5, 31.5, 44.2,  50.5,
                    69,   63.4, 43.8, 58.9, 79.3, 87,   150,  118,  124,  150,  171,   271,
                    234,  240,  321,  368,  420,  523,  1350, 688,  1280, 1490, 1650,  1100,
                    1450, 2690, 3380, 2380, 4280, 4950, 5470, 6710, 6770, 9260, 12000, 22800});
constexpr TransformSeconds double_transforms =
    in_nanoseconds({8.43, 12.6, 13.6, 14.5, 16.8, 16.8,  21.1, 22.8,  26.5,  32.7,  44.5,  57.8,
                    98,   80.6, 63.5, 92.8, 153,  145,   204,  198,   515,   270,   622,   376,
                    432,  424,  569,  1330, 789,  963,   2230, 1250,  1910,  2190,  2480,  2050,
                    2770, 4250, 5660, 4690, 6660, 13900, 9360, 17300, 15900, 25000, 37900, 72200});

using TileSeconds = std::array<double, tile_sides.size()>;
constexpr TileSeconds tile_strips[2] = {
    {0.65e-6, 1e-6, 1.1e-6, 1.55e-6, 2.3e-6, 2.8e-6, 2.9e-6, 4.9e-6, 30e-6},
    {0.69e-6, 1.28e-6, 1.3e-6, 2.04e-6, 3.6e-6, 4.4e-6, 6.7e-6, 7.8e-6, 63e-6}};

/// What differs between instruction sets.
struct Sums {
  std::array<double, 8> taps_per_nanosecond;
  std::array<double, 6> narrow;
  double lone_row;
  double separable_tap;
  double separable_start;
  double separable_row;  ///< in nanoseconds, as the next
  std::array<double, 2> plane_point;
  std::array<double, 2> products_per_nanosecond;
  std::array<double, 2> depthwise_per_nanosecond;
  double strip_factor;  ///< what tiles take, in times of those of AVX-512
  double vector_bytes;
  Index block_rows;
};

constexpr Rates make_rates(const Sums& sums) {
  Rates rates{};
  constexpr double lane_bytes[] = {1, 2, 4, 8, 4, 8, 8, 16};
  for (std::size_t i = 0; i < rates.tap.size(); ++i) {
    rates.tap[i] = nanosecond / sums.taps_per_nanosecond[i];
    rates.vector[i] = sums.vector_bytes / lane_bytes[i];
  }
  rates.narrow = sums.narrow;
  rates.lone_row = sums.lone_row;
  rates.separable_tap = sums.separable_tap;
  rates.separable_start = sums.separable_start;
  rates.block_rows = sums.block_rows;
  rates.row = 1.6 * nanosecond;
  rates.separable_row = sums.separable_row * nanosecond;
  rates.output = 0.05 * nanosecond;
  rates.frame = 0.6 * nanosecond;
  rates.convert = 0.1 * nanosecond;
  rates.thread_start = 80e-6;
  rates.call = 150 * nanosecond;
  rates.reference = 1.5 * nanosecond;
  rates.transform[0] = single_transforms;
  rates.transform[1] = double_transforms;
  for (const std::size_t precision : {0U, 1U})
    rates.plane_point[precision] = sums.plane_point[precision] * nanosecond;
  rates.large_point[0] = 1.1 * nanosecond;
  rates.large_point[1] = 2.6 * nanosecond;
  rates.huge_point[0] = 3 * nanosecond;
  rates.huge_point[1] = 8 * nanosecond;
  rates.whole_point[0] = 0.4 * nanosecond;
  rates.whole_point[1] = 0.8 * nanosecond;
  rates.converted_point = 1.5 * nanosecond;
  rates.scattered_point = 1 * nanosecond;
  rates.line = 65 * nanosecond;
  rates.plane_start = 500 * nanosecond;
  for (const std::size_t precision : {0U, 1U}) {
    rates.product[precision] = nanosecond / sums.products_per_nanosecond[precision];
    rates.depthwise_product[precision] = nanosecond / sums.depthwise_per_nanosecond[precision];
    rates.packed[precision] = 0.09 * nanosecond * (precision == 0 ? 1 : 2);
    for (std::size_t i = 0; i < tile_sides.size(); ++i)
      rates.tile_strip[precision][i] = tile_strips[precision][i] * sums.strip_factor;
  }
  rates.spectrum_byte = 0.011 * nanosecond;
  return rates;
}

constexpr Rates baseline_rates =
    make_rates({.taps_per_nanosecond = {33, 33, 8, 5.6, 16.5, 8.3, 4.1, 2},
                .narrow = {0.8, 0.7, 0.85, 0.9, 0.95, 0.97},
                .lone_row = 1.1,
                .separable_tap = 0.9,
                .separable_start = 1,
                .separable_row = 3,
                .plane_point = {0.7, 1.9},
                .products_per_nanosecond = {19, 9},
                .depthwise_per_nanosecond = {21, 10},
                .strip_factor = 1.5,
                .vector_bytes = 16,
                .block_rows = 4});
constexpr Rates avx2_rates =
    make_rates({.taps_per_nanosecond = {73, 71, 37, 7.2, 62, 30, 15.2, 7.7},
                .narrow = {0.85, 0.85, 0.95, 0.99, 0.98, 1},
                .lone_row = 1.6,
                .separable_tap = 1.5,
                .separable_start = 3.8,
                .separable_row = 10,
                .plane_point = {0.42, 1.4},
                .products_per_nanosecond = {65, 32},
                .depthwise_per_nanosecond = {47, 20},
                .strip_factor = 1.2,
                .vector_bytes = 32,
                .block_rows = 4});
constexpr Rates avx512_rates =
    make_rates({.taps_per_nanosecond = {180, 186, 97, 7, 115, 59, 24, 15},
                .narrow = {0.83, 1, 0.96, 1.03, 1.04, 1.02},
                .lone_row = 1.9,
                .separable_tap = 1.64,
                .separable_start = 7.3,
                .separable_row = 11,
                .plane_point = {0.35, 1.35},
                .products_per_nanosecond = {131, 65},
                .depthwise_per_nanosecond = {70, 25},
                .strip_factor = 1,
                .vector_bytes = 64,
                .block_rows = 8});
/// For processors whose units are half as wide.
constexpr Rates avx512_in_halves_rates =
    make_rates({.taps_per_nanosecond = {93, 93, 48, 6.1, 59, 29.5, 13.8, 7.1},
                .narrow = {0.85, 0.9, 0.95, 1, 1, 1},
                .lone_row = 1.8,
                .separable_tap = 1.5,
                .separable_start = 4,
                .separable_row = 11,
                .plane_point = {0.4, 1.4},
                .products_per_nanosecond = {58, 29},
                .depthwise_per_nanosecond = {28, 14},
                .strip_factor = 1.2,
                .vector_bytes = 64,
                .block_rows = 8});

template <auto member>
std::span<double> values_of(Rates& rates) {
  if constexpr (std::is_same_v<decltype(rates.*member), double&>) {
    return {&(rates.*member), 1};
  } else {
    return rates.*member;
  }
}

constexpr double shortest = 1e-14;
constexpr double longest = 1;

constexpr RateField fields[] = {
    {"tap", values_of<&Rates::tap>, shortest, longest},
    {"narrow", values_of<&Rates::narrow>, 0.1, 100},
    {"lone_row", values_of<&Rates::lone_row>, 0.1, 100},
    {"output", values_of<&Rates::output>, shortest, longest},
    {"row", values_of<&Rates::row>, shortest, longest},
    {"frame", values_of<&Rates::frame>, shortest, longest},
    {"convert", values_of<&Rates::convert>, shortest, longest},
    {"separable_tap", values_of<&Rates::separable_tap>, 0.01, 1000},
    {"separable_start", values_of<&Rates::separable_start>, 0.01, 1000},
    {"separable_row", values_of<&Rates::separable_row>, shortest, longest},
    {"thread_start", values_of<&Rates::thread_start>, shortest, longest},
    {"call", values_of<&Rates::call>, shortest, longest},
    {"reference", values_of<&Rates::reference>, shortest, longest},
    {"transform_single", [](Rates& r) { return std::span<double>(r.transform[0]); }, shortest,
     longest},
    {"transform_double", [](Rates& r) { return std::span<double>(r.transform[1]); }, shortest,
     longest},
    {"plane_point", values_of<&Rates::plane_point>, shortest, longest},
    {"large_point", values_of<&Rates::large_point>, shortest, longest},
    {"huge_point", values_of<&Rates::huge_point>, shortest, longest},
    {"whole_point", values_of<&Rates::whole_point>, shortest, longest},
    {"converted_point", values_of<&Rates::converted_point>, shortest, longest},
    {"scattered_point", values_of<&Rates::scattered_point>, shortest, longest},
    {"line", values_of<&Rates::line>, shortest, longest},
    {"plane_start", values_of<&Rates::plane_start>, shortest, longest},
    {"product", values_of<&Rates::product>, shortest, longest},
    {"depthwise_product", values_of<&Rates::depthwise_product>, shortest, longest},
    {"packed", values_of<&Rates::packed>, shortest, longest},
    {"tile_strip_single", [](Rates& r) { return std::span<double>(r.tile_strip[0]); }, shortest,
     longest},
    {"tile_strip_double", [](Rates& r) { return std::span<double>(r.tile_strip[1]); }, shortest,
     longest},
    {"spectrum_byte", values_of<&Rates::spectrum_byte>, shortest, longest},
};

}  // namespace

std::span<const RateField> rate_fields() noexcept {
  return fields;
}

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
