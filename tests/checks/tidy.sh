# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `./dev check tidy [FILE...]`: sourced by dev, whose functions it uses. With files, only these are
# looked at by clang-tidy, and nothing else is.
description='clang-tidy, clang-format and shellcheck have nothing to say'

tidy_packages='clang-19 clang-tidy-19 clang-format-14 shellcheck libbenchmark-dev'
tidy_folders='src include tools python tests examples bench'

sources_named() {
  # shellcheck disable=SC2086  # a list of words
  find $tidy_folders -type f \( "$@" \) | sort
}

check_format() {
  say 'clang-format'
  sources_named -name '*.cpp' -o -name '*.hpp' | xargs clang-format-14 --dry-run -Werror
}

# Not that a variable is set but not used (SC2034), or used but not set (SC2154): dev and the files
# that it sources share them.
check_scripts() {
  say 'shellcheck'
  sources_named -name '*.sh' | xargs shellcheck --exclude=SC2034,SC2154 dev .ci/run
}

# All sources that this machine can compile: peers that are not installed are left out of bench/.
run_clang_tidy() {
  say 'clang-tidy'
  cmake --preset release -B build/tidy -D CMAKE_CXX_COMPILER=clang++-19 -D TWOFOLD_BENCH=ON \
    -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON >/dev/null
  if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046  # a list of words
    set -- $(sources_named -name '*.cpp')
  fi
  compiled=$(mktemp)
  sed -n 's/^ *"file": "\(.*\)",*$/\1/p' build/tidy/compile_commands.json | sort >"$compiled"
  printf "$PWD/%s\n" "$@" | sort | comm -12 - "$compiled" |
    xargs -P "$(jobs)" -n 1 clang-tidy-19 -p build/tidy --quiet --warnings-as-errors='*' || {
    rm "$compiled"
    fail 'clang-tidy found something'
  }
  rm "$compiled"
}

run() {
  # shellcheck disable=SC2086
  install_missing $build_packages $python_packages $test_packages $tidy_packages
  if [ $# -eq 0 ]; then
    check_format
    check_scripts
  fi
  run_clang_tidy "$@"
}
