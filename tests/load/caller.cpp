// SPDX-License-Identifier: BSD-3-Clause
#include "caller.hpp"

#include <exception>

#include <sys/wait.h>
#include <unistd.h>

#include "user_errors.hpp"

namespace twofold::test {

namespace {

/// ThreadSanitizer knows no threads in a child of a process with threads; AddressSanitizer leaves
/// locked there what its allocator had locked for another thread (tests/unit/fork_test.cpp).
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr bool can_fork = false;
#else
constexpr bool can_fork = true;
#endif

}  // namespace

Session::Session(std::uint64_t seed) {
  Random random(seed);
  load_profile(cheap_transforms.path());
  append_convolutions(problems, random);
  append_layers(problems, random);
  load_profile(dear_transforms.path());
  for (const auto& problem : problems)
    problem->learn();
  diagnosis = {real_image<float>({23, 31}, random), real_image<float>({3, 4}, random), {}, {}};
  diagnosis.convolved = convolve2d(diagnosis.image, diagnosis.kernel, {.mode = Mode::same});
  diagnosis.correlated = correlate2d(diagnosis.image, diagnosis.kernel, {.mode = Mode::same});
}

void Session::come_to_rest() {
  for (SharedPlace& place : places) {
    const std::lock_guard lock(place.mutex);
    place.plan.reset();
  }
  load_profile(cheap_transforms.path());
}

void Session::fail(const std::string& reason) {
  const std::lock_guard lock(failure_mutex);
  if (failure.empty()) failure = reason;
  is_over = true;
}

std::span<const Caller::Kind> Caller::kinds() {
  static const Kind all[] = {
      {"one call", 300, &Caller::call_once},
      {"with threads of its own", 30, &Caller::call_with_threads},
      {"on the caller's pool", 150, &Caller::call_with_pool},
      {"plan made and destroyed", 200, &Caller::make_a_plan},
      {"plan shared or replaced", 300, &Caller::share_a_plan},
      {"region or part of a batch", 200, &Caller::execute_a_part},
      {"cancelled by its executor", 100, &Caller::be_cancelled},
      {"profile read", 20, &Caller::read_a_profile},
      {"damaged profile read", 20, &Caller::read_a_damaged_profile},
      {"user's mistake", 100, &Caller::make_a_mistake},
      {"diagnosis", 10, &Caller::ask_for_a_diagnosis},
      {"planner's lock held", 20, &Caller::hold_the_planner},
      {"forked child", can_fork ? 2 : 0, &Caller::ask_a_child},
  };
  return all;
}

const Caller::Kind& Caller::draw_kind() {
  Index sum = 0;
  for (const Kind& kind : kinds())
    sum += kind.weight;
  Index left = random_.index(0, sum - 1);
  for (const Kind& kind : kinds()) {
    if (left < kind.weight) return kind;
    left -= kind.weight;
  }
  return kinds().front();
}

const KnownProblem& Caller::draw_problem() {
  const auto last = static_cast<Index>(session_.problems.size()) - 1;
  const auto which = static_cast<std::size_t>(random_.index(0, last));
  const KnownProblem& problem = *session_.problems[which];
  take(problem);
  return problem;
}

void Caller::take(const KnownProblem& problem) {
  doing_.with(problem.text());
  ++methods_[std::string(name_of(problem.method()))];
}

void Caller::run() {
  while (!session_.is_over) {
    gate_.pass();
    const Kind& kind = draw_kind();
    doing_.begin(kind.name);
    try {
      (this->*kind.call)();
    } catch (const std::exception& error) {
      session_.fail(doing_.text() + ": " + error.what());
    }
    doing_.end();
    ++calls_[kind.name];
  }
  gate_.leave();
}

void Caller::call_once() {
  draw_problem().call({});
}

void Caller::call_with_threads() {
  draw_problem().call({.threads = static_cast<unsigned>(random_.index(2, 4))});
}

void Caller::call_with_pool() {
  draw_problem().call({.executor = &session_.pool});
}

void Caller::make_a_plan() {
  const auto plan = draw_problem().prepare({});
  plan->execute();
  if (random_.coin()) plan->execute();
}

void Caller::share_a_plan() {
  SharedPlace& place =
      session_.places[static_cast<std::size_t>(random_.index(0, std::ssize(session_.places) - 1))];
  std::shared_ptr<const PreparedProblem> plan;
  const KnownProblem* problem = nullptr;
  {
    const std::lock_guard lock(place.mutex);
    plan = place.plan;
    problem = place.problem;
  }
  if (plan != nullptr && random_.index(0, 3) != 0) {
    take(*problem);
    plan->execute();
    return;
  }
  problem = &draw_problem();
  plan = problem->prepare({});
  {
    const std::lock_guard lock(place.mutex);
    place.problem = problem;
    place.plan.swap(plan);
  }
  // Here the plan that stood there is destroyed, unless others are executing it still.
}

void Caller::execute_a_part() {
  const auto plan = draw_problem().prepare({});
  for (int i = 0; i < 3; ++i)
    plan->execute_part(random_);
}

template <class Call>
void Caller::cancel(PlannedError kind, Call call) {
  try {
    call();
  } catch (const Cancelled&) {
    count(kind);
  }
}

void Caller::be_cancelled() {
  Cancelling cancelling(session_.pool, static_cast<std::size_t>(random_.index(0, 3)));
  const KnownProblem& problem = draw_problem();
  if (random_.coin()) {
    cancel(PlannedError::call_cancelled, [&] { problem.call({.executor = &cancelling}); });
  } else {
    const auto plan = problem.prepare({.executor = &cancelling});
    if (random_.coin()) {
      cancel(PlannedError::plan_cancelled, [&] { plan->execute(); });
    } else {
      cancel(PlannedError::part_cancelled, [&] { plan->execute_part(random_); });
    }
    cancelling.relent();
    plan->execute();
  }
  cancelling.relent();
  problem.call({.executor = &cancelling});
}

void Caller::read_a_profile() {
  load_profile(random_.coin() ? session_.cheap_transforms.path() : session_.dear_transforms.path());
  if (active_profile().name.empty()) throw WrongResult("the profile has no name");
}

void Caller::read_a_damaged_profile() {
  try {
    load_profile(session_.damaged.path());
  } catch (const Error& error) {
    if (error.code() != Errc::invalid_profile) throw;
    count(PlannedError::damaged_profile);
    return;
  }
  throw WrongResult("a damaged profile was taken");
}

void Caller::make_a_mistake() {
  const auto errors = user_errors();
  const auto which = static_cast<std::size_t>(random_.index(0, std::ssize(errors) - 1));
  try {
    require_refused(errors[which]);
  } catch (const WrongResult& wrong) {
    throw WrongResult(std::string(errors[which].name) + ": " + wrong.what());
  }
  count(PlannedError::mistake);
}

void Caller::ask_for_a_diagnosis() {
  const auto& [image, kernel, convolved, correlated] = session_.diagnosis;
  const Diagnosis found = diagnose(image, kernel, convolved, correlated);
  if (found.verdict != Verdict::explained || found.explanations.size() != 1 ||
      found.explanations.front().causes != std::vector{Cause::operation}) {
    throw WrongResult("another diagnosis: " + found.summary());
  }
}

void Caller::hold_the_planner() {
  const std::lock_guard lock(fft_planner_mutex());
  draw_problem().call({});
}

void Caller::ask_a_child() {
  const KnownProblem& first = draw_problem();
  const KnownProblem& second = draw_problem();
  const pid_t child = fork();
  if (child == 0) {
    alarm(120);
    int status = 1;
    try {
      first.call({.threads = 2});
      second.call({});
      load_profile(session_.dear_transforms.path());
      status = 0;
    } catch (...) {
    }
    _exit(status);
  }
  int status = -1;
  if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
      WEXITSTATUS(status) != 0) {
    throw WrongResult("the child failed, wait status " + std::to_string(status));
  }
}

}  // namespace twofold::test
