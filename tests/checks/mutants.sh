# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2034,SC2154
# `./dev mutants`: sourced by dev, whose functions it uses.

description='a small mistake at a time, in a copy of the sources: does a test find it?'

# run [NAME...] [--list] [--only FILE] [option...]
run() {
  # shellcheck disable=SC2086
  install_missing $build_packages $python_packages $test_packages
  /usr/bin/python3 -B tests/mutants/run.py "$@"
}
