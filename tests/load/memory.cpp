// SPDX-License-Identifier: BSD-3-Clause
#include "memory.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>

#include <malloc.h>
#include <unistd.h>

namespace twofold::test {

namespace {

constexpr double mebibyte = 1 << 20;

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 200> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

}  // namespace

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t bytes_in_use() {
  if (!malloc_reports) return 0;
  const auto state = mallinfo2();
  return state.uordblks + state.hblkhd;
}

void trim_memory() {
  if (malloc_reports) malloc_trim(0);
}

std::size_t MemoryCurve::highest(std::size_t quarter) const {
  const auto at = [&](std::size_t which) {
    return bytes_.begin() + static_cast<std::ptrdiff_t>(bytes_.size() * which / 4);
  };
  return at(quarter) == at(quarter + 1) ? 0 : *std::max_element(at(quarter), at(quarter + 1));
}

std::string MemoryCurve::growth() const {
  if (bytes_.size() < 8 || highest(3) <= highest(1) + tolerance_) return {};
  return formatted("%s has grown by %.3f MiB, allowed are %.3f", name_.c_str(),
                   static_cast<double>(highest(3) - highest(1)) / mebibyte,
                   static_cast<double>(tolerance_) / mebibyte);
}

std::string MemoryCurve::heading() {
  return formatted("%-24s %10s %10s %10s %10s %10s %10s", "MiB, highest", "start", "1st quarter",
                   "2nd", "3rd", "4th", "end");
}

std::string MemoryCurve::line() const {
  if (bytes_.empty()) return name_;
  const auto in_mebibytes = [](std::size_t bytes) { return static_cast<double>(bytes) / mebibyte; };
  return formatted("%-24s %10.3f %10.3f %10.3f %10.3f %10.3f %10.3f", name_.c_str(),
                   in_mebibytes(bytes_.front()), in_mebibytes(highest(0)), in_mebibytes(highest(1)),
                   in_mebibytes(highest(2)), in_mebibytes(highest(3)), in_mebibytes(bytes_.back()));
}

}  // namespace twofold::test
