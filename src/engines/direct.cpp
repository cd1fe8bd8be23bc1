// SPDX-License-Identifier: BSD-3-Clause
// The direct engine: the sliding window, straight from the caller's image into the caller's output
// wherever both allow it.
#include "engines/engines.hpp"
#include "engines/shortcut.hpp"
#include "engines/sweep.hpp"
#include "engines/windows.hpp"
#include "kernels/kernels.hpp"

namespace twofold::detail {

namespace {

template <class Windows>
class Direct final : public Engine {
  using Element = typename Windows::Element;
  using Sum = typename Windows::Sum;

 public:
  explicit Direct(const Problem& problem)
      : problem_(problem),
        windows_(problem),
        sweep_(problem_, windows_.vector_width(), windows_.busy_width(), group_rows(),
               problem.cols.output) {
    Scratch measure(nullptr);
    (void)lay_out(measure);
    bytes_per_part_ = measure.used();
  }

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override {
    return bytes_per_part_ * static_cast<std::size_t>(parts());
  }

  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return direct_error_bound(problem_, largest_magnitude);
  }

  void run(const Task& task, std::byte* workspace, Executor& executor) const override {
    const auto fill = static_cast<Element>(problem_.fill_as<Sum>());
    const auto source = task.source<Element>(problem_, fill);
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
  using Group = typename Sweep<Element>::Group;

  struct Buffers {
    typename Sweep<Element>::Buffers sweep;
    typename Windows::Buffers windows;
    // For a group that cannot be written in place:
    const Element** rows;
    Sum* outputs;
  };

  [[nodiscard]] Index parts() const noexcept {
    return std::min<Index>(problem_.threads, problem_.rows.output);
  }

  /// Whole blocks. Taller groups cost less at their upper and lower edge.
  [[nodiscard]] typename Sweep<Element>::GroupRows group_rows() const noexcept {
    const Index block = windows_.block_rows();
    const auto blocks = [&](Index rows) { return std::max<Index>(1, rows / block) * block; };
    if (waits_for_pages<Element>(problem_)) return {blocks(12), blocks(12)};
    if (problem_.rows.kernel <= 3) return {blocks(24), blocks(12)};
    return {blocks(48), blocks(48)};
  }

  /// Elements in a row of `outputs`.
  [[nodiscard]] Index piece_width() const noexcept {
    return std::max<Index>(256, 4 * windows_.vector_width());
  }

  [[nodiscard]] Buffers lay_out(Scratch& scratch) const {
    return {sweep_.lay_out(scratch), windows_.lay_out(scratch, sweep_.group_rows()),
            scratch.take<const Element*>(sweep_.group_rows() + problem_.rows.kernel - 1),
            scratch.take<Sum>(sweep_.group_rows(), piece_width())};
  }

  void sum(const Task& task, const Group& group, const Buffers& buffers, bool streams) const {
    if (const auto target = sweep_.template target_in_place<Sum>(task, group, streams)) {
      windows_.sum(group.rows, *target, group.outputs.rows, group.width, buffers.windows);
      return;
    }
    // Elsewhere a piece at a time, through a buffer.
    const ErasedView out = task.out_part(group.outputs);
    const ConvertRun round = kernels_for(problem_.isa).template pixels_of<Sum>(out.type).round;
    for_each_piece(group.width, piece_width(), windows_.vector_width(), [&](Index at, Index width) {
      for (Index i = 0; i < group.outputs.rows + problem_.rows.kernel - 1; ++i)
        buffers.rows[i] = group.rows.pointers[i] + at;
      windows_.sum({buffers.rows}, {buffers.outputs, piece_width()}, group.outputs.rows, width,
                   buffers.windows);
      store_results(buffers.outputs, piece_width(), at, width, out, round);
    });
  }

  Problem problem_;
  Windows windows_;
  Sweep<Element> sweep_;
  std::size_t bytes_per_part_ = 0;
};

}  // namespace

std::unique_ptr<const Engine> make_direct(const Problem& problem) {
  return visit_lane(problem.type, [&]<class L>(Tag<L>) -> std::unique_ptr<const Engine> {
    switch (shortcut_for(problem)) {
      case Shortcut::real_taps:
        if constexpr (is_complex_v<L>)
          return std::make_unique<Direct<Repaired<RealTaps<L>>>>(problem);
        break;
      case Shortcut::mirrored:
        if constexpr (std::is_floating_point_v<L>) {
          return std::make_unique<Direct<Repaired<MirroredTaps<L>>>>(problem);
        }
        break;
      case Shortcut::scattered:
        if constexpr (std::is_integral_v<L>) {
          return std::make_unique<Direct<ScatteredTaps<L>>>(problem);
        } else {
          return std::make_unique<Direct<Repaired<ScatteredTaps<L>>>>(problem);
        }
      case Shortcut::paired:
        if constexpr (std::is_same_v<L, std::uint32_t>) {
          return std::make_unique<Direct<PairedTaps>>(PairedTaps::with_even_columns(problem));
        }
        break;
      case Shortcut::none:
        break;
    }
    return std::make_unique<Direct<AllTaps<L>>>(problem);
  });
}

}  // namespace twofold::detail
