// SPDX-License-Identifier: BSD-3-Clause
// The dispatcher of layers: their engines as an ordered table, and the choice among them.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "dispatch/rates.hpp"
#include "engines/layer_engine.hpp"

namespace twofold::detail {

inline constexpr std::size_t layer_candidate_count = 4;

/// What the dispatcher found out about one engine.
struct LayerVerdict {
  Method method{};
  const char* refusal = nullptr;
  Index side = 0;      ///< of the tiles of the frequency-domain engine
  double seconds = 0;  ///< predicted, for one image by one thread
};

struct LayerChoice {
  std::array<LayerVerdict, layer_candidate_count> verdicts;
  std::size_t chosen = 0;
};

/// The cheapest of the engines that `method` admits. Throws Error(unsupported) if there is none.
template <class T>
[[nodiscard]] LayerChoice choose_layer_engine(const LayerProblem<T>& problem, Method method,
                                              const Rates& rates);

/// "tiles of 16×16", "product of matrices"
[[nodiscard]] std::string describe_layer_manner(const LayerShape& shape,
                                                const LayerVerdict& verdict, const Rates& rates);

template <class T>
[[nodiscard]] std::unique_ptr<const LayerEngine<T>> prepare_layer_engine(
    const LayerProblem<T>& problem, const LayerVerdict& verdict, const Rates& rates);

}  // namespace twofold::detail
