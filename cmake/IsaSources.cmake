# SPDX-License-Identifier: BSD-3-Clause
# The files that are compiled for one instruction set each: one line per set, below.

# Only these files include xsimd, which is header-only: its folder is all that is needed, and
# nothing of it reaches the installed package.
target_include_directories(
  twofold SYSTEM PRIVATE $<TARGET_PROPERTY:xsimd,INTERFACE_INCLUDE_DIRECTORIES>)

option(TWOFOLD_SANITIZE_KERNELS "Let the sanitizers check the kernels, too (minutes per file)" OFF)
mark_as_advanced(TWOFOLD_SANITIZE_KERNELS)
set(kernel_options -fno-sanitize=all $<$<NOT:$<CONFIG:Release>>:-O2>)
if(TWOFOLD_SANITIZE_KERNELS)
  set(kernel_options $<$<NOT:$<CONFIG:Release>>:-O1>)
elseif(TWOFOLD_SANITIZE STREQUAL thread)
  set(kernel_options $<$<NOT:$<CONFIG:Release>>:-O2>)
endif()

# twofold_isa_source(<name> [flags...]) adds kernels/isa/<name>.cpp.
#
# Optimised in every build type: without inlining, xsimd's inline functions stay behind as symbols,
# and the kernels are too slow to be tested. Without the sanitizers' checks, unless asked for: in
# functions this large and without loops, GCC takes minutes and gigabytes over their branches, of
# which ThreadSanitizer has none. What kernels read and write is tested between pages that cannot be
# accessed (tests/unit/memory_test.cpp), and with the sanitizers by `./dev check sanitized_kernels`,
# on clang. For the same reason without the canaries on the stack that distributions ask for
# everywhere.
function(twofold_isa_source name)
  set(file kernels/isa/${name}.cpp)
  target_sources(twofold PRIVATE ${file})
  set_source_files_properties(
    ${file} PROPERTIES COMPILE_OPTIONS "-fno-lto;-fno-stack-protector;${kernel_options};${ARGN}")
endfunction()

# The compiler knows best what it compiles for; the sources ask it in the same way.
include(CheckCXXSymbolExists)
check_cxx_symbol_exists(__x86_64__ "" TWOFOLD_X86_64)
check_cxx_symbol_exists(__aarch64__ "" TWOFOLD_AARCH64)
if(NOT TWOFOLD_X86_64 AND NOT TWOFOLD_AARCH64)
  message(FATAL_ERROR "twofold has kernels for x86-64 and aarch64, not for ${CMAKE_SYSTEM_PROCESSOR}")
endif()

twofold_isa_source(baseline)
if(TWOFOLD_X86_64)
  twofold_isa_source(avx2 -mavx2 -mfma)
  # GCC 12 takes the operand that its own header leaves undefined on purpose for a mistake of ours
  # (GCC's bug 105593).
  twofold_isa_source(avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512cd -mfma
                     $<$<CXX_COMPILER_ID:GNU>:-Wno-uninitialized>
                     $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
