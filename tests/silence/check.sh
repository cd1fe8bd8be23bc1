#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# check.sh <object file>...: fails where an object calls what prints, or ends the process.
set -eu

# As GCC and clang name them, also where they check or replace a call. snprintf writes to memory.
printing='_*(v?[fd]?printf|puts|fputs|putc|putchar|fputc|fwrite|perror|psignal|write|writev|syslog)'
streams='stdout|stderr|_ZSt4(cout|cerr|clog)|_ZSt5(wcout|wcerr|wclog)'
ending='abort|_*exit|_Exit|quick_exit|__assert_fail|raise|kill'

[ $# -gt 0 ] || { printf 'check.sh: no object files\n' >&2 && exit 2; }
failed=0
for object in "$@"; do
  symbols=$("${NM:-nm}" --undefined-only "$object")
  calls=$(printf '%s\n' "$symbols" | awk '{ print $2 }' |
    grep -E "^($printing(_chk|_unlocked)?|$streams|$ending)\$" || true)
  [ -n "$calls" ] || continue
  printf '%s calls:\n%s\n' "$object" "$calls"
  failed=1
done
exit $failed
