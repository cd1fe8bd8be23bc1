#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# check.sh [--before-main] <object file>...: fails where an object of kernels/isa could lend its
# instruction set to the rest of the program; with --before-main, where an object has code that runs
# before main, and nothing else: that of process_locks has to have one function, of priority 101.
#
# A weak symbol that two objects define is kept once, in whichever copy the linker meets first: an
# inline function of the standard library, compiled here for AVX2, would then run on every CPU. So
# each weak symbol must carry the name of its instruction set: that of xsimd's namespace, renamed per
# file, or that of our own. Nor may anything here run before main has looked at the CPU.
set -eu

# Written by the compiler into any object, the same bytes whatever the flags: a pointer to the
# exception personality routine, and clang's call of std::terminate.
harmless='^(DW\.ref\.__gxx_personality_v0|__clang_call_terminate)$'

before_main=
if [ "${1-}" = --before-main ]; then
  before_main=only
  shift
fi
[ $# -gt 0 ] || { printf 'check.sh: no object files\n' >&2 && exit 2; }
failed=0
for object in "$@"; do
  isa=$(basename "$object" | sed 's/\..*//')
  symbols=
  [ -n "$before_main" ] || symbols=$("${NM:-nm}" --defined-only "$object")
  headers=$("${OBJDUMP:-objdump}" --section-headers "$object")
  leaks=$(printf '%s\n' "$symbols" | awk '$2 ~ /^[WVuw]$/ { print $3 }' |
    grep -Ev "$harmless" | grep -Ev "(xsimd_|[0-9])$isa" || true)
  if [ -n "$leaks" ]; then
    printf '%s: weak symbols without the name %s:\n%s\n' "$object" "$isa" "$(printf '%s\n' "$leaks" | c++filt)"
    failed=1
  fi
  early=$(printf '%s\n' "$headers" | awk '
    $2 ~ /^\.(init_array|ctors|preinit_array)/ { printf "%s%s %s", separator, $2, $3; separator = ", " }')
  if [ "$isa" = process_locks ]; then
    # Of each section the name and the bytes: one pointer.
    if printf '%s\n' "$early" | grep -Eqx '\.init_array\.0*101 0*8'; then
      early=
    else
      early="not one function of priority 101: $early"
    fi
  fi
  if [ -n "$early" ]; then
    printf '%s: runs code before main (%s)\n' "$object" "$early"
    failed=1
  fi
done
exit $failed
