// SPDX-License-Identifier: BSD-3-Clause
// The transforms on FFTW, and the one lock around its planner. Only calls that other libraries with
// FFTW's interface have too: plan_many, new-array execution, destroy_plan.
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include <fftw3.h>

#include "fft/fft.hpp"
#include "support/scratch.hpp"
#include "twofold/error.hpp"
#include "twofold/image.hpp"
#include "twofold/info.hpp"

namespace twofold {

std::recursive_mutex& fft_planner_mutex() noexcept {
  // Never destroyed: plans that outlive main() are still destroyed under it.
  static auto& mutex = *new std::recursive_mutex;
  return mutex;
}

FftBackend fft_backend() {
  return {
      fftw_version,
      "FFTW is under the GPL, version 2 or later: a program linked with it is under the GPL when "
      "distributed, unless its author holds another licence of FFTW. Built with TWOFOLD_FFT=OFF, "
      "twofold is BSD-3-Clause alone."};
}

namespace detail::fft {

namespace {

enum class Kind : unsigned char {
  complex_forward,
  complex_backward,
  rows_forward,  ///< from one place to another
  rows_backward,
  real_forward,
  real_backward,
};

template <class R>
struct Fftw;

template <>
struct Fftw<float> {
  using Plan = fftwf_plan;
  using Complex = fftwf_complex;
  static constexpr auto plan_complex = &fftwf_plan_many_dft;
  static constexpr auto plan_to_spectrum = &fftwf_plan_many_dft_r2c;
  static constexpr auto plan_from_spectrum = &fftwf_plan_many_dft_c2r;
  static constexpr auto run_complex = &fftwf_execute_dft;
  static constexpr auto run_to_spectrum = &fftwf_execute_dft_r2c;
  static constexpr auto run_from_spectrum = &fftwf_execute_dft_c2r;
  static constexpr auto destroy = &fftwf_destroy_plan;
};

template <>
struct Fftw<double> {
  using Plan = fftw_plan;
  using Complex = fftw_complex;
  static constexpr auto plan_complex = &fftw_plan_many_dft;
  static constexpr auto plan_to_spectrum = &fftw_plan_many_dft_r2c;
  static constexpr auto plan_from_spectrum = &fftw_plan_many_dft_c2r;
  static constexpr auto run_complex = &fftw_execute_dft;
  static constexpr auto run_to_spectrum = &fftw_execute_dft_r2c;
  static constexpr auto run_from_spectrum = &fftw_execute_dft_c2r;
  static constexpr auto destroy = &fftw_destroy_plan;
};

template <class R>
using Plan = typename Fftw<R>::Plan;
template <class R>
using Complex = typename Fftw<R>::Complex;

/// Elements from the first to the last, and to the next multiple of a cache line.
Index extent_of(const Batch& batch) {
  const Index elements = (batch.length - 1) * batch.stride + (batch.count - 1) * batch.distance + 2;
  return round_up(elements, static_cast<Index>(Scratch::alignment));
}

template <class R>
Plan<R> make_plan(Kind kind, const Batch& batch, Complex<R>* data) {
  using F = Fftw<R>;
  const int length = static_cast<int>(batch.length);
  const int count = static_cast<int>(batch.count);
  const int stride = static_cast<int>(batch.stride);
  const int distance = static_cast<int>(batch.distance);
  R* reals = reinterpret_cast<R*>(data);
  // ESTIMATE: cheap, and the same plan in every run, as long as no wisdom has been gathered
  // (info.hpp). Buffers would be allocated in every execution; without them FFTW's search has been
  // tried for all good lengths up to this one.
  constexpr Index longest_unbuffered = 16384;
  const unsigned flags =
      FFTW_ESTIMATE | (batch.length <= longest_unbuffered ? FFTW_NO_BUFFERING : 0U);
  switch (kind) {
    case Kind::real_forward:
      return F::plan_to_spectrum(1, &length, count, reals, nullptr, 1, 2 * distance, data, nullptr,
                                 1, distance, flags);
    case Kind::real_backward:
      return F::plan_from_spectrum(1, &length, count, data, nullptr, 1, distance, reals, nullptr, 1,
                                   2 * distance, flags);
    default:
      break;
  }
  const bool forward = kind == Kind::complex_forward || kind == Kind::rows_forward;
  const bool in_place = kind == Kind::complex_forward || kind == Kind::complex_backward;
  Complex<R>* out = in_place ? data : data + extent_of(batch);
  return F::plan_complex(1, &length, count, data, nullptr, stride, distance, out, nullptr, stride,
                         distance, forward ? FFTW_FORWARD : FFTW_BACKWARD, flags);
}

/// Memory of the batch's extent and alignment to plan on, twice; ESTIMATE does not touch it.
class PlanningMemory {
 public:
  PlanningMemory(const Batch& batch, std::size_t element_bytes)
      : memory_(allocate_elements({2 * extent_of(batch), 1, 1}, element_bytes)) {}
  PlanningMemory(const PlanningMemory&) = delete;
  PlanningMemory& operator=(const PlanningMemory&) = delete;
  ~PlanningMemory() { free_elements(memory_); }
  [[nodiscard]] void* get() const noexcept { return memory_; }

