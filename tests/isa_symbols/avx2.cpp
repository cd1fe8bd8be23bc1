// SPDX-License-Identifier: BSD-3-Clause
// A kernel file as it must not be: a function that any file may share with it, and code before
// main. The check has to find both.
#include <ctime>

namespace {
int ready = static_cast<int>(std::time(nullptr));  // no compiler knows it beforehand
}

__attribute__((noinline)) inline float shared_by_all(float x) {
  return x * 2 + static_cast<float>(ready);
}

float kernel(float x) {
  ready += 1;
  return shared_by_all(x);
}
