// SPDX-License-Identifier: BSD-3-Clause
// The separable engine, for kernels that are a short sum of products of columns and rows. Windows
// of a few taps take one pass: sums along the rows, formed in registers, go straight into the sums
// down the columns. Others take two: a few rows are summed down their columns into a buffer that
// stays in cache, and from it along the rows into the output. The intermediate image never exists
// as a whole.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "engines/engines.hpp"
#include "engines/sweep.hpp"
#include "kernels/kernels.hpp"
#include "support/executors.hpp"

namespace twofold::detail {

namespace {

/// A view with its rows in reverse order.
template <class L>
View<const L> upside_down(const View<const L>& view) {
  return {view.at(view.rows() - 1, 0), view.shape(), -view.row_stride(), view.col_stride()};
}

/// At least |tap|; exact for reals.
template <class L>
double magnitude(const L& tap) noexcept {
  if constexpr (is_complex_v<L>) {
    return std::abs(static_cast<double>(tap.real())) + std::abs(static_cast<double>(tap.imag()));
  } else {
    return std::abs(static_cast<double>(tap));
  }
}

/// Moves a power of two from the taps of the second sum to those of the first, where that makes the
/// second's largest tap less than `limit`, itself a power of two. Whether it is less.
template <class L>
bool bring_below(double limit, Image<L>& second, Image<L>& first) {
  double largest = 0;
  for (Index i = 0; i < second.size(); ++i)
    largest = std::max(largest, magnitude(second.data()[i]));
  if (largest < limit) return true;
  return std::isfinite(largest) &&
         move_power_of_two(second, first, std::ilogb(largest) - std::ilogb(limit) + 1);
}

/// Null where a problem takes two passes.
template <class L>
OnePassKernel<L> one_pass_kernel(const Problem& problem, Index rank) noexcept {
  const auto find = kernels_for(problem.isa).lanes<L>().one_pass_kernel;
  if (rank > 1 || find == nullptr) return {};
  return find({problem.rows.kernel, problem.cols.kernel, problem.channels},
              outlives_cache(problem));
}

template <class L>
struct Passes {
  Image<L> columns;         ///< rank × rows.kernel, in the order in which the window meets them
  Image<L> rows;            ///< rank × cols.kernel, likewise
  OnePassKernel<L> in_one;  ///< null where there are two
  bool keep_direct_bound = true;  ///< see passes_keep_direct_bound
};

/// In one pass the sums along rows come first: they take the kernel's scale over from the columns
/// (see Factors), so that what they lose below the normal numbers is not multiplied by large taps.
/// Where each output has the direct sum's bound, what kh·kw products may lose there, it is to be
/// halved at least: kw·‖u‖₁ + kh (see error_bound) is below kh·kw/2 + kh with taps u below ½, which
/// is kh·kw at most where kw ≥ 2; and likewise in two passes, where kh ≥ 2. Kernels of one row or
/// column have no room for the rounding of factors (see separable_roundings).
template <class L>
Passes<L> prepare_passes(const Problem& problem, const Factors& factors) {
  Passes<L> passes{Image<L>(upside_down(factors.columns<L>().view()).transposed()),
                   Image<L>(upside_down(factors.rows<L>().view().transposed()).transposed()),
                   one_pass_kernel<L>(problem, factors.rank())};
  if constexpr (!std::is_integral_v<L>) {
    const double limit = problem.asks_for_direct_bound() ? 0.5 : 2;
    if (passes.in_one.sum != nullptr && bring_below(limit, passes.columns, passes.rows))
      return passes;
    passes.in_one = {};
    if (problem.asks_for_direct_bound())
      passes.keep_direct_bound = bring_below(limit, passes.rows, passes.columns);
  }
  return passes;
}

template <class L>
class Separable final : public Engine {
 public:
  Separable(const Problem& problem, std::shared_ptr<const Factors> factors)
      : problem_(problem),
        factors_(std::move(factors)),
        kernels_(kernels_for(problem.isa).lanes<L>()),
        passes_(prepare_passes<L>(problem, *factors_)),
        window_{problem.rows.kernel, problem.cols.kernel, problem.channels},
        down_{problem.rows.kernel, 1, 1},
        across_{rank(), problem.cols.kernel, problem.channels},
        down_kernel_(kernels_.sliding_kernel(down_, outlives_cache(problem))),
        across_kernel_(kernels_.sliding_kernel(across_, outlives_cache(problem))),
        sweep_(problem_, kernels_.vector_width, busy_width(), group_rows(), chunk_cols()),
        largest_sum_(largest_safe_sum()),
        direct_(make_direct(one_part(problem))) {
    Scratch measure(nullptr);
    (void)lay_out(measure);
    bytes_per_part_ = measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return bytes_per_part_ * static_cast<std::size_t>(parts());
  }

