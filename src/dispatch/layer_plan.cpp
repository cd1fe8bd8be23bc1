// SPDX-License-Identifier: BSD-3-Clause
// ConvPlanState: a layer's parts, each with the engine chosen for it, prepared.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>

#include "dispatch/decision.hpp"
#include "dispatch/layer_candidates.hpp"
#include "dispatch/layer_validation.hpp"
#include "dispatch/profile.hpp"
#include "dispatch/validation.hpp"
#include "support/executors.hpp"
#include "support/scratch.hpp"

namespace twofold::nn::detail {

using namespace twofold::detail;

/// A part of the layer, without what only its engine needs.
template <class T>
struct PlannedPart {
  LayerShape shape;
  OutputGrid grid;
  LayerChoice choice;
  std::unique_ptr<const LayerEngine<T>> engine;
};

template <class T>
class ConvPlanState {
 public:
  ConvPlanState(LayerParts<T> layer, const ConvOptions& options)
      : sizes_(layer.sizes),
        chained_(layer.chained),
        asked_(options.method),
        executor_(options.executor),
        rates_(rates_for(layer.parts.front().problem.shape.isa)) {
    for (LayerPart<T>& part : layer.parts) {
      LayerProblem<T>& problem = part.problem;
      const LayerChoice choice = choose_layer_engine(problem, options.method, *rates_);
      // Threads of its own, only where it is not done before they have started.
      const auto images = static_cast<double>(std::max(problem.shape.batch, Index{1}));
      const double seconds = images * choice.verdicts[choice.chosen].seconds;
      if (executor_ == nullptr && is_brief(seconds, *rates_)) problem.shape.threads = 1;
      threads_ = std::max(threads_, problem.shape.threads);
      auto engine = prepare_layer_engine(problem, choice.verdicts[choice.chosen], *rates_);
      parts_.push_back({problem.shape, part.grid, choice, std::move(engine)});
    }
  }

  [[nodiscard]] const LayerSizes& sizes() const noexcept { return sizes_; }
  [[nodiscard]] std::vector<Decision> decisions() const;
  [[nodiscard]] std::size_t workspace_bytes() const noexcept;
  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept;
  void run(const TensorView<const T>& inputs, const TensorView<T>& out, std::byte* workspace) const;

 private:
  /// What the first of two chained parts writes and the second reads, for one image.
  [[nodiscard]] LayerView<T> take_between(Scratch& scratch) const {
    const LayerShape& first = parts_.front().shape;
    const nn::TensorShape shape =
        in_format(sizes_.format, {1, first.rows.output, first.cols.output, first.out_channels});
    T* const data = scratch.take<T>(shape[1] * shape[2], shape[3]);
    return layer_view(sizes_.format, TensorView<T>(data, shape));
  }

