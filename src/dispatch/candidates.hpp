// SPDX-License-Identifier: BSD-3-Clause
// The dispatcher: the engines as an ordered table, and the choice among them.
#pragma once

#include <array>
#include <memory>
#include <span>

#include "dispatch/rates.hpp"
#include "engines/engines.hpp"

namespace twofold::detail {

/// How an engine would run, as far as it has a choice.
struct Manner {
  TileShape tile;                          ///< overlap-save
  PeriodShape period;                      ///< whole FFT
  std::shared_ptr<const Factors> factors;  ///< separable; null where the rank is too high
};

/// One row of the table.
struct CandidateEntry {
  Method method;
  /// `worth`: seconds beyond which nothing needs to be found out.
  Manner (*manner)(const Problem&, const Rates&, double worth);
  /// Why this engine cannot compute the problem within its contract; null if it can.
  const char* (*refusal)(const Problem&, const Manner&);
  /// Predicted, by one thread: a choice does not depend on their number, nor do the bits.
  double (*seconds)(const Problem&, const Rates&, const Manner&);
  /// Into how many pieces that threads can share the work falls.
  Index (*pieces)(const Problem&, const Manner&);
  std::size_t (*workspace)(const Problem&, const Manner&);
  std::unique_ptr<const Engine> (*prepare)(const Problem&, const Manner&);
};

/// In order of preference at equal cost; the reference, which takes every problem, last.
[[nodiscard]] std::span<const CandidateEntry> candidate_table() noexcept;

inline constexpr std::size_t candidate_count = 5;

/// Whether Options::method = `method` leaves `candidate` to be chosen. What has the larger errors
/// is not, unless it is asked for.
[[nodiscard]] bool admits(Method method, Method candidate) noexcept;

/// Throws Error(unsupported): of those that `method` admits, the last one's refusal.
[[noreturn]] void throw_unsupported(Method method, const char* refusal);

/// What the dispatcher found out about one row.
struct Verdict {
  const char* refusal = nullptr;
  Manner manner;
  double seconds = 0;
};

struct Choice {
  std::array<Verdict, candidate_count> verdicts;
  std::size_t chosen = 0;
};

/// Predicted seconds by the problem's number of threads.
[[nodiscard]] double shared_seconds(const CandidateEntry&, const Verdict&, const Problem&);

/// The cheapest candidate that `method` admits. Throws Error(unsupported) if there is none.
[[nodiscard]] Choice choose(const Problem& problem, Method method, const Rates& rates);

}  // namespace twofold::detail
