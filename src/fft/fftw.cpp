// SPDX-License-Identifier: BSD-3-Clause
// The transforms on FFTW. They use only calls that other libraries with FFTW's interface have too:
// plan_many, new-array execution, destroy_plan.
#include <compare>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include <fftw3.h>

#include "fft/fft.hpp"
#include "support/first_use.hpp"
#include "twofold/error.hpp"
#include "twofold/image.hpp"
#include "twofold/info.hpp"

namespace twofold {

FftBackend fft_backend() {
  return {
      fftw_version,
      "FFTW is under the GPL, version 2 or later: a program linked with it is under the GPL when "
      "distributed, unless its author holds another licence of FFTW. Built with TWOFOLD_FFT=OFF, "
      "twofold is BSD-3-Clause alone."};
}

namespace detail::fft {

namespace {

template <class R>
struct Fftw;

template <>
struct Fftw<float> {
  using Plan = fftwf_plan;
  using Complex = fftwf_complex;
  static constexpr auto plan = &fftwf_plan_many_dft;
  static constexpr auto run = &fftwf_execute_dft;
  static constexpr auto destroy = &fftwf_destroy_plan;
  static constexpr auto wisdom_to_text = &fftwf_export_wisdom_to_string;
  static constexpr auto wisdom_from_text = &fftwf_import_wisdom_from_string;
  static constexpr auto forget_wisdom = &fftwf_forget_wisdom;
  static constexpr auto set_time_limit = &fftwf_set_timelimit;
};

template <>
struct Fftw<double> {
  using Plan = fftw_plan;
  using Complex = fftw_complex;
  static constexpr auto plan = &fftw_plan_many_dft;
  static constexpr auto run = &fftw_execute_dft;
  static constexpr auto destroy = &fftw_destroy_plan;
  static constexpr auto wisdom_to_text = &fftw_export_wisdom_to_string;
  static constexpr auto wisdom_from_text = &fftw_import_wisdom_from_string;
  static constexpr auto forget_wisdom = &fftw_forget_wisdom;
  static constexpr auto set_time_limit = &fftw_set_timelimit;
};

template <class R>
using Plan = typename Fftw<R>::Plan;
template <class R>
using Complex = typename Fftw<R>::Complex;

template <class R>
Plan<R> plan_of(const std::shared_ptr<const void>& plan) noexcept {
  return static_cast<Plan<R>>(const_cast<void*>(plan.get()));
}

/// What a plan is for: rows of `points`, or tiles of points × points with vectors at each.
struct PlanShape {
  Index points = 0;
  bool tile = false;

  [[nodiscard]] Index numbers() const noexcept {
    return tile ? points * points * tile_vectors : points;
  }
  friend auto operator<=>(const PlanShape&, const PlanShape&) = default;
};

/// Two rows or tiles to plan on. ESTIMATE does not touch them.
template <class R>
class PlanningMemory {
 public:
  explicit PlanningMemory(Index numbers)
      : from_(Image<std::complex<R>>::uninitialized({1, numbers})),
        to_(Image<std::complex<R>>::uninitialized({1, numbers})) {}
  [[nodiscard]] Complex<R>* from() noexcept { return reinterpret_cast<Complex<R>*>(from_.data()); }
  [[nodiscard]] Complex<R>* to() noexcept { return reinterpret_cast<Complex<R>*>(to_.data()); }

 private:
  Image<std::complex<R>> from_;
  Image<std::complex<R>> to_;
};

template <class R>
std::shared_ptr<const void> make_plan(const PlanShape& shape, unsigned rigour) {
  if (shape.points > largest_length) {
    throw Error(Errc::too_large, "method: a transform of " + std::to_string(shape.points) +
                                     " points is more than FFTW can be asked for");
  }
  PlanningMemory<R> memory(shape.numbers());
  const int points = static_cast<int>(shape.points);
  const int sides[] = {points, points};
  // ESTIMATE: cheap, and the same plan in every run, as long as no wisdom has been gathered
  // (info.hpp). Buffers would be allocated in every execution; without them FFTW's search has been
  // tried for all good lengths up to this one.
  constexpr Index longest_unbuffered = 16384;
  const unsigned flags = rigour | (shape.points <= longest_unbuffered ? FFTW_NO_BUFFERING : 0U);
  const int vectors = shape.tile ? static_cast<int>(tile_vectors) : 1;
  const int distance = shape.tile ? 1 : points;
  const Plan<R> plan =
      Fftw<R>::plan(shape.tile ? 2 : 1, sides, vectors, memory.from(), nullptr, vectors, distance,
                    memory.to(), nullptr, vectors, distance, FFTW_FORWARD, flags);
  if (plan == nullptr) {
    throw Error(Errc::unavailable, "method: FFTW makes no plan for transforms of " +
                                       std::to_string(shape.points) + " points");
  }
  return std::shared_ptr<const void>(plan, [](const void* made) {
    const std::lock_guard lock(fft_planner_mutex());
    Fftw<R>::destroy(static_cast<Plan<R>>(const_cast<void*>(made)));
  });
}

struct Entry {
  std::shared_ptr<const void> plan;
  std::uint64_t last_use = 0;
};

/// Plans that were made lately, so that a second call with the same sizes plans nothing. Bounded:
/// the one not used for longest makes room. What is in use somewhere lives on with its user.
template <class R>
class PlanCache {
 public:
  static std::shared_ptr<const void> get(const PlanShape& shape) {
    const std::lock_guard lock(fft_planner_mutex());
    return instance().found_or_made(shape);
  }

