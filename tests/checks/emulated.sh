# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `./dev check emulated [nehalem|haswell|aarch64]...`: sourced by dev, whose functions it uses.
#
# The first two run the programs that `./dev test` tests as well, those in build/release: one
# instruction that such a CPU does not have ends them, and what they choose by the CPU they have to
# choose differently there.
description='the tests on CPUs that QEMU emulates: x86-64 without AVX, with AVX2, and aarch64'

emulated_packages='qemu-user catch2 python3 python3-numpy python3-pil'
cross_packages='g++-aarch64-linux-gnu'
# Without what QEMU does not emulate, of which it warns on the programs' standard error.
haswell='Haswell-noTSX,-pcid,-x2apic,-tsc-deadline,-invpcid'

aarch64_packages='libxsimd-dev libfftw3-dev libfftw3-double3 libfftw3-single3
  libpng-dev libpng16-16 zlib1g-dev zlib1g'

# Not those that measure the machine, and not those that limit the program's memory, which is QEMU's
# here. Nor unit.fork: QEMU's assertions fail in a child that was forked while other threads ran
# (rcu_read_unlock, qemu_plugin_vcpu_init_hook, in 7.2). Nor, on AVX2, unit.layers_memory: QEMU 7.2
# reads all of a masked load's elements, those in a guard page among them, where a CPU leaves out what
# the mask does (Intel's manual, VMASKMOV: no faults for mask bits of 0).
emulated_tests='^(unit\.|command_line\.(npy|png|kernels|conv|bad_input|reports|diagnose)$)'
not_emulated='^unit\.fork$'

# not_on ISA: a pattern of the tests that are on other instruction sets, or that QEMU fails.
not_on() {
  case $1 in
    avx2) echo '\.(baseline|avx512)$|^unit\.layers_memory$' ;;
    *) echo '\.(avx2|avx512)$' ;; # NEON is the baseline of aarch64
  esac
}

# apt_for_aarch64 COMMAND...: apt-get for that architecture, with lists of its own in $apt: the
# system's packages stay as they are, where a second architecture would draw in updates.
apt_for_aarch64() {
  apt-get -q -o APT::Architecture=arm64 -o APT::Architectures::=arm64 -o APT::Sandbox::User= \
    -o Dir::State::lists="$apt/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$apt/cache" \
    "$@"
}

# unpack_for_aarch64 FOLDER: $aarch64_packages, as if installed below FOLDER.
unpack_for_aarch64() {
  [ ! -f "$1/complete" ] || return 0
  # shellcheck disable=SC2086  # a list of words
  say "Unpacking in $1, for aarch64:" $aarch64_packages
  apt=$PWD/$1/apt
  mkdir -p "$apt/lists/partial" "$apt/cache"
  apt_for_aarch64 update
  # shellcheck disable=SC2086
  (cd "$apt" && apt_for_aarch64 download $aarch64_packages)
  for package in "$apt"/*.deb; do
    dpkg --extract "$package" "$1"
  done
  cp --archive "$1/lib/." "$1/usr/lib/" # zlib's, where the loader and the linker look for them
  touch "$1/complete"
}

# emulate NAME FOLDER ISA EMULATOR...: runs the tests of the build in FOLDER, which have to be on
# that instruction set.
emulate() {
  name=$1
  folder=$2
  isa=$3
  shift 3
  say "Testing $folder on $name: $*"
  command_line=build/emulated/$name
  mkdir -p build/emulated
  printf '#!/bin/sh\nexec %s "%s" "$@"\n' "$*" "$PWD/$folder/tools/twofold" >"$command_line"
  chmod +x "$command_line"
  "$command_line" info
  "$command_line" info --json | grep -q "\"active\": \"$isa\"" || fail "$name does not use $isa"

  listing=$(ctest --test-dir "$folder" --show-only --no-tests=error \
    --tests-regex "$emulated_tests" --exclude-regex "$not_emulated|$(not_on "$isa")")
  tests=$(printf '%s\n' "$listing" | sed -n 's/^ *Test *#[0-9]*: //p')
  [ -n "$tests" ] || fail "$folder has no tests"
  printf '%s\n' "$tests" |
    xargs -P "$(jobs)" -I TEST \
      tests/checks/emulated_test.sh TEST "$folder/tests/unit" "$command_line" "$@" ||
    fail "tests failed on $name"
}

emulate_x86_64() {
  # shellcheck disable=SC2086
  install_missing $build_packages $python_packages $emulated_packages
  cmake --preset release
  cmake --build --preset release --parallel "$(jobs)" \
    --target unit_tests allocation_tests allocation_failure_tests twofold_tool
  emulate "$1" build/release "$3" qemu-x86_64 -cpu "$2"
}

emulate_aarch64() {
  # shellcheck disable=SC2086
  install_missing $build_packages $emulated_packages $cross_packages
  libraries=build/aarch64-libraries
  unpack_for_aarch64 $libraries
  variant aarch64 release -D TWOFOLD_PYTHON=OFF -D TWOFOLD_AARCH64_LIBRARIES="$PWD/$libraries" \
    -D CMAKE_TOOLCHAIN_FILE="$PWD/tests/checks/aarch64.cmake"
  ctest --test-dir build/aarch64 --output-on-failure --no-tests=error \
    --tests-regex '^isa_symbols(\.before_main)?$'
  emulate aarch64 build/aarch64 neon qemu-aarch64 -L /usr/aarch64-linux-gnu
}

run() {
  [ $# -gt 0 ] || set -- nehalem haswell aarch64
  for cpu; do
    case $cpu in
      nehalem) emulate_x86_64 nehalem Nehalem baseline ;;
      haswell) emulate_x86_64 haswell "$haswell" avx2 ;;
      aarch64) emulate_aarch64 ;;
      *) fail "no such CPU: $cpu; there are: nehalem haswell aarch64" ;;
    esac
  done
}
