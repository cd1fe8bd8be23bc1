// SPDX-License-Identifier: BSD-3-Clause
// Layers of neural networks, as Keras computes them.
#pragma once

#include "twofold/nn/conv.hpp"
#include "twofold/nn/options.hpp"
#include "twofold/nn/plan.hpp"
#include "twofold/nn/tensor.hpp"
