# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
# ./dev docs [reference | code | licences]: all of them, or one. The reference goes to
# build/docs/html, its first page is index.html.
# shellcheck disable=SC2034  # dev prints it
description='the reference from the headers, code and links of the documentation, licences'

reference() {
  install_missing doxygen
  say 'The reference, from include/ and docs/'
  rm -rf build/docs
  mkdir -p build/docs
  doxygen docs/Doxyfile
  [ -f build/docs/html/index.html ] || fail 'Doxygen wrote no first page'
  echo 'No warning; build/docs/html/index.html'
}

code() {
  # shellcheck disable=SC2086,SC2154  # lists of words, from dev
  install_missing $build_packages $python_packages $test_packages
  build release
  say 'What the pages show, compiled and run'
  ctest --preset release --tests-regex '^documents$'
}

# What can hold no comment, or is no source: data, texts, and files whose form others lay down.
without_comments='\.(md|png|bin|txt|json|typed)$|(^|/)(\.gitignore|LICENSE)$'
without_comments="$without_comments|^(\.reuse|packaging/(debian|vcpkg)|tests/fuzz/corpus)/"

# Files without the line that says their licence, which reuse would take from .reuse/dep5.
unmarked_files() {
  git ls-files --cached --others --exclude-standard | while read -r file; do
    case $file in
      CMakeLists.txt | */CMakeLists.txt | packaging/debian/rules | *.cmake) ;;
      *) ! printf '%s\n' "$file" | grep -Eq "$without_comments" || continue ;;
    esac
    [ ! -f "$file" ] || head -n 3 "$file" | grep -q 'SPDX-License[-]Identifier: BSD-3-Clause' ||
      echo "$file"
  done
}

licences() {
  install_missing git reuse
  say 'Copyright and licence of every file'
  reuse lint
  unmarked=$(unmarked_files)
  [ -z "$unmarked" ] || fail "the first lines do not say the licence: $unmarked"
}

run() {
  case "$#:${1-}" in
    0:)
      reference
      licences
      code
      ;;
    1:reference | 1:code | 1:licences) "$1" ;;
    *) fail 'usage: ./dev docs [reference | code | licences]' ;;
  esac
}
