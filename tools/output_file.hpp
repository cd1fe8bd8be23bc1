// SPDX-License-Identifier: BSD-3-Clause
// OutputFile: a file that is there whole or not at all.
#pragma once

#include <cstddef>
#include <string>

namespace twofold::tool {

/// The path is "-" or empty.
[[nodiscard]] bool is_standard_output(const std::string& path) noexcept;

/// Throws FileError if OutputFile(path) is bound to fail: asked before a long computation.
void check_writable(const std::string& path);

/// Bytes go to a temporary beside the target, which commit() renames to the target. Without a
/// commit, whether by an exception, SIGINT, SIGTERM, SIGHUP or SIGXFSZ, the temporary is removed
/// and an older file of that name stays as it was. Devices and pipes are written to directly, and
/// so is the standard output. One at a time.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// False if writing fails; then last_problem() says why. For callers in the middle of C code,
  /// where no exception may pass.
  [[nodiscard]] bool try_write(const void* bytes, std::size_t count) noexcept;
  /// Likewise, but throws FileError.
  void write(const void* bytes, std::size_t count);
  [[nodiscard]] std::string last_problem() const;

  /// Everything has been written: the file takes its place. Throws FileError.
  void commit();

 private:
  void open_temporary(const std::string& target, unsigned permissions, bool replaces);
  void discard() noexcept;

  std::string name_;
  std::string target_;     // symbolic links resolved
  std::string temporary_;  // empty where the target is written to directly
  int descriptor_ = -1;
  int error_number_ = 0;
};

}  // namespace twofold::tool