  /// The roundings are of magnitudes that add up to Σ_r ‖u_r‖₁‖v_r‖₁. Below the normal numbers,
  /// each of the column's kh products is off by η at most, and meets the row's taps; in one pass,
  /// each of the row's kw products the column's.
  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    if (is_integer(problem_.type)) return 0;
    const auto rows = static_cast<double>(problem_.rows.kernel);
    const auto cols = static_cast<double>(problem_.cols.kernel);
    const double factor = is_complex(problem_.type) ? 2.8284271247461903 : 1.0;
    const auto roundings = static_cast<double>(separable_roundings(problem_, rank()));
    double magnitudes = 0;
    double underflows = 0;
    for (Index r = 0; r < rank(); ++r) {
      magnitudes += norm1(passes_.columns, r) * norm1(passes_.rows, r);
      underflows += in_one_pass() ? cols * norm1(passes_.columns, r) + rows
                                  : rows * norm1(passes_.rows, r) + cols;
    }
    return std::max(
        direct_error_bound(problem_, largest_magnitude),
        factor * (roundings * unit_roundoff(problem_.type) * largest_magnitude * magnitudes +
                  underflows * underflow_error(problem_, largest_magnitude)));
  }

  void run(const Task& task, std::byte* workspace, Executor& executor) const override {
    const auto source = task.source<L>(problem_);
    const bool streams = outlives_cache(problem_, task.outputs);
    const Index bands = std::min(parts(), task.outputs.rows);
    for_each_part(bands, executor, [&](Index i) {
      Scratch scratch(workspace + static_cast<std::size_t>(i) * bytes_per_part_);
      const Buffers buffers = lay_out(scratch);
      sweep_.run(source, band_of(task.outputs, i, bands), buffers.sweep,
                 [&](const auto& group) { sum(task, group, buffers, streams); });
    });
  }

 private:
  using Group = typename Sweep<L>::Group;

  struct Buffers {
    typename Sweep<L>::Buffers sweep;
    L* summed;             ///< sums of columns: for each component, the rows of a group
    const L** components;  ///< row by row, pointers to its components
    L* outputs;            ///< of a group that cannot be written in place
    L* direct_outputs;
    std::byte* direct;
  };

  [[nodiscard]] Index rank() const noexcept { return factors_->rank(); }

  [[nodiscard]] bool in_one_pass() const noexcept { return passes_.in_one.sum != nullptr; }
  [[nodiscard]] Index busy_width() const noexcept {
    return in_one_pass() ? passes_.in_one.busy_width : down_kernel_.busy_width;
  }

  static double norm1(const Image<L>& taps, Index component) noexcept {
    double norm = 0;
    for (Index i = 0; i < taps.cols(); ++i)
      norm += magnitude(taps(component, i));
    return norm;
  }

  static Problem one_part(Problem problem) {
    problem.threads = 1;
    return problem;
  }

  [[nodiscard]] Index parts() const noexcept {
    return std::min<Index>(problem_.threads, problem_.rows.output);
  }

