// SPDX-License-Identifier: BSD-3-Clause
// From sums to a result: factors, rounding, saturation, wrap-around, the order of channels.
#include "diagnosis/fit.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "problem/erased_view.hpp"

namespace twofold::detail {

namespace {

struct Range {
  double lowest;
  double highest;
};

Range range_of(ElementType type) {
  const double values = std::ldexp(1.0, 8 * static_cast<int>(size_in_bytes(type)));
  if (is_signed_integer(type)) return {-values / 2, values / 2 - 1};
  return {0, values - 1};
}

double clipped(double value, const Range& range) {
  return std::clamp(value, range.lowest, range.highest);
}

bool is_finite(const std::complex<double>& value) {
  return std::isfinite(value.real()) && std::isfinite(value.imag());
}

/// How far the value lies from what the fate makes of the sum. Rounding to integers is left in it.
double distance(const std::complex<double>& sum, const std::complex<double>& value,
                const Fate& fate) {
  const std::complex<double> scaled = fate.factor * sum;
  if (!is_finite(scaled)) return 0;
  if (!is_finite(value)) return HUGE_VAL;
  switch (fate.storage) {
    case Storage::exact:
    case Storage::rounded:
      return std::abs(scaled - value);
    case Storage::truncated: {
      // One too many in the wrong direction is as far off as that.
      const double cut = scaled.real() - value.real();
      const bool is_towards_zero = scaled.real() < 0 ? cut <= 0 : cut >= 0;
      return is_towards_zero ? std::max(0.0, std::abs(cut) - 1) : std::abs(cut);
    }
    case Storage::saturated:
      return std::abs(clipped(scaled.real(), range_of(fate.type)) - value.real());
    case Storage::wrapped:
      break;
  }
  const Range range = range_of(fate.type);
  const double period = range.highest - range.lowest + 1;
  return std::abs(std::remainder(scaled.real() - value.real(), period));
}

double distance(const Sample& sample, const Fate& fate) {
  return distance(fate.channels_reversed ? sample.reversed : sample.sum, sample.value, fate);
}

/// The factor that brings sums closest to values.
class LeastSquares {
 public:
  void add(const std::complex<double>& sum, std::complex<double> value, const Fate& fate) {
    if (!is_finite(sum) || !is_finite(value)) return;
    largest_ = std::max(largest_, std::abs(sum));
    if (fate.storage == Storage::saturated) {
      // A value at the limit does not say how large the sum was.
      const Range range = range_of(fate.type);
      if (value.real() <= range.lowest || value.real() >= range.highest) return;
    }
    // On the mean, half a unit has been cut off.
    if (fate.storage == Storage::truncated && value != 0.0) value += value.real() < 0 ? -0.5 : 0.5;
    product_ += sum.real() * value.real() + sum.imag() * value.imag();
    square_ += std::norm(sum);
  }
  [[nodiscard]] double factor() const { return square_ > 0 ? product_ / square_ : 0; }
  [[nodiscard]] double largest() const { return largest_; }

