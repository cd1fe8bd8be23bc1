// SPDX-License-Identifier: BSD-3-Clause
// A problem, put to the library and judged: results are the reference's, refusals are those that
// the contract names, and nothing is written but the outputs.
#include "problem_run.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "common/finding.hpp"
#include "common/ordered_executor.hpp"
#include "common/refusal.hpp"
#include "problem_judge.hpp"
#include "problem_mistakes.hpp"
#include "support/checked.hpp"

namespace twofold::fuzz {

namespace {

struct Arenas {
  static constexpr std::size_t capacity = std::size_t{16} << 20;
  GuardedArena image{capacity};
  GuardedArena kernel{capacity};
  GuardedArena row{capacity};
  GuardedArena tile{capacity};
  GuardedArena out{capacity};
  GuardedArena workspace{capacity};
};

const Arenas& arenas() {
  static const Arenas all;
  return all;
}

/// A region of the outputs, or all.
Rect draw_outputs(Generator& generator, const Shape& shape) {
  const Index rows = generator.index(1, shape.rows);
  const Index cols = generator.index(1, shape.cols);
  return {generator.index(0, shape.rows - rows), generator.index(0, shape.cols - cols), rows, cols};
}

Rect all_of(const Shape& shape) {
  return {0, 0, shape.rows, shape.cols};
}

struct Kernel {
  ErasedView taps;  ///< or the column
  ErasedView row;   ///< of a kernel given by its factors
};

class Run {
 public:
  explicit Run(const ProblemCase& problem)
      : problem_(problem),
        types_{problem.image_type, problem.output_type},
        generator_(problem.region_seed),
        executor_(problem.executor, problem.backwards),
        image_(arenas().image, problem.image_type, problem.image, problem.image_layout),
        kernel_(arenas().kernel, problem.kernel_type,
                {problem.kernel.rows, problem.by_factors ? 1 : problem.kernel.cols, 1},
                problem.kernel_layout) {
    image_.fill(problem.image_data);
    kernel_.fill(problem.kernel_data);
    kernel_given_.taps = kernel_.view();
    if (problem.by_factors) {
      row_.emplace(arenas().row, problem.kernel_type, Shape{1, problem.kernel.cols, 1},
                   problem.row_layout);
      DataDescription data = problem.kernel_data;
      ++data.seed;
      row_->fill(data);
      kernel_given_.row = row_->view();
    }
    image_given_ = image_.view();
    options_ = problem.options;
    if (problem.executor > 0) options_.executor = &executor_;
    put_into(options_, problem.mistake);
    put_into(image_given_.shape, kernel_given_.taps.shape, problem.mistake);
  }

  void check() {
    const SharedPlan reference = make_reference();
    const auto error =
        problem_.route == Route::one_shot ? call_once(reference.get()) : call_plan(reference.get());
    require(image_.is_untouched() && kernel_.is_untouched(), "an input has been written to");
    if (is_skipped_) return;
    // Where a one-shot call exchanges the operands, it has no use for a fill value, and takes any.
    if (reference == nullptr && !error && problem_.route == Route::one_shot && is_exchanged())
      return;
    if (problem_.mistake != Mistake::none || reference == nullptr) {
      require(error.has_value(), [&] { return "a mistake is not refused: " + text_of(problem_); });
    } else if (error) {
      require_refusal(*error);
    }
  }

 private:
  [[nodiscard]] SharedPlan plan_with(const Kernel& kernel, const Options& options) const {
    return problem_.by_factors ? detail::make_plan(problem_.operation, types_, image_given_.shape,
                                                   kernel.taps, kernel.row, options)
                               : detail::make_plan(problem_.operation, types_, image_given_.shape,
                                                   kernel.taps, options);
  }

  /// Of dense operands, by the plain loops; null if the problem is none.
  SharedPlan make_reference() {
    if (problem_.mistake != Mistake::none) return nullptr;
    const Dense taps(kernel_.view());
    std::optional<Dense> row;
    if (row_) row.emplace(row_->view());
    Options options = options_;
    options.method = Method::reference;
    options.nonfinite = Nonfinite::propagate;
    options.threads = 1;
    options.executor = nullptr;
    try {
      return plan_with({taps.view(), row ? row->view() : ErasedView{}}, options);
    } catch (const Error&) {
      return nullptr;
    }
  }

