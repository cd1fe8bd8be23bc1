// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// Plan: everything that can be decided before the pixels are there, decided once.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "twofold/image.hpp"
#include "twofold/options.hpp"

namespace twofold {

/// How far the window of one output reaches into the image: output (r, c) needs the input rows
/// [r − before_rows, r + after_rows] and the like columns. Never negative; 0 before in mode
/// `valid`, with a kernel that the image can hold.
struct Halo {
  Index before_rows = 0;  ///< above
  Index after_rows = 0;   ///< below
  Index before_cols = 0;  ///< to the left
  Index after_cols = 0;   ///< to the right

  /// Of all four.
  friend constexpr bool operator==(const Halo&, const Halo&) = default;
};

/// A kernel that is the product of a column and a row: kernel(a, b) = column[a]·row[b], rounded to
/// the type in which sums are formed. Any method may compute with it; the separable one takes the
/// factors as they are, within its error bound. It refers to the caller's memory, as a view does.
template <Element T>
struct SeparableKernel {
  std::span<const T> column;  ///< as many elements as the kernel has rows
  std::span<const T> row;     ///< as many as it has columns

  /// @{
  /// The factors as kernels: n×1 and 1×n.
  [[nodiscard]] View<const T> column_view() const noexcept {
    return {column.data(), static_cast<Index>(column.size()), 1};
  }
  [[nodiscard]] View<const T> row_view() const noexcept {
    return {row.data(), 1, static_cast<Index>(row.size())};
  }
  /// @}
};

/// What the dispatcher thought of one method.
struct Candidate {
  Method method{};       ///< which
  bool allowed = false;  ///< whether it can compute the problem within its contract
  std::string reason;    ///< why it is not allowed, or how it would run ("tiles of 128×128")
  double seconds = 0;    ///< predicted, for one whole execute; 0 where not allowed
  /// For one whole execute. Nothing where not allowed, or beyond what can be addressed; and of a
  /// layer's methods only the one that was chosen has it, as the others would have to be prepared
  /// to know.
  std::optional<std::size_t> workspace_bytes;
};

/// Which method was chosen, and from what.
struct Decision {
  Method method{};                    ///< what runs: never automatic, never fft
  std::string why;                    ///< one sentence
  std::vector<Candidate> candidates;  ///< in the dispatcher's order, the reference last
};

namespace detail {

class PlanState;

std::shared_ptr<const PlanState> make_plan(Operation, const PlanTypes&, const Shape& image,
                                           const ErasedView& kernel, const Options&);
std::shared_ptr<const PlanState> make_plan(Operation, const PlanTypes&, const Shape& image,
                                           const ErasedView& column, const ErasedView& row,
                                           const Options&);
Shape output_shape(const PlanState&) noexcept;
Halo halo(const PlanState&) noexcept;
Rect input_region(const PlanState&, const Rect& outputs);
Decision decision(const PlanState&);
std::size_t workspace_bytes(const PlanState&) noexcept;
double error_bound(const PlanState&, double largest_magnitude);
void execute(const PlanState&, const ErasedView& tile, Point tile_origin, const Rect& outputs,
             const ErasedView& out, std::span<std::byte> workspace, bool whole);

}  // namespace detail

/// One operation with one kernel on images of one shape: images of T, a kernel of K, results of
/// Out, as Combines says. The constructor validates, chooses the method and prepares (converts,
/// packs or transforms) the kernel, which it copies; nothing refers to the caller's memory
/// afterwards, except Options::executor.
///
/// Making one takes about a microsecond for small kernels. Where transforms are used, FFTW plans
/// them and the kernel goes through them, in time O(N log N) for the N points of a transform: some
/// milliseconds for overlap_save; whole_fft's grow with the image, to 0.2 s for a kernel of 2048²
/// with an image as large. It allocates, and for transforms locks fft_planner_mutex(). Executing
/// takes what decision() predicts, in proportions that Method tells.
///
/// Immutable: any number of threads may call any of its functions at the same time. Copies are
/// cheap and share everything.
template <Element T, Element K = T, Element Out = promoted_t<T, K>>
requires Combines<T, K, Out>
class Plan {
 public:
  /// For images of shape `image`: rows × columns × channels, to each of which the kernel is
  /// applied. The kernel has one channel and any strides. `image` may also be written {rows, cols}.
  /// In mode `valid` the kernel may be the larger: the results are those of convolve2d and
  /// correlate2d.
  ///
  /// Throws Error: invalid_shape, invalid_option, too_large; unsupported, if the forced method
  /// cannot compute this; unavailable, if the instruction set is not there; and std::bad_alloc.
  template <class Taps>
  requires std::convertible_to<const Taps&, View<const K>> Plan(Operation operation, Shape image,
                                                                const Taps& kernel,
                                                                const Options& options = {})
      : state_(detail::make_plan(operation, types, image, detail::erase(View<const K>(kernel)),
                                 options)) {}

