// SPDX-License-Identifier: BSD-3-Clause
// The table of the engines of layers, and the choice among them.
#include "dispatch/layer_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "dispatch/candidates.hpp"
#include "dispatch/layer_cost.hpp"
#include "fft/fft.hpp"
#include "support/format.hpp"
#include "twofold/info.hpp"

namespace twofold::detail {

namespace {

template <class T>
struct LayerCandidate {
  Method method;
  /// The side of its tiles; 0 for engines without, and where there is none.
  Index (*side)(const LayerShape&, const Rates&);
  /// Why this engine cannot compute the layer within its contract; null if it can.
  const char* (*refusal)(const LayerProblem<T>&, Index side);
  double (*seconds)(const LayerShape&, Index side, const Rates&);
  std::unique_ptr<const LayerEngine<T>> (*prepare)(const LayerProblem<T>&, Index side,
                                                   const Rates&);
};

/// Of engines that take whole tiles to another domain.
const char* tiles_refusal(const LayerShape& shape) {
  if (shape.rows.stride != 1 || shape.cols.stride != 1) return "strides";
  if (shape.rows.dilation != 1 || shape.cols.dilation != 1) return "dilation";
  if (shape.groups != 1) return "groups of channels";
  if (shape.taps() <= 1) return "a kernel of one tap, for which there is nothing to transform";
  if (shape.accuracy.kind() != Accuracy::Kind::normwise)
    return "accuracy: only normwise admits transforms of layers";
  return nullptr;
}

/// `growth`: how much larger than the sum of the taps a number of the transformed kernel may be.
template <class T>
const char* kernel_refusal(const LayerProblem<T>& problem, double growth) {
  double magnitudes = 0;
  for (const T tap : problem.kernel)
    magnitudes += std::abs(static_cast<double>(tap));
  constexpr auto limit = static_cast<double>(std::numeric_limits<T>::max());
  return magnitudes <= limit / growth ? nullptr
                                      : "a kernel that is not finite, or whose sum is not";
}

template <class T>
const char* frequency_refusal(const LayerProblem<T>& problem, Index side) {
  if (!fft::is_available()) return "this build has no FFT library";
  if (const char* refusal = tiles_refusal(problem.shape)) return refusal;
  if (side == 0) return "a kernel larger than the largest tile";
  return kernel_refusal(problem, 1);
}

template <class T>
const char* winograd_refusal(const LayerProblem<T>& problem, Index) {
  const LayerShape& shape = problem.shape;
  // Taps that meet zeros only have been left out: of 3×3, fewer may be there.
  if (shape.rows.taps > 3 || shape.cols.taps > 3) return "a kernel larger than 3×3";
  if (const char* refusal = tiles_refusal(shape)) return refusal;
  constexpr double largest_factor = 1.2;  // in G
  return kernel_refusal(problem, largest_factor * largest_factor);
}

Index no_side(const LayerShape&, const Rates&) {
  return 0;
}

template <class T>
const char* never(const LayerProblem<T>&, Index) {
  return nullptr;
}

template <class T>
constexpr std::array<LayerCandidate<T>, layer_candidate_count> table = {{
    {
        Method::direct,
        no_side,
        never<T>,
        [](const LayerShape& shape, Index, const Rates& rates) {
          return layer_direct_seconds(shape, rates);
        },
        [](const LayerProblem<T>& problem, Index, const Rates& rates) {
          const LayerShape& shape = problem.shape;
          if (prefers_planes(shape, rates)) {
            return make_layer_by_columns(make_layer_planes(problem), make_layer_depthwise(problem));
          }
          if (shape.is_depthwise()) return make_layer_depthwise(problem);
          if (!prefers_planar(shape, rates)) return make_layer_direct(problem);
          return make_layer_by_columns(make_layer_planar(problem), make_layer_direct(problem));
        },
    },
    {
        Method::overlap_save,
        choose_tile_side,
        frequency_refusal<T>,
        layer_frequency_seconds,
        [](const LayerProblem<T>& problem, Index side, const Rates&) {
          return make_layer_frequency(problem, side);
        },
    },
    {
        Method::winograd,
        no_side,
        winograd_refusal<T>,
        [](const LayerShape& shape, Index, const Rates& rates) {
          return layer_winograd_seconds(shape, rates);
        },
        [](const LayerProblem<T>& problem, Index, const Rates&) {
          return make_layer_winograd(problem);
        },
    },
    {
        Method::reference,
        no_side,
        never<T>,
        [](const LayerShape& shape, Index, const Rates& rates) {
          return layer_reference_seconds(shape, rates);
        },
        [](const LayerProblem<T>& problem, Index, const Rates&) {
          return make_layer_reference(problem);
        },
    },
}};

/// One call, and its share of what is prepared for as many as are expected.
double seconds_for_all(const LayerShape& shape, const LayerVerdict& verdict) noexcept {
  const auto images = static_cast<double>(std::max(shape.batch, Index{1}));
  const double prepared =
      shape.calls == 0 || verdict.side == 0
          ? 0
          : spectrum_seconds(shape, verdict.side) / static_cast<double>(shape.calls);
  return images * verdict.seconds + prepared;
}

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
    verdict.side = candidate.side(problem.shape, rates);
    verdict.refusal = candidate.refusal(problem, verdict.side);
    if (candidate.method == Method::winograd && method != candidate.method &&
        verdict.refusal == nullptr) {
      verdict.refusal = "runs only where it is asked for";
    }
    if (verdict.refusal == nullptr)
      verdict.seconds = candidate.seconds(problem.shape, verdict.side, rates);
    if (!admits(method, candidate.method)) continue;
    if (verdict.refusal != nullptr) {
      refusal = verdict.refusal;
      continue;
    }
    const double cost = seconds_for_all(problem.shape, verdict);
    if (cost >= least) continue;
    least = cost;
    choice.chosen = i;
  }
  if (std::isinf(least)) throw_unsupported(method, refusal);
  return choice;
}

std::string describe_layer_manner(const LayerShape& shape, const LayerVerdict& verdict,
                                  const Rates& rates) {
  if (verdict.method == Method::reference) return "plain loops";
  if (verdict.method == Method::overlap_save)
    return "tiles of " + to_string(Shape{verdict.side, verdict.side, 1});
  if (verdict.method == Method::winograd) return "F(4×4, 3×3)";
  if (prefers_planes(shape, rates)) return "sliding window in each channel";
  if (shape.is_depthwise()) return "vectors of channels";
  return prefers_planar(shape, rates) ? "product of matrices, filters by pixels"
                                      : "product of matrices, pixels by filters";
}

template <class T>
std::unique_ptr<const LayerEngine<T>> prepare_layer_engine(const LayerProblem<T>& problem,
                                                           const LayerVerdict& verdict,
                                                           const Rates& rates) {
  for (const LayerCandidate<T>& candidate : table<T>) {
    if (candidate.method == verdict.method) return candidate.prepare(problem, verdict.side, rates);
  }
  return nullptr;
}

template LayerChoice choose_layer_engine(const LayerProblem<float>&, Method, const Rates&);
template LayerChoice choose_layer_engine(const LayerProblem<double>&, Method, const Rates&);
template std::unique_ptr<const LayerEngine<float>> prepare_layer_engine(const LayerProblem<float>&,
                                                                        const LayerVerdict&,
                                                                        const Rates&);
template std::unique_ptr<const LayerEngine<double>> prepare_layer_engine(
    const LayerProblem<double>&, const LayerVerdict&, const Rates&);

}  // namespace twofold::detail
