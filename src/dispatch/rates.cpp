// SPDX-License-Identifier: BSD-3-Clause
// The built-in rates, one set per instruction set.
#include "dispatch/rates.hpp"

namespace twofold::detail {

namespace {

constexpr double nanosecond = 1e-9;

// Lengths with a factor of 7 are two to three times slower, 9, 15 and 25 times a power of two are
// not, except in double precision.
constexpr TileRate single_tiles[] = {
    {16, 1.58 * nanosecond},   {32, 1.4 * nanosecond},   {48, 1.8 * nanosecond},
    {64, 1.18 * nanosecond},   {80, 1.52 * nanosecond},  {96, 1.55 * nanosecond},
    {128, 1.45 * nanosecond},  {144, 1.5 * nanosecond},  {160, 1.5 * nanosecond},
    {192, 1.48 * nanosecond},  {256, 1.55 * nanosecond}, {320, 1.7 * nanosecond},
    {384, 1.77 * nanosecond},  {512, 1.77 * nanosecond}, {640, 2.12 * nanosecond},
    {1024, 2.65 * nanosecond},
};
constexpr TileRate double_tiles[] = {
    {16, 1.1 * nanosecond},   {32, 1.0 * nanosecond},   {48, 2.4 * nanosecond},
    {64, 1.25 * nanosecond},  {80, 3.25 * nanosecond},  {96, 2.6 * nanosecond},
    {128, 1.6 * nanosecond},  {160, 2.9 * nanosecond},  {256, 3.3 * nanosecond},
    {320, 3.5 * nanosecond},  {512, 3.85 * nanosecond}, {640, 5.2 * nanosecond},
    {1024, 5.5 * nanosecond},
};

/// Tiles are transposed in blocks.
constexpr bool are_whole_blocks(std::span<const TileRate> tiles) {
  for (const TileRate& tile : tiles) {
    if (tile.length % 16 != 0) return false;
  }
  return true;
}
static_assert(are_whole_blocks(single_tiles) && are_whole_blocks(double_tiles));

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
  rates.call = 300 * nanosecond;
  rates.tiles[0] = single_tiles;
  rates.tiles[1] = double_tiles;
  rates.tile_point[0] = 1.1 * nanosecond;
  rates.tile_point[1] = 2.2 * nanosecond;
  rates.converted_point = 2.9 * nanosecond;
  rates.scattered_point = 1.5 * nanosecond;
  rates.thread_start = 20e-6;
  rates.job = 200 * nanosecond;
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
  rates.point = 4.0 * nanosecond;
  rates.real_transform = 0.85;
  rates.double_factor = 1.6;
  rates.reference = 1.5 * nanosecond;
  return rates;
}

constexpr Rates baseline_rates = make_rates({32, 29, 7, 3.5, 15, 7.5, 3.8, 1.9}, 16, 1.03);
constexpr Rates avx2_rates = make_rates({60, 60, 30, 6, 54, 27, 13, 6.5}, 32, 1.75);
constexpr Rates avx512_rates = make_rates({92, 92, 47, 6, 58, 29, 14, 7}, 64, 1.5);

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
