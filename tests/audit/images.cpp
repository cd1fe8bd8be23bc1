// SPDX-License-Identifier: BSD-3-Clause
// Images with kernels of their own type.
#include "adversarial_images.hpp"
#include "allowances.hpp"
#include "sizes.hpp"

namespace twofold::audit {

namespace {

using namespace test;

/// As they stand in the list, or the pixels of one with the taps of another.
Adversary draw_adversary(Random& random) {
  Adversary adversary = random.pick(all_adversaries);
  const Adversary other = random.pick(all_adversaries);
  // Lifted, others than subnormal pixels would overflow; bounded taps have pixels that they suit.
  const auto is_bound_to_pixels = [](const Adversary& each) {
    return each.tap == adversaries::lifting || each.tap == adversaries::lifting_rank_one ||
           each.tap == adversaries::bounded_taps;
  };
  if (random.index(0, 2) == 0 && !is_bound_to_pixels(adversary) && !is_bound_to_pixels(other))
    adversary.tap = other.tap;
  return adversary;
}

template <Element T>
Subject<T> draw_subject(Random& random) {
  const Adversary adversary = draw_adversary(random);
  const Sizes sizes = draw_sizes(random);
  const bool filled = random.coin() && may_be_filled(adversary);
  Problem problem{random.pick(operations),
                  random.pick(modes),
                  {random.pick(boundaries), random.pick(boundaries)},
                  filled ? 3 : 0};
  const bool larger = sizes.kernel.rows > sizes.image.rows || sizes.kernel.cols > sizes.image.cols;
  if (larger && problem.mode == Mode::valid) problem.mode = Mode::same;  // plans do not exchange
  return {problem, numbers<T>(sizes.image, adversary.pixel, random),
          numbers<T>(sizes.kernel, adversary.tap, random), adversary};
}

/// The direct engine has shortcuts for some kernels, and transforms leave images of subnormal
/// numbers to it: what these are tried on is told apart.
template <Element T>
std::string name_of_engine(const Subject<T>& subject, Method method) {
  std::string name(name_of(method));
  if (is_fft(method)) {
    const double largest = largest_magnitude(subject.problem, subject.x);
    return largest < std::numeric_limits<real_t<T>>::min() ? name + ", summed directly" : name;
  }
  if (method != Method::direct) return name;
  const auto tap = subject.adversary.tap;
  const bool real = tap == adversaries::mirrored || tap == adversaries::rank_one ||
                    tap == adversaries::rank_two || tap == adversaries::lifting_rank_one ||
                    tap == adversaries::level_rank_one;
  if (is_complex_v<T> && real) return name + ", real taps";
  if (tap == adversaries::mirrored) return name + ", mirrored taps";
  if (tap == adversaries::rare_taps) return name + ", few taps";
  return name;
}

/// One problem, and what its exact outputs say of the engines.
template <Element T>
class ImageAudit {
 public:
  ImageAudit(Session& session, Subject<T> subject, std::string name)
      : session_(session),
        subject_(std::move(subject)),
        name_(std::move(name)),
        judge_(subject_.problem, subject_.x, subject_.kernel,
               products_per_problem(subject_.kernel.shape())),
        largest_(largest_magnitude(subject_.problem, subject_.x)),
        kernel_(session.fault() ? faulty(subject_.kernel) : subject_.kernel) {}

  Index run() {
    for (const Engine& engine : engines_of_all_kinds()) {
      if (engine.method == Method::reference && takes_too_long(judge_.exact())) continue;
      const Options options = options_for(subject_.problem, engine);
      if (const auto plan = plan_for<T>(subject_.problem, subject_.x.shape(), kernel_, options))
        compare_normwise(*plan, engine);
      if (!is_fft(engine.method)) compare_componentwise(engine, options);
      if (engine.method == Method::separable && subject_.adversary.tap == adversaries::rank_one)
        compare_factors(engine, options);
    }
    return static_cast<Index>(judge_.outputs().size());
  }

