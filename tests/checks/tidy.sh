# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `./dev check tidy [FILE...]`: sourced by dev, whose functions it uses. With files, only these.
description='clang-tidy has nothing to say'

tidy_packages='clang-19 clang-tidy-19 libbenchmark-dev zlib1g-dev'

# database FOLDER [cmake option...]: configures a build whose compile commands clang-tidy reads.
database() {
  folder=$1
  shift
  cmake --preset release -B "$folder" -D CMAKE_CXX_COMPILER=clang++-19 \
    -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON "$@" >/dev/null
}

# database_of FILE: the first of the builds that compiles it, if one does.
database_of() {
  for folder in build/tidy build/tidy-no-fft; do
    if grep -q -F "\"file\": \"$PWD/$1\"" "$folder/compile_commands.json"; then
      echo "$folder"
      return
    fi
  done
}

# All sources that this machine can compile: peers that are not installed are left out of bench/.
run_clang_tidy() {
  say 'clang-tidy'
  database build/tidy -D TWOFOLD_BENCH=ON -D TWOFOLD_FUZZ=ON
  database build/tidy-no-fft -D TWOFOLD_FFT=OFF
  if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046  # a list of words
    set -- $(sources_named -name '*.cpp')
  fi
  for file; do
    folder=$(database_of "$file")
    [ -z "$folder" ] || echo "$folder $file"
  done | xargs -P "$(jobs)" -n 2 clang-tidy-19 --quiet --warnings-as-errors='*' -p ||
    fail 'clang-tidy found something'
}

run() {
  # shellcheck disable=SC2086
  install_missing $build_packages $python_packages $test_packages $tidy_packages
  run_clang_tidy "$@"
}
