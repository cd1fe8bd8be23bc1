// SPDX-License-Identifier: BSD-3-Clause
// Complex transforms of rows and of small tiles, from one place to another, on memory aligned to 64
// bytes: all that the engines ask of an FFT library. Only the files beside this one include its
// header.
#pragma once

#include <complex>
#include <memory>
#include <string>

#include "twofold/types.hpp"

namespace twofold::detail::fft {

/// Whether this build has an FFT library. Without one the constructors below throw.
[[nodiscard]] bool is_available() noexcept;

/// The largest length that a transform can have.
inline constexpr Index largest_length = Index{1} << 30;

/// X(k) = Σ x(j)·exp(−2πi·jk/n). There is no other direction: the inverse is this one between two
/// conjugations, which cost nothing where numbers are multiplied anyway, and half as many plans
/// have to be made. One row at a time is as fast as many planned together, FFTW is fast at any good
/// length if the result goes to another place, it then needs no memory of its own, and a plan is
/// made several times sooner.
template <class R>
class Transform {
 public:
  Transform() = default;
  explicit Transform(Index length);
  /// `from` and `to` do not overlap. Any number of threads may call it at the same time, on
  /// different data.
  void run(const std::complex<R>* from, std::complex<R>* to) const noexcept;

 private:
  std::shared_ptr<const void> plan_;
};

/// Numbers at each point of a small tile that are transformed side by side: channels.
inline constexpr Index tile_vectors = 16;

/// The transform of a tile of side × side points, each of which has tile_vectors numbers, for each
/// of these. Every row of points follows the one before.
template <class R>
class TileTransform {
 public:
  TileTransform() = default;
  explicit TileTransform(Index side);
  /// As Transform::run.
  void run(const std::complex<R>* from, std::complex<R>* to) const noexcept;

 private:
  std::shared_ptr<const void> plan_;
};

/// Plans that FFTW has found by measuring, its "wisdom", which belongs to the whole process.
struct Wisdom {
  std::string single_precision;
  std::string double_precision;
};
/// Adds to the wisdom, and forgets cached plans that were made without it. False, and nothing
/// happens, if FFTW does not take it; empty texts are nothing.
[[nodiscard]] bool add_wisdom(const Wisdom& wisdom);
/// All that there is.
[[nodiscard]] Wisdom wisdom();
/// Replaces all that there is. Allocates nothing, so that it can restore what was there.
void set_wisdom(const Wisdom& wisdom) noexcept;
/// Looks for the fastest plan for transforms of R, for `seconds` at most.
template <class R>
void measure_plan(Index length, double seconds);

/// The smallest n ≥ least whose only factors are 2, 3, 5 and at most one 7: a length that an FFT
/// library transforms without falling back to slower and less accurate algorithms for primes, and
/// for which FFTW finds plans without buffers (with 7² it may find none, or search for minutes).
/// Beyond largest_length there is none, and `least` itself is returned.
[[nodiscard]] Index good_length(Index least);
[[nodiscard]] bool is_good_length(Index length) noexcept;

}  // namespace twofold::detail::fft
