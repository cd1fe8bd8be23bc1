// SPDX-License-Identifier: BSD-3-Clause
// Load: mixed calls from several threads for as long as is asked for. Every result is known
// beforehand; memory must not grow; no call may take a minute.
//
//   load [SECONDS [THREADS [SEED]]]
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "caller.hpp"
#include "memory.hpp"

namespace twofold::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Load {
  std::uint64_t duration = 60;
  std::uint64_t threads = 8;
  std::uint64_t seed = 1;
};

/// What is measured: at work once a second, and at rest, when no call is running and nothing is
/// shared, so that what malloc has given out is what is kept, or lost.
struct Measured {
  MemoryCurve at_work{"resident, at work", std::size_t{16} << 20};
  MemoryCurve at_rest{"resident, at rest", std::size_t{4} << 20};
  MemoryCurve in_use{"in use, at rest", std::size_t{64} << 10};
};

class Supervisor {
 public:
  explicit Supervisor(const Load& load)
      : load_(load), session_(load.seed), gate_(static_cast<int>(load.threads)) {
    for (std::uint64_t i = 0; i < load.threads; ++i)
      callers_.push_back(std::make_unique<Caller>(session_, gate_, load.seed * 1000 + i));
  }

  /// Whether all went well.
  bool run() {
    std::printf("%zu problems whose results are known, %llu threads, seed %llu\n",
                session_.problems.size(), number(load_.threads), number(load_.seed));
    start_ = Clock::now();
    std::vector<std::thread> threads;
    threads.reserve(callers_.size());
    for (const auto& caller : callers_)
      threads.emplace_back([&caller] { caller->run(); });
    watch();
    session_.is_over = true;
    gate_.open();
    while (!gate_.all_have_left()) {
      std::this_thread::sleep_for(milliseconds(2));
      require_progress();
    }
    for (std::thread& thread : threads)
      thread.join();
    return report();
  }

 private:
  static unsigned long long number(std::uint64_t value) { return value; }
  [[nodiscard]] Clock::duration elapsed() const { return Clock::now() - start_; }
  [[nodiscard]] double elapsed_seconds() const {
    return std::chrono::duration<double>(elapsed()).count();
  }

  void watch() {
    // A pause for every 240th of the time, so that each quarter has enough of them.
    const auto between_pauses =
        std::clamp<Clock::duration>(seconds(load_.duration) / 240, milliseconds(500), seconds(15));
    Clock::duration next_second = seconds(1);
    Clock::duration next_minute = seconds(60);
    Clock::duration next_pause = between_pauses;
    while (elapsed() < seconds(load_.duration) && !session_.is_over) {
      std::this_thread::sleep_for(milliseconds(100));
      require_progress();
      if (elapsed() >= next_second) {
        measured_.at_work.append(resident_bytes());
        next_second += seconds(1);
      }
      if (elapsed() >= next_pause) {
        pause();
        next_pause = elapsed() + between_pauses;
      }
      if (elapsed() >= next_minute) {
        print_minute();
        next_minute += seconds(60);
      }
    }
  }

  /// Ends the program if a thread has been in one call for a minute.
  void require_progress() {
    const auto is_stuck = [](const auto& caller) { return caller->doing().busy() > seconds(60); };
    if (std::none_of(callers_.begin(), callers_.end(), is_stuck)) return;
    std::printf("no progress for a minute:\n");
    for (std::size_t i = 0; i < callers_.size(); ++i)
      std::printf("  thread %zu: %s\n", i, callers_[i]->doing().text().c_str());
    std::fflush(stdout);
    std::_Exit(1);
  }

  void pause() {
    gate_.close();
    while (!gate_.all_wait()) {
      std::this_thread::sleep_for(milliseconds(2));
      require_progress();
    }
    session_.come_to_rest();
    trim_memory();
    measured_.at_rest.append(resident_bytes());
    if (malloc_reports) measured_.in_use.append(bytes_in_use());
    gate_.open();
  }

