// SPDX-License-Identifier: BSD-3-Clause
// The table of the engines of layers, and the choice among them.
#include "dispatch/layer_candidates.hpp"

#include <limits>

#include "dispatch/candidates.hpp"
#include "twofold/info.hpp"

namespace twofold::detail {

namespace {

template <class T>
struct LayerCandidate {
  Method method;
  /// Why this engine cannot compute the layer within its contract; null if it can.
  const char* (*refusal)(const LayerProblem<T>&);
  double (*seconds)(const LayerShape&, const Rates&);
  std::unique_ptr<const LayerEngine<T>> (*prepare)(const LayerProblem<T>&);
};

template <class T>
std::unique_ptr<const LayerEngine<T>> make_direct_engine(const LayerProblem<T>& problem) {
  return problem.shape.is_depthwise() ? make_layer_depthwise(problem) : make_layer_direct(problem);
}

template <class T>
constexpr const char* (*never)(const LayerProblem<T>&) = [](const LayerProblem<T>&) -> const
    char* { return nullptr; };

template <class T>
constexpr std::array<LayerCandidate<T>, layer_candidate_count> table = {{
    {
        Method::direct,
        never<T>,
        [](const LayerShape& shape, const Rates&) { return 1e-11 * shape.multiplications(); },
        &make_direct_engine<T>,
    },
    {
        Method::reference,
        never<T>,
        [](const LayerShape& shape, const Rates& rates) {
          return rates.reference * shape.multiplications();
        },
        &make_layer_reference<T>,
    },
}};

}  // namespace

template <class T>
LayerChoice choose_layer_engine(const LayerProblem<T>& problem, Method method, const Rates& rates) {
  LayerChoice choice;
  double least = std::numeric_limits<double>::infinity();
  const char* refusal = "there is no such engine for layers";
  for (std::size_t i = 0; i < table<T>.size(); ++i) {
    const LayerCandidate<T>& candidate = table<T>[i];
    LayerVerdict& verdict = choice.verdicts[i];
    verdict.method = candidate.method;
    verdict.refusal = candidate.refusal(problem);
    if (verdict.refusal == nullptr) verdict.seconds = candidate.seconds(problem.shape, rates);
    if (!admits(method, candidate.method)) continue;
    if (verdict.refusal != nullptr) {
      refusal = verdict.refusal;
    } else if (verdict.seconds < least) {
      least = verdict.seconds;
      choice.chosen = i;
    }
  }
  if (std::isinf(least)) {
    throw Error(Errc::unsupported,
                "method: " + std::string(name_of(method)) + " cannot compute this: " + refusal);
  }
  return choice;
}

std::string describe_layer_manner(const LayerShape& shape, const LayerVerdict& verdict) {
  if (verdict.method == Method::reference) return "plain loops";
  return shape.is_depthwise() ? "vectors of channels" : "product of matrices";
}

template <class T>
std::unique_ptr<const LayerEngine<T>> prepare_layer_engine(const LayerProblem<T>& problem,
                                                           const LayerVerdict& verdict) {
  for (const LayerCandidate<T>& candidate : table<T>) {
    if (candidate.method == verdict.method) return candidate.prepare(problem);
  }
  return nullptr;
}

template LayerChoice choose_layer_engine(const LayerProblem<float>&, Method, const Rates&);
template LayerChoice choose_layer_engine(const LayerProblem<double>&, Method, const Rates&);
template std::unique_ptr<const LayerEngine<float>> prepare_layer_engine(const LayerProblem<float>&,
                                                                        const LayerVerdict&);
template std::unique_ptr<const LayerEngine<double>> prepare_layer_engine(
    const LayerProblem<double>&, const LayerVerdict&);

}  // namespace twofold::detail