  /// Likewise, with a kernel given by its factors, which are converted to the sums' type before
  /// they are multiplied.
  Plan(Operation operation, Shape image, const SeparableKernel<K>& kernel,
       const Options& options = {})
      : state_(detail::make_plan(operation, types, image, detail::erase(kernel.column_view()),
                                 detail::erase(kernel.row_view()), options)) {}

  /// Of the whole result, with the image's channels.
  [[nodiscard]] Shape output_shape() const noexcept { return detail::output_shape(*state_); }
  /// How far windows reach; the same for all outputs.
  [[nodiscard]] Halo halo() const noexcept { return detail::halo(*state_); }

  /// The smallest part of the image from which `outputs` can be computed. With wrap, outputs at one
  /// edge need the other edge too, and so everything between. Throws Error(invalid_shape), if
  /// `outputs` is empty or no part of the result. Takes time in proportion to its rows and columns.
  [[nodiscard]] Rect input_region(const Rect& outputs) const {
    return detail::input_region(*state_, outputs);
  }

  /// Which method runs, what each was predicted to cost, and why one was not allowed. Makes
  /// strings: it is for people, not for every call.
  [[nodiscard]] Decision decision() const { return detail::decision(*state_); }

  /// Bytes of scratch memory that one call of execute or execute_region needs; its contents before
  /// do not matter, and mean nothing after. Calls that run at the same time need one workspace
  /// each.
  [[nodiscard]] std::size_t workspace_bytes() const noexcept {
    return detail::workspace_bytes(*state_);
  }

  /// No output is further from the exact result than this, for an image (and fill value) whose
  /// elements have magnitudes of at most `largest_magnitude`, operands being in the type of the
  /// sums (64-bit integers are rounded first wherever that is double): for the direct sum
  /// m·u·max|x|·‖k‖₁, for a Fourier transform the larger of that, for tiles that are summed
  /// directly, and of 12(log₂N + 1)·u·‖x‖₂‖k‖₂ over one tile (for real numbers √5 times that, as
  /// two tiles share a transform), and a little more where numbers are subnormal or factors or taps
  /// are multiplied or added up first. 0 for sums of integers; ½ more where sums are rounded to the
  /// image's type, the exact result being saturated as they are. Throws Error(invalid_option) for a
  /// negative magnitude and NaN.
  [[nodiscard]] double error_bound(double largest_magnitude) const {
    return detail::error_bound(*state_, largest_magnitude);
  }

  /// Computes the whole output. `image` has the plan's shape, `out` has output_shape(), with any
  /// strides under which its elements are distinct; the two share no element. `workspace` has at
  /// least workspace_bytes() bytes, aligned to 64, apart from both. Neither locks nor allocates,
  /// with one thread or the caller's own executor; FFTW may allocate in a whole_fft of more than
  /// 16,384 rows or columns.
  ///
  /// Throws Error: invalid_shape, invalid_stride, overlap, too_large, workspace, nonfinite (where
  /// Options::nonfinite rejects it); and what the executor throws, after which `out` is
  /// unspecified.
  void execute(View<const T> image, View<Out> out, std::span<std::byte> workspace) const {
    detail::execute(*state_, detail::erase(image), {}, all_outputs(), detail::erase(out), workspace,
                    true);
  }

  /// Likewise, with a workspace allocated for this call; throws std::bad_alloc, too.
  void execute(View<const T> image, View<Out> out) const {
    const detail::AlignedBytes workspace(workspace_bytes());
    execute(image, out, workspace.bytes());
  }

  /// Computes the outputs inside `outputs` into `out`, which has that shape, from a part of the
  /// image: `tile`, whose first element is the image's element `tile_origin`. What lies outside the
  /// whole image is found by the boundary's rule; a tile may also bring it along (a `tile_origin`
  /// before the image, as tiles exchanged between machines have it), and is then believed.
  /// Throws Error(invalid_shape) if something is needed that the tile does not hold, and what
  /// execute throws. With the direct method the bits are those of execute.
  void execute_region(View<const T> tile, Point tile_origin, Rect outputs, View<Out> out,
                      std::span<std::byte> workspace) const {
    detail::execute(*state_, detail::erase(tile), tile_origin, outputs, detail::erase(out),
                    workspace, false);
  }

  /// Likewise, with a workspace allocated for this call; throws std::bad_alloc, too.
  void execute_region(View<const T> tile, Point tile_origin, Rect outputs, View<Out> out) const {
    const detail::AlignedBytes workspace(workspace_bytes());
    execute_region(tile, tile_origin, outputs, out, workspace.bytes());
  }

 private:
  static constexpr detail::PlanTypes types{element_type_of<T>, element_type_of<Out>};

  [[nodiscard]] Rect all_outputs() const noexcept {
    const Shape shape = output_shape();
    return {0, 0, shape.rows, shape.cols};
  }

  std::shared_ptr<const detail::PlanState> state_;
};

}  // namespace twofold
