// SPDX-License-Identifier: BSD-3-Clause
// What each instruction set's file provides.
#pragma once

#include <cstddef>

namespace twofold::bench {

struct MultiplyAddLoop {
  double (*run)(std::size_t steps) = nullptr;
  double operations_per_step = 0;
};

namespace baseline {
MultiplyAddLoop float32_loop();
MultiplyAddLoop float64_loop();
}  // namespace baseline

namespace avx2 {
MultiplyAddLoop float32_loop();
MultiplyAddLoop float64_loop();
}  // namespace avx2

namespace avx512 {
MultiplyAddLoop float32_loop();
MultiplyAddLoop float64_loop();
}  // namespace avx512

}  // namespace twofold::bench
