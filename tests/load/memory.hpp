// SPDX-License-Identifier: BSD-3-Clause
// What this process's memory does over time.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace twofold::test {

/// Whether malloc says what is in use; a sanitizer's own does not.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool malloc_reports = false;
#else
inline constexpr bool malloc_reports = true;
#endif

/// Bytes of this process in main memory.
[[nodiscard]] std::size_t resident_bytes();
/// Bytes that malloc has given out in all arenas; 0 unless malloc_reports.
[[nodiscard]] std::size_t bytes_in_use();
/// Gives the operating system back what malloc keeps.
void trim_memory();

/// Measurements of one quantity, at equal intervals.
class MemoryCurve {
 public:
  /// `tolerance`: how much higher the last quarter's highest value may be than the second's, in
  /// bytes. The first quarter is the warm-up.
  MemoryCurve(std::string name, std::size_t tolerance)
      : name_(std::move(name)), tolerance_(tolerance) {
    bytes_.reserve(100'000);  // so that it does not grow itself
  }

  void append(std::size_t bytes) { bytes_.push_back(bytes); }
  /// Empty, or what has grown by how much. Needs eight measurements.
  [[nodiscard]] std::string growth() const;
  /// Name, first value, the highest of each quarter, last value: a line of a table.
  [[nodiscard]] std::string line() const;
  [[nodiscard]] static std::string heading();

 private:
  [[nodiscard]] std::size_t highest(std::size_t quarter) const;

  std::string name_;
  std::size_t tolerance_;
  std::vector<std::size_t> bytes_;
};

}  // namespace twofold::test
