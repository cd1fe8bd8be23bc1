// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The one place where the version stands; CMake reads it here.
#pragma once

/// @{
/// The version of the headers: version() is that of the library that is linked.
#define TWOFOLD_VERSION_MAJOR 0
#define TWOFOLD_VERSION_MINOR 1
#define TWOFOLD_VERSION_PATCH 0
/// @}
