#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Uses an installed twofold through pkg-config alone: build.sh <compiler> <output>, with
# PKG_CONFIG_PATH set.
set -eu
flags=$(pkg-config --static --cflags --libs 'twofold >= 0.1')
# pkg-config quotes its output for a shell: a path may hold spaces.
eval "'$1' -std=c++20 '$(dirname "$0")/../main.cpp' -o '$2' $flags"
"$2"
