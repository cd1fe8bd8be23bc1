# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# The kernels under the sanitizers, which the build asan-ubsan leaves out because GCC takes too long
# over them. Clang takes two to four minutes for each instruction set, and 1.2 GB.
# shellcheck disable=SC2034  # dev's
description='address and undefined-behaviour sanitizers in the vectorised kernels, with clang'

run() {
  # shellcheck disable=SC2086,SC2154  # lists of words, dev's
  install_missing $build_packages $test_packages clang-19 libclang-rt-19-dev
  say 'Building in build/sanitized-kernels'
  cmake --preset asan-ubsan -B build/sanitized-kernels -D CMAKE_CXX_COMPILER=clang++-19 \
    -D TWOFOLD_SANITIZE_KERNELS=ON -D TWOFOLD_TOOLS=OFF -D TWOFOLD_WERROR=OFF
  cmake --build build/sanitized-kernels --parallel "$(jobs)" --target unit_tests
  say 'Testing, on every instruction set of this machine'
  ctest --test-dir build/sanitized-kernels --output-on-failure --parallel "$(jobs)" \
    --no-tests=error \
    -R '^unit\.(engines|layers|layers_memory|layers_winograd|memory|mixed_types|sliding)(\.|$)'
}
