# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# `./dev check style`: sourced by dev, whose functions it uses.
description='clang-format and shellcheck have nothing to say'

check_format() {
  say 'clang-format'
  sources_named -name '*.cpp' -o -name '*.hpp' | xargs clang-format-14 --dry-run -Werror
}

# Not that a variable is set but not used (SC2034), or used but not set (SC2154): dev and the files
# that it sources share them.
check_scripts() {
  say 'shellcheck'
  sources_named -name '*.sh' | xargs shellcheck --exclude=SC2034,SC2154 dev .ci/run
}

run() {
  install_missing clang-format-14 shellcheck
  check_format
  check_scripts
}
