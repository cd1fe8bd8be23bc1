// SPDX-License-Identifier: BSD-3-Clause
// The judge of activations: their definitions, and what an activated sum may be wrong by.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "twofold/nn.hpp"

namespace twofold::test {

template <class W>
W activated(nn::Activation activation, double negative_slope, W x) {
  switch (activation) {
    case nn::Activation::relu:
      return std::max(x, W(0));
    case nn::Activation::relu6:
      return std::min(std::max(x, W(0)), W(6));
    case nn::Activation::leaky_relu:
      return x < 0 ? W(negative_slope) * x : x;
    case nn::Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case nn::Activation::tanh:
      return std::tanh(x);
    case nn::Activation::silu:
      return x / (1 + std::exp(-x));
    case nn::Activation::gelu:
      return x / 2 * std::erfc(-x / std::sqrt(W(2)));
    default:
      return x;
  }
}

/// How far an activated output may be from the exact `result`, where the sum may be wrong by
/// `error`: all activations but leaky_relu beyond 1 are Lipschitz with at most gelu's 1.129, and
/// what is not a clamp rounds a few times. Results below the smallest normal number may be 0.
template <nn::Real T, class W>
W allowed_after(const nn::ConvOptions& options, W sum, W result, W error) {
  using Limits = std::numeric_limits<T>;
  const W ulp =
      static_cast<W>(Limits::epsilon()) * std::abs(result) + static_cast<W>(Limits::denorm_min());
  const W few_ulps = 4 * ulp;
  switch (options.activation) {
    case nn::Activation::linear:
    case nn::Activation::relu:
    case nn::Activation::relu6:
      return error;
    case nn::Activation::leaky_relu:
      return error * std::max<W>(1, std::abs(options.negative_slope)) + ulp;
    case nn::Activation::gelu: {
      // The rounded argument of erfc moves its result by so many times as much.
      const W condition = sum < 0 ? 1 + sum * sum : 1;
      return W(1.13) * error + few_ulps * condition + static_cast<W>(Limits::min());
    }
    default:
      return W(1.13) * error + few_ulps + static_cast<W>(Limits::min()) * (1 + std::abs(sum));
  }
}

}  // namespace twofold::test
