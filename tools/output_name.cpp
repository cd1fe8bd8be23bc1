// SPDX-License-Identifier: BSD-3-Clause
// OUT on the command line: where a result may go, and which format its name asks for.
#include "output_name.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <unistd.h>

#include "errors.hpp"
#include "output_file.hpp"

namespace twofold::tool {

bool has_extension(std::string_view path, std::string_view extension) {
  if (path.size() < extension.size()) return false;
  return std::equal(
      extension.begin(), extension.end(), path.end() - std::ssize(extension),
      [](char wanted, char c) { return wanted == std::tolower(static_cast<unsigned char>(c)); });
}

bool is_without_extension(const std::string& path, bool reports_as_json) {
  if (!is_standard_output(path)) return path.starts_with("/dev/");
  if (reports_as_json) {
    throw UsageError("--json: the report needs the standard output; name a file with -o OUT");
  }
  if (isatty(STDOUT_FILENO) != 0) {
    throw UsageError("the result would go to the terminal; name a file with -o OUT");
  }
  return true;
}

}  // namespace twofold::tool
