// SPDX-License-Identifier: BSD-3-Clause
// What outputs are compared with, in the judge's units.
#pragma once

#include <algorithm>

#include "error_bounds.hpp"
#include "session.hpp"

namespace twofold::audit {

/// So many products of a problem are formed exactly that the whole run is made of many problems.
constexpr Index products_per_problem(const Shape& kernel) {
  constexpr Index products = 1'000'000;
  return std::min(products, outputs_per_problem * kernel.rows * kernel.cols);
}

/// How the element-wise bound is called in the tables.
inline constexpr const char* componentwise_bound = "m·u·(|k|∗|x|), componentwise";

/// Plain loops are for small problems.
template <class Exact>
bool takes_too_long(const Exact& exact) {
  return exact.outputs().rows * exact.outputs().cols * exact.taps() > 5'000'000;
}

/// Every `step`-th of the judge's outputs.
template <Element T, class Allowed>
Shares shares(const test::Judge<T>& judge, const Image<T>& y, Allowed allowed,
              std::size_t step = 1) {
  if (y.shape() != judge.exact().outputs()) throw std::logic_error("a result of the wrong shape");
  Shares found;
  for (std::size_t i = 0; i < judge.outputs().size(); i += step) {
    const auto& output = judge.outputs()[i];
    found.note(judge.exact().error(output.exact, y(output.row, output.col)), allowed(output));
  }
  return found;
}

/// The last tap larger by 1/128 of itself, or, where it is zero, by 1/64 of the first.
template <Element T>
Image<T> faulty(Image<T> kernel) {
  T& tap = kernel.data()[kernel.size() - 1];
  tap = tap == T{} ? kernel.data()[0] / test::real_t<T>(64) : tap + tap / test::real_t<T>(128);
  return kernel;
}

}  // namespace twofold::audit
