// SPDX-License-Identifier: BSD-3-Clause
// InputFile: bytes from a file, a pipe or memory.
#include "input_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "errors.hpp"

namespace twofold::tool {

namespace {

// A pipe has no size to check a header against; without a limit /dev/zero would fill the memory.
constexpr std::size_t largest_stream = std::size_t{1} << 32;

}  // namespace

InputFile::InputFile(const std::string& path) : name_(path == "-" ? "standard input" : path) {
  const int descriptor =
      path == "-" ? dup(STDIN_FILENO) : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) throw FileError(name_, "cannot be read: " + system_message());
  descriptor_ = descriptor;
  struct stat status {};
  if (fstat(descriptor_, &status) != 0) {
    const std::string problem = system_message();
    close(descriptor_);
    throw FileError(name_, "cannot be read: " + problem);
  }
  if (S_ISREG(status.st_mode)) {
    size_ = static_cast<std::uint64_t>(status.st_size);
    return;
  }
  try {
    read_whole_stream();
  } catch (...) {
    close(descriptor_);
    throw;
  }
  close(std::exchange(descriptor_, -1));
}

InputFile::InputFile(std::string name, std::vector<std::byte> contents)
    : name_(std::move(name)), contents_(std::move(contents)), size_(contents_.size()) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

void InputFile::read_whole_stream() {
  std::array<std::byte, 65536> chunk;
  while (true) {
    const ssize_t count = ::read(descriptor_, chunk.data(), chunk.size());
    if (count == 0) break;
    if (count < 0) {
      if (errno == EINTR) continue;
      throw FileError(name_, "cannot be read: " + system_message());
    }
    contents_.insert(contents_.end(), chunk.begin(), chunk.begin() + count);
    if (contents_.size() > largest_stream) {
      throw FileError(name_, "more than 4 GiB from a pipe; save it to a file first");
    }
  }
  size_ = contents_.size();
}

bool InputFile::begins_with(std::string_view prefix) const {
  if (prefix.size() > size_) return false;
  std::string start(prefix.size(), '\0');
  if (descriptor_ < 0) {
    std::memcpy(start.data(), contents_.data(), start.size());
  } else if (pread(descriptor_, start.data(), start.size(), 0) !=
             static_cast<ssize_t>(start.size())) {
    return false;
  }
  return start == prefix;
}

bool InputFile::is_open_as(int descriptor) const noexcept {
  struct stat own {};
  struct stat other {};
  return descriptor_ >= 0 && fstat(descriptor_, &own) == 0 && fstat(descriptor, &other) == 0 &&
         own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

/// 0 if all has been read; otherwise the error's number, or −1 where the file ends before.
int InputFile::try_read_at(std::uint64_t offset, void* bytes, std::size_t count) const noexcept {
  if (offset > size_ || count > size_ - offset) return -1;
  if (descriptor_ < 0) {
    std::memcpy(bytes, contents_.data() + offset, count);
    return 0;
  }
  // Linux transfers at most this much in one call.
  constexpr std::size_t largest_transfer = 0x7ffff000;
  auto* out = static_cast<std::byte*>(bytes);
  while (count > 0) {
    const ssize_t done =
        pread(descriptor_, out, std::min(count, largest_transfer), static_cast<off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return done < 0 ? errno : -1;
    out += done;
    offset += static_cast<std::uint64_t>(done);
    count -= static_cast<std::size_t>(done);
  }
  return 0;
}

bool InputFile::try_read(void* bytes, std::size_t count) noexcept {
  error_number_ = try_read_at(position_, bytes, count);
  if (error_number_ != 0) return false;
  position_ += count;
  return true;
}

void InputFile::read(void* bytes, std::size_t count) {
  if (!try_read(bytes, count)) throw FileError(name_, last_problem());
}

void InputFile::read_at(std::uint64_t offset, void* bytes, std::size_t count) const {
  const int error_number = try_read_at(offset, bytes, count);
  if (error_number != 0) throw FileError(name_, problem_of(error_number));
}

std::string InputFile::last_problem() const {
  return problem_of(error_number_);
}

std::string InputFile::problem_of(int error_number) const {
  if (error_number > 0) return "cannot be read: " + system_message(error_number);
  // Others may have shortened it since it was opened.
  struct stat status {};
  const bool has_size = descriptor_ >= 0 && fstat(descriptor_, &status) == 0;
  const std::uint64_t size = has_size ? static_cast<std::uint64_t>(status.st_size) : size_;
  return "truncated after " + std::to_string(size) + " bytes";
}

}  // namespace twofold::tool