  [[nodiscard]] std::uint64_t calls() const {
    std::uint64_t sum = 0;
    for (const auto& caller : callers_)
      sum += caller->doing().calls();
    return sum;
  }
  [[nodiscard]] std::uint64_t errors(PlannedError kind) const {
    std::uint64_t sum = 0;
    for (const auto& caller : callers_)
      sum += caller->errors(kind);
    return sum;
  }
  [[nodiscard]] std::uint64_t errors() const {
    std::uint64_t sum = 0;
    for (const NamedError& error : planned_errors)
      sum += errors(error.kind);
    return sum;
  }
  /// What every longer load has to have met, and has not.
  [[nodiscard]] std::string missing() const {
    for (const NamedError& error : planned_errors) {
      if (errors(error.kind) == 0) return std::string("never seen: ") + error.name;
    }
    return {};
  }

  void print_minute() const {
    std::printf("%3.0f min: %llu calls, %.0f a second, %llu errors as planned, %.1f MiB resident\n",
                elapsed_seconds() / 60, number(calls()),
                static_cast<double>(calls()) / elapsed_seconds(), number(errors()),
                static_cast<double>(resident_bytes()) / (1 << 20));
    std::fflush(stdout);
  }

  using Counts = const std::map<std::string, std::uint64_t>& (Caller::*)() const;
  void print_counts(const char* heading, Counts counts) const {
    std::map<std::string, std::uint64_t> sums;
    for (const auto& caller : callers_) {
      for (const auto& [name, count] : ((*caller).*counts)())
        sums[name] += count;
    }
    std::printf("\n%-28s %12s\n", heading, "calls");
    for (const auto& [name, count] : sums)
      std::printf("%-28s %12llu\n", name.c_str(), number(count));
  }

  bool report() {
    print_counts("kind", &Caller::calls);
    print_counts("method asked for", &Caller::methods);
    std::printf("\n%-28s %12s\n", "error as planned", "calls");
    for (const NamedError& error : planned_errors)
      std::printf("%-28s %12llu\n", error.name, number(errors(error.kind)));
    std::printf("\n%s\n", MemoryCurve::heading().c_str());
    std::string failure = session_.failure;
    if (failure.empty() && load_.duration >= 60) failure = missing();
    for (const auto* curve : {&measured_.at_work, &measured_.at_rest, &measured_.in_use}) {
      std::printf("%s\n", curve->line().c_str());
      // In shorter runs not everything has been planned when the second quarter begins.
      const bool is_judged = load_.duration >= 300;
      if (failure.empty() && is_judged) failure = curve->growth();
    }
    std::printf("\n%llu calls in %.0f s, %.0f a second; %llu errors as planned; %s\n",
                number(calls()), elapsed_seconds(),
                static_cast<double>(calls()) / elapsed_seconds(), number(errors()),
                failure.empty() ? "every result as known" : failure.c_str());
    return failure.empty();
  }

  Load load_;
  Session session_;
  Gate gate_;
  std::vector<std::unique_ptr<Caller>> callers_;
  Measured measured_;
  Clock::time_point start_;
};

bool parse(int count, char** arguments, Load& load) {
  std::uint64_t* const values[] = {&load.duration, &load.threads, &load.seed};
  if (count - 1 > static_cast<int>(std::size(values))) return false;
  for (int i = 1; i < count; ++i) {
    const char* const end = arguments[i] + std::strlen(arguments[i]);
    const auto [parsed, error] = std::from_chars(arguments[i], end, *values[i - 1]);
    if (error != std::errc() || parsed != end) return false;
  }
  return load.threads > 0 && load.threads <= 1000;
}

}  // namespace

}  // namespace twofold::test

int main(int count, char** arguments) {
  using namespace twofold::test;
  Load load;
  if (!parse(count, arguments, load)) {
    std::fputs("usage: load [SECONDS [THREADS [SEED]]]\n", stderr);
    return 2;
  }
  try {
    return Supervisor(load).run() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "load: %s\n", error.what());
    return 1;
  }
}
