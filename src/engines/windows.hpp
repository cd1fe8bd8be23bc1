// SPDX-License-Identifier: BSD-3-Clause
// Windows: how the direct engine sums them. As they are, or by one of the shortcuts, each of which
// is a class of the same shape. A shortcut's sums may differ from the window's own where that gives
// NaN or infinity, and only there: Repaired sees to it that they do not.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "engines/engine.hpp"
#include "kernels/kernels.hpp"
#include "problem/problem.hpp"
#include "support/scratch.hpp"

namespace twofold::detail {

[[nodiscard]] inline Window window_of(const Problem& problem) noexcept {
  return {problem.rows.kernel, problem.cols.kernel, problem.channels};
}

/// visit(at, piece) for pieces that cover `width` elements: of `most`, none of less than `least`.
template <class Visit>
void for_each_piece(Index width, Index most, Index least, const Visit& visit) {
  for (Index at = 0; at < width;) {
    const Index left = width - at;
    Index piece = std::min(most, left);
    if (left > piece && left - piece < least) piece -= least;
    visit(at, piece);
    at += piece;
  }
}

/// Taps for a kernel that slides over rows as they are.
template <class T>
class SlidingTaps {
 public:
  using Element = ElementOf<T>;
  using Sum = SumOf<T>;
  struct Buffers {};

  /// Elements that a row of outputs has at least.
  [[nodiscard]] Index vector_width() const noexcept { return vector_width_; }
  /// Output rows that are summed at a time: multiples of them.
  [[nodiscard]] Index block_rows() const noexcept { return kernel_.block_rows; }
  /// Elements; rows not narrower keep the multipliers busy.
  [[nodiscard]] Index busy_width() const noexcept { return kernel_.busy_width; }
  [[nodiscard]] Buffers lay_out(Scratch&, Index) const noexcept { return {}; }

  void sum(const Rows<Element>& rows, const Target<Sum>& target, Index out_rows, Index width,
           const Buffers&) const {
    kernel_.sum(rows, target, out_rows, width, taps_.data(), window_);
  }

 protected:
  using FindKernel = SlidingKernel<T> (*)(const Window& window, bool streamed) noexcept;

  SlidingTaps(const Problem& problem, const Window& window, Image<TapOf<T>> taps,
              FindKernel find_kernel)
      : window_(window),
        taps_(std::move(taps)),
        kernel_(find_kernel(window, outlives_cache(problem))),
        vector_width_(kernels_for(problem.isa).lanes<T>().vector_width) {}

 private:
  Window window_;
  Image<TapOf<T>> taps_;
  SlidingKernel<T> kernel_;
  Index vector_width_;
};

/// Every tap, in the order in which the window meets them.
template <class L>
class AllTaps : public SlidingTaps<L> {
 public:
  explicit AllTaps(const Problem& problem)
      : SlidingTaps<L>(problem, window_of(problem), Image<L>(problem.kernel.view<L>().rotated()),
                       kernels_for(problem.isa).lanes<L>().sliding_kernel) {}
};

/// Reals: elements that meet the same tap are added first.
template <class R>
class MirroredTaps : public SlidingTaps<R> {
 public:
  explicit MirroredTaps(const Problem& problem)
      : SlidingTaps<R>(problem, window_of(problem), folded(problem.kernel.view<R>().rotated()),
                       kernels_for(problem.isa).lanes<R>().mirrored_kernel) {}

 private:
  static Image<R> folded(const View<const R>& taps) {
    Image<R> half(taps.region({0, 0, taps.rows(), (taps.cols() + 1) / 2}));
    if (taps.cols() % 2 == 0) return half;
    for (Index a = 0; a < half.rows(); ++a)
      half(a, half.cols() - 1) /= 2;
    return half;
  }
};

/// Complex numbers with real taps: real and imaginary parts are two interleaved channels of reals.
template <class C>
class RealTaps {
  using R = real_t<C>;

 public:
  using Element = C;
  using Sum = C;
  struct Buffers {
    const R** rows;
  };

  explicit RealTaps(const Problem& problem)
      : window_{problem.rows.kernel, problem.cols.kernel, 2 * problem.channels},
        taps_(real_parts(problem.kernel.view<C>().rotated())),
        kernel_(
            kernels_for(problem.isa).lanes<R>().sliding_kernel(window_, outlives_cache(problem))) {}

