# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# What threads share, under ThreadSanitizer, which sees all of twofold, and of FFTW what it gets from
# the C library.

# shellcheck disable=SC2034  # dev says it
description='shared plans, cold caches and the load, under ThreadSanitizer'

# Some kernels place a program where ThreadSanitizer of GCC 12 keeps memory of its own, and it refuses
# to start, unless addresses are not randomised. Some containers do not allow that.
without_randomised_addresses() {
  if setarch -R true 2>/dev/null; then
    setarch -R "$@"
  else
    "$@"
  fi
}

run() {
  # shellcheck disable=SC2086,SC2154  # lists of words, from dev
  install_missing $build_packages $test_packages
  say 'Building in build/tsan'
  cmake --preset tsan -D TWOFOLD_TOOLS=OFF
  cmake --build build/tsan --parallel "$(jobs)" --target thread_tests load

  export TSAN_OPTIONS=halt_on_error=1
  tests=build/tsan/tests/unit/thread_tests
  say 'What threads share'
  # In the child of a process that has threads, ThreadSanitizer does not allow any.
  without_randomised_addresses "$tests" '~[fork]~[.]'

  say 'First uses by eight threads at once, each in a process of its own, ten times'
  "$tests" '[.cold_start]' --list-test-names-only >build/tsan/first_uses || true # their number
  [ -s build/tsan/first_uses ] || fail 'there are no first uses'
  while read -r first_use; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
      without_randomised_addresses "$tests" --warn NoTests "$first_use" >build/tsan/first_use.log ||
        { cat build/tsan/first_use.log && fail "$first_use"; }
    done
    printf '%s: passed\n' "$first_use"
  done <build/tsan/first_uses

  say 'The load, for a minute'
  without_randomised_addresses build/tsan/tests/load/load 60
}
