# SPDX-License-Identifier: BSD-3-Clause
# What `cmake --install` puts in place: the library, its headers, and what find_package and
# pkg-config read. The tree may be moved afterwards.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/twofold)
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# A static library leaves it to its user to link what it needs.
set(twofold_needs_fftw OFF)
if(TWOFOLD_FFT AND NOT BUILD_SHARED_LIBS)
  set(twofold_needs_fftw ON)
endif()

install(TARGETS twofold EXPORT twofoldTargets)
install(DIRECTORY include/twofold TYPE INCLUDE FILES_MATCHING PATTERN "*.hpp")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(EXPORT twofoldTargets NAMESPACE twofold:: DESTINATION ${package_dir})

configure_package_config_file(cmake/twofoldConfig.cmake.in twofoldConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(twofoldConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/twofoldConfig.cmake
              ${PROJECT_BINARY_DIR}/twofoldConfigVersion.cmake DESTINATION ${package_dir})
if(twofold_needs_fftw)
  install(FILES cmake/FindFFTW3.cmake DESTINATION ${package_dir})
endif()

# From the .pc file's own folder to the prefix, so that the file holds no absolute path.
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
  set(pc_libdir "${CMAKE_INSTALL_FULL_LIBDIR}")
  set(pc_includedir "${CMAKE_INSTALL_FULL_INCLUDEDIR}")
else()
  file(RELATIVE_PATH prefix_slash "/${pkgconfig_dir}" "/")
  string(REGEX REPLACE "/$" "" to_prefix "${prefix_slash}")
  set(pc_prefix "\${pcfiledir}/${to_prefix}")
  set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
# Even `pkg-config --cflags` fails where something required is absent, private or not: a shared
# library, which brings FFTW along itself, does not ask for FFTW's development files.
set(pc_requires_private "")
if(twofold_needs_fftw)
  set(pc_requires_private "fftw3 fftw3f")
endif()
configure_file(cmake/twofold.pc.in twofold.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/twofold.pc DESTINATION ${pkgconfig_dir})

# twofold_find_library_beside(<target> <folder>): a program or module that is installed in <folder>,
# relative to the prefix, finds a shared libtwofold of the same installation wherever that is moved.
function(twofold_find_library_beside target folder)
  if(BUILD_SHARED_LIBS AND NOT IS_ABSOLUTE "${folder}" AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
    file(RELATIVE_PATH to_library "/${folder}" "/${CMAKE_INSTALL_LIBDIR}")
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${to_library}")
  endif()
endfunction()
