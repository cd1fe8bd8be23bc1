// SPDX-License-Identifier: BSD-3-Clause
// Integers just below and just above the edge up to which they go through transforms: exact.
#include "integer_gate.hpp"

#include "engines/transform.hpp"

namespace twofold::test {
namespace {

template <std::integral T, std::integral K>
void check_gate(Shape image, Shape kernel, double part, Random& random) {
  using P = promoted_t<T, K>;
  for (const Isa isa : available_isas()) {
    for (const Engine& fft : fft_engines()) {
      for (const Signs signs : all_signs) {
        const Engine engine{fft.method, isa};
        const auto gate = at_the_gate<T, K>(image, kernel, engine, signs, part, random);
        const Plan<T, K> plan(gate.problem.operation, image, gate.kernel,
                              options_for(gate.problem, engine));
        Image<P> y(plan.output_shape());
        plan.execute(gate.x, y);
        const auto exact = exact_integer_sums<P>(gate.problem, gate.x, gate.kernel);
        INFO(describe<P>(gate.problem, image, kernel, engine)
             << ", " << gate.share << " of the gate");
        CHECK(gate.share < part * 1.001);
        CHECK(count_wrong(y, exact) == 0);
      }
    }
  }
}

}  // namespace

TEST_CASE("integers at the edge of transforms are exact", "[integer_gate]") {
  Random random(70);
  // Below, as close as rounding lets it come; and above, where they are summed directly.
  for (const double part : {0.999, 1.001, 4.0, 1000.0}) {
    check_gate<std::uint8_t, std::int32_t>({90, 110}, {13, 11}, part, random);
    check_gate<std::uint16_t, std::uint16_t>({200, 170}, {31, 33}, part, random);
    check_gate<std::int16_t, std::int32_t>({64, 64}, {5, 7}, part, random);
    check_gate<std::int32_t, std::int32_t>({100, 64}, {9, 8}, part, random);
    check_gate<std::uint32_t, std::uint32_t>({50, 164}, {4, 15}, part, random);
    check_gate<std::int64_t, std::int64_t>({73, 81}, {12, 6}, part, random);
  }
}

// No result tells: the bound is so generous that integers four times beyond the edge are exact,
// too.
TEST_CASE("the edge is where the contract has it", "[integer_gate]") {
  for (const double points : {256.0, 15000.0, 0x1p24}) {
    CHECK(twofold::detail::largest_exact_product(points) ==
          Approx(integer_gate(points)).epsilon(1e-12));
  }
}

TEST_CASE("the problems at the edge of transforms come close to it", "[integer_gate]") {
  if (!has_fft()) return;
  Random random(71);
  for (const Signs signs : all_signs) {
    const auto gate = at_the_gate<std::int64_t, std::int64_t>(
        {80, 90}, {9, 9}, {Method::overlap_save}, signs, 0.999, random);
    CHECK(gate.share > 0.99);
  }
}

TEST_CASE("where not even an image of one 1 may be transformed, a transform is refused",
          "[integer_gate]") {
  if (!has_fft()) return;
  const auto plan = [](std::int64_t tap) {
    return Plan<std::int64_t>(Operation::convolve, {90, 90}, Image<std::int64_t>{{tap}},
                              {.method = Method::overlap_save});
  };
  // A transform has 256 points at least: 2⁵³/(48·9·√2) is 1.7·2⁴³.
  CHECK_NOTHROW(plan(std::int64_t{1} << 43));
  CHECK_THROWS_AS(plan(std::int64_t{1} << 44), Error);
}

}  // namespace twofold::test
