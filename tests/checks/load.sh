# shellcheck shell=sh
# SPDX-License-Identifier: BSD-3-Clause
# Mixed calls from eight threads (tests/load), for an hour if nothing else is said: every result is
# known beforehand, memory must not grow, and no call may take a minute.
#
# ./dev check load [SECONDS [THREADS [SEED]]]

# shellcheck disable=SC2034  # dev says it
description='mixed calls from many threads for an hour: results, memory, deadlocks'

run() {
  # shellcheck disable=SC2086,SC2154  # lists of words, from dev
  install_missing $build_packages $test_packages
  say 'Building in build/release'
  cmake --preset release -D TWOFOLD_PYTHON=OFF
  cmake --build --preset release --parallel "$(jobs)" --target load
  # What threads keep of freed memory counts as in use: let them keep nothing.
  GLIBC_TUNABLES=glibc.malloc.tcache_count=0 build/release/tests/load/load \
    "${1:-3600}" "${2:-8}" "${3:-1}"
}
