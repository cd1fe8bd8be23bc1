// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// diagnose: why do two results of one image and one kernel differ?
#pragma once

#include <complex>
#include <string>
#include <string_view>
#include <vector>

#include "twofold/convolve.hpp"

namespace twofold {

/// A view whose element type is known at run time. Like any view it does not own what it shows.
class AnyView {
 public:
  /// Whatever converts to a View.
  template <ViewLike X>
  AnyView(const X& x) noexcept  // NOLINT(google-explicit-constructor)
      : view_(detail::erase(view_of(x))) {}
  /// Elements of `type` from `data` on, with strides in elements: see View.
  AnyView(const void* data, ElementType type, const Shape& shape, Index row_stride,
          Index col_stride) noexcept
      : view_{data, type, shape, row_stride, col_stride} {}

  /// For twofold's own use.
  [[nodiscard]] const detail::ErasedView& erased() const noexcept { return view_; }

 private:
  detail::ErasedView view_;
};

/// One way in which two calls can differ.
enum class Cause : unsigned char {
  operation,  ///< convolution and correlation: the kernel rotated by 180°, and conjugated if it is
              ///< complex, its anchor turned with it
  rotated,    ///< the kernel rotated by 180° as an array, the operation the same; for kernels of
              ///< even size that is one pixel beside `operation`, for others the same
  transposed,  ///< the kernel
  conjugated,  ///< the kernel
  anchor,      ///< the element of the kernel that lies on the output, moved by a row or column
  mode,
  boundary,
  scale,      ///< all values times a constant
  rounded,    ///< to integers, to the nearest or towards zero
  saturated,  ///< to the range of an integer type
  wrapped,    ///< around in an integer type: modulo 2ⁿ
  channels,   ///< RGB and BGR
};
/// "operation", "transposed", … as the command line prints them.
[[nodiscard]] std::string_view name_of(Cause) noexcept;

/// What became of the sums.
enum class Storage : unsigned char { exact, rounded, truncated, saturated, wrapped };

/// A call that reproduces a result, as far as diagnose knows calls.
struct Call {
  Operation operation = Operation::convolve;  ///< of the two that are one
  bool rotated = false;     ///< what the operation got is the kernel, rotated by 180° as an array
  bool transposed = false;  ///< likewise, rows and columns exchanged
  bool conjugated = false;  ///< likewise
  /// Only in mode `same`: output (r, c) is what the usual call has at (r + row, c + col).
  Point anchor{};
  Mode mode = Mode::same;         ///< which outputs
  Boundaries boundary;            ///< what lies outside the image
  std::complex<double> fill = 0;  ///< outside, with boundary `fill`
  double factor = 1;              ///< of all values
  std::string factor_name;  ///< "1 ÷ the sum of the kernel"; empty if it is none that is known
  Storage storage = Storage::exact;  ///< what became of the sums
  ElementType storage_type{};        ///< of saturated and wrapped
  bool channels_reversed = false;    ///< of three channels, or the first three of four

  /// "correlate, mode same, boundary fill, the kernel transposed". Throws std::bad_alloc.
  [[nodiscard]] std::string text() const;
};

/// Causes that together turn one result into the other.
struct Explanation {
  std::vector<Cause> causes;  ///< one, or two and more that act together
  std::string sentence;       ///< "B is A with the kernel transposed."
  std::string evidence;       ///< how far they are apart with it, and without
  Call a;                     ///< how A was computed
  Call b;                     ///< how B was computed, or what was expected
  /// How far a result lies from its call, relative to its largest value: the worse of the two.
  double residual = 0;
  double tolerance = 0;  ///< how far rounding may bring it, likewise
};

/// How the question is answered.
enum class Verdict : unsigned char {
  equal,        ///< within rounding
  explained,    ///< by one explanation; all others of as few causes were refuted
  ambiguous,    ///< several explanations of as few causes: this image and kernel don't tell them
                ///< apart
  unexplained,  ///< none of the calls that are known
};
/// "equal", "explained", …
[[nodiscard]] std::string_view name_of(Verdict) noexcept;

/// What diagnose found out.
struct Diagnosis {
  Verdict verdict = Verdict::unexplained;  ///< in a word
  /// Those of the fewest causes, the plainest calls first, eight at most. None of equal results.
  std::vector<Explanation> explanations;
  /// The largest |A − B|, relative to the largest value of both; negative where shapes differ,
  /// infinite where one result has NaN or infinity and the other has not.
  double difference = 0;
  /// One sentence with what it rests on, or a list where there are several explanations.
  std::string statement;
  /// The plainest calls that reproduce A, and B; empty where none was found.
  std::vector<Call> calls_of_a;
  std::vector<Call> calls_of_b;  ///< likewise

  /// The statement.
  [[nodiscard]] const std::string& summary() const noexcept { return statement; }
};

/// Why do `a` and `b`, both computed from `image` and `kernel`, differ? Looks for the calls that
/// reproduce each, over every combination of operation, kernel (rotated, transposed, conjugated),
/// anchor, mode, boundary (of rows and of columns), constant factor, rounding to integers,
/// saturation, wrap-around and order of channels, and answers with the difference between two such
/// calls that has the fewest causes. Nothing is assumed about who computed the results, or in
/// which order: they may be of any element type, and are taken as equal to a call within
/// max(32, min(m, 8√m))·u·max|x|·‖k‖₁, which bounds what rounding does in practice to a sum of m
/// products, and to one formed by Fourier transforms. u is that of the result's type; if
/// nothing is found for results of double precision, that of single precision.
///
/// The shapes: an image with any number of channels, a kernel with one, results with the image's
/// channels, and rows and columns as full, same or valid have them for the kernel or its transpose.
/// Throws Error: invalid_shape, if they are not so or one has no elements; too_large; nonfinite for
/// a kernel with NaN or infinity; invalid_option for an element type that there is none of; and
/// std::bad_alloc. Outputs to which NaN or infinity in the image leads are not compared with those
/// of calls.
///
/// Not found: strides, dilation, other values outside than 0 and the expected one, anchors moved by
/// more than one row or column, integers of 64 bits that wrap around (their sums do not fit a
/// double).
///
/// Cost: a few hundred outputs for each call that is tried, and the whole result for the few that
/// these do not refute: for an image of 1024² and a kernel of 15×15 less than a second. Of a
/// constant image, which thousands of calls fit equally, a few seconds. Memory: the result in
/// double precision. Any number of threads may call it at the same time.
[[nodiscard]] Diagnosis diagnose(const AnyView& image, const AnyView& kernel, const AnyView& a,
                                 const AnyView& b);

/// Likewise: why is `a` not what `expected` gives for the image and kernel, with the mode, boundary
/// and fill value of `options`? The expected sums are exact: they neither wrap around nor are
/// rounded to integers.
[[nodiscard]] Diagnosis diagnose(const AnyView& image, const AnyView& kernel, const AnyView& a,
                                 Operation expected, const Options& options = {});

}  // namespace twofold