  // Taller groups cost less where blocks begin and end; but in two passes, the sums of a group's
  // columns are to stay in cache.
  [[nodiscard]] typename Sweep<L>::GroupRows group_rows() const noexcept {
    const Index block = in_one_pass() ? passes_.in_one.block_rows : down_kernel_.block_rows;
    const auto blocks = [&](Index rows) { return std::max<Index>(1, rows / block) * block; };
    const bool waits = outlives_cache(problem_);
    if (waits_for_pages<L>(problem_) || (waits && !in_one_pass())) return {blocks(12), blocks(12)};
    if (!in_one_pass()) return {blocks(24), blocks(24)};
    const bool buffered = problem_.converts_image() || problem_.output_type != problem_.type;
    return {blocks(!waits ? 72 : buffered ? 24 : 48), blocks(24)};
  }
  // Wider chunks sum fewer of their last columns' windows again.
  [[nodiscard]] Index chunk_cols() const noexcept {
    return in_one_pass() || outlives_cache(problem_) ? 2048 : 512;
  }

  [[nodiscard]] Index summed_pitch() const noexcept {
    constexpr Index line = static_cast<Index>(Scratch::alignment / sizeof(L));
    return round_up((sweep_.group_cols() + problem_.cols.kernel - 1) * problem_.channels, line) +
           line;
  }
  [[nodiscard]] Index output_pitch() const noexcept {
    return sweep_.group_cols() * problem_.channels;
  }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    return {sweep_.lay_out(scratch),
            scratch.take<L>(in_one_pass() ? 0 : rank() * sweep_.group_rows(), summed_pitch()),
            scratch.take<const L*>(rank() * sweep_.group_rows()),
            scratch.take<L>(sweep_.group_rows(), output_pitch()),
            scratch.take<L>(sweep_.group_rows(), output_pitch()),
            scratch.take<std::byte>(static_cast<Index>(direct_->workspace_bytes()))};
  }

  void sum(const Task& task, const Group& group, const Buffers& buffers, bool streams) const {
    const auto in_place = sweep_.target_in_place(task, group, streams);
    const Target<L> target = in_place.value_or(Target<L>{buffers.outputs, output_pitch()});
    const bool safe =
        in_one_pass() ? sum_in_one_pass(group, target) : sum_in_two_passes(group, target, buffers);
    if (!safe) repair(task, group.outputs, target, buffers);
    if (in_place) return;
    store_results(buffers.outputs, output_pitch(), 0, group.width, task.out_part(group.outputs),
                  kernels_for(problem_.isa).template pixels_of<L>(task.out.type).round);
  }

  // Both tell whether the inner sums were so small that the outer ones overflowed nowhere.

  bool sum_in_one_pass(const Group& group, const Target<L>& target) const {
    if constexpr (std::is_floating_point_v<L>) {
      const SeparableWindow<L> window{window_, passes_.columns.data(), passes_.rows.data()};
      return passes_.in_one.sum(group.rows, target, group.outputs.rows, group.width, window,
                                static_cast<L>(largest_sum_));
    } else {
      return true;  // there is no such kernel
    }
  }

  /// Sums of columns are looked at a few rows at a time, which are then in the first-level cache.
  bool sum_in_two_passes(const Group& group, const Target<L>& target,
                         const Buffers& buffers) const {
    constexpr Index rows_at_a_time = 4;
    sum_columns(group, buffers);
    bool safe = true;
    for (Index row = 0; row < group.outputs.rows; row += rows_at_a_time) {
      const Index rows = std::min(rows_at_a_time, group.outputs.rows - row);
      const L* const* components = buffers.components + row * rank();
      safe = safe && are_within(components, rows * rank(), summed_width(group));
      const Target<L> below{target.data + row * target.pitch, target.pitch, target.streamed};
      sum_rows(components, rows, group.width, below);
    }
    return safe;
  }

  void sum_columns(const Group& group, const Buffers& buffers) const {
    const Index rows = group.outputs.rows;
    for (Index component = 0; component < rank(); ++component) {
      L* sums = buffers.summed + component * sweep_.group_rows() * summed_pitch();
      down_kernel_.sum(group.rows, {sums, summed_pitch()}, rows, summed_width(group),
                       &passes_.columns(component, 0), down_);
      for (Index row = 0; row < rows; ++row)
        buffers.components[row * rank() + component] = sums + row * summed_pitch();
    }
  }

