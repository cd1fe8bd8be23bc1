// SPDX-License-Identifier: BSD-3-Clause
// The main function of the test programs. Compiled here because Debian's libCatch2WithMain is for
// the machine that builds, and not for one that is built for.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
