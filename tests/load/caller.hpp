// SPDX-License-Identifier: BSD-3-Clause
// One thread of the load: draws one kind of call after the other, and checks each result.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "known_problem.hpp"
#include "profile_text.hpp"
#include "progress.hpp"
#include "temporary_file.hpp"
#include "worker_pool.hpp"

namespace twofold::test {

/// A plan that several threads execute, until one of them puts another in its place.
struct SharedPlace {
  std::mutex mutex;
  std::shared_ptr<const PreparedProblem> plan;
  const KnownProblem* problem = nullptr;
};

/// Results that diagnose explains.
struct DiagnosisCase {
  Image<float> image;
  Image<float> kernel;
  Image<float> convolved;
  Image<float> correlated;
};

/// What all threads of the load share.
struct Session {
  explicit Session(std::uint64_t seed);
  /// Forgets what depends on the moment: shared plans, and those of FFTW's that twofold keeps.
  void come_to_rest();
  /// Ends the load.
  void fail(const std::string& reason);

  KnownProblems problems;
  DiagnosisCase diagnosis;
  WorkerPool pool{3};
  std::array<SharedPlace, 16> places;
  TemporaryFile cheap_transforms{profile_text(0.5), "cheap"};
  TemporaryFile dear_transforms{profile_text(2), "dear"};
  TemporaryFile damaged{"twofold-profile 2\n", "damaged"};
  std::atomic<bool> is_over = false;
  std::mutex failure_mutex;
  std::string failure;
};

/// What is meant to fail.
enum class PlannedError : unsigned char {
  call_cancelled,
  plan_cancelled,
  part_cancelled,
  damaged_profile,
  mistake,
};
struct NamedError {
  PlannedError kind;
  const char* name;
};
inline constexpr NamedError planned_errors[] = {
    {PlannedError::call_cancelled, "one call cancelled"},
    {PlannedError::plan_cancelled, "plan cancelled"},
    {PlannedError::part_cancelled, "region or batch cancelled"},
    {PlannedError::damaged_profile, "damaged profile refused"},
    {PlannedError::mistake, "mistake refused"},
};

class Caller {
 public:
  Caller(Session& session, Gate& gate, std::uint64_t seed)
      : session_(session), gate_(gate), random_(seed) {}

  /// Calls until the session is over. Any mistake ends the session.
  void run();

  [[nodiscard]] const Doing& doing() const noexcept { return doing_; }
  [[nodiscard]] std::uint64_t errors(PlannedError kind) const noexcept {
    return errors_[static_cast<std::size_t>(kind)];
  }
  /// By kind, and by method. To be asked for after run.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& calls() const noexcept {
    return calls_;
  }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& methods() const noexcept {
    return methods_;
  }

 private:
  struct Kind {
    const char* name;
    Index weight;
    void (Caller::*call)();
  };
  static std::span<const Kind> kinds();
  [[nodiscard]] const Kind& draw_kind();
  const KnownProblem& draw_problem();
  void take(const KnownProblem& problem);
  void count(PlannedError kind) { ++errors_[static_cast<std::size_t>(kind)]; }
  /// A call whose executor may throw.
  template <class Call>
  void cancel(PlannedError kind, Call call);

  void call_once();
  void call_with_threads();
  void call_with_pool();
  void make_a_plan();
  void share_a_plan();
  void execute_a_part();
  void be_cancelled();
  void read_a_profile();
  void read_a_damaged_profile();
  void make_a_mistake();
  void ask_for_a_diagnosis();
  void hold_the_planner();
  void ask_a_child();

  Session& session_;
  Gate& gate_;
  Random random_;
  Doing doing_;
  std::array<std::atomic<std::uint64_t>, std::size(planned_errors)> errors_{};
  std::map<std::string, std::uint64_t> calls_;
  std::map<std::string, std::uint64_t> methods_;
};

}  // namespace twofold::test
