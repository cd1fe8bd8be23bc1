# SPDX-License-Identifier: BSD-3-Clause
# Finds FFTW 3 in double and in single precision: the targets FFTW3::fftw3 and FFTW3::fftw3f.
# Debian's FFTW brings no CMake package; this file is installed with twofold, whose static library
# passes the need for FFTW on.
#
# Looked for in the usual places and in CMAKE_PREFIX_PATH, or named by hand: FFTW3_INCLUDE_DIR,
# FFTW3_LIBRARY, FFTW3F_LIBRARY.

find_path(FFTW3_INCLUDE_DIR fftw3.h DOC "Folder of fftw3.h")
find_library(FFTW3_LIBRARY fftw3 DOC "FFTW in double precision")
find_library(FFTW3F_LIBRARY fftw3f DOC "FFTW in single precision")
mark_as_advanced(FFTW3_INCLUDE_DIR FFTW3_LIBRARY FFTW3F_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  FFTW3 REQUIRED_VARS FFTW3_LIBRARY FFTW3F_LIBRARY FFTW3_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Debian: libfftw3-dev")

if(FFTW3_FOUND AND NOT TARGET FFTW3::fftw3)
  add_library(FFTW3::fftw3 UNKNOWN IMPORTED)
  set_target_properties(
    FFTW3::fftw3 PROPERTIES IMPORTED_LOCATION "${FFTW3_LIBRARY}"
                            INTERFACE_INCLUDE_DIRECTORIES "${FFTW3_INCLUDE_DIR}")
endif()
if(FFTW3_FOUND AND NOT TARGET FFTW3::fftw3f)
  add_library(FFTW3::fftw3f UNKNOWN IMPORTED)
  set_target_properties(
    FFTW3::fftw3f PROPERTIES IMPORTED_LOCATION "${FFTW3F_LIBRARY}"
                             INTERFACE_INCLUDE_DIRECTORIES "${FFTW3_INCLUDE_DIR}")
endif()