 private:
  void* memory_;
};

using Key = std::tuple<Kind, Batch>;

struct Entry {
  std::shared_ptr<const void> plan;
  std::uint64_t last_use = 0;
};

/// Plans that were made lately, so that a second call with the same sizes plans nothing. Bounded:
/// the one not used for longest makes room. What is in use somewhere lives on with its user.
template <class R>
class PlanCache {
 public:
  static PlanCache& instance() {
    // Never destroyed: see fft_planner_mutex.
    static auto& cache = *new PlanCache;
    return cache;
  }

  std::shared_ptr<const void> get(Kind kind, const Batch& batch) {
    const std::lock_guard lock(fft_planner_mutex());
    const Key key{kind, batch};
    if (const auto found = entries_.find(key); found != entries_.end()) {
      found->second.last_use = ++clock_;
      return found->second.plan;
    }
    auto plan = make_shared_plan(kind, batch);
    if (entries_.size() >= capacity) forget_oldest();
    entries_[key] = {plan, ++clock_};
    return plan;
  }

 private:
  static constexpr std::size_t capacity = 128;

  static std::shared_ptr<const void> make_shared_plan(Kind kind, const Batch& batch) {
    if (batch.length > largest_length || batch.count > largest_length ||
        batch.stride > largest_length || batch.distance > largest_length) {
      throw Error(Errc::too_large, "method: a transform of " + std::to_string(batch.length) +
                                       " points is more than FFTW can be asked for");
    }
    const PlanningMemory memory(batch, sizeof(Complex<R>));
    const Plan<R> plan = make_plan<R>(kind, batch, static_cast<Complex<R>*>(memory.get()));
    if (plan == nullptr) {
      throw Error(Errc::unavailable, "method: FFTW makes no plan for transforms of " +
                                         std::to_string(batch.length) + " points");
    }
    return std::shared_ptr<const void>(plan, [](const void* made) {
      const std::lock_guard lock(fft_planner_mutex());
      Fftw<R>::destroy(static_cast<Plan<R>>(const_cast<void*>(made)));
    });
  }

  void forget_oldest() {
    auto oldest = entries_.begin();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (entry->second.last_use < oldest->second.last_use) oldest = entry;
    }
    entries_.erase(oldest);
  }

  std::map<Key, Entry> entries_;
  std::uint64_t clock_ = 0;
};

template <class R>
Plan<R> plan_of(const std::shared_ptr<const void>& plan) noexcept {
  return static_cast<Plan<R>>(const_cast<void*>(plan.get()));
}

}  // namespace

bool is_available() noexcept {
  return true;
}

template <class R>
ComplexPass<R>::ComplexPass(const Batch& batch, Direction direction)
    : plan_(PlanCache<R>::instance().get(
          direction == Direction::forward ? Kind::complex_forward : Kind::complex_backward,
          batch)) {}

template <class R>
void ComplexPass<R>::run(std::complex<R>* data) const noexcept {
  auto* points = reinterpret_cast<Complex<R>*>(data);
  Fftw<R>::run_complex(plan_of<R>(plan_), points, points);
}

template <class R>
RowPass<R>::RowPass(Index length, Index count, Index pitch, Direction direction)
    : plan_(PlanCache<R>::instance().get(
          direction == Direction::forward ? Kind::rows_forward : Kind::rows_backward,
          {length, 1, 1, length})),
      count_(count),
      pitch_(pitch) {}

template <class R>
void RowPass<R>::run(const std::complex<R>* from, std::complex<R>* to) const noexcept {
  const Plan<R> plan = plan_of<R>(plan_);
  for (Index row = 0; row < count_; ++row, from += pitch_, to += pitch_) {
    // FFTW takes what it does not change as not constant, too.
    auto* points = const_cast<std::complex<R>*>(from);
    Fftw<R>::run_complex(plan, reinterpret_cast<Complex<R>*>(points),
                         reinterpret_cast<Complex<R>*>(to));
  }
}

template <class R>
RealPass<R>::RealPass(const Batch& batch, Direction direction)
    : plan_(PlanCache<R>::instance().get(
          direction == Direction::forward ? Kind::real_forward : Kind::real_backward, batch)),
      direction_(direction) {}

template <class R>
void RealPass<R>::run(std::complex<R>* data) const noexcept {
  auto* points = reinterpret_cast<Complex<R>*>(data);
  auto* reals = reinterpret_cast<R*>(data);
  if (direction_ == Direction::forward) {
    Fftw<R>::run_to_spectrum(plan_of<R>(plan_), reals, points);
  } else {
    Fftw<R>::run_from_spectrum(plan_of<R>(plan_), points, reals);
  }
}

template class ComplexPass<float>;
template class ComplexPass<double>;
template class RowPass<float>;
template class RowPass<double>;
template class RealPass<float>;
template class RealPass<double>;

}  // namespace detail::fft
}  // namespace twofold
