#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Uses an installed twofold through pkg-config alone: build.sh <compiler> <output> <static|shared>,
# with PKG_CONFIG_PATH set.
set -eu
static=
[ "$3" = shared ] || static=--static
flags=$(pkg-config $static --cflags --libs 'twofold >= 0.1')
# pkg-config quotes its output for a shell: a path may hold spaces.
eval "'$1' -std=c++20 '$(dirname "$0")/../main.cpp' -o '$2' $flags"
"$2"
