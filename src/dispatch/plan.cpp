// SPDX-License-Identifier: BSD-3-Clause
// PlanState: a problem, the choice of an engine for it, and the engine, prepared.
#include "twofold/plan.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "dispatch/candidates.hpp"
#include "dispatch/decision.hpp"
#include "dispatch/memory_relations.hpp"
#include "dispatch/profile.hpp"
#include "dispatch/validation.hpp"
#include "support/executors.hpp"
#include "support/format.hpp"
#include "twofold/info.hpp"

namespace twofold::detail {

class PlanState {
 public:
  PlanState(Problem problem, const Options& options)
      : problem_(std::move(problem)),
        forced_(options.method),
        rates_(rates_for(problem_.isa)),
        choice_(choose(problem_, options.method, *rates_)),
        executor_(options.executor) {
    problem_.threads = worthwhile_threads(options);
    engine_ = chosen().prepare(problem_, verdict().manner);
  }

  [[nodiscard]] const Problem& problem() const noexcept { return problem_; }
  [[nodiscard]] const Engine& engine() const noexcept { return *engine_; }
  [[nodiscard]] Decision decision() const;
  void run(const Task& task, std::span<std::byte> workspace) const;

 private:
  [[nodiscard]] const CandidateEntry& chosen() const { return candidate_table()[choice_.chosen]; }
  [[nodiscard]] const Verdict& verdict() const { return choice_.verdicts[choice_.chosen]; }
  [[nodiscard]] std::string explain() const;
  /// As many as were asked for; one, where it is done before others of its own have started.
  [[nodiscard]] unsigned worthwhile_threads(const Options& options) const noexcept {
    const bool brief = options.executor == nullptr && is_brief(verdict().seconds, *rates_);
    return brief ? 1 : problem_.threads;
  }

  Problem problem_;
  Method forced_;
  std::shared_ptr<const Rates> rates_;
  Choice choice_;
  Executor* executor_;
  std::unique_ptr<const Engine> engine_;
};

namespace {

std::string describe_manner(Method method, const Manner& manner) {
  switch (method) {
    case Method::overlap_save:
      return "tiles of " + to_string(Shape{manner.tile.rows, manner.tile.cols, 1});
    case Method::whole_fft:
      return "period of " +
             to_string(Shape{manner.period.rows.length, manner.period.cols.length, 1});
    case Method::separable:
      return "rank " + std::to_string(manner.factors->rank());
    case Method::reference:
      return "plain loops";
    default:
      return "sliding window";
  }
}

/// Nothing where it could not be addressed.
std::optional<std::size_t> workspace_of(const CandidateEntry& entry, const Problem& problem,
                                        const Manner& manner) {
  try {
    return entry.workspace(problem, manner);
  } catch (const Error& error) {
    if (error.code() != Errc::too_large) throw;
    return std::nullopt;
  }
}

template <class T>
void conjugate(const View<T>& out) {
  for (Index row = 0; row < out.rows(); ++row) {
    for (Index col = 0; col < out.cols(); ++col) {
      for (Index h = 0; h < out.channels(); ++h)
        out(row, col, h) = std::conj(out(row, col, h));
    }
  }
}

ErasedView reachable(const char* name, const ErasedView& given) {
  const ErasedView view = with_plain_strides(given);
  if (view.shape.rows > 0 && view.shape.cols > 0) require_reachable(name, view);
  return view;
}

}  // namespace

std::string PlanState::explain() const {
  std::array<Prediction, candidate_count> predictions;
  for (std::size_t i = 0; i < candidate_count; ++i) {
    const Verdict& verdict = choice_.verdicts[i];
    predictions[i] = {candidate_table()[i].method, verdict.refusal == nullptr, verdict.seconds};
  }
  return explain_choice(predictions, choice_.chosen, forced_);
}

Decision PlanState::decision() const {
  Decision decision{chosen().method, explain(), {}};
  for (std::size_t i = 0; i < choice_.verdicts.size(); ++i) {
    const CandidateEntry& entry = candidate_table()[i];
    const Verdict& verdict = choice_.verdicts[i];
    if (verdict.refusal != nullptr) {
      decision.candidates.push_back({entry.method, false, verdict.refusal, 0, std::nullopt});
    } else {
      decision.candidates.push_back({entry.method, true,
                                     describe_manner(entry.method, verdict.manner),
                                     shared_seconds(entry, verdict, problem_),
                                     workspace_of(entry, problem_, verdict.manner)});
    }
  }
  return decision;
}

void PlanState::run(const Task& task, std::span<std::byte> workspace) const {
  CallThreads threads(problem_.threads);
  engine_->run(task, workspace.data(), executor_ != nullptr ? *executor_ : threads);
  if (!problem_.conjugate_output) return;
  visit_element(problem_.type, [&]<class T>(Tag<T>) {
    if constexpr (is_complex_v<T>) conjugate(task.out_view<T>(task.outputs));
  });
}

std::shared_ptr<const PlanState> make_plan(Operation operation, const PlanTypes& types,
                                           const Shape& image, const ErasedView& kernel,
                                           const Options& options) {
  return std::make_shared<const PlanState>(
      make_problem(operation, types, image, reachable("kernel", kernel), options), options);
}

std::shared_ptr<const PlanState> make_plan(Operation operation, const PlanTypes& types,
                                           const Shape& image, const ErasedView& column,
                                           const ErasedView& row, const Options& options) {
  return std::make_shared<const PlanState>(
      make_problem(operation, types, image, reachable("column", column), reachable("row", row),
                   options),
      options);
}

Shape output_shape(const PlanState& plan) noexcept {
  return plan.problem().output_shape();
}

Halo halo(const PlanState& plan) noexcept {
  const Problem& problem = plan.problem();
  return {-problem.rows.window_begin(0), problem.rows.centre, -problem.cols.window_begin(0),
          problem.cols.centre};
}

Rect input_region(const PlanState& plan, const Rect& outputs) {
  return input_region_of(plan.problem(), outputs);
}

Decision decision(const PlanState& plan) {
  return plan.decision();
}

std::size_t workspace_bytes(const PlanState& plan) noexcept {
  return plan.engine().workspace_bytes();
}

double error_bound(const PlanState& plan, double largest_magnitude) {
  require_magnitude(largest_magnitude);
  const double rounding = plan.problem().rounds_results() ? 0.5 : 0;
  // Products with zeros are zero, also where the sum of the kernel's magnitudes is infinite.
  if (largest_magnitude == 0 && plan.problem().kernel.traits().finite) return rounding;
  const double bound = plan.engine().error_bound(largest_magnitude);
  return std::isnan(bound) ? std::numeric_limits<double>::infinity() : bound + rounding;
}

void execute(const PlanState& plan, const ErasedView& tile, Point tile_origin, const Rect& outputs,
             const ErasedView& out, std::span<std::byte> workspace, bool whole) {
  const Problem& problem = plan.problem();
  if (whole && tile.shape != problem.image_shape()) {
    throw Error(Errc::invalid_shape, "image: " + to_string(tile.shape) +
                                         ", the plan's images are " +
                                         to_string(problem.image_shape()));
  }
  const Task task{with_plain_strides(tile), tile_origin, outputs, with_plain_strides(out)};
  require_valid(problem, task, workspace, plan.engine().workspace_bytes());
  plan.run(task, workspace);
}

}  // namespace twofold::detail
