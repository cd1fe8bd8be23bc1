# SPDX-License-Identifier: BSD-3-Clause
# cmake -D FILE=<twofoldConfigVersion.cmake> -P other_version.cmake: an installation answers to its
# own version, and to none that differs in more than the last number.
cmake_minimum_required(VERSION 3.22)
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../../include/twofold/version.hpp lines
     REGEX "define TWOFOLD_VERSION_M")
list(TRANSFORM lines REPLACE ".* " "")
list(GET lines 0 major)
list(GET lines 1 minor)
math(EXPR next_major "${major} + 1")
math(EXPR next_minor "${minor} + 1")

# What find_package tells this file, and reads from it.
function(ask version answer)
  string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" PACKAGE_FIND_VERSION ${version})
  set(PACKAGE_FIND_VERSION_MAJOR ${CMAKE_MATCH_1})
  set(PACKAGE_FIND_VERSION_MINOR ${CMAKE_MATCH_2})
  include(${FILE})
  if(NOT PACKAGE_VERSION_COMPATIBLE STREQUAL answer)
    message(FATAL_ERROR "compatible with ${version}: '${PACKAGE_VERSION_COMPATIBLE}', not ${answer}")
  endif()
endfunction()

ask(${major}.${minor} TRUE)
ask(${major}.${next_minor} FALSE)
ask(${next_major}.${minor} FALSE)
