// SPDX-License-Identifier: BSD-3-Clause
// InputFile: bytes from a file, a pipe or memory, of a size that is known before they are read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twofold::tool {

class InputFile {
 public:
  /// Opens a file; "-" is the standard input. What is not a regular file (a pipe) is read whole
  /// here, so that its size is known. Throws FileError.
  explicit InputFile(const std::string& path);
  /// Bytes in memory, as if they had been read from a file of that name.
  InputFile(std::string name, std::vector<std::byte> contents);
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  /// The name for messages.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] std::uint64_t remaining() const noexcept { return size_ - position_; }

  /// Whether the file begins with these bytes; the position stays where it is.
  [[nodiscard]] bool begins_with(std::string_view prefix) const;

  /// Whether the descriptor is another one of the same file.
  [[nodiscard]] bool is_open_as(int descriptor) const noexcept;

  /// The next `count` bytes. False if there are not so many, or reading fails; then last_problem()
  /// says why. For callers in the middle of C code, where no exception may pass.
  [[nodiscard]] bool try_read(void* bytes, std::size_t count) noexcept;
  /// Likewise, but throws FileError.
  void read(void* bytes, std::size_t count);
  [[nodiscard]] std::string last_problem() const;
  /// To its beginning.
  void rewind() noexcept { position_ = 0; }
  /// `count` bytes from byte `offset` on; the position stays where it is. Throws FileError.
  void read_at(std::uint64_t offset, void* bytes, std::size_t count) const;

 private:
  [[nodiscard]] int try_read_at(std::uint64_t offset, void* bytes,
                                std::size_t count) const noexcept;
  [[nodiscard]] std::string problem_of(int error_number) const;
  void read_whole_stream();

  std::string name_;
  int descriptor_ = -1;
  std::vector<std::byte> contents_;  // where there is no descriptor to read from
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
  int error_number_ = 0;
};

}  // namespace twofold::tool
