// SPDX-License-Identifier: BSD-3-Clause
// Layers of any kind, beside the reference.
#include "layer_run.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace twofold::fuzz;
  Draws draws(data, size);
  const LayerCase layer = draw_layer(draws);
  if (layer.is_double) {
    check_layer<double>(layer);
  } else {
    check_layer<float>(layer);
  }
  return 0;
}
