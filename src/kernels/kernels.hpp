// SPDX-License-Identifier: BSD-3-Clause
// The inner loops, as one table of function pointers per instruction set. Kernels know pointers and
// sizes, nothing else; every size is in elements.
#pragma once

#include <complex>
#include <cstdint>

#include "kernels/layers.hpp"
#include "support/pixels.hpp"
#include "twofold/options.hpp"

namespace twofold::detail {

// A predefined macro of GCC and Clang: where the compiler may take NaN and infinity for absent, the
// checks for them are gone. CMake's files see to it; other builds have to.
static_assert(__FINITE_MATH_ONLY__ == 0, "twofold cannot be compiled with -ffinite-math-only");

/// Lanes of their own: elements of 16 bits, of which pairs that lie side by side meet pairs of
/// taps, each with a 32-bit sum. The sums are modulo 2³², as those of std::uint32_t.
struct PairLanes {};

/// What a lane type reads, sums up and multiplies by.
template <class T>
struct LaneTypes {
  using Element = T;
  using Sum = T;
  using Tap = T;
};
template <>
struct LaneTypes<PairLanes> {
  using Element = std::uint16_t;  ///< the bits of an int16
  using Sum = std::uint32_t;
  using Tap = std::uint32_t;  ///< the first of two taps in the lower half
};
template <class T>
using ElementOf = typename LaneTypes<T>::Element;
template <class T>
using SumOf = typename LaneTypes<T>::Sum;
template <class T>
using TapOf = typename LaneTypes<T>::Tap;

/// The shape of a sliding window. Adjacent taps of a row lie `spacing` elements apart in the
/// input: the number of interleaved channels.
struct Window {
  Index tap_rows = 0;
  Index tap_cols = 0;
  Index spacing = 1;
};

/// Pointers to rows; any may be the same.
template <class T>
struct Rows {
  const T* const* pointers = nullptr;
  /// To be fetched into the first-level cache before they are read: rows that are probably not
  /// there, and do not lie so that they would drive each other out.
  bool prefetched = false;
};

/// Where sums go: row r begins at data + r·pitch.
template <class T>
struct Target {
  T* data = nullptr;
  Index pitch = 0;
  /// Past the cache, for an output that is not read again soon. Every row then begins on a cache
  /// line.
  bool streamed = false;
};

/// target(r, i) = Σ_a Σ_b taps[a·tap_cols + b] · rows[r + a][i + b·spacing]
/// for r < out_rows, i < width, from out_rows + tap_rows − 1 rows. The sum's order is that of the
/// taps in memory, for every output, wherever it lies: the same bits in any tile. Floating point:
/// fused multiply-add where the ISA has it. width is at least vector_width<T>; nothing beyond the
/// named elements is read or written.
template <class T>
using SlidingSum = void (*)(const Rows<ElementOf<T>>& rows, const Target<SumOf<T>>& target,
                            Index out_rows, Index width, const TapOf<T>* taps,
                            const Window& window);

/// A kernel, and what it works best on.
template <class T>
struct SlidingKernel {
  SlidingSum<T> sum = nullptr;
  Index block_rows = 1;  ///< output rows that it sums at a time: multiples of them
  Index busy_width = 1;  ///< elements: rows not narrower keep the multipliers busy
};

/// A tap of its own, at an element of the window: row `row`, `offset` elements from the first.
template <class T>
struct ScatteredTap {
  Index row = 0;
  Index offset = 0;
  T value{};
};

/// target(r, i) = Σ_t taps[t].value · rows[r + taps[t].row][i + taps[t].offset], t < count,
/// otherwise as SlidingSum.
template <class T>
using ScatteredSum = void (*)(const Rows<T>& rows, const Target<T>& target, Index out_rows,
                              Index width, const ScatteredTap<T>* taps, Index count);

/// A window whose taps are the products of a column's and a row's.
template <class T>
struct SeparableWindow {
  Window size;
  const T* column = nullptr;
  const T* row = nullptr;
};

/// target(r, i) = Σ_a column[a] · (Σ_b row[b] · rows[r + a][i + b·spacing]), in one pass. out_rows
/// is at least block_rows. Returns whether the magnitudes of all inner sums were at most `limit`,
/// which NaN is not.
template <class T>
using OnePassSum = bool (*)(const Rows<T>& rows, const Target<T>& target, Index out_rows,
                            Index width, const SeparableWindow<T>& window, T limit);

/// As SlidingKernel; `sum` is null for windows that are better summed in two passes.
template <class T>
struct OnePassKernel {
  OnePassSum<T> sum = nullptr;
  Index block_rows = 1;
  Index busy_width = 1;
};

/// Into how many sums squares go, as many as a vector has numbers, or more.
inline constexpr Index square_sums = 16;

/// What the Fourier engines do to the rows of a plane.
template <class R>
struct PlaneKernels {
  using C = std::complex<R>;

