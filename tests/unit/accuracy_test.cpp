// SPDX-License-Identifier: BSD-3-Clause
// The documented bounds of rounding errors, against an exact judge and on data chosen to break
// them. No tolerance here is the tests' own.
#include <cstdio>
#include <map>

#include "adversarial_images.hpp"
#include "error_bounds.hpp"

namespace twofold::test {

namespace {

/// Plain loops take too long at the largest sizes, where the other engines are the question.
template <Element T>
bool takes_too_long(const Judge<T>& judge, const Engine& engine) {
  const Shape outputs = judge.exact().outputs();
  return engine.method == Method::reference &&
         outputs.rows * outputs.cols * judge.exact().taps() > 800'000;
}

/// report(subject, engine, largest error divided by error_bound) for every subject and engine.
template <Element T, class Report>
void measure(Report report) {
  for_each_subject<T>([&](const Subject<T>& subject) {
    const Judge<T> judge(subject.problem, subject.x, subject.kernel);
    const double largest = largest_magnitude(subject.problem, subject.x);
    for (const Engine& engine : engines_of_all_kinds()) {
      if (takes_too_long(judge, engine)) continue;
      const auto plan = plan_for<T>(subject.problem, subject.x.shape(), subject.kernel,
                                    options_for(subject.problem, engine));
      if (plan) report(subject, engine, error_over_bound(*plan, subject.x, largest, judge));
    }
  });
}

}  // namespace

TEST_CASE("the judge computes in twice the precision", "[accuracy]") {
  const DoubleDouble sum = two_sum(1, 0x1p-80);
  CHECK((sum.high == 1 && sum.low == 0x1p-80));
  const DoubleDouble square = two_product(1 + 0x1p-30, 1 + 0x1p-30);
  CHECK((square.high == 1 + 0x1p-29 && square.low == 0x1p-60));
  CHECK(distance(add(sum, {-1, 0}), 0) == 0x1p-80);
  CHECK(distance(multiply(sum, sum), 1) == 0x1p-79);
  // 1e16 + 1 − 1e16, of which double keeps nothing.
  const Image<double> x{{1e16, 1, -1e16}};
  const Image<double> ones{{1, 1, 1}};
  const ExactConvolution<double> exact({.mode = Mode::valid}, x, ones);
  CHECK(exact.error(exact.at(0, 0), 0) == exact.in_units(1));
}

TEMPLATE_LIST_TEST_CASE("no output is further from the exact one than error_bound", "[accuracy]",
                        FloatingTypes) {
  measure<TestType>([](const auto& subject, const Engine& engine, double ratio) {
    INFO(describe(subject, engine));
    CHECK(ratio <= 1);
  });
}

TEMPLATE_LIST_TEST_CASE("kernels given by their factors keep error_bound", "[accuracy]",
                        FloatingTypes) {
  Random random(31);
  for (const Adversary& adversary : all_adversaries) {
    const Problem problem{random.pick(operations), random.pick(modes), random.pick(boundaries)};
    const auto x = numbers<TestType>({50, 41}, adversary.pixel, random);
    // Whole numbers so small that their products are exact: the kernel is the factors' product.
    const auto column = integer_image<TestType>({11, 1}, random, 99);
    const auto row = integer_image<TestType>({1, 14}, random, 99);
    Image<TestType> kernel(11, 14);
    for (Index i = 0; i < kernel.size(); ++i)
      kernel.data()[i] = column.data()[i / 14] * row.data()[i % 14];
    const Judge<TestType> judge(problem, x, kernel);
    const SeparableKernel<TestType> factors{{column.data(), 11}, {row.data(), 14}};
    for (const Engine& engine : engines_of_all_kinds()) {
      const Plan<TestType> plan(problem.operation, x.shape(), factors,
                                options_for(problem, engine));
      INFO(adversary.name << ": " << describe<TestType>(problem, x.shape(), {11, 14}, engine));
      CHECK(error_over_bound(plan, x, largest_magnitude(problem, x), judge) <= 1);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("componentwise: each output is bounded by its own terms", "[accuracy]",
                        FloatingTypes) {
  for_each_subject<TestType>([](const Subject<TestType>& subject) {
    const Judge<TestType> judge(subject.problem, subject.x, subject.kernel);
    auto engines = engines_of_all_kinds();
    std::erase_if(engines, [](const Engine& engine) { return is_fft(engine.method); });
    engines.push_back({Method::automatic});
    for (const Engine& engine : engines) {
      if (takes_too_long(judge, engine)) continue;
      Options options = options_for(subject.problem, engine);
      options.accuracy = componentwise;
      const auto plan =
          plan_for<TestType>(subject.problem, subject.x.shape(), subject.kernel, options);
      if (!plan) continue;
      INFO(describe(subject, engine));
      CHECK(judge.worst(executed(*plan, subject.x), [&](const auto& output) {
        return componentwise_bound<TestType>(judge.exact(), output.exact.magnitude);
      }) <= 1);
    }
  });
}

TEMPLATE_LIST_TEST_CASE("normwise: each output is bounded by the tile around it", "[accuracy]",
                        FloatingTypes) {
  Random random(32);
  for (const Boundary boundary : {Boundary::fill, Boundary::wrap, Boundary::symm}) {
    const Problem problem{Operation::convolve, Mode::same, boundary};
    const auto x = numbers<TestType>({30, 1600}, adversaries::bright_half, random);
    const auto kernel = numbers<TestType>({5, 9}, adversaries::uniform, random);
    const Judge<TestType> judge(problem, x, kernel);
    const auto& exact = judge.exact();
    for (const Engine& engine : fft_engines()) {
      const Plan<TestType> plan(problem.operation, x.shape(), kernel, options_for(problem, engine));
      const Shape shape = transform_shape(plan);
      const bool tiled = engine.method == Method::overlap_save;
      // Otherwise no output is far enough from the bright half to tell anything.
      if (tiled) REQUIRE(2 * shape.cols < x.cols() / 2);
      const double sharing = tiled && !is_complex_v<TestType> ? std::sqrt(5.0) : 1;
      INFO(describe<TestType>(problem, x.shape(), kernel.shape(), engine));
      CHECK(judge.worst(executed(plan, x), [&](const auto& output) {
        const Rect reach = tiled ? reach_of(exact, shape, output.row, output.col)
                                 : Rect{0, 0, exact.extended().rows, exact.extended().cols};
        const double points = static_cast<double>(shape.rows * shape.cols);
        return sharing * fft_bound<TestType>(points, exact.norms(reach), 1);
      }) <= 1);
    }
  }
}

TEMPLATE_LIST_TEST_CASE("within: the tolerance, or the direct sum's bound", "[accuracy]",
                        FloatingTypes) {
  Random random(33);
  for (const Adversary& adversary : all_adversaries) {
    const Problem problem{random.pick(operations), random.pick(modes), random.pick(boundaries)};
    const auto x = numbers<TestType>({40, 150}, adversary.pixel, random);
    const auto kernel = numbers<TestType>({6, 7}, adversary.tap, random);
    const Judge<TestType> judge(problem, x, kernel);
    const Method loosest = has_fft() ? Method::fft : Method::direct;
    const double largest = largest_magnitude(problem, x);
    const double loose =
        Plan<TestType>(problem.operation, x.shape(), kernel, options_for(problem, {loosest}))
            .error_bound(largest);
    auto engines = engines_of_all_kinds();
    engines.push_back({Method::automatic});
    for (const Engine& engine : engines) {
      for (const double part : {1e-12, 1e-5, 1e-2, 2.0}) {
        const double tolerance = part * loose;
        Options options = options_for(problem, engine);
        options.accuracy = within(tolerance);
        const auto plan = plan_for<TestType>(problem, x.shape(), kernel, options);
        if (!plan) continue;
        INFO(adversary.name << ": "
                            << describe<TestType>(problem, x.shape(), kernel.shape(), engine)
                            << " within " << tolerance);
        CHECK(judge.worst(executed(*plan, x), [&](const auto& output) {
          return std::max(judge.exact().in_units(tolerance),
                          componentwise_bound<TestType>(judge.exact(), output.exact.magnitude));
        }) <= 1);
        CHECK(error_over_bound(*plan, x, largest, judge) <= 1);
      }
    }
  }
}

// Not a test: ./unit_tests "[report]" prints how much room the bounds leave.
TEST_CASE("largest error divided by error_bound", "[.report]") {
  std::map<std::string, std::map<std::string, std::pair<double, std::string>>> worst;
  const auto note = [&]<class T>(const T&) {
    measure<T>([&](const auto& subject, const Engine& engine, double ratio) {
      auto& [largest, text] =
          worst[std::string(name_of(engine.method))][std::string(name_of(element_type_of<T>))];
      if (ratio < largest) return;
      largest = ratio;
      text = describe(subject, engine);
    });
  };
  std::apply([&](const auto&... types) { (note(types), ...); }, FloatingTypes{});
  for (const auto& [method, types] : worst) {
    for (const auto& [type, found] : types) {
      std::printf("%-12s %-10s %8.2g  %s\n", method.c_str(), type.c_str(), found.first,
                  found.second.c_str());
    }
  }
}

}  // namespace twofold::test
