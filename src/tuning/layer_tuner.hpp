// SPDX-License-Identifier: BSD-3-Clause
// Measures the rates of layers: as those of images, each from an engine run on a layer in which
// that rate decides.
#pragma once

#include "dispatch/rates.hpp"
#include "tuning/measurement.hpp"

namespace twofold::detail {

/// Of the direct sums of layers.
void measure_layer_sums(Isa isa, const Effort& effort, Rates& rates);

/// Of their tiles in the frequency domain, with the rates of sums known. Needs an FFT library.
void measure_layer_tiles(Isa isa, const Effort& effort, Rates& rates);

}  // namespace twofold::detail
