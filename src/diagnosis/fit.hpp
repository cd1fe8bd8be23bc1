// SPDX-License-Identifier: BSD-3-Clause
// Fit: what has become of a geometry's sums, where they are the origin of a result.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "diagnosis/given_result.hpp"

namespace twofold::detail {

/// What may happen to sums on their way into a result.
struct Fate {
  double factor = 1;
  bool is_estimated = false;  ///< the factor is the best one for the outputs seen so far
  Storage storage = Storage::exact;
  ElementType type{};  ///< of saturated and wrapped
  bool channels_reversed = false;

  [[nodiscard]] bool is_scaled() const noexcept { return factor != 1 || is_estimated; }
  /// How many things have happened.
  [[nodiscard]] int count() const noexcept {
    return (is_scaled() ? 1 : 0) + (storage == Storage::exact ? 0 : 1) +
           (channels_reversed ? 1 : 0);
  }
  /// Whether they differ in the factor's value at most.
  [[nodiscard]] bool is_kind_of(const Fate& other) const noexcept {
    return is_scaled() == other.is_scaled() && storage == other.storage && type == other.type &&
           channels_reversed == other.channels_reversed;
  }
};

/// One output: the sum of its own channel, that of the channel in reversed order, the result.
struct Sample {
  std::complex<double> sum;
  std::complex<double> reversed;
  std::complex<double> value;
};

/// The channel that stands in place of another where RGB and BGR are exchanged.
[[nodiscard]] constexpr Index reversed_channel(Index channel) noexcept {
  return channel < 3 ? 2 - channel : channel;
}
[[nodiscard]] constexpr bool has_colours(const Shape& shape) noexcept {
  return shape.channels == 3 || shape.channels == 4;
}

/// A constant that kernels and images are divided by or multiplied with.
struct KnownFactor {
  double value;
  const char* name;
};
[[nodiscard]] std::vector<KnownFactor> known_factors(const Sums&);

class Fit {
 public:
  /// `fill`: a value that may lie outside the image. Refers to its arguments.
  Fit(const Sums&, const GivenResult&, std::complex<double> fill);

  /// The simplest fates that turn the sums into the values, without those that are refuted.
  [[nodiscard]] std::vector<Fate> fates_of(std::span<const Sample>,
                                           std::span<const Fate> refuted = {}) const;

  /// How far the result may lie from what a fate makes of exact sums.
  [[nodiscard]] double tolerance(const Fate&) const;

  /// A fate that is compared with all outputs.
  struct Trial {
    Fate fate;             ///< its factor improved by all outputs, or the known one that is as good
    double residual = 0;   ///< infinite where only the result is not finite
    double tolerance = 0;  ///< that of the sums' own errors included
    Probe worst;

    [[nodiscard]] bool is_passed() const noexcept { return residual <= tolerance; }
  };
  [[nodiscard]] Trial trial(const WholeSums&, const Fate&) const;

  /// The name of a factor that is known; empty if it is not.
  [[nodiscard]] std::string factor_name(double factor) const;

 private:
  [[nodiscard]] double allowance(const Fate&) const;
  [[nodiscard]] double rounding_tolerance(const Fate&) const;
  [[nodiscard]] bool fits(std::span<const Sample>, const Fate&) const;
  [[nodiscard]] Trial compared(const WholeSums&, const Fate&) const;
  [[nodiscard]] const KnownFactor* best_known_factor(std::span<const Sample>, Fate) const;
  [[nodiscard]] double estimated_factor(std::span<const Sample>, const Fate&) const;
  [[nodiscard]] bool is_informative(std::span<const Sample>, const Fate&) const;
  [[nodiscard]] std::vector<Fate> unscaled_fates() const;
  void try_scaled(std::span<const Sample>, Fate, std::vector<Fate>& found) const;

  const Sums& sums_;
  const GivenResult& result_;
  std::vector<KnownFactor> factors_;
  std::vector<Fate> unscaled_;
  double rounding_error_ = 0;  ///< of a sum
};

}  // namespace twofold::detail
