// SPDX-License-Identifier: BSD-3-Clause
// Measures the rates of the cost model: each from an engine itself, run on a problem in which that
// rate decides, with those measured before it known.
#pragma once

#include "dispatch/rates.hpp"
#include "tuning/measurement.hpp"

namespace twofold::detail {

/// The rates of one instruction set; those not measured stay built in. In this order:
class Tuner {
 public:
  Tuner(Isa isa, const Effort& effort);

  [[nodiscard]] Isa isa() const noexcept { return isa_; }
  [[nodiscard]] const Rates& rates() const noexcept { return rates_; }

  /// Of the i-th of transform_lengths, in both precisions.
  void measure_transform(std::size_t i);
  /// Instead of measuring: they are FFTW's, whatever our instruction set.
  void take_transforms_of(const Tuner& other) noexcept;
  void measure_sums();
  void measure_separable();
  void measure_rows();
  void measure_planes();
  void measure_threads();
  void measure_layer_sums();
  void measure_layer_tiles();

 private:
  template <class T>
  void measure_tap(std::size_t lane);
  void measure_narrow(std::size_t index);
  template <class T>
  [[nodiscard]] double tile_point_seconds(Index length, Index channels = 1) const;
  template <class T>
  [[nodiscard]] double whole_point_seconds(Index rows, Index cols) const;
  template <class T>
  void measure_whole_points(std::size_t precision);
  [[nodiscard]] Rates with_points_of(double seconds) const;
  template <class Predict>
  [[nodiscard]] double point_seconds(double measured, const Predict& predict) const;
  void measure_lines();

  Isa isa_;
  Effort effort_;
  Rates rates_;
};

}  // namespace twofold::detail