  LayerSizes sizes_;
  bool chained_;
  Method asked_;
  Executor* executor_;
  std::shared_ptr<const Rates> rates_;
  unsigned threads_ = 1;
  std::vector<PlannedPart<T>> parts_;
};

template <class T>
std::vector<Decision> ConvPlanState<T>::decisions() const {
  std::vector<Decision> result;
  for (const PlannedPart<T>& part : parts_) {
    const auto images = static_cast<double>(std::max(part.shape.batch, Index{1}));
    std::array<Prediction, layer_candidate_count> predictions;
    Decision decision;
    for (std::size_t i = 0; i < layer_candidate_count; ++i) {
      const LayerVerdict& verdict = part.choice.verdicts[i];
      const bool allowed = verdict.refusal == nullptr;
      predictions[i] = {verdict.method, allowed, images * verdict.seconds};
      decision.candidates.push_back(
          {verdict.method, allowed,
           allowed ? describe_layer_manner(part.shape, verdict, *rates_) : verdict.refusal,
           images * verdict.seconds, std::nullopt});
    }
    decision.candidates[part.choice.chosen].workspace_bytes = part.engine->workspace_bytes();
    decision.method = predictions[part.choice.chosen].method;
    decision.why = explain_choice(predictions, part.choice.chosen, asked_);
    result.push_back(std::move(decision));
  }
  return result;
}

template <class T>
std::size_t ConvPlanState<T>::workspace_bytes() const noexcept {
  Scratch scratch(nullptr);
  if (chained_) static_cast<void>(take_between(scratch));
  std::size_t most = 0;
  for (const PlannedPart<T>& part : parts_)
    most = std::max(most, part.engine->workspace_bytes());
  return scratch.used() + most;
}

/// Of two chained parts, the second adds its own error to what it makes of the first's. NaN where
/// infinity meets zero.
template <class T>
double ConvPlanState<T>::error_bound(double largest_magnitude) const noexcept {
  double bound = 0;
  double magnitude = largest_magnitude;
  for (const PlannedPart<T>& part : parts_) {
    const double own = part.engine->error_bound(magnitude);
    if (chained_) {
      bound = own + part.engine->largest_norm() * bound;
      magnitude *= part.engine->largest_norm();
    } else if (!(own <= bound)) {
      bound = own;
    }
    if (std::isnan(bound)) break;
  }
  return bound;
}

template <class T>
void ConvPlanState<T>::run(const TensorView<const T>& inputs, const TensorView<T>& out,
                           std::byte* workspace) const {
  CallThreads threads(threads_);
  Executor& executor = executor_ != nullptr ? *executor_ : threads;
  const Index batch = inputs.shape()[0];
  const LayerView<const T> from = layer_view(sizes_.format, inputs);
  const LayerView<T> to = layer_view(sizes_.format, out);
  if (!chained_) {
    for (const PlannedPart<T>& part : parts_)
      part.engine->run({from, part.grid.of(to), batch}, workspace, executor);
    return;
  }
  Scratch scratch(workspace);
  const LayerView<T> between = take_between(scratch);
  std::byte* const rest = workspace + scratch.used();
  for (Index image = 0; image < batch; ++image) {
    parts_.front().engine->run({from.image(image), between, 1}, rest, executor);
    parts_.back().engine->run({between.as_const(), to.image(image), 1}, rest, executor);
  }
}

template <Real T>
std::shared_ptr<const ConvPlanState<T>> make_conv_plan(Layer layer, const TensorShape& inputs,
                                                       const LayerOperands<T>& operands,
                                                       const ConvOptions& options) {
  require_reachable("kernel", ErasedTensor(operands.kernel));
  return std::make_shared<const ConvPlanState<T>>(make_layer(layer, inputs, operands, options),
                                                  options);
}

template <Real T>
std::shared_ptr<const ConvPlanState<T>> make_separable_plan(const TensorShape& inputs,
                                                            const TensorView<const T>& depthwise,
                                                            const LayerOperands<T>& pointwise,
                                                            const ConvOptions& options) {
  require_reachable("depthwise_kernel", ErasedTensor(depthwise));
  require_reachable("pointwise_kernel", ErasedTensor(pointwise.kernel));
  return std::make_shared<const ConvPlanState<T>>(
      make_separable_layer(inputs, depthwise, pointwise, options), options);
}

template <Real T>
TensorShape output_shape(const ConvPlanState<T>& plan, Index batch) {
  return plan.sizes().outputs(batch);
}

template <Real T>
std::vector<Decision> decisions(const ConvPlanState<T>& plan) {
  return plan.decisions();
}

template <Real T>
std::size_t workspace_bytes(const ConvPlanState<T>& plan) noexcept {
  return plan.workspace_bytes();
}

template <Real T>
double error_bound(const ConvPlanState<T>& plan, double largest_magnitude) {
  require_magnitude(largest_magnitude);
  const double bound = plan.error_bound(largest_magnitude);
  return std::isnan(bound) ? std::numeric_limits<double>::infinity() : bound;
}

template <Real T>
void execute(const ConvPlanState<T>& plan, const TensorView<const T>& inputs,
             const TensorView<T>& out, std::span<std::byte> workspace) {
  const Index batch = inputs.shape()[0];
  if (batch < 0 || inputs.shape() != plan.sizes().inputs(batch)) {
    throw Error(Errc::invalid_shape, "inputs: " + twofold::detail::to_string(inputs.shape()) +
                                         ", the plan's are " +
                                         twofold::detail::to_string(plan.sizes().inputs(batch)));
  }
  require_valid(ErasedTensor(inputs), ErasedTensor(out), plan.sizes().outputs(batch));
  require_workspace(workspace, plan.workspace_bytes());
  if (batch == 0) return;  // pointers may be null, and no offset to them makes sense
  plan.run(inputs, out, workspace.data());
}

template std::shared_ptr<const ConvPlanState<float>> make_conv_plan(Layer, const TensorShape&,
                                                                    const LayerOperands<float>&,
                                                                    const ConvOptions&);
template std::shared_ptr<const ConvPlanState<float>> make_separable_plan(
    const TensorShape&, const TensorView<const float>&, const LayerOperands<float>&,
    const ConvOptions&);
template TensorShape output_shape(const ConvPlanState<float>&, Index);
template std::vector<Decision> decisions(const ConvPlanState<float>&);
template std::size_t workspace_bytes(const ConvPlanState<float>&) noexcept;
template double error_bound(const ConvPlanState<float>&, double);
template void execute(const ConvPlanState<float>&, const TensorView<const float>&,
                      const TensorView<float>&, std::span<std::byte>);

template std::shared_ptr<const ConvPlanState<double>> make_conv_plan(Layer, const TensorShape&,
                                                                     const LayerOperands<double>&,
                                                                     const ConvOptions&);
template std::shared_ptr<const ConvPlanState<double>> make_separable_plan(
    const TensorShape&, const TensorView<const double>&, const LayerOperands<double>&,
    const ConvOptions&);
template TensorShape output_shape(const ConvPlanState<double>&, Index);
template std::vector<Decision> decisions(const ConvPlanState<double>&);
template std::size_t workspace_bytes(const ConvPlanState<double>&) noexcept;
template double error_bound(const ConvPlanState<double>&, double);
template void execute(const ConvPlanState<double>&, const TensorView<const double>&,
                      const TensorView<double>&, std::span<std::byte>);

}  // namespace twofold::nn::detail
