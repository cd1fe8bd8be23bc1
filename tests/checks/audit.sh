# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `./dev audit [--quick] [--outputs N] [--seed S] [--only SERIES/NUMBER]`: sourced by dev, whose
# functions it uses.

# shellcheck disable=SC2034  # dev says it
description='errors of every engine against sums of twice the precision'

run() {
  # shellcheck disable=SC2086,SC2154  # lists of words, dev's
  install_missing $build_packages $python_packages catch2 python3
  say 'Building build/release/tests/audit/audit'
  cmake --preset release
  cmake --build --preset release --parallel "$(jobs)" --target audit
  audit=build/release/tests/audit/audit

  say 'A kernel that differs in one tap has to be found out, in every engine'
  "$audit" --quick --outputs 1500000 --fault >build/release/audit-fault.txt 2>&1 ||
    fail 'the audit does not notice it: build/release/audit-fault.txt'

  say 'The audit'
  "$audit" "$@"
}