  // The calls: what they were refused for, or nothing.

  template <class Call>
  std::optional<Errc> refusal_of(const Call& call) const {
    try {
      call();
      return std::nullopt;
    } catch (const Error& error) {
      require(!out_ || out_->is_untouched(),
              [&] { return "a refused call has written: " + text_of(problem_); });
      require(names_an_argument(error.what()), [&] {
        return "refused with \"" + std::string(error.what()) + "\": " + text_of(problem_);
      });
      return error.code();
    }
  }

  std::optional<Errc> call_once(const PlanState* reference) {
    const Kernel& k = kernel_given_;
    const auto call = [&](const ErasedView& out, const Options& options) {
      if (problem_.by_factors) {
        detail::one_shot(problem_.operation, image_given_, k.taps, k.row, out, options);
      } else {
        detail::one_shot(problem_.operation, image_given_, k.taps, out, options);
      }
    };
    const auto refusal = refusal_of([&] {
      place_output(problem_.by_factors
                       ? detail::one_shot_shape(image_given_, k.taps, k.row, options_)
                       : detail::one_shot_shape(image_given_, k.taps, options_),
                   image_given_);
      if (!is_skipped_) call(out_given_, options_);
    });
    if (refusal || is_skipped_) return refusal;
    require_same_serially(call);
    if (reference != nullptr) judge_once(*reference);
    return std::nullopt;
  }

  std::optional<Errc> call_plan(const PlanState* reference) {
    SharedPlan plan;
    const bool whole = problem_.route == Route::execute;
    Rect outputs;
    Point origin;
    ErasedView tile = image_given_;
    const auto refusal = refusal_of([&] {
      plan = plan_with(kernel_given_, options_);
      const Shape shape = detail::output_shape(*plan);
      outputs = whole ? all_of(shape) : draw_outputs(generator_, shape);
      if (!whole) tile = place_tile(*plan, outputs, origin);
      place_output({outputs.rows, outputs.cols, problem_.image.channels}, tile);
      if (problem_.mistake == Mistake::outputs_beyond) outputs.row = shape.rows - outputs.rows + 1;
      const auto workspace = place_workspace(*plan);
      if (!is_skipped_) detail::execute(*plan, tile, origin, outputs, out_given_, workspace, whole);
    });
    if (refusal || is_skipped_) return refusal;
    require_same_serially([&](const ErasedView& out, const Options& options) {
      const SharedPlan serial = plan_with(kernel_given_, options);
      std::vector<std::byte> memory(detail::workspace_bytes(*serial) + 64);
      detail::execute(*serial, tile, origin, outputs, out, aligned(memory), whole);
    });
    if (reference != nullptr) judge_plan(*plan, *reference, outputs);
    return std::nullopt;
  }

  // Memory.

  static std::span<std::byte> aligned(std::vector<std::byte>& memory) {
    void* first = memory.data();
    std::size_t size = memory.size();
    std::align(64, 1, first, size);
    return {static_cast<std::byte*>(first), size};
  }

  void place_output(Shape shape, const ErasedView& input) {
    if (problem_.mistake == Mistake::out_shape) ++shape.rows;
    Generator generator(problem_.out_seed);
    const Layout layout = layout_from(generator, shape);
    if (!fits(arenas().out, layout, problem_.output_type)) return;
    out_.emplace(arenas().out, problem_.output_type, shape, layout);
    out_given_ = out_->view();
    if (problem_.mistake == Mistake::coincident_out) {
      if (shape.rows == 1 && shape.cols == 1) is_skipped_ = true;
      (shape.rows > 1 ? out_given_.row_stride : out_given_.col_stride) = 0;
    }
    if (problem_.mistake == Mistake::out_is_image) out_given_.data = input.data;
  }