  static void forget_all() {
    const std::lock_guard lock(fft_planner_mutex());
    instance().entries_.clear();
  }

 private:
  static constexpr std::size_t capacity = 128;

  /// For who holds the lock.
  static PlanCache& instance() {
    static constinit FirstUse<PlanCache> cache;
    return *cache;
  }

  std::shared_ptr<const void> found_or_made(const PlanShape& shape) {
    if (const auto found = entries_.find(shape); found != entries_.end()) {
      found->second.last_use = ++clock_;
      return found->second.plan;
    }
    auto plan = make_plan<R>(shape, FFTW_ESTIMATE);
    if (entries_.size() >= capacity) forget_oldest();
    entries_[shape] = {plan, ++clock_};
    return plan;
  }

  void forget_oldest() {
    auto oldest = entries_.begin();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->second.last_use < oldest->second.last_use) oldest = entry;
    }
    entries_.erase(oldest);
  }

  std::map<PlanShape, Entry> entries_;
  std::uint64_t clock_ = 0;
};

/// FFTW merges what it takes into its wisdom, and leaves that as it was where it takes nothing.
template <class R>
bool add_text(const std::string& text) {
  return text.empty() || Fftw<R>::wisdom_from_text(text.c_str()) != 0;
}

template <class R>
std::string wisdom_text() {
  const std::unique_ptr<char, void (*)(void*)> text(Fftw<R>::wisdom_to_text(), &std::free);
  return text == nullptr ? "" : text.get();
}

void forget_plans() {
  PlanCache<float>::forget_all();
  PlanCache<double>::forget_all();
}

/// FFTW's searches for plans end after so many seconds, as long as this lives.
template <class R>
class TimeLimit {
 public:
  explicit TimeLimit(double seconds) { Fftw<R>::set_time_limit(seconds); }
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;
  ~TimeLimit() { Fftw<R>::set_time_limit(FFTW_NO_TIMELIMIT); }
};

}  // namespace

bool add_wisdom(const Wisdom& wisdom) {
  const std::lock_guard lock(fft_planner_mutex());
  const std::string before = wisdom_text<float>();
  if (!add_text<float>(wisdom.single_precision)) return false;
  if (!add_text<double>(wisdom.double_precision)) {
    Fftw<float>::forget_wisdom();
    (void)add_text<float>(before);
    return false;
  }
  forget_plans();
  return true;
}

Wisdom wisdom() {
  const std::lock_guard lock(fft_planner_mutex());
  return {wisdom_text<float>(), wisdom_text<double>()};
}

void set_wisdom(const Wisdom& wisdom) noexcept {
  const std::lock_guard lock(fft_planner_mutex());
  Fftw<float>::forget_wisdom();
  Fftw<double>::forget_wisdom();
  (void)add_text<float>(wisdom.single_precision);
  (void)add_text<double>(wisdom.double_precision);
  forget_plans();
}

template <class R>
void measure_plan(Index length, double seconds) {
  const std::lock_guard lock(fft_planner_mutex());
  const TimeLimit<R> limit(seconds);
  (void)make_plan<R>({length, false}, FFTW_MEASURE);
  PlanCache<R>::forget_all();
}

template void measure_plan<float>(Index, double);
template void measure_plan<double>(Index, double);

bool is_available() noexcept {
  return true;
}

/// FFTW takes what it does not change as not constant, too.
template <class R>
void run_plan(const std::shared_ptr<const void>& plan, const std::complex<R>* from,
              std::complex<R>* to) noexcept {
  auto* points = const_cast<std::complex<R>*>(from);
  Fftw<R>::run(plan_of<R>(plan), reinterpret_cast<Complex<R>*>(points),
               reinterpret_cast<Complex<R>*>(to));
}

template <class R>
Transform<R>::Transform(Index length) : plan_(PlanCache<R>::get({length, false})) {}

template <class R>
void Transform<R>::run(const std::complex<R>* from, std::complex<R>* to) const noexcept {
  run_plan(plan_, from, to);
}

template <class R>
TileTransform<R>::TileTransform(Index side) : plan_(PlanCache<R>::get({side, true})) {}

template <class R>
void TileTransform<R>::run(const std::complex<R>* from, std::complex<R>* to) const noexcept {
  run_plan(plan_, from, to);
}

template class TileTransform<float>;
template class TileTransform<double>;
template class Transform<float>;
template class Transform<double>;

}  // namespace detail::fft
}  // namespace twofold
