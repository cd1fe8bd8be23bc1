// SPDX-License-Identifier: BSD-3-Clause
// Memory that runs out, at an allocation of one's choice: the programs that link the file beside
// this one have its operator new. FFTW, which ends the process where it gets no memory, takes its
// own elsewhere.
#pragma once

#include <cstddef>
#include <limits>

namespace twofold::test {

/// How much is allocated and not freed, by operator new in all its forms, in all threads.
struct Allocated {
  std::size_t blocks = 0;
  std::size_t bytes = 0;

  friend bool operator==(const Allocated&, const Allocated&) = default;
};
[[nodiscard]] Allocated allocated() noexcept;

/// What happens to allocations after the one that fails.
enum class Afterwards : unsigned char { succeed, fail };

/// As long as this lives, the `which`-th allocation from its construction on, counted from 1,
/// fails. One at a time.
class AllocationFailure {
 public:
  static constexpr std::size_t never = std::numeric_limits<std::size_t>::max();

  AllocationFailure(std::size_t which, Afterwards afterwards) noexcept;
  AllocationFailure(const AllocationFailure&) = delete;
  AllocationFailure& operator=(const AllocationFailure&) = delete;
  ~AllocationFailure();

  /// How many there were.
  [[nodiscard]] static std::size_t allocations() noexcept;
  /// Whether one failed.
  [[nodiscard]] static bool happened() noexcept;
};

}  // namespace twofold::test
