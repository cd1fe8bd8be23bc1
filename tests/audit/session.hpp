// SPDX-License-Identifier: BSD-3-Clause
// A run of the audit: which problems it draws, and what it has found.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "random_images.hpp"

namespace twofold::audit {

/// So many outputs of a problem are compared where there are more, if that saves time.
inline constexpr Index outputs_per_problem = 6'000;

/// Errors divided by what a bound allows.
struct Shares {
  Index outputs = 0;
  double largest = 0;
  double sum = 0;

  /// Infinite for NaN, and where nothing is allowed.
  void note(double error, double allowed);
};

/// Who is measured, and by what.
struct Row {
  std::string engine;
  std::string type;
  std::string bound;

  friend bool operator<(const Row& a, const Row& b) {
    return std::tie(a.bound, a.engine, a.type) < std::tie(b.bound, b.engine, b.type);
  }
};

struct Settings {
  std::uint64_t seed = 1;
  Index outputs = 50'000'000;  ///< to be known exactly, at least
  std::string only_series;     ///< empty: all
  std::uint64_t only_index = 0;
  bool quick = false;  ///< without what takes long
  /// Engines are given another kernel than the judge, and have to be found out.
  bool fault = false;
};

class Session {
 public:
  explicit Session(const Settings& settings) : settings_(settings) {}

  [[nodiscard]] bool fault() const { return settings_.fault; }
  [[nodiscard]] bool quick() const { return settings_.quick; }

  /// Draws problem after problem until their outputs make up so large a part of all, whereby a
  /// large problem counts as a small one: many problems say more than many outputs. A problem is
  /// drawn from the seed, the series' name and its number alone; problem(random, name) returns the
  /// number of outputs that are known exactly.
  template <class Problem>
  void run_series(const std::string& series, double part, Problem problem) {
    const auto wanted = static_cast<Index>(part * static_cast<double>(settings_.outputs));
    Index counted = 0;
    run_while(series, problem, [&](std::uint64_t, Index outputs) {
      counted += std::min(outputs, outputs_per_problem);
      return counted < wanted;
    });
  }

  /// Draws so many problems.
  template <class Problem>
  void run_problems(const std::string& series, std::uint64_t count, Problem problem) {
    run_while(series, problem, [&](std::uint64_t done, Index) { return done < count; });
  }

  /// Keeps the largest share, with the problem in which it was seen.
  void note(const Row& row, const Shares& shares, const std::string& problem);

  void print() const;
  /// Whether no row has an error beyond its bound.
  [[nodiscard]] bool all_within() const;
  /// Whether each row has one.
  [[nodiscard]] bool all_beyond() const;
  [[nodiscard]] bool anything_compared() const { return !findings_.empty(); }

 private:
  struct Finding {
    Shares shares;
    std::string problem;
  };

  /// more(problems so far, outputs of the last one)
  template <class Problem, class More>
  void run_while(const std::string& series, Problem problem, More more) {
    if (!settings_.only_series.empty()) {
      if (settings_.only_series == series) run_one(series, settings_.only_index, problem);
      return;
    }
    std::uint64_t done = 0;
    while (more(done + 1, run_one(series, done, problem)))
      ++done;
    tell(series, done + 1);
  }

  template <class Problem>
  Index run_one(const std::string& series, std::uint64_t index, Problem problem) {
    test::Random random(seed_of(series, index));
    const Index outputs = problem(random, series + "/" + std::to_string(index));
    exact_outputs_ += outputs;
    return outputs;
  }
  [[nodiscard]] std::uint64_t seed_of(const std::string& series, std::uint64_t index) const;
  static void tell(const std::string& series, std::uint64_t problems);

  Settings settings_;
  std::map<Row, Finding> findings_;
  Index exact_outputs_ = 0;
};

/// The parts of the audit.
void audit_images(Session& session);
void audit_mixed_types(Session& session);
void audit_layers(Session& session);
void audit_integers(Session& session);

}  // namespace twofold::audit
