// SPDX-License-Identifier: BSD-3-Clause
// The commands, their options and their help.
#pragma once

namespace twofold::tool {

/// Parses the arguments, runs the command that they ask for, and returns the exit code: 0 done,
/// 1 failed, 2 wrong usage. A failure is one line on the standard error, "twofold: ...".
[[nodiscard]] int run_command_line(int argument_count, const char* const* arguments) noexcept;

}  // namespace twofold::tool
