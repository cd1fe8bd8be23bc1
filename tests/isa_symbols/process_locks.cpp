// SPDX-License-Identifier: BSD-3-Clause
// An object of that name as it must not be: beside the one function, a variable is made before
// main.
#include <ctime>

namespace {

const std::time_t begin = std::time(nullptr);

[[gnu::constructor(101)]] void arrange() {}

}  // namespace

bool has_begun() {
  return begin != 0;
}