  /// to[i] = (re[i]·re_factor, im[i]·im_factor) for i < count. Sums the squares of re and im, too,
  /// as sum_squares does.
  void (*interleave)(const R* re, const R* im, R re_factor, R im_factor, C* to, Index count,
                     R* re_sums, R* im_sums);
  /// re[i] = Re from[i]·re_factor, im[i] = −Im from[i]·im_factor for i < count.
  void (*take_both)(const C* from, R re_factor, R im_factor, R* re, R* im, Index count);
  /// to[i] = from[2·i]·first_factor·second_factor for i < count.
  void (*take_parts)(const R* from, R first_factor, R second_factor, R* to, Index count);
  /// Adds numbers[i]², i < count, each to one of the square_sums `sums`.
  void (*sum_squares)(const R* numbers, Index count, R* sums);
  /// to[c·to_pitch + r] = from[r·from_pitch + c] for r < rows, c < cols, both multiples of 4.
  void (*transpose)(const C* from, Index from_pitch, Index rows, Index cols, C* to, Index to_pitch);
  /// From the spectrum of a + i·b, `length` points, twice the spectra of the real numbers a and b,
  /// the first length/2 + 1 points of each.
  void (*separate)(const C* mixed, Index length, C* re, C* im);
  /// From the conjugates of two such spectra a and b, those of all points of a + i·b.
  void (*combine_conjugated)(const C* re, const C* im, Index length, C* mixed);
  /// a[i] = (a[i]·b[i])* for i < count.
  void (*multiply_conjugated)(C* a, const C* b, Index count);
};

/// Whether |numbers[i]| ≤ limit for all i < count; NaN is not.
template <class R>
using AllWithin = bool (*)(const R* numbers, Index count, R limit);

/// One pixel type to float32 and back, rounded (rounded_pixel).
struct PixelKernels {
  ConvertRun widen = nullptr;
  ConvertRun round = nullptr;
};

/// What one instruction set does for sums of T.
template <class T>
struct LaneKernels {
  Index vector_width = 0;  ///< elements in one vector
  /// The one for a window, and for outputs that are `streamed`, as far as they can be.
  SlidingKernel<T> (*sliding_kernel)(const Window& window, bool streamed) noexcept = nullptr;
  ScatteredSum<T> scattered_sum = nullptr;
  // Of reals only:
  OnePassKernel<T> (*one_pass_kernel)(const Window& window, bool streamed) noexcept = nullptr;
  /// For windows of 3 and more rows, each of whose taps reads the same backwards. `taps` holds the
  /// first half of every row, that of a middle column divided by 2: it meets its elements twice.
  SlidingKernel<T> (*mirrored_kernel)(const Window& window, bool streamed) noexcept = nullptr;
};

struct KernelTable {
  LaneKernels<std::uint8_t> u8;
  LaneKernels<std::uint16_t> u16;
  LaneKernels<std::uint32_t> u32;
  LaneKernels<std::uint64_t> u64;
  LaneKernels<float> f32;
  LaneKernels<double> f64;
  LaneKernels<std::complex<float>> c64;
  LaneKernels<std::complex<double>> c128;
  /// Of windows of one channel and an even number of columns, tap_cols counting pairs, 2 elements
  /// apart. Null where the instruction set has no such multiplication.
  LaneKernels<PairLanes> pairs;
  PlaneKernels<float> planes_f32;
  PlaneKernels<double> planes_f64;
  LayerKernels<float> layers_f32;
  LayerKernels<double> layers_f64;
  AllWithin<float> all_within_f32;
  AllWithin<double> all_within_f64;
  PixelKernels pixels[4];  ///< of int8, uint8, int16, uint16, as ElementType counts them

  template <class T>
  [[nodiscard]] constexpr const LaneKernels<T>& lanes() const noexcept {
    if constexpr (std::is_same_v<T, std::uint8_t>) return u8;
    if constexpr (std::is_same_v<T, std::uint16_t>) return u16;
    if constexpr (std::is_same_v<T, std::uint32_t>) return u32;
    if constexpr (std::is_same_v<T, std::uint64_t>) return u64;
    if constexpr (std::is_same_v<T, float>) return f32;
    if constexpr (std::is_same_v<T, double>) return f64;
    if constexpr (std::is_same_v<T, std::complex<float>>) return c64;
    if constexpr (std::is_same_v<T, std::complex<double>>) return c128;
    if constexpr (std::is_same_v<T, PairLanes>) return pairs;
  }
  template <class R>
  [[nodiscard]] constexpr const PlaneKernels<R>& planes() const noexcept {
    if constexpr (std::is_same_v<R, float>) return planes_f32;
    if constexpr (std::is_same_v<R, double>) return planes_f64;
  }
  template <class R>
  [[nodiscard]] constexpr const LayerKernels<R>& layers() const noexcept {
    if constexpr (std::is_same_v<R, float>) return layers_f32;
    if constexpr (std::is_same_v<R, double>) return layers_f64;
  }
  /// Of images of `type` and sums of T: none where there is nothing to convert.
  template <class T>
  [[nodiscard]] constexpr PixelKernels pixels_of(ElementType type) const noexcept {
    if constexpr (std::is_same_v<T, float>) {
      if (type <= ElementType::uint16) return pixels[static_cast<unsigned>(type)];
    }
    return {};
  }
  template <class R>
  [[nodiscard]] constexpr AllWithin<R> all_within() const noexcept {
    if constexpr (std::is_same_v<R, float>) return all_within_f32;
    if constexpr (std::is_same_v<R, double>) return all_within_f64;
  }
};

/// The table of an instruction set that this machine has.
[[nodiscard]] const KernelTable& kernels_for(Isa isa) noexcept;

// One per file in isa/; only those that this build contains are defined.
extern const KernelTable baseline_kernels;
extern const KernelTable avx2_kernels;
extern const KernelTable avx512_kernels;

}  // namespace twofold::detail
