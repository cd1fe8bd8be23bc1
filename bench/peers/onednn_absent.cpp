// SPDX-License-Identifier: BSD-3-Clause
// In place of onednn.cpp where oneDNN is not installed.
#include <stdexcept>

#include "peers/onednn.hpp"

namespace twofold::bench::onednn {

std::string version() {
  return {};
}

void use_threads(unsigned) {
  throw std::logic_error("onednn: not in this build");
}

Calls convolution(const LayerCase&, LayerData&, Algorithm) {
  throw std::logic_error("onednn: not in this build");
}

}  // namespace twofold::bench::onednn
