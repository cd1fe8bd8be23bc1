# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh disable=SC2034,SC2154
# `./dev check coverage`: sourced by dev, whose functions it uses.

description='lines and branches of the library that the tests run: at least 95 % and 90 %'

coverage=build/coverage

# What gcov counted, merged over all objects: kernels are compiled once for each instruction set,
# and the unit tests run those that this machine has.
count() {
  say "Counting what has run"
  gcovr --root . --filter src/ --object-directory $coverage --exclude-throw-branches \
    --exclude-unreachable-branches -j "$(jobs)" --json $coverage/counts.json $coverage/src
}

# report [option...]: from these counts.
report() {
  gcovr --root . --add-tracefile $coverage/counts.json --exclude-throw-branches \
    --exclude-unreachable-branches "$@"
}

# A counter beside each operation makes tests take a hundred times as long. Left out is what runs
# nothing that the others do not: tens of millions of outputs; and of what there is for each
# instruction set, all but engines and contract on other sets than AVX2.
left_out='^unit\.(accuracy|(layers_|m|n|p|r|v).*\.(baseline|avx512))$'

run() {
  # shellcheck disable=SC2086
  install_missing $build_packages $test_packages gcovr
  build coverage
  find $coverage -name '*.gcda' -delete
  say "Testing $coverage"
  ctest --test-dir $coverage --output-on-failure --no-tests=error --timeout 3000 \
    --parallel "$(jobs)" -R '^(unit|command_line|oracle)\.' -E "$left_out"
  count
  mkdir -p $coverage/html
  report --branches --txt
  report --txt --html-details $coverage/html/index.html --print-summary \
    --fail-under-line 95 --fail-under-branch 90
}
