// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Options: how a convolution is asked for. Plain values; every default is SciPy's.
#pragma once

#include <complex>
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "twofold/executor.hpp"
#include "twofold/types.hpp"

namespace twofold {

/// Two operations that are one: correlation is convolution with the (conjugated) kernel turned by
/// 180°, its anchor turned with it.
enum class Operation : unsigned char { convolve, correlate };

/// Which outputs: with an image of N and a kernel of K elements along an axis,
enum class Mode : unsigned char {
  full,   ///< N + K − 1: wherever kernel and image touch
  same,   ///< N, always the image's size: the centre of `full`
  valid,  ///< |N − K| + 1: wherever one lies inside the other
};

/// How the image goes on outside itself. For an image a b c d:
enum class Boundary : unsigned char {
  fill,  ///< f f f | a b c d | f f f    Options::fill_value
  wrap,  ///< b c d | a b c d | a b c    periodic
  symm,  ///< c b a | a b c d | d c b    edge repeated; ndimage's and NumPy's other names: reflect,
         ///< symmetric
  mirror,   ///< d c b | a b c d | c b a    edge not repeated; OpenCV: REFLECT_101, NumPy: reflect
  nearest,  ///< a a a | a b c d | d d d    OpenCV: REPLICATE, NumPy: edge
};

/// One boundary for both axes, or one for each.
struct Boundaries {
  Boundary rows = Boundary::fill;  ///< above and below
  Boundary cols = Boundary::fill;  ///< left and right

  /// Zeros outside.
  constexpr Boundaries() = default;
  /// The same for both axes.
  constexpr Boundaries(Boundary both)  // NOLINT(google-explicit-constructor)
      : rows(both), cols(both) {}
  /// Above and below, then left and right.
  constexpr Boundaries(Boundary along_rows, Boundary along_cols)
      : rows(along_rows), cols(along_cols) {}

  /// Of both.
  friend constexpr bool operator==(const Boundaries&, const Boundaries&) = default;
};

/// How it is computed. The method never changes what is computed, only how fast and, for floating
/// point, how the rounding errors fall (see Accuracy).
enum class Method : unsigned char {
  automatic,  ///< the cheapest of those below, by the cost model
  direct,     ///< the vectorised sliding window; time in proportion to outputs · taps, workspace
              ///< to a row of the image
  separable,  ///< two passes of one-dimensional sums, for kernels of low rank; time in proportion
              ///< to outputs · rank · (rows + columns of the kernel), workspace to a row
  fft,        ///< the better of the next two
  overlap_save,  ///< tiles through the Fourier transform; time in proportion to outputs ·
                 ///< log(tile), workspace to a tile, which never exceeds a few MiB, and a row
  whole_fft,     ///< the whole image through one Fourier transform; time in proportion to N log N,
                 ///< for N elements of image and margin, workspace to N
  winograd,      ///< layers with 3×3 kernels, by F(4×4, 3×3); only where it is asked for
  reference,     ///< plain loops; slow, and the judge of all others
};

/// What the result's rounding error may be: `normwise`, `componentwise` or `within(error)`. u is
/// the type's unit roundoff (2⁻²⁴ for float, 2⁻⁵³ for double), m the kernel's number of elements, N
/// the points of a transform, |k|∗|x| the convolution of magnitudes. Sums of integers are exact
/// under each.
class Accuracy {
 public:
  /// Which of the three.
  enum class Kind : unsigned char { normwise, componentwise, within };

  /// normwise
  constexpr Accuracy() = default;
  /// Which of the three it is.
  [[nodiscard]] constexpr Kind kind() const noexcept { return kind_; }
  /// The largest absolute error allowed; only for Kind::within.
  [[nodiscard]] constexpr double tolerance() const noexcept { return tolerance_; }

  /// Of kind and tolerance.
  friend constexpr bool operator==(const Accuracy&, const Accuracy&) = default;

 private:
  constexpr Accuracy(Kind kind, double tolerance) : kind_(kind), tolerance_(tolerance) {}
  friend constexpr Accuracy make_accuracy(Kind kind, double tolerance);

