#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# installed.sh <prefix> <static|shared> <FFT: ON|OFF> <scratch folder> <build folder>: one installation
# as its users see it, after it was moved to <prefix>. Nothing in it may lead to <build folder>.
set -eu
prefix=$1
linkage=$2
fft=$3
scratch=$4
build=$5
here=$(cd "$(dirname "$0")" && pwd)
consumers=$here/../consumers
library=$prefix/lib/libtwofold.a
[ "$linkage" = static ] || library=$prefix/lib/libtwofold.so

fail() {
  printf '%s: %s\n' "$prefix" "$*" >&2
  exit 1
}

# needs <program>: the libraries that it asks the dynamic linker for.
needs() {
  readelf --dynamic --wide "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# run_path <program>: where it has the dynamic linker look.
run_path() {
  readelf --dynamic --wide "$1" | sed -n -E 's/.*\((RPATH|RUNPATH)\).*\[(.*)\]/\2/p'
}

soname() {
  sed -n 's/^#define TWOFOLD_VERSION_M[A-Z]* //p' "$prefix/include/twofold/version.hpp" | {
    read -r major
    read -r minor
    [ "$major" -gt 0 ] || major=0.$minor
    echo "libtwofold.so.$major"
  }
}

# A consumer links FFTW itself only where a static library leaves it to it.
check_consumer() {
  wanted=
  [ "$linkage$fft" != staticON ] || wanted='libfftw3.so.3 libfftw3f.so.3'
  found=$(needs "$1" | grep fftw | sort | tr '\n' ' ')
  [ "${found% }" = "$wanted" ] || fail "$1 needs '$found', not '$wanted'"
  [ "$linkage" = static ] || needs "$1" | grep -qx "$(soname)" || fail "$1 does not need $(soname)"
}

with_cmake() {
  # FFTW's development files are hidden from whoever has no use for them.
  hidden=ON
  [ "$linkage$fft" != staticON ] || hidden=OFF
  cmake -S "$consumers/find_package" -B "$scratch/find_package" -G Ninja --no-warn-unused-cli \
    -D CMAKE_PREFIX_PATH="$prefix" -D CMAKE_DISABLE_FIND_PACKAGE_FFTW3=$hidden >/dev/null
  cmake --build "$scratch/find_package" >/dev/null
  "$scratch/find_package/consumer"
  check_consumer "$scratch/find_package/consumer"
  cmake -D FILE="$prefix/lib/cmake/twofold/twofoldConfigVersion.cmake" -P "$here/other_version.cmake"
}

# Whoever has to bring FFTW along, and does not, is told so.
without_fftw() {
  message=$(cmake -S "$consumers/find_package" -B "$scratch/without_fftw" -G Ninja \
    -D CMAKE_PREFIX_PATH="$prefix" -D CMAKE_DISABLE_FIND_PACKAGE_FFTW3=ON 2>&1) &&
    fail "a static library with FFT engines is found without FFTW"
  printf '%s' "$message" | tr -s ' \n' ' ' |
    grep -qF 'needs FFTW in double and single precision (Debian: libfftw3-dev)' ||
    fail "nothing is said of FFTW: $message"
}

with_pkg_config() {
  variable=PKG_CONFIG_LIBDIR
  [ "$linkage$fft" != staticON ] || variable=PKG_CONFIG_PATH
  env $variable="$prefix/lib/pkgconfig" LD_LIBRARY_PATH="$prefix/lib" \
    "$consumers/pkg_config/build.sh" c++ "$scratch/pkg_config" "$linkage"
  check_consumer "$scratch/pkg_config"
}

# Objects that can become part of a shared library, which then keeps them to itself.
check_static_library() {
  engines=
  [ "$fft" = OFF ] || engines='-lfftw3 -lfftw3f'
  # shellcheck disable=SC2086  # a list of words
  c++ -shared -Wl,-z,text,-z,defs -o "$scratch/plugin.so" \
    -Wl,--whole-archive "$library" -Wl,--no-whole-archive $engines
  shown=$(nm --dynamic --defined-only "$scratch/plugin.so" | grep -E ' _Z(T[ISV])?NK?7twofold' || true)
  [ -z "$shown" ] || fail "a shared library that contains it shows $shown"
}

check_shared_library() {
  readelf --dynamic --wide "$library" | grep -F '(SONAME)' | grep -qF "[$(soname)]" ||
    fail "its SONAME is not $(soname)"
  [ "$(readlink "$library")" = "$(soname)" ] || fail "$library does not lead to $(soname)"
  [ -e "$prefix/lib/$(soname)" ] || fail "no $(soname)"
  [ -z "$(run_path "$library")" ] || fail "its run path is $(run_path "$library")"
  "$here/exports.sh" "$library" "$prefix/include/twofold"
}

# The command line and the Python package, where they were installed, find a shared library beside
# them.
check_programs() {
  find "$prefix" -path '*/bin/twofold' -o -name '_twofold.*.so' | while read -r each; do
    case $linkage:$(run_path "$each") in
      static: | shared:\$ORIGIN/*) ;;
      *) fail "$each: its run path is '$(run_path "$each")'" ;;
    esac
  done
  [ ! -e "$prefix/bin/twofold" ] || "$prefix/bin/twofold" info --json | grep -q '"version"'
  module=$(find "$prefix" -name '_twofold.*.so')
  [ -z "$module" ] || PYTHONPATH=$(dirname "$(dirname "$module")") /usr/bin/python3 -B -c 'import twofold
assert twofold.convolve2d([[1, 2]], [[1, 1]]).tolist() == [[1, 3, 2]]'
}

traces=$(grep -rlF "$build" "$prefix" || true)
[ -z "$traces" ] || fail "these lead to $build: $traces"
rm -rf "$scratch"
mkdir -p "$scratch"
check_"$linkage"_library
with_cmake
[ "$linkage$fft" != staticON ] || without_fftw
with_pkg_config
check_programs