 private:
  void compare_normwise(const Plan<T>& plan, const Engine& engine) {
    const auto y = executed(plan, subject_.x);
    note("Plan::error_bound", name_of_engine(subject_, engine.method), engine,
         shares_of_bound(plan, y));
    if (engine.method == Method::overlap_save) {
      note("12(log₂N + 1)·u·‖x_tile‖₂‖k‖₂", name_of_engine(subject_, engine.method), engine,
           shares_of_tile(transform_shape(plan), y));
    }
  }

  void compare_componentwise(const Engine& engine, Options options) {
    options.accuracy = componentwise;
    const auto plan = plan_for<T>(subject_.problem, subject_.x.shape(), kernel_, options);
    if (!plan) return;
    const auto y = executed(*plan, subject_.x);
    note(componentwise_bound, name_of_engine(subject_, engine.method), engine,
         shares(judge_, y, [&](const auto& output) {
           return test::componentwise_bound<T>(judge_.exact(), output.exact.magnitude);
         }));
  }

  /// The kernel handed over as a column and a row.
  void compare_factors(const Engine& engine, const Options& options) {
    std::vector<T> column(static_cast<std::size_t>(kernel_.rows()));
    std::vector<T> row(static_cast<std::size_t>(kernel_.cols()));
    for (Index a = 0; a < kernel_.rows(); ++a)
      column[static_cast<std::size_t>(a)] = static_cast<real_t<T>>(adversaries::column_factor(a));
    for (Index b = 0; b < kernel_.cols(); ++b)
      row[static_cast<std::size_t>(b)] = static_cast<real_t<T>>(adversaries::row_factor(b));
    if (session_.fault()) row.back() += row.back() / real_t<T>(128);
    const Plan<T> plan(subject_.problem.operation, subject_.x.shape(),
                       SeparableKernel<T>{column, row}, options);
    note("Plan::error_bound", "separable, factors given", engine,
         shares_of_bound(plan, executed(plan, subject_.x)));
  }

  Shares shares_of_bound(const Plan<T>& plan, const Image<T>& y) const {
    const double bound = judge_.exact().in_units(plan.error_bound(largest_));
    return shares(judge_, y, [&](const auto&) { return bound; });
  }

  /// Of some outputs: the norm of the part of the image that an output's tile may hold is a long
  /// sum. A tile that no transform can hold is summed directly.
  Shares shares_of_tile(Shape tile, const Image<T>& y) const {
    const auto& exact = judge_.exact();
    const double sharing = is_complex_v<T> ? 1 : std::sqrt(5.0);
    const double points = static_cast<double>(tile.rows * tile.cols);
    return shares(
        judge_, y,
        [&](const auto& output) {
          const double norms = exact.norms(reach_of(exact, tile, output.row, output.col));
          return std::max(sharing * fft_bound<T>(points, norms, 1),
                          test::componentwise_bound<T>(exact, output.exact.magnitude));
        },
        std::max<std::size_t>(1, judge_.outputs().size() / 16));
  }

  void note(const std::string& bound, const std::string& who, const Engine& engine,
            const Shares& found) {
    session_.note({who, std::string(name_of(element_type_of<T>)), bound}, found,
                  name_ + ": " + describe(subject_, engine));
  }

  Session& session_;
  Subject<T> subject_;
  std::string name_;
  Judge<T> judge_;
  double largest_;
  Image<T> kernel_;
};

template <Element T>
void audit_type(Session& session, double part) {
  session.run_series(std::string(name_of(element_type_of<T>)), part,
                     [&](Random& random, const std::string& name) {
                       return ImageAudit<T>(session, draw_subject<T>(random), name).run();
                     });
}

}  // namespace

void audit_images(Session& session) {
  constexpr double part = 0.16;
  audit_type<float>(session, part);
  audit_type<double>(session, part);
  audit_type<std::complex<float>>(session, part);
  audit_type<std::complex<double>>(session, part);
}

}  // namespace twofold::audit