  Kind kind_ = Kind::normwise;
  double tolerance_ = 0;
};

/// What normwise, componentwise and within are made by; programs use those.
constexpr Accuracy make_accuracy(Accuracy::Kind kind, double tolerance) {
  return {kind, tolerance};
}

/// The default: where a Fourier transform is used, the error of every output is at most
/// 12(log₂N + 1)·u·‖x‖₂‖k‖₂, with x the part of the image inside the output's tile (√5 times that
/// where two tiles of reals share a transform). Tiles that a transform cannot hold, such as those
/// with NaN, are summed directly, with the error of a direct sum. After Percival, Rapid
/// multiplication modulo the sum and difference of highly composite numbers (2003); Brent and
/// Zimmermann, Modern Computer Arithmetic, §3.3.
inline constexpr Accuracy normwise = make_accuracy(Accuracy::Kind::normwise, 0);
/// The error of every output is at most m·u·(|k|∗|x|) at that output, 2√2 times that for complex
/// numbers, and half the smallest subnormal number for each product: no Fourier transform. After
/// Higham, Accuracy and Stability of Numerical Algorithms, §3.1.
inline constexpr Accuracy componentwise = make_accuracy(Accuracy::Kind::componentwise, 0);
/// The error of every output is at most `absolute_error`, or that of the direct sum if larger:
/// a tile goes through the Fourier transform only where its bound shows this.
[[nodiscard]] constexpr Accuracy within(double absolute_error) {
  return make_accuracy(Accuracy::Kind::within, absolute_error);
}

/// NaN and infinity in the image.
enum class Nonfinite : unsigned char {
  propagate,  ///< they reach the outputs that the direct sum would give them, whatever the method
  reject,     ///< Error(nonfinite), before anything is written
};

/// The instruction set of the vectorised loops.
enum class Isa : unsigned char {
  automatic,  ///< the best one of this machine, or the one that TWOFOLD_ISA names
  baseline,   ///< what every CPU of the architecture has: SSE2 on x86-64; "neon" on aarch64
  avx2,       ///< AVX2 and FMA
  avx512,     ///< AVX-512 F, BW, CD, DQ and VL
};

/// A number of any element type; converted as C converts it (2.7 → 2, −1 → 255 in uint8), except
/// that what has no value there (1e300 or NaN in an integer, 2i in a real) is an Error.
class Scalar {
 public:
  /// 0
  constexpr Scalar() = default;
  /// @{
  /// From a number of that kind; it keeps its value, 64-bit integers theirs.
  template <std::integral I>
  constexpr Scalar(I value)  // NOLINT(google-explicit-constructor)
      : kind_(std::is_signed_v<I> ? Kind::signed_integer : Kind::unsigned_integer),
        bits_(static_cast<std::uint64_t>(value)) {}
  constexpr Scalar(double value)  // NOLINT(google-explicit-constructor)
      : kind_(Kind::real), value_(value) {}
  template <std::floating_point R>
  constexpr Scalar(std::complex<R> value)  // NOLINT(google-explicit-constructor)
      : kind_(Kind::complex), value_(value) {}
  /// @}

  /// Throws Error(invalid_option) where T has no such value.
  template <Element T>
  [[nodiscard]] T to() const;

 private:
  enum class Kind : unsigned char { signed_integer, unsigned_integer, real, complex };
  Kind kind_ = Kind::signed_integer;
  std::uint64_t bits_ = 0;
  std::complex<double> value_ = 0;
};

/// How an image is convolved. `{.mode = Mode::same, .boundary = Boundary::symm}` names what differs
/// from the defaults. A value that is none of its enumeration's is an Error(invalid_option).
struct Options {
  Mode mode = Mode::full;                ///< which outputs
  Boundaries boundary = Boundary::fill;  ///< what lies outside the image
  /// What boundary `fill` puts outside: converted to the type in which the sums are formed, as in
  /// SciPy; rounded and saturated to the image's type where the sums are (see Combines).
  Scalar fill_value = 0;
  Method method = Method::automatic;           ///< Error(unsupported), if it cannot compute this
  Accuracy accuracy = normwise;                ///< what the rounding error may be
  Nonfinite nonfinite = Nonfinite::propagate;  ///< what NaN and infinity in the image do
  Isa isa = Isa::automatic;                    ///< Error(unavailable), if the machine has it not
  unsigned threads = 1;  ///< how many may work on one call, the caller's included: 1 to 4096
  Executor* executor = nullptr;  ///< in place of `threads`; not owned, outlives the call or plan
};

}  // namespace twofold
