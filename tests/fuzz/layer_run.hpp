// SPDX-License-Identifier: BSD-3-Clause
// A layer, put to the library and judged.
#pragma once

#include "layer_case.hpp"

namespace twofold::fuzz {

/// Reports what is wrong; returns otherwise.
template <nn::Real T>
void check_layer(const LayerCase& layer);

}  // namespace twofold::fuzz
