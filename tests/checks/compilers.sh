# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `./dev check compilers [COMPILER-O...]`: sourced by dev, whose functions it uses.
#
# What `./dev test` builds with g++ -O3 and no warnings, built by other compilers, without
# optimisation and with less; and without FFTW. The kernels have -O2 at least in every build, for
# the reasons that cmake/IsaSources.cmake says.
description='built without a warning and tested by g++, clang 14 and clang 19, and without FFTW'

compilers_variants='clang-14-O2 clang-19-O0 g++-O0 clang-19-O2 clang-14-O0 g++-O2 no-fft'
compilers_tests='^(unit|command_line|isa_symbols|silence|python\.package|demo)'

# compile_and_test COMPILER-O: one of $compilers_variants. The Python package once, as no file of it is
# compiled otherwise.
compile_and_test() {
  package=${1%-O?}
  case $package in
    g++) compiler=g++ ;;
    *) compiler=clang++-${package#clang-} ;;
  esac
  install_missing "$package"
  python=OFF
  [ "$1" != clang-19-O2 ] || python=ON
  case $1 in
    *-O0) set -- "$1" -D CMAKE_BUILD_TYPE=Debug -D CMAKE_CXX_FLAGS_DEBUG='-O0 -D_GLIBCXX_ASSERTIONS' ;;
    *-O2) set -- "$1" -D CMAKE_CXX_FLAGS_RELEASE='-O2 -DNDEBUG' ;;
  esac
  name=$1
  shift
  variant "$name" release -D CMAKE_CXX_COMPILER="$compiler" -D TWOFOLD_PYTHON=$python "$@"
  test_variant "$name" --tests-regex "$compilers_tests"
}

# test_variant NAME [ctest option...]
test_variant() {
  folder=build/$1
  shift
  say "Testing $folder"
  ctest --test-dir "$folder" --output-on-failure --no-tests=error --parallel "$(jobs)" "$@"
}

build_without_fft() {
  variant no-fft release -D TWOFOLD_FFT=OFF
  test_variant no-fft
}

run() {
  # shellcheck disable=SC2086
  [ $# -gt 0 ] || set -- $compilers_variants
  for each; do
    case " $compilers_variants " in
      *" $each "*) ;;
      *) fail "no such build: $each; there are: $compilers_variants" ;;
    esac
  done
  # shellcheck disable=SC2086
  install_missing $build_packages $python_packages $test_packages
  for each; do
    begin=$(date +%s)
    case $each in
      no-fft) build_without_fft ;;
      *) compile_and_test "$each" ;;
    esac
    say "$each: passed in $(($(date +%s) - begin)) s"
  done
}
