// SPDX-License-Identifier: BSD-3-Clause
// Files for tests.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

namespace twofold::test {

/// A file that is there as long as this. `name` tells it from the others of this process.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text, const std::string& name = "file")
      : path_(std::filesystem::temp_directory_path() /
              ("twofold-test-" + std::to_string(getpid()) + "-" + name)) {
    std::ofstream(path_) << text;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

}  // namespace twofold::test
