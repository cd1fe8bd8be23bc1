// SPDX-License-Identifier: BSD-3-Clause
// The one place where the version stands; CMake reads it here.
#pragma once

#define TWOFOLD_VERSION_MAJOR 0
#define TWOFOLD_VERSION_MINOR 1
#define TWOFOLD_VERSION_PATCH 0
