// SPDX-License-Identifier: BSD-3-Clause
// Runs participants side by side with Google Benchmark and records all repetitions as JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace twofold::bench {

/// In seconds.
struct Times {
  double wall = 0;
  double cpu = 0;
};

/// One of those that are compared: work, and what one run of it amounts to.
struct Participant {
  std::string name;
  std::function<void()> run = {};
  double amount = 0;                  ///< of `unit`s in one run; 0: only time is of interest
  std::string_view unit = {};         ///< "GFLOP/s", "GB/s": billions of `amount` per second
  std::string label = {};             ///< kept beside the result: the method that ran
  bool brief = false;                 ///< measured for a short time only: a limit, not a result
  std::string unavailable = {};       ///< not empty: why it cannot run; recorded instead of a time
  std::function<void()> before = {};  ///< before every repetition, not measured
  /// In place of `run`: runs so many times and says what all of them took. For those who must
  /// measure by themselves. Recorded are wall time, and CPU time as a counter `cpu_ns`.
  std::function<Times(std::int64_t)> run_timed = {};
};

/// The command line of a benchmark program: Google Benchmark's own options, and
///   --quick               a selection for daily use
///   --benchmark_out=FILE  all repetitions as JSON; FILE appears when everything is done
/// Throws std::invalid_argument for an unknown option.
///
/// Google Benchmark shuffles repetitions over all benchmarks of one run, which here would put
/// minutes between a measurement and the one it is divided by. So every comparison is a run of its
/// own, and one record is made of them.
class Runner {
 public:
  Runner(int argc, char** argv);
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner();

  /// A remark for the record's head. Only before the first comparison.
  void describe(const std::string& key, const std::string& value);

  [[nodiscard]] bool quick() const noexcept;
  /// Whether --benchmark_filter lets "<comparison>/<participant>" through.
  [[nodiscard]] bool selects(const std::string& comparison, std::string_view participant) const;
  /// How many comparisons there will be, for the progress line on a terminal.
  void expect(std::size_t comparisons);

  /// The participants' repetitions in random order. Those that are not selected are left out.
  void compare(const std::string& comparison, const std::vector<Participant>& participants);
  /// Completes the record.
  void finish();

 private:
  class Record;
  std::unique_ptr<Record> record_;
};

/// What every benchmark program's main does around `measure`. Returns the exit code.
int run_program(int argc, char** argv, const std::function<void(Runner&)>& measure);

}  // namespace twofold::bench
