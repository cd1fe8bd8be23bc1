// SPDX-License-Identifier: BSD-3-Clause
// One-dimensional transforms in batches, in place, on memory aligned to 64 bytes: all that the
// engines ask of an FFT library. Only the files beside this one include its header.
#pragma once

#include <complex>
#include <memory>

#include "twofold/types.hpp"

namespace twofold::detail::fft {

/// Whether this build has an FFT library. Without one the constructors below throw.
[[nodiscard]] bool is_available() noexcept;

enum class Direction : unsigned char { forward, backward };

/// `count` transforms of `length` points; a point is `stride` complex elements from the next, a
/// transform begins `distance` complex elements after the one before.
struct Batch {
  Index length = 0;
  Index count = 0;
  Index stride = 1;
  Index distance = 0;

  friend constexpr auto operator<=>(const Batch&, const Batch&) = default;
};

/// The largest length and count that a pass can have.
inline constexpr Index largest_length = Index{1} << 30;

/// Unnormalised: forward then backward multiplies by the length.
template <class R>
class ComplexPass {
 public:
  ComplexPass() = default;
  ComplexPass(const Batch& batch, Direction direction);
  /// Any number of threads may call it at the same time, on different data.
  void run(std::complex<R>* data) const noexcept;

 private:
  std::shared_ptr<const void> plan_;
};

/// `count` rows of `length` points, dense, each `pitch` complex elements after the one before, from
/// one place to another. FFTW is then fast at any good length, and allocates nothing. A plan is for
/// one row, which takes as long as rows planned together, and is made several times sooner.
template <class R>
class RowPass {
 public:
  RowPass() = default;
  RowPass(Index length, Index count, Index pitch, Direction direction);
  /// Any number of threads may call it at the same time, on different data.
  void run(const std::complex<R>* from, std::complex<R>* to) const noexcept;

 private:
  std::shared_ptr<const void> plan_;
  Index count_ = 0;
  Index pitch_ = 0;
};

/// Between `length` real numbers and the length/2 + 1 first points of their spectrum, which take
/// the place of the real ones: transform t occupies the complex elements from t·distance on, as
/// reals from 2·t·distance on. The stride is 1. Backward destroys the spectrum.
template <class R>
class RealPass {
 public:
  RealPass() = default;
  RealPass(const Batch& batch, Direction direction);
  void run(std::complex<R>* data) const noexcept;

 private:
  std::shared_ptr<const void> plan_;
  Direction direction_ = Direction::forward;
};

/// The smallest n ≥ least whose only factors are 2, 3, 5 and at most one 7, even where asked: a
/// length that an FFT library transforms without falling back to slower and less accurate
/// algorithms for primes, and for which FFTW finds plans without buffers (with 7² it may find none,
/// or search for minutes). Beyond largest_length there is none, and `least` itself is returned.
[[nodiscard]] Index good_length(Index least, bool even);
[[nodiscard]] bool is_good_length(Index length) noexcept;

}  // namespace twofold::detail::fft
