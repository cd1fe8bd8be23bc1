// SPDX-License-Identifier: BSD-3-Clause
// Calls in which every allocation fails in turn.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

#include "allocation_failure.hpp"
#include "fft/fft.hpp"
#include "twofold/error.hpp"

namespace twofold::test {

namespace fft = twofold::detail::fft;

/// Something that takes memory.
struct Attempt {
  std::function<void()> run;
  std::function<bool()> is_right;      ///< whether what it had to do is done
  std::function<bool()> is_untouched;  ///< whether nothing of it is
  std::function<void()> undo;          ///< makes it so, and frees what it took
};

enum class Outcome { done, no_memory, refused };

inline Outcome outcome_of(const Attempt& attempt) {
  try {
    attempt.run();
    return Outcome::done;
  } catch (const std::bad_alloc&) {
    return Outcome::no_memory;
  } catch (const Error&) {
    return Outcome::refused;
  }
}

/// As before any call: FFTW plans are kept for later ones.
inline void forget(const Attempt& attempt) {
  attempt.undo();
  fft::set_wisdom(fft::wisdom());
}

/// What one allocation's failure, or that of all from one on, comes to.
struct Trial {
  bool happened = false;  ///< there is such an allocation
  Outcome outcome{};
  bool is_right = false;  ///< what is left of the call: all or nothing
  Allocated before;
  Allocated after;
};

inline Trial trial_of(const Attempt& attempt, std::size_t which, Afterwards afterwards) {
  forget(attempt);
  Trial trial;
  trial.before = allocated();
  {
    const AllocationFailure failure(which, afterwards);
    trial.outcome = outcome_of(attempt);
    trial.happened = AllocationFailure::happened();
  }
  // Some failures are got over: threads that cannot be had.
  trial.is_right = trial.outcome == Outcome::done ? attempt.is_right() : attempt.is_untouched();
  forget(attempt);
  trial.after = allocated();
  return trial;
}

inline void check_trial(const Attempt& attempt, std::size_t which, Afterwards afterwards) {
  // Catch allocates, too: nothing of it before the trial is over.
  const Trial trial = trial_of(attempt, which, afterwards);
  INFO("allocation " << which << (afterwards == Afterwards::fail ? " and all later ones" : ""));
  CHECK(trial.happened);
  CHECK(trial.is_right);
  CHECK(trial.after.blocks == trial.before.blocks);
  CHECK(trial.after.bytes == trial.before.bytes);
  attempt.run();
  CHECK(attempt.is_right());
}

inline std::size_t count_allocations(const Attempt& attempt) {
  forget(attempt);
  const AllocationFailure none(AllocationFailure::never, Afterwards::succeed);
  attempt.run();
  return AllocationFailure::allocations();
}

/// Lets every allocation fail in turn; where there are more than `most`, some that lie evenly
/// between the first and the last. How many there are.
inline std::size_t fail_each(const Attempt& attempt, std::size_t most = 10'000) {
  attempt.run();  // once, for what is made once in a process
  REQUIRE(attempt.is_right());
  const std::size_t count = count_allocations(attempt);
  // Odd, because loops that allocate in pairs are frequent.
  const std::size_t step = count <= most ? 1 : count / most | 1;
  for (const Afterwards afterwards : {Afterwards::succeed, Afterwards::fail}) {
    for (std::size_t which = 1; which <= count; which += step)
      check_trial(attempt, which, afterwards);
  }
  forget(attempt);
  return count;
}

/// Something that returns its result.
template <class Result>
std::size_t fail_each(const std::function<Result()>& make,
                      const std::function<bool(const Result&)>& is_right,
                      std::size_t most = 10'000) {
  std::optional<Result> result;
  return fail_each({[&] { result.emplace(make()); }, [&] { return result && is_right(*result); },
                    [&] { return !result; }, [&] { result.reset(); }},
                   most);
}

/// Something that writes to memory of the caller's.
template <class Elements>
std::size_t fail_each_writing(Elements& out, const std::function<void()>& write) {
  const std::span memory(reinterpret_cast<unsigned char*>(out.data()),
                         static_cast<std::size_t>(out.size()) * sizeof(*out.data()));
  write();
  const std::vector<unsigned char> expected(memory.begin(), memory.end());
  constexpr unsigned char canary = 0xFF;
  return fail_each(
      {write, [&] { return std::equal(memory.begin(), memory.end(), expected.begin()); },
       [&] {
         return std::all_of(memory.begin(), memory.end(), [](auto x) { return x == canary; });
       },
       [&] { std::fill(memory.begin(), memory.end(), canary); }});
}

}  // namespace twofold::test
