# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# Valgrind's memcheck where no sanitizer looks: into FFTW, and at values that nobody has written.
# It knows no AVX-512; the detector takes the best that it shows.
# shellcheck disable=SC2034  # dev's
description='Valgrind: no error and no leak where FFTW is used'

# Tags and names of tests: overlap-save and whole transforms with every layout, region and boundary;
# layers in the frequency domain, but for large ones; profiles with FFTW's wisdom.
memcheck() {
  valgrind --quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite,possible \
    --show-leak-kinds=definite,possible "$@"
}

run() {
  # shellcheck disable=SC2086,SC2154  # lists of words, dev's
  install_missing $build_packages $python_packages $test_packages valgrind
  say 'Building in build/release'
  cmake --preset release
  cmake --build build/release --parallel "$(jobs)" --target unit_tests allocation_failure_tests
  failed=
  for tests in '[contract]' '[views]' '[regions]' \
    '[layers_edges]~"threads*"~"*no cache holds*"' '[profile]'; do
    say "$tests"
    memcheck build/release/tests/unit/unit_tests --warn NoTests "$tests" || failed="$failed $tests"
  done
  say 'a profile with plans'
  # Without an operator new of Valgrind's in place of the program's own, whose blocks begin with
  # their size: pointers lead into them, not to them.
  memcheck --soname-synonyms=somalloc=nouserintercepts --errors-for-leak-kinds=definite \
    --show-leak-kinds=definite \
    build/release/tests/unit/allocation_failure_tests --warn NoTests '*a profile*' ||
    failed="$failed profile"
  [ -z "$failed" ] || fail "Valgrind has found something in:$failed"
}