  [[nodiscard]] Index summed_width(const Group& group) const noexcept {
    return group.width + (problem_.cols.kernel - 1) * problem_.channels;
  }

  void sum_rows(const L* const* components, Index rows, Index width,
                const Target<L>& target) const {
    if (rank() == 1) {
      across_kernel_.sum({components}, target, rows, width, passes_.rows.data(), across_);
      return;
    }
    for (Index row = 0; row < rows; ++row) {
      const Target<L> line{target.data + row * target.pitch, target.pitch, target.streamed};
      across_kernel_.sum({components + row * rank()}, line, 1, width, passes_.rows.data(), across_);
    }
  }

  /// Sums down columns go on along rows, sums along rows (in one pass) down columns: what may meet
  /// the taps of these, and not overflow.
  [[nodiscard]] double largest_safe_sum() const noexcept {
    if constexpr (std::is_integral_v<L>) {
      return 0;
    } else {
      const Image<L>& taps = in_one_pass() ? passes_.columns : passes_.rows;
      double norm = 0;
      for (Index r = 0; r < rank(); ++r)
        norm += norm1(taps, r);
      return static_cast<double>(std::numeric_limits<real_t<L>>::max()) / (4 * std::max(norm, 1.0));
    }
  }

  [[nodiscard]] bool are_within(const L* const* rows, Index count, Index width) const {
    if constexpr (std::is_integral_v<L>) {
      return true;
    } else {
      using R = real_t<L>;
      constexpr Index reals = sizeof(L) / sizeof(R);
      const auto all_within = kernels_for(problem_.isa).all_within<R>();
      for (Index i = 0; i < count; ++i) {
        const R* numbers = reinterpret_cast<const R*>(rows[i]);
        if (!all_within(numbers, width * reals, static_cast<R>(largest_sum_))) return false;
      }
      return true;
    }
  }

  /// NaN and infinity take other ways through factors than through the kernel itself: a tap that is
  /// zero may be a sum of factors that are not. Where they come up, the direct sum decides.
  void repair(const Task& task, const Rect& outputs, const Target<L>& target,
              const Buffers& buffers) const {
    SerialExecutor serial;
    Task part = task;
    part.outputs = outputs;
    part.out = {buffers.direct_outputs,
                problem_.type,
                {outputs.rows, outputs.cols, problem_.channels},
                output_pitch(),
                problem_.channels};
    direct_->run(part, buffers.direct, serial);
    for (Index row = 0; row < outputs.rows; ++row) {
      const L* decided = buffers.direct_outputs + row * output_pitch();
      L* line = target.data + row * target.pitch;
      for (Index i = 0; i < outputs.cols * problem_.channels; ++i) {
        if (!std::isfinite(magnitude(line[i]))) line[i] = decided[i];
      }
    }
  }

  Problem problem_;
  std::shared_ptr<const Factors> factors_;
  LaneKernels<L> kernels_;
  Passes<L> passes_;
  Window window_;
  Window down_;
  Window across_;
  SlidingKernel<L> down_kernel_;
  SlidingKernel<L> across_kernel_;
  Sweep<L> sweep_;
  double largest_sum_;
  std::unique_ptr<const Engine> direct_;
  std::size_t bytes_per_part_ = 0;
};

}  // namespace

std::unique_ptr<const Engine> make_separable(const Problem& problem,
                                             std::shared_ptr<const Factors> factors) {
  return visit_lane(problem.type, [&]<class L>(Tag<L>) -> std::unique_ptr<const Engine> {
    return std::make_unique<Separable<L>>(problem, factors);
  });
}

bool passes_keep_direct_bound(const Problem& problem, const Factors& factors) {
  return visit_lane(problem.type, [&]<class L>(Tag<L>) {
    return prepare_passes<L>(problem, factors).keep_direct_bound;
  });
}

bool runs_in_one_pass(const Problem& problem, Index rank) noexcept {
  return visit_lane(problem.type, [&]<class L>(Tag<L>) {
    return one_pass_kernel<L>(problem, rank).sum != nullptr;
  });
}

}  // namespace twofold::detail
