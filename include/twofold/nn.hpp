// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Layers of neural networks, as Keras computes them.
#pragma once

#include "twofold/nn/conv.hpp"
#include "twofold/nn/options.hpp"
#include "twofold/nn/plan.hpp"
#include "twofold/nn/tensor.hpp"

/// Layers of neural networks, as Keras 3 computes them. What holds for every function of namespace
/// twofold holds here: units, ownership, threads, errors, cost.
namespace twofold::nn {}
