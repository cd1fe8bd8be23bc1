// SPDX-License-Identifier: BSD-3-Clause
// OutputFile: a file that is there whole or not at all.
#include "output_file.hpp"

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "errors.hpp"

namespace twofold::tool {

namespace {

// What the signal handler removes: plain memory, because a handler may touch nothing else.
char path_to_remove[PATH_MAX];
volatile std::sig_atomic_t has_path_to_remove = 0;

extern "C" void remove_temporary(int signal_number) {
  if (has_path_to_remove != 0) unlink(path_to_remove);
  // The handler was installed with SA_RESETHAND: this ends the process the usual way.
  raise(signal_number);
}

void remove_on_signal(const std::string& path) {
  has_path_to_remove = 0;
  if (path.size() >= sizeof path_to_remove) return;
  std::memcpy(path_to_remove, path.c_str(), path.size() + 1);
  has_path_to_remove = 1;
  struct sigaction action {};
  action.sa_handler = remove_temporary;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal_number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ}) {
    struct sigaction present {};
    sigaction(signal_number, nullptr, &present);
    if (present.sa_handler == SIG_DFL) sigaction(signal_number, &action, nullptr);
  }
}

[[noreturn]] void fail(const std::string& name, int error_number) {
  throw FileError(name, "cannot be written: " + system_message(error_number));
}

/// The file that a chain of symbolic links ends at, whether it is there or not; the path itself if
/// there is no link.
std::string resolved(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr),
                                                         &std::free);
  if (real) return real.get();
  std::filesystem::path at = path;
  std::error_code error;
  constexpr int most_links = 40;  // Linux's own limit
  for (int i = 0; i < most_links && std::filesystem::is_symlink(at, error); ++i)
    at = at.parent_path() / std::filesystem::read_symlink(at, error);
  return at;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

}  // namespace

bool is_standard_output(const std::string& path) noexcept {
  return path.empty() || path == "-" || path == "/dev/stdout";
}

void check_writable(const std::string& path) {
  if (is_standard_output(path)) return;
  const std::string target = resolved(path);
  struct stat status {};
  if (stat(target.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) fail(path, EISDIR);
    if (access(target.c_str(), W_OK) != 0) fail(path, errno);
    if (!S_ISREG(status.st_mode)) return;
  } else if (errno != ENOENT) {
    fail(path, errno);
  } else if (path.ends_with('/')) {
    fail(path, EISDIR);
  }
  if (access(directory_of(target).c_str(), W_OK | X_OK) != 0) fail(path, errno);
}

OutputFile::OutputFile(const std::string& path) : name_(path) {
  if (is_standard_output(path)) {
    name_ = "standard output";
    descriptor_ = dup(STDOUT_FILENO);
    if (descriptor_ < 0) fail(name_, errno);
    return;
  }
  check_writable(path);
  target_ = resolved(path);
  struct stat status {};
  const bool exists = stat(target_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) {
    descriptor_ = open(target_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor_ < 0) fail(name_, errno);
    return;
  }
  open_temporary(target_, status.st_mode & 07777U, exists);
}

void OutputFile::open_temporary(const std::string& target, unsigned permissions, bool replaces) {
  const std::string stem = directory_of(target) + (target.find('/') == target.npos ? "/" : "") +
                           ".twofold-" + std::to_string(getpid()) + "-";
  for (int attempt = 0; descriptor_ < 0; ++attempt) {
    temporary_ = stem + std::to_string(attempt) + ".part";
    // Before the file is there: from its first moment on, a signal removes it.
    remove_on_signal(temporary_);
    descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor_ < 0 && (errno != EEXIST || attempt == 100)) {
      const int error_number = errno;
      has_path_to_remove = 0;
      temporary_.clear();
      fail(name_, error_number);
    }
  }
  if (replaces && fchmod(descriptor_, static_cast<mode_t>(permissions)) != 0) {
    const int error_number = errno;
    discard();
    fail(name_, error_number);
  }
}

OutputFile::~OutputFile() {
  discard();
}

void OutputFile::discard() noexcept {
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
  if (!temporary_.empty()) unlink(temporary_.c_str());
  has_path_to_remove = 0;
  temporary_.clear();
}

bool OutputFile::try_write(const void* bytes, std::size_t count) noexcept {
  // Linux transfers at most this much in one call.
  constexpr std::size_t largest_transfer = 0x7ffff000;
  const auto* from = static_cast<const std::byte*>(bytes);
  while (count > 0) {
    const ssize_t done = ::write(descriptor_, from, std::min(count, largest_transfer));
    if (done < 0) {
      if (errno == EINTR) continue;
      error_number_ = errno;
      return false;
    }
    from += done;
    count -= static_cast<std::size_t>(done);
  }
  return true;
}

void OutputFile::write(const void* bytes, std::size_t count) {
  if (!try_write(bytes, count)) throw FileError(name_, last_problem());
}

std::string OutputFile::last_problem() const {
  return "cannot be written: " + system_message(error_number_);
}

void OutputFile::commit() {
  // Some file systems report a full disk only here.
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (close(descriptor) != 0) fail(name_, errno);
  if (temporary_.empty()) return;
  if (rename(temporary_.c_str(), target_.c_str()) != 0) fail(name_, errno);
  has_path_to_remove = 0;
  temporary_.clear();
}

}  // namespace twofold::tool
