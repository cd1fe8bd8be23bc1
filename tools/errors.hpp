// SPDX-License-Identifier: BSD-3-Clause
// What goes wrong on the command line, by exit code.
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace twofold::tool {

/// The command was asked for wrongly (exit code 2).
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A file could not be read, understood or written (exit code 1). The message begins with its name.
class FileError : public std::runtime_error {
 public:
  FileError(const std::string& file, const std::string& problem)
      : std::runtime_error(file + ": " + problem) {}
};

/// The text of an errno value: "No such file or directory".
inline std::string system_message(int error_number = errno) {
  return std::generic_category().message(error_number);
}

}  // namespace twofold::tool
