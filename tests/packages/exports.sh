#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# exports.sh <shared library> <include folder>: fails unless the library shows exactly the functions
# that the headers declare and do not define, and the types of the headers' classes.
set -eu
library=$1
headers=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Kind, properties and qualified name of each function. What looks like a call of a member ("m.") is
# one: an expression in a concept.
ctags --recurse --languages=C++ --langmap=C++:+.hpp --kinds-C++=pf --extras=+q --fields=Kt \
  --fields-C++=+'{properties}' -f - "$headers" |
  awk -F '\t' '$1 ~ /^twofold::/ && !/typename:m\./ && !/properties:[a-z,]*(pure|default|delete)/ {
    print $4, $1 }' | sort -u >"$work/functions"
sed -n 's/^prototype //p' "$work/functions" >"$work/declared"
sed -n 's/^function //p' "$work/functions" | comm -23 "$work/declared" - >"$work/left_to_library"
[ -s "$work/left_to_library" ] || {
  echo "$headers: no declarations found" >&2
  exit 1
}

# "int twofold::f<float>(int) const" → twofold::f
nm --dynamic --defined-only --demangle "$library" | cut -d ' ' -f 3- |
  sed -E ':nested; s/<[^<>]*>//g; t nested; s/\[abi:[a-z0-9]*\]//; s/\(.*//' >"$work/symbols"
sed -E '/^(typeinfo|vtable) /d; s/.* //' "$work/symbols" | sort -u >"$work/exported"

leaks=$(comm -13 "$work/declared" "$work/exported")
missing=$(comm -23 "$work/left_to_library" "$work/exported")
classes=$(sed -n 's/^[a-z ]* for twofold:://p' "$work/symbols" | sort -u)
for class in $classes; do
  grep -rqE "^class $class\b" "$headers" || leaks="$leaks $class"
done
if [ -n "$leaks$missing" ]; then
  printf '%s shows what no header declares: %s\n' "$library" "${leaks:-nothing}"
  printf 'and does not show what headers leave to it: %s\n' "${missing:-nothing}"
  exit 1
fi