  [[nodiscard]] Index block_rows() const noexcept { return kernel_.block_rows; }
  [[nodiscard]] Index busy_width() const noexcept { return kernel_.busy_width / 2; }
  [[nodiscard]] Buffers lay_out(Scratch& scratch, Index most_rows) const {
    return {scratch.take<const R*>(most_rows + window_.tap_rows - 1)};
  }

  void sum(const Rows<C>& rows, const Target<C>& target, Index out_rows, Index width,
           const Buffers& buffers) const {
    for (Index i = 0; i < out_rows + window_.tap_rows - 1; ++i)
      buffers.rows[i] = reinterpret_cast<const R*>(rows.pointers[i]);
    const Target<R> reals{reinterpret_cast<R*>(target.data), 2 * target.pitch, target.streamed};
    kernel_.sum({buffers.rows, rows.prefetched}, reals, out_rows, 2 * width, taps_.data(), window_);
  }

 private:
  static Image<R> real_parts(const View<const C>& taps) {
    auto parts = Image<R>::uninitialized(taps.shape());
    for (Index a = 0; a < taps.rows(); ++a) {
      for (Index b = 0; b < taps.cols(); ++b)
        parts(a, b) = taps(a, b).real();
    }
    return parts;
  }

  Window window_;
  Image<R> taps_;
  SlidingKernel<R> kernel_;
};

/// Only the taps that are not zero.
template <class L>
class ScatteredTaps {
 public:
  using Element = L;
  using Sum = L;
  struct Buffers {};

  explicit ScatteredTaps(const Problem& problem)
      : kernel_(kernels_for(problem.isa).lanes<L>().scattered_sum),
        vector_width_(kernels_for(problem.isa).lanes<L>().vector_width) {
    const auto taps = problem.kernel.view<L>().rotated();
    for (Index a = 0; a < taps.rows(); ++a) {
      for (Index b = 0; b < taps.cols(); ++b) {
        if (taps(a, b) != L{}) taps_.push_back({a, b * problem.channels, taps(a, b)});
      }
    }
  }

  [[nodiscard]] Index vector_width() const noexcept { return vector_width_; }
  [[nodiscard]] Index block_rows() const noexcept { return 1; }
  [[nodiscard]] Index busy_width() const noexcept { return 4 * vector_width_; }
  [[nodiscard]] Buffers lay_out(Scratch&, Index) const noexcept { return {}; }

  void sum(const Rows<L>& rows, const Target<L>& target, Index out_rows, Index width,
           const Buffers&) const {
    kernel_(rows, target, out_rows, width, taps_.data(), static_cast<Index>(taps_.size()));
  }

 private:
  ScatteredSum<L> kernel_;
  Index vector_width_;
  std::vector<ScatteredTap<L>> taps_;
};

/// Integers of 16 bits with sums of 32: taps in pairs.
class PairedTaps : public SlidingTaps<PairLanes> {
 public:
  /// A last column of zeros, where taps are left over: exact, for integers.
  static Problem with_even_columns(Problem problem) {
    const auto taps = problem.kernel.view<std::uint32_t>();
    if (taps.cols() % 2 == 0) return problem;
    Image<std::uint32_t> padded(taps.rows(), taps.cols() + 1);
    for (Index a = 0; a < taps.rows(); ++a)
      std::copy_n(taps.at(a, 0), taps.cols(), padded.view().at(a, 0));
    problem.kernel = Kernel(erase(padded.view()), problem.type, false, false);
    ++problem.cols.kernel;
    return problem;
  }

  /// The kernel has an even number of columns.
  explicit PairedTaps(const Problem& problem)
      : SlidingTaps<PairLanes>(problem, {problem.rows.kernel, problem.cols.kernel / 2, 2},
                               pairs(problem.kernel.view<std::uint32_t>().rotated()),
                               kernels_for(problem.isa).pairs.sliding_kernel) {}

