# SPDX-License-Identifier: BSD-3-Clause
# Debian's cross compiler for aarch64. TWOFOLD_AARCH64_LIBRARIES is a root folder with what it does
# not bring: FFTW and others.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TWOFOLD_AARCH64_LIBRARIES)
set(CMAKE_FIND_ROOT_PATH ${TWOFOLD_AARCH64_LIBRARIES})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)

# An RPATH, not a RUNPATH: it has to hold for what these libraries need in their turn.
set(CMAKE_EXE_LINKER_FLAGS_INIT -Wl,--disable-new-dtags)
