#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# emulated_test.sh <test of CTest> <folder of the unit tests> <command line> <emulator...>: what
# tests/unit/CMakeLists.txt runs for that test, run by the emulator; `command line` is a script that
# runs twofold by it. What the test prints is shown where it fails.
set -eu
cd "$(dirname "$0")/../.."
name=$1
programs=$2
command_line=$3
shift 3

case $name in
  unit.allocation | unit.allocation_failure) set -- "$@" "$programs/${name#unit.}_tests" ;;
  unit.cold_start.*)
    first_use=$(printf '%s' "${name#unit.cold_start.}" | tr _ ' ')
    set -- "$@" "$programs/unit_tests" --warn NoTests "cold start: $first_use"
    ;;
  unit.*.baseline | unit.*.avx2 | unit.*.avx512)
    subject=${name#unit.}
    export TWOFOLD_ISA="${name##*.}"
    set -- "$@" "$programs/unit_tests" --warn NoTests "[${subject%.*}]"
    ;;
  unit.*) set -- "$@" "$programs/unit_tests" --warn NoTests "[${name#unit.}]" ;;
  command_line.*) set -- /usr/bin/python3 -B "tests/command_line/test_${name#command_line.}.py" ;;
esac

begin=$(date +%s)
status=passed
printed=$(TWOFOLD_BINARY="$PWD/$command_line" TWOFOLD_SANITIZE='' "$@" 2>&1) || status=FAILED
printf '%5d s  %s  %s\n' $(($(date +%s) - begin)) "$status" "$name"
[ $status = passed ] || { printf '%s\n' "$printed" | tail -n 200 && exit 1; }