  /// What the outputs need of the image, at its own place in memory, and now and then more. With
  /// the mistake, a row or column less.
  ErasedView place_tile(const PlanState& plan, const Rect& outputs, Point& origin) {
    const Rect needed = detail::input_region(plan, outputs);
    Rect part = needed.rows == 0 ? all_of(problem_.image) : needed;
    if (problem_.mistake == Mistake::incomplete_tile) {
      is_skipped_ = needed.rows <= 1;
      if (!is_skipped_) --part.rows;
      if (!is_skipped_ && generator_.index(0, 1) == 0) ++part.row;
    } else {
      const Index above = generator_.index(0, std::min<Index>(2, part.row));
      const Index below =
          generator_.index(0, std::min<Index>(2, problem_.image.rows - part.row_end()));
      part = {part.row - above, part.col, part.rows + above + below, part.cols};
    }
    origin = {part.row, part.col};
    const Shape shape{part.rows, part.cols, problem_.image.channels};
    tile_.emplace(arenas().tile, problem_.image_type, shape, layout_from(generator_, shape));
    tile_->copy_from(detail::region_of(image_.view(), part));
    return tile_->view();
  }

  /// NaN in every byte, ending where memory does.
  std::span<std::byte> place_workspace(const PlanState& plan) {
    const std::size_t bytes = detail::workspace_bytes(plan);
    const auto taken = static_cast<std::size_t>(detail::round_up(static_cast<Index>(bytes), 64));
    if (!arenas().workspace.holds(taken + 64)) is_skipped_ = true;
    if (is_skipped_) return {};
    const bool is_wrong = problem_.mistake == Mistake::short_workspace ||
                          problem_.mistake == Mistake::misaligned_workspace;
    if (is_wrong && bytes == 0) is_skipped_ = true;
    if (problem_.mistake == Mistake::misaligned_workspace) {
      return arenas().workspace.take(taken + 64, GuardedArena::End::end, 0xff).subspan(1);
    }
    const auto memory = arenas().workspace.take(taken, GuardedArena::End::end, 0xff);
    return memory.first(problem_.mistake == Mistake::short_workspace && bytes > 0 ? bytes - 1
                                                                                  : bytes);
  }

  bool fits(const GuardedArena& arena, const Layout& layout, ElementType type) {
    if (!arena.holds(static_cast<std::size_t>(layout.size) * size_in_bytes(type)))
      is_skipped_ = true;
    return !is_skipped_;
  }

  // Verdicts.

  /// Of a problem that the reference computes.
  void require_refusal(Errc code) const {
    const Method method = problem_.options.method;
    const bool is_forced = method != Method::automatic && method != Method::reference;
    const ErasedView& read = tile_ ? tile_->view() : image_.view();
    const bool is_rejected =
        problem_.options.nonfinite == Nonfinite::reject && !magnitudes_of(read).is_finite;
    const bool is_right =
        (code == Errc::unsupported && is_forced) || (code == Errc::nonfinite && is_rejected);
    require(is_right, [&] {
      return "refused with code " + std::to_string(static_cast<int>(code)) + ": " +
             text_of(problem_);
    });
  }

  /// The bits do not depend on the executor. `call` computes into a view, by options.
  template <class Call>
  void require_same_serially(const Call& call) const {
    if (problem_.executor == 0) return;
    Options serial = options_;
    serial.executor = nullptr;
    serial.threads = 1;
    const Dense again(problem_.output_type, out_given_.shape);
    call(again.view(), serial);
    require(same_results(out_given_, again.view()),
            [&] { return "one thread computes other bits: " + text_of(problem_); });
  }

  [[nodiscard]] bool is_exchanged() const {
    const Shape& x = problem_.image;
    const Shape& k = problem_.kernel;
    return problem_.options.mode == Mode::valid && x.channels == 1 && !problem_.by_factors &&
           k.rows >= x.rows && k.cols >= x.cols && k != x;
  }

