# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2034,SC2154
# `./dev check coverage`: sourced by dev, whose functions it uses.

description='lines and branches of the library that the tests run: at least 95 % and 90 %'

coverage=build/coverage

# Left out is what limits a program's memory and files, of which counting takes some.
left_out='^command_line\.(large|bad_input)$'

# count PROGRAM TESTS [LEFT_OUT]: runs tests of one program, of which those that run at the same time
# add what they have counted to one of eight files. Two programs that are made of the same parts of
# the library, in another order, would take each other's files for their own.
count() {
  LLVM_PROFILE_FILE="$PWD/$coverage/profiles/$1-%8m.profraw" \
    ctest --test-dir $coverage --output-on-failure --no-tests=error --timeout 3000 \
    --parallel "$(jobs)" -R "$2" -E "${3-^$}"
}

# of_sources COMMAND [option...]: llvm-cov on src/, with what all programs have counted.
of_sources() {
  command=$1
  shift
  llvm-cov-19 "$command" $coverage/tests/unit/unit_tests \
    -object $coverage/tests/unit/allocation_tests \
    -object $coverage/tests/unit/allocation_failure_tests \
    -object $coverage/tools/twofold \
    -instr-profile=$coverage/counts.profdata "$@" -sources "$PWD/src"
}

# A branch is an outcome of a condition in the source. Of a template, and of a kernel compiled once
# for each instruction set, the copy counts of which most has run.
judge() {
  of_sources export -summary-only | /usr/bin/python3 -c '
import json, sys
totals = json.load(sys.stdin)["data"][0]["totals"]
failed = False
for name, least in (("lines", 95), ("branches", 90)):
    found = totals[name]
    print("%s: %.1f %%, %d of %d" % (name, found["percent"], found["covered"], found["count"]))
    failed = failed or found["percent"] < least
sys.exit(failed)'
}

run() {
  # shellcheck disable=SC2086
  install_missing $build_packages $test_packages clang-19 libclang-rt-19-dev llvm-19
  build coverage
  rm -rf $coverage/profiles
  say "Testing $coverage"
  count unit_tests '^unit\.' '^unit\.allocation'
  count allocation_tests '^unit\.allocation$'
  count allocation_failure_tests '^unit\.allocation_failure$'
  count twofold '^(command_line|oracle\.scipy)' "$left_out"
  llvm-profdata-19 merge -o $coverage/counts.profdata $coverage/profiles/*.profraw
  of_sources report
  of_sources show -format=html -show-branches=count -output-dir=$coverage/html
  say "$coverage/html/index.html shows what has not run"
  judge || fail 'that is too little'
}
