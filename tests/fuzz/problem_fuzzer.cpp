// SPDX-License-Identifier: BSD-3-Clause
// Convolutions and correlations of any kind, beside the reference.
#include "common/draws.hpp"
#include "problem_run.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  twofold::fuzz::Draws draws(data, size);
  twofold::fuzz::check_problem(twofold::fuzz::draw_problem(draws));
  return 0;
}