 private:
  double product_ = 0;
  double square_ = 0;
  double largest_ = 0;
};

bool has_range(const Fate& fate) {
  return fate.storage == Storage::saturated || fate.storage == Storage::wrapped;
}

/// Where rounding alone is enough, no sum lies outside the range of a type.
void drop_idle_ranges(std::vector<Fate>& fates) {
  const auto rounds = [&](const Fate& ranged) {
    return std::any_of(fates.begin(), fates.end(), [&](const Fate& fate) {
      return !has_range(fate) && fate.is_scaled() == ranged.is_scaled() &&
             fate.channels_reversed == ranged.channels_reversed;
    });
  };
  std::vector<Fate> kept;
  std::copy_if(fates.begin(), fates.end(), std::back_inserter(kept),
               [&](const Fate& fate) { return !has_range(fate) || !rounds(fate); });
  fates = std::move(kept);
}

template <class Visit>
void for_all_outputs(const Shape& shape, const Visit& visit) {
  for (Index row = 0; row < shape.rows; ++row) {
    for (Index col = 0; col < shape.cols; ++col) {
      for (Index channel = 0; channel < shape.channels; ++channel)
        visit(row, col, channel);
    }
  }
}

constexpr double unlikely_deviations = 8;
constexpr double least_error_terms = 32;
constexpr double least_spread = 4;

}  // namespace

std::vector<KnownFactor> known_factors(const Sums& sums) {
  const Sums::KernelTotals& kernel = sums.kernel_totals();
  const double total = kernel.sum.imag() == 0 ? kernel.sum.real() : 0;
  const double taps = static_cast<double>(sums.taps());
  std::vector<KnownFactor> factors;
  // The first of equal ones gives the name.
  const auto add = [&](double value, const char* name, const char* inverse_name) {
    if (value == 0 || value == 1 || !std::isfinite(value)) return;
    factors.push_back({1 / value, inverse_name});
    factors.push_back({value, name});
  };
  add(total, "the sum of the kernel", "1 ÷ the sum of the kernel");
  add(kernel.magnitudes, "the sum of the kernel's magnitudes",
      "1 ÷ the sum of the kernel's magnitudes");
  add(std::sqrt(kernel.squares), "the kernel's Euclidean norm", "1 ÷ the kernel's Euclidean norm");
  add(kernel.largest, "the kernel's largest magnitude", "1 ÷ the kernel's largest magnitude");
  add(taps, "the number of taps", "1 ÷ the number of taps");
  add(255, "255", "1 ÷ 255");
  add(256, "256", "1 ÷ 256");
  add(65535, "65535", "1 ÷ 65535");
  factors.push_back({-1, "the opposite sign"});
  return factors;
}

Fit::Fit(const Sums& sums, const GivenResult& result, std::complex<double> fill)
    : sums_(sums), result_(result), factors_(known_factors(sums)) {
  // The rounding errors of a sum of m terms are below m·u, and in practice below a few times √m·u;
  // Fourier transforms have errors of a few u whatever m is.
  const double taps = static_cast<double>(sums.taps());
  const double terms =
      std::max(least_error_terms, std::min(taps, unlikely_deviations * std::sqrt(taps)));
  rounding_error_ = terms * (sums.is_complex() ? 3 : 1) * result.unit_roundoff * sums.largest(fill);
  unscaled_ = unscaled_fates();
}

std::vector<Fate> Fit::unscaled_fates() const {
  std::vector<Fate> fates;
  const auto add = [&](Storage storage, ElementType type) {
    fates.push_back({1, false, storage, type, false});
    if (has_colours(result_.values.shape)) fates.push_back({1, false, storage, type, true});
  };
  add(Storage::exact, {});
  // Where all values are much the same integer, rounding would make a result of anything.
  if (!result_.are_whole || result_.highest - result_.lowest <= least_spread) return fates;
  if (!sums_.are_integers()) {
    add(Storage::rounded, {});
    add(Storage::truncated, {});
  }
  using enum ElementType;
  for (const ElementType type : {uint8, int8, uint16, int16, uint32, int32, uint64, int64}) {
    const bool is_own = type == result_.values.type;
    if (is_integer(result_.values.type) ? !is_own : size_in_bytes(type) > 4) continue;
    const Range range = range_of(type);
    if (result_.lowest < range.lowest || result_.highest > range.highest) continue;
    add(Storage::saturated, type);
    add(Storage::wrapped, type);
  }
  return fates;
}

double Fit::allowance(const Fate& fate) const {
  // A factor that is known from rounded values only is a little off.
  const double unknown = fate.is_estimated ? 0.25 : 0;
  switch (fate.storage) {
    case Storage::exact:
      return 0;
    case Storage::truncated:
      return unknown;
    case Storage::rounded:
      return 0.5 + unknown;
    case Storage::saturated:
    case Storage::wrapped:
      break;
  }
  // Rounded in whatever way first, unless there was nothing to round.
  return sums_.are_integers() && !fate.is_scaled() ? 0 : 1 + unknown;
}

double Fit::rounding_tolerance(const Fate& fate) const {
  return rounding_error_ * std::abs(fate.factor);
}

double Fit::tolerance(const Fate& fate) const {
  return rounding_tolerance(fate) + allowance(fate);
}

std::string Fit::factor_name(double factor) const {
  for (const KnownFactor& known : factors_) {
    if (known.value == factor) return known.name;
  }
  return {};
}

bool Fit::fits(std::span<const Sample> samples, const Fate& fate) const {
  // A factor that was estimated from these few may be a little off.
  const double limit = rounding_tolerance(fate) * (fate.is_estimated ? 2 : 1) + allowance(fate);
  if (has_range(fate)) {
    // With rounding errors as large as the range, anything would fit.
    const Range range = range_of(fate.type);
    if (limit > (range.highest - range.lowest) / 16) return false;
  }
  return std::all_of(samples.begin(), samples.end(),
                     [&](const Sample& sample) { return distance(sample, fate) <= limit; });
}

double Fit::estimated_factor(std::span<const Sample> samples, const Fate& fate) const {
  LeastSquares squares;
  for (const Sample& sample : samples)
    squares.add(fate.channels_reversed ? sample.reversed : sample.sum, sample.value, fate);
  return squares.factor();
}

/// Whether the values are more than rounding errors, which fit anything.
bool Fit::is_informative(std::span<const Sample> samples, const Fate& fate) const {
  const double noise = rounding_tolerance(fate) + 4 * allowance(fate);
  return std::isfinite(fate.factor) &&
         std::any_of(samples.begin(), samples.end(), [&](const Sample& sample) {
           return std::abs(fate.factor * sample.sum) > 4 * noise;
         });
}

/// Of those that fit, the closest; null if none does.
const KnownFactor* Fit::best_known_factor(std::span<const Sample> samples, Fate fate) const {
  const KnownFactor* best = nullptr;
  double least = HUGE_VAL;
  for (const KnownFactor& known : factors_) {
    fate.factor = known.value;
    if (!fits(samples, fate) || !is_informative(samples, fate)) continue;
    double largest = 0;
    for (const Sample& sample : samples)
      largest = std::max(largest, distance(sample, fate));
    if (largest >= least) continue;
    least = largest;
    best = &known;
  }
  return best;
}

void Fit::try_scaled(std::span<const Sample> samples, Fate fate, std::vector<Fate>& found) const {
  if (fate.storage != Storage::exact) {
    // What was rounded, or has wrapped around, says little or nothing about its factor.
    const KnownFactor* const known = best_known_factor(samples, fate);
    if (known != nullptr) {
      fate.factor = known->value;
      found.push_back(fate);
    }
    if (known != nullptr || fate.storage == Storage::wrapped) return;
  }
  fate.is_estimated = true;
  fate.factor = estimated_factor(samples, fate);
  if (is_informative(samples, fate) && fits(samples, fate)) found.push_back(fate);
}

std::vector<Fate> Fit::fates_of(std::span<const Sample> samples,
                                std::span<const Fate> refuted) const {
  const auto is_refuted = [&](const Fate& fate) {
    return std::any_of(refuted.begin(), refuted.end(),
                       [&](const Fate& other) { return fate.is_kind_of(other); });
  };
  for (int count = 0; count <= 3; ++count) {
    std::vector<Fate> found;
    for (const Fate& fate : unscaled_) {
      if (fate.count() == count && fits(samples, fate)) found.push_back(fate);
      if (fate.count() == count - 1) try_scaled(samples, fate, found);
    }
    std::erase_if(found, is_refuted);
    drop_idle_ranges(found);
    if (!found.empty()) return found;
  }
  return {};
}

Fit::Trial Fit::compared(const WholeSums& sums, const Fate& fate) const {
  Trial trial{fate, 0, tolerance(fate) + sums.error() * std::abs(fate.factor), {}};
  visit_element(result_.values.type, [&]<class T>(Tag<T>) {
    const View<const T> values = typed<T>(result_.values);
    for_all_outputs(values.shape(), [&](Index row, Index col, Index channel) {
      const Index from = fate.channels_reversed ? reversed_channel(channel) : channel;
      const double residual =
          distance(sums(row, col, from), as_number(values(row, col, channel)), fate);
      if (residual <= trial.residual) return;
      trial.residual = residual;
      trial.worst = {row, col, channel};
    });
  });
  return trial;
}

Fit::Trial Fit::trial(const WholeSums& sums, const Fate& fate) const {
  if (!fate.is_estimated) return compared(sums, fate);
  LeastSquares squares;
  visit_element(result_.values.type, [&]<class T>(Tag<T>) {
    const View<const T> values = typed<T>(result_.values);
    for_all_outputs(values.shape(), [&](Index row, Index col, Index channel) {
      const Index from = fate.channels_reversed ? reversed_channel(channel) : channel;
      squares.add(sums(row, col, from), as_number(values(row, col, channel)), fate);
    });
  });
  Fate improved = fate;
  improved.factor = squares.factor();
  const auto closest = std::min_element(
      factors_.begin(), factors_.end(), [&](const KnownFactor& a, const KnownFactor& b) {
        return std::abs(a.value - improved.factor) < std::abs(b.value - improved.factor);
      });
  if (std::abs(closest->value - improved.factor) * squares.largest() <= tolerance(improved)) {
    Fate known = fate;
    known.factor = closest->value;
    known.is_estimated = false;
    const Trial trial = compared(sums, known);
    if (trial.is_passed()) return trial;
  }
  return compared(sums, improved);
}

}  // namespace twofold::detail
