// SPDX-License-Identifier: BSD-3-Clause
// A convolution through a Plan, with a report of what was decided and how long it took.
#pragma once

#include <chrono>

#include <twofold/plan.hpp>

#include "decision_report.hpp"

namespace twofold::tool {

/// Everything about `plan` that a report has, except times.
template <Element T, Element K, Element Out>
[[nodiscard]] DecisionReport report_on(const Plan<T, K, Out>& plan, Operation operation,
                                       const Shape& image, const Shape& kernel,
                                       const Options& options) {
  DecisionReport report;
  report.operation = operation;
  report.options = options;
  report.isa = isa_in_use(options.isa);
  report.type = element_type_of<promoted_t<T, K>>;
  report.image = image;
  report.kernel = kernel;
  report.output = plan.output_shape();
  report.decision = plan.decision();
  return report;
}

template <Element Out, Element T, Element K>
[[nodiscard]] Image<Out> convolve_timed(Operation operation, const View<const T>& image,
                                        const Image<K>& kernel, const Options& options,
                                        DecisionReport& report) {
  using Clock = std::chrono::steady_clock;
  using Seconds = std::chrono::duration<double>;
  const auto begin = Clock::now();
  const Plan<T, K, Out> plan(operation, image.shape(), kernel, options);
  const auto planned = Clock::now();
  // Zeroed, which touches its pages: the time below is the computation's, not the kernel's that
  // hands out memory.
  Image<Out> result(plan.output_shape());
  const auto ready = Clock::now();
  plan.execute(image, result);
  const auto end = Clock::now();
  report = report_on(plan, operation, image.shape(), kernel.shape(), options);
  report.measured = MeasuredTime{Seconds(planned - begin).count(), Seconds(end - ready).count()};
  return result;
}

}  // namespace twofold::tool
