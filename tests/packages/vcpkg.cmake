# SPDX-License-Identifier: BSD-3-Clause
# cmake -D WORK=<folder> -D LINKAGE=static|dynamic -D FEATURES=<list> -P vcpkg.cmake
# Runs the portfile without vcpkg, in the folder WORK: its functions are replaced by what they do to
# this port on one system. The package is left in WORK/packages. What vcpkg itself would think of the
# port, and of the packages that it requires, is not shown.
cmake_minimum_required(VERSION 3.22)
get_filename_component(sources ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
set(PORT twofold)
set(CURRENT_PORT_DIR ${sources}/packaging/vcpkg)
set(CURRENT_PACKAGES_DIR ${WORK}/packages)
file(REMOVE_RECURSE ${CURRENT_PACKAGES_DIR})

file(READ ${CURRENT_PORT_DIR}/vcpkg.json manifest)
string(JSON manifest_name GET "${manifest}" name)
if(NOT manifest_name STREQUAL PORT)
  message(FATAL_ERROR "vcpkg.json describes ${manifest_name}")
endif()
file(STRINGS ${sources}/include/twofold/version.hpp version REGEX "define TWOFOLD_VERSION_")
list(TRANSFORM version REPLACE ".* " "")
list(JOIN version . version)
string(JSON manifest_version GET "${manifest}" version-semver)
if(NOT manifest_version STREQUAL version)
  message(FATAL_ERROR "vcpkg.json says ${manifest_version}, the headers ${version}")
endif()
foreach(feature IN LISTS FEATURES)
  string(JSON description GET "${manifest}" features ${feature} description)
endforeach()

function(run)
  execute_process(
    COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY
    OUTPUT_VARIABLE output
    ERROR_VARIABLE errors)
  # An option that the project does not have.
  if(errors MATCHES "Manually-specified variables were not used")
    message(FATAL_ERROR "${errors}")
  endif()
endfunction()

function(must_exist path)
  if(NOT EXISTS ${path})
    message(FATAL_ERROR "the port expects ${path}, which was not installed")
  endif()
endfunction()

function(vcpkg_check_features)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUT_FEATURE_OPTIONS" "FEATURES")
  set(options "")
  while(arg_FEATURES)
    list(POP_FRONT arg_FEATURES feature option)
    string(JSON known ERROR_VARIABLE unknown GET "${manifest}" features ${feature})
    if(unknown)
      message(FATAL_ERROR "vcpkg.json has no feature ${feature}")
    endif()
    if(feature IN_LIST FEATURES)
      list(APPEND options -D${option}=ON)
    else()
      list(APPEND options -D${option}=OFF)
    endif()
  endwhile()
  set(${arg_OUT_FEATURE_OPTIONS} "${options}" PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  set(shared OFF)
  if(LINKAGE STREQUAL "dynamic")
    set(shared ON)
  endif()
  run(${CMAKE_COMMAND} -S ${arg_SOURCE_PATH} -B ${WORK} -G Ninja
      -D CMAKE_BUILD_TYPE=Release
      -D BUILD_SHARED_LIBS=${shared}
      -D CMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}
      -D CMAKE_INSTALL_LIBDIR=lib
      ${arg_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
  run(${CMAKE_COMMAND} --build ${WORK} --target install)
endfunction()

# vcpkg moves these files, and mends the paths in them. Here they stay.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  must_exist(${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/${PORT}Config.cmake)
endfunction()

function(vcpkg_fixup_pkgconfig)
  must_exist(${CURRENT_PACKAGES_DIR}/lib/pkgconfig/${PORT}.pc)
endfunction()

function(vcpkg_copy_tools)
  cmake_parse_arguments(PARSE_ARGV 0 arg "AUTO_CLEAN" "" "TOOL_NAMES")
  foreach(tool IN LISTS arg_TOOL_NAMES)
    must_exist(${CURRENT_PACKAGES_DIR}/bin/${tool})
  endforeach()
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(INSTALL ${arg_FILE_LIST} DESTINATION ${CURRENT_PACKAGES_DIR}/share/${PORT} RENAME copyright)
endfunction()

include(${CURRENT_PORT_DIR}/portfile.cmake)
must_exist(${CURRENT_PACKAGES_DIR}/share/${PORT}/usage)
must_exist(${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright)