  /// A one-shot call makes a plan that is not seen. In its place, one that is made alike.
  void judge_once(const PlanState& reference) {
    const Rect outputs = all_of(out_given_.shape);
    if (!is_exchanged()) {
      const SharedPlan plan = plan_with(kernel_given_, options_);
      judge_plan(*plan, reference, outputs);
      return;
    }
    const SharedPlan plan =
        detail::make_plan(Operation::convolve, {problem_.kernel_type, problem_.output_type},
                          problem_.kernel, image_given_, options_);
    const Magnitudes kernel = magnitudes_of(kernel_.view());
    judge_by(*plan, reference, outputs, detail::error_bound(*plan, kernel.largest));
  }

  void judge_plan(const PlanState& plan, const PlanState& reference, const Rect& outputs) {
    judge_by(plan, reference, outputs, detail::error_bound(plan, image_magnitudes().largest));
    const Method method = detail::decision(plan).method;
    if (problem_.route != Route::region || method != Method::direct) return;
    if (problem_.options.nonfinite == Nonfinite::propagate) require_part_of_whole(plan, outputs);
  }

  void judge_by(const PlanState& plan, const PlanState& reference, const Rect& outputs,
                double bound) {
    require(out_->is_intact_between(),
            [&] { return "written beside the outputs: " + text_of(problem_); });
    if (problem_.options.nonfinite == Nonfinite::reject) {
      const ErasedView& read = tile_ ? tile_->view() : image_.view();
      require(magnitudes_of(read).is_finite,
              [&] { return "NaN or infinity is not rejected: " + text_of(problem_); });
    }
    const Magnitudes image = image_magnitudes();
    const double bounds = bound + detail::error_bound(reference, image.largest);
    const Dense dense(image_.view());
    judge(
        problem_, reference, dense.view(), outputs, out_given_,
        allowance_for(problem_, detail::decision(plan).method, bounds, image, kernel_magnitudes()));
  }

  /// A direct region has the bits of the whole.
  void require_part_of_whole(const PlanState& plan, const Rect& outputs) const {
    const Dense whole(problem_.output_type, detail::output_shape(plan));
    std::vector<std::byte> memory(detail::workspace_bytes(plan) + 64);
    detail::execute(plan, image_.view(), {}, all_of(whole.view().shape), whole.view(),
                    aligned(memory), true);
    require(same_results(out_given_, detail::region_of(whole.view(), outputs)),
            [&] { return "a region has other bits than the whole: " + text_of(problem_); });
  }

  /// Of everything that sums are formed of.
  [[nodiscard]] Magnitudes image_magnitudes() const {
    Magnitudes image = magnitudes_of(image_.view());
    const Boundaries& boundary = problem_.options.boundary;
    if (boundary.rows != Boundary::fill && boundary.cols != Boundary::fill) return image;
    const Dense fill(ElementType::complex128, {1, 1, 1});
    *const_cast<std::complex<double>*>(static_cast<const std::complex<double>*>(fill.view().data)) =
        problem_.options.fill_value.to<std::complex<double>>();
    const Magnitudes outside = magnitudes_of(fill.view());
    image.largest = std::max(image.largest, outside.largest);
    image.is_finite = image.is_finite && outside.is_finite;
    image.is_halves = image.is_halves && outside.is_halves;
    return image;
  }

  [[nodiscard]] Magnitudes kernel_magnitudes() const {
    Magnitudes kernel = magnitudes_of(kernel_.view());
    if (!row_) return kernel;
    const Magnitudes row = magnitudes_of(row_->view());
    kernel.largest *= row.largest;
    kernel.sum *= row.sum;
    kernel.is_finite = kernel.is_finite && row.is_finite;
    kernel.is_halves = kernel.is_halves && row.is_halves;
    return kernel;
  }

  const ProblemCase& problem_;
  detail::PlanTypes types_;
  Generator generator_;
  OrderedExecutor executor_;
  Placed image_;
  Placed kernel_;
  std::optional<Placed> row_;
  std::optional<Placed> tile_;
  std::optional<Placed> out_;
  ErasedView image_given_;
  Kernel kernel_given_;
  ErasedView out_given_;
  Options options_;
  bool is_skipped_ = false;  ///< a mistake that this problem cannot have, or too much memory
};

}  // namespace

void check_problem(const ProblemCase& problem) {
  if (is_possible(problem)) Run(problem).check();
}

}  // namespace twofold::fuzz
