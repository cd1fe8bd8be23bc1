// SPDX-License-Identifier: BSD-3-Clause
// Convolution and correlation of arrays whose types are known at run time.
#include "array_convolution.hpp"

#include <twofold/convolve.hpp>

#include "timed_plan.hpp"

namespace twofold::tool {

AnyImage convolve_arrays(Operation operation, const AnyImage& image, const AnyImage& kernel,
                         const Options& options) {
  return std::visit(
      [&](const auto& x, const auto& k) -> AnyImage {
        if (operation == Operation::convolve) return convolve2d(x, k, options);
        return correlate2d(x, k, options);
      },
      image, kernel);
}

AnyImage convolve_arrays(Operation operation, const AnyImage& image, const AnyImage& kernel,
                         const Options& options, DecisionReport& report) {
  return std::visit(
      [&]<Element T, Element K>(const Image<T>& x, const Image<K>& k) -> AnyImage {
        return convolve_timed<promoted_t<T, K>>(operation, x.view(), k, options, report);
      },
      image, kernel);
}

DecisionReport explain_convolution(Operation operation, const Shape& image, const AnyImage& kernel,
                                   const Options& options) {
  return std::visit(
      [&]<Element T>(const Image<T>& k) {
        const Plan<T> plan(operation, image, k, options);
        return report_on(plan, operation, image, k.shape(), options);
      },
      kernel);
}

}  // namespace twofold::tool
