// SPDX-License-Identifier: BSD-3-Clause
// Images and kernels of different types, and sums that are rounded to pixels.
#include "adversarial_images.hpp"
#include "allowances.hpp"
#include "sizes.hpp"

namespace twofold::audit {

namespace {

using namespace test;

/// Integers over the type's whole range, of sizes far apart where they have 32 bits and more.
template <Element T>
Image<T> draw_image(Shape shape, Random& random) {
  if constexpr (std::integral<T>) {
    const bool wide = sizeof(T) >= 4;
    return generate<T>(shape, [&] {
      const auto bits = static_cast<std::int64_t>(random.bits());
      return wide ? bits >> random.index(64 - 8 * Index{sizeof(T)}, 62) : bits;
    });
  } else {
    const auto pixel = random.coin() ? adversaries::bright_pixel : adversaries::uniform;
    return numbers<T>(shape, pixel, random);
  }
}

/// Taps whose magnitudes add up to about 1, or to so much that many pixels are saturated.
template <Element K>
Image<K> draw_kernel(Shape shape, Random& random) {
  constexpr double (*taps[])(const Place&, Random&) = {
      adversaries::uniform,   adversaries::third,    adversaries::zero_sum,
      adversaries::rare_taps, adversaries::mirrored, adversaries::rank_one};
  const auto raw = numbers<std::complex<double>>(shape, random.pick(taps), random);
  double sum = 0;
  for (Index i = 0; i < raw.size(); ++i)
    sum += std::abs(raw.data()[i]);
  const double scale = (random.coin() ? 1 : 8) / std::max(sum, 0x1p-20);
  auto kernel = Image<K>::uninitialized(shape);
  for (Index i = 0; i < kernel.size(); ++i) {
    if constexpr (is_complex_v<K>) {
      kernel.data()[i] = K(raw.data()[i] * scale);
    } else {
      kernel.data()[i] = static_cast<K>(raw.data()[i].real() * scale);
    }
  }
  return kernel;
}

/// |exact − value|; pixels are saturated, and so is what they are compared with.
template <Element Out, Element P>
double error_of(const ExactConvolution<P>& exact, ExactOutput output, Out value) {
  if constexpr (std::integral<Out>) {
    const double lowest = exact.in_units(std::numeric_limits<Out>::min());
    const double highest = exact.in_units(std::numeric_limits<Out>::max());
    if (output.real.high < lowest) output.real = {lowest, 0};
    if (output.real.high > highest) output.real = {highest, 0};
  }
  return exact.error(output, static_cast<P>(value));
}

template <Element T, Element K, Element Out>
std::string name_of_types() {
  return std::string(name_of(element_type_of<T>)) + "∗" + std::string(name_of(element_type_of<K>)) +
         "→" + std::string(name_of(element_type_of<Out>));
}

template <Element T, Element K, Element Out>
Index audit_problem(Session& session, Random& random, const std::string& name) {
  using P = promoted_t<T, K>;
  const Sizes sizes = draw_sizes(random);
  Problem problem{random.pick(operations),
                  random.pick(modes),
                  {random.pick(boundaries), random.pick(boundaries)},
                  static_cast<int>(random.index(0, 3))};
  const bool larger = sizes.kernel.rows > sizes.image.rows || sizes.kernel.cols > sizes.image.cols;
  if (larger && problem.mode == Mode::valid) problem.mode = Mode::same;
  const auto x = draw_image<T>(sizes.image, random);
  const auto kernel = draw_kernel<K>(sizes.kernel, random);
  const auto wide = as<P>(x);
  const Judge<P> judge(problem, wide, as<P>(kernel), products_per_problem(sizes.kernel));
  const double largest = largest_magnitude(problem, wide);
  const Image<K> given = session.fault() ? faulty(kernel) : kernel;
  for (const Engine& engine : engines_of_all_kinds()) {
    if (engine.method == Method::reference && takes_too_long(judge.exact())) continue;
    std::optional<Plan<T, K, Out>> plan;
    try {
      plan.emplace(problem.operation, x.shape(), given, options_for(problem, engine));
    } catch (const Error& error) {
      if (engine.method != Method::separable || error.code() != Errc::unsupported) throw;
      continue;
    }
    Image<Out> y(plan->output_shape());
    plan->execute(x, y);
    const double bound = judge.exact().in_units(plan->error_bound(largest));
    Shares found;
    for (const auto& output : judge.outputs())
      found.note(error_of<Out>(judge.exact(), output.exact, y(output.row, output.col)), bound);
    session.note(
        {std::string(name_of(engine.method)), name_of_types<T, K, Out>(), "Plan::error_bound"},
        found, name + ": " + describe<P>(problem, x.shape(), kernel.shape(), engine));
  }
  return static_cast<Index>(judge.outputs().size());
}

template <Element T, Element K, Element Out = promoted_t<T, K>>
void audit_types(Session& session, double part) {
  session.run_series(name_of_types<T, K, Out>(), part,
                     [&](Random& random, const std::string& name) {
                       return audit_problem<T, K, Out>(session, random, name);
                     });
}

}  // namespace

void audit_mixed_types(Session& session) {
  constexpr double part = 0.015;
  audit_types<std::uint8_t, float>(session, part);
  audit_types<std::int16_t, float>(session, part);
  audit_types<std::int64_t, float>(session, part);
  audit_types<float, double>(session, part);
  audit_types<std::uint16_t, std::complex<float>>(session, part);
  audit_types<double, std::complex<float>>(session, part);
  audit_types<std::uint8_t, float, std::uint8_t>(session, part);
  audit_types<std::int8_t, float, std::int8_t>(session, part);
  audit_types<std::uint16_t, float, std::uint16_t>(session, part);
  audit_types<std::int16_t, double, std::int16_t>(session, part);
}

}  // namespace twofold::audit
