// SPDX-License-Identifier: BSD-3-Clause
// twofold, the command line.
#include "command_line.hpp"

int main(int argument_count, char** arguments) {
  return twofold::tool::run_command_line(argument_count, arguments);
}