 private:
  static Image<std::uint32_t> pairs(const View<const std::uint32_t>& taps) {
    auto pairs = Image<std::uint32_t>::uninitialized({taps.rows(), taps.cols() / 2, 1});
    for (Index a = 0; a < pairs.rows(); ++a) {
      for (Index b = 0; b < pairs.cols(); ++b)
        pairs(a, b) = (taps(a, 2 * b) & 0xffff) | taps(a, 2 * b + 1) << 16;
    }
    return pairs;
  }
};

/// A shortcut for numbers that may be NaN or infinity, or overflow on the shortcut alone. Where the
/// elements are small enough that nothing of the kind can happen, its sums stand. Elsewhere those
/// of all taps are looked at too, and taken where either is not finite: which is decided for every
/// output by itself, wherever a group of them begins.
template <class Windows>
class Repaired {
 public:
  using Element = typename Windows::Element;
  using Sum = typename Windows::Sum;
  struct Buffers {
    typename Windows::Buffers shortcut;
    const Sum** rows;
    Sum* sums;
  };

  explicit Repaired(const Problem& problem)
      : window_(window_of(problem)),
        shortcut_(problem),
        all_taps_(problem),
        all_within_(kernels_for(problem.isa).all_within<R>()),
        largest_(static_cast<R>(static_cast<double>(std::numeric_limits<R>::max()) /
                                (4 * std::max(problem.kernel.traits().norm1, 1.0)))),
        piece_width_(std::max<Index>(256, 4 * vector_width())) {}

  [[nodiscard]] Index vector_width() const noexcept { return all_taps_.vector_width(); }
  [[nodiscard]] Index block_rows() const noexcept { return shortcut_.block_rows(); }
  [[nodiscard]] Index busy_width() const noexcept { return shortcut_.busy_width(); }
  [[nodiscard]] Buffers lay_out(Scratch& scratch, Index most_rows) const {
    const Index block = all_taps_.block_rows();
    return {shortcut_.lay_out(scratch, most_rows),
            scratch.take<const Sum*>(block + window_.tap_rows - 1),
            scratch.take<Sum>(block, piece_width_)};
  }

  void sum(const Rows<Sum>& rows, const Target<Sum>& target, Index out_rows, Index width,
           const Buffers& buffers) const {
    const bool small = are_small(rows, out_rows + window_.tap_rows - 1,
                                 width + (window_.tap_cols - 1) * window_.spacing);
    shortcut_.sum(rows, target, out_rows, width, buffers.shortcut);
    if (small) return;
    const Index block = all_taps_.block_rows();
    for (Index row = 0; row < out_rows; row += block) {
      const Target<Sum> lines{target.data + row * target.pitch, target.pitch};
      repair({rows.pointers + row}, lines, std::min(block, out_rows - row), width, buffers);
    }
  }

 private:
  using R = real_t<Sum>;

  [[nodiscard]] bool are_small(const Rows<Sum>& rows, Index count, Index width) const {
    constexpr Index reals = sizeof(Sum) / sizeof(R);
    for (Index i = 0; i < count; ++i) {
      const R* numbers = reinterpret_cast<const R*>(rows.pointers[i]);
      if (!all_within_(numbers, width * reals, largest_)) return false;
    }
    return true;
  }

  [[nodiscard]] static bool is_finite(const Sum& sum) noexcept {
    if constexpr (is_complex_v<Sum>) {
      return std::isfinite(sum.real()) && std::isfinite(sum.imag());
    } else {
      return std::isfinite(sum);
    }
  }

  void repair(const Rows<Sum>& rows, const Target<Sum>& lines, Index out_rows, Index width,
              const Buffers& buffers) const {
    const Index in_rows = out_rows + window_.tap_rows - 1;
    for_each_piece(width, piece_width_, vector_width(), [&](Index at, Index piece) {
      for (Index i = 0; i < in_rows; ++i)
        buffers.rows[i] = rows.pointers[i] + at;
      const Index in_width = piece + (window_.tap_cols - 1) * window_.spacing;
      if (are_small({buffers.rows}, in_rows, in_width)) return;
      all_taps_.sum({buffers.rows}, {buffers.sums, piece_width_}, out_rows, piece, {});
      for (Index row = 0; row < out_rows; ++row) {
        take_where_not_finite(buffers.sums + row * piece_width_,
                              lines.data + row * lines.pitch + at, piece);
      }
    });
  }

  static void take_where_not_finite(const Sum* sums, Sum* line, Index count) {
    for (Index i = 0; i < count; ++i) {
      if (!is_finite(line[i]) || !is_finite(sums[i])) line[i] = sums[i];
    }
  }

  Window window_;
  Windows shortcut_;
  AllTaps<Sum> all_taps_;
  AllWithin<R> all_within_;
  R largest_;
  Index piece_width_;
};

}  // namespace twofold::detail
