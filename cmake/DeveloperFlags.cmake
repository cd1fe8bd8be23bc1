# SPDX-License-Identifier: BSD-3-Clause
# Flags for everything in this checkout; not for projects that contain it.

add_compile_options(-Wall -Wextra -Wconversion -Wshadow)
if(TWOFOLD_WERROR)
  add_compile_options(-Werror)
endif()

# GCC 12 finds overlapping copies inside std::string where there are none (its bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  add_compile_options(-Wno-restrict)
endif()

# libstdc++ 12's std::stable_sort calls a function that its own headers deprecate. clang 19 says so,
# wherever it is used; clang 14 does not.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER 15)
  add_compile_options(-Wno-deprecated-declarations)
endif()

if(TWOFOLD_SANITIZE)
  add_compile_options(-fsanitize=${TWOFOLD_SANITIZE} -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  # The checks' own branches make GCC see uninitialised values in headers that are not ours.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${TWOFOLD_SANITIZE})
endif()
