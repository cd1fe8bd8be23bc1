// SPDX-License-Identifier: BSD-3-Clause
// diagnose: every cause alone and every pair of them is named, and no other.
#include "diagnosis_cases.hpp"

namespace twofold::test {
namespace {

template <Element T>
struct Operands {
  Image<T> image;
  Image<T> kernel;
};

template <Element T>
Operands<T> operands(Shape image, Shape kernel, std::uint64_t seed = 7) {
  Random random(seed);
  return {real_image<T>(image, random), real_image<T>(kernel, random)};
}

/// A correlation that does not conjugate is, but for the anchor, a convolution with the rotated
/// kernel: one cause, not two.
template <Element T>
std::vector<Cause> shortest(std::vector<Cause> causes, const Image<T>& kernel) {
  const bool has_middle = kernel.rows() % 2 == 1 && kernel.cols() % 2 == 1;
  std::sort(causes.begin(), causes.end());
  if (causes == std::vector{Cause::operation, Cause::conjugated} && has_middle)
    return {Cause::rotated};
  return causes;
}

/// Whether the anchor lies on the kernel, whatever the operation and transposition.
bool exists(const Recipe& recipe, Shape kernel) {
  return recipe.anchor == Point{} ||
         (recipe.mode == Mode::same && std::min(kernel.rows, kernel.cols) > 2);
}

/// Every single cause and every pair of them, starting from one call, and between two that deviate
/// from it each in its way.
template <Element T>
void check_causes(const Operands<T>& given, bool is_rgb, const Recipe& from) {
  const auto& [image, kernel] = given;
  const auto all = deviations(is_complex_v<T>, is_rgb);
  const Image<T> a = made(from, image, kernel);
  for (std::size_t i = 0; i < all.size(); ++i) {
    INFO(name_of(all[i].cause));
    const Recipe one = with(from, all[i]);
    if (!exists(one, kernel.shape())) continue;
    const Image<T> b = made(one, image, kernel);
    check_explained(diagnose(image, kernel, a, b), {all[i].cause});
    check_explained(diagnose(image, kernel, b, a), {all[i].cause});
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      INFO(name_of(all[j].cause));
      const auto expected = shortest({all[i].cause, all[j].cause}, kernel);
      const Recipe both = with(one, all[j]);
      if (!exists(both, kernel.shape())) continue;
      check_explained(diagnose(image, kernel, a, made(both, image, kernel)), expected);
      const Recipe other = with(from, all[j]);
      check_explained(diagnose(image, kernel, b, made(other, image, kernel)), expected);
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("every cause and every pair of causes is named", "[diagnose]", float, double,
                   std::complex<float>, std::complex<double>) {
  for (const Shape kernel : {Shape{3, 3}, Shape{5, 3}, Shape{4, 4}, Shape{2, 4}}) {
    INFO(kernel.rows << 'x' << kernel.cols);
    check_causes(operands<TestType>({23, 31}, kernel), false, {});
  }
  check_causes(operands<TestType>({19, 22, 3}, {3, 4}), true, {});
}

TEST_CASE("causes are named from other calls, too", "[diagnose]") {
  const auto given = operands<float>({23, 31}, {5, 4});
  check_causes(given, false, {.boundary = Boundary::wrap});
  check_causes(given, false, {.boundary = Boundary::mirror, .factor = 3});
  check_causes(operands<float>({8, 8}, {3, 3}), false, {});
  check_causes(operands<double>({64, 61, 4}, {7, 6}), true, {.boundary = Boundary::nearest});
}

TEST_CASE("a kernel rotated as an array is one pixel beside the other operation", "[diagnose]") {
  for (const Shape shape : {Shape{4, 4}, Shape{3, 4}, Shape{2, 3}}) {
    const auto given = operands<float>({20, 21}, shape);
    const auto a = made({}, given.image, given.kernel);
    const auto b = made({.rotated = true}, given.image, given.kernel);
    const auto found = diagnose(given.image, given.kernel, a, b);
    check_explained(found, {Cause::rotated});
    CHECK_THAT(found.summary(), Catch::Contains("anchor has not been rotated"));
  }
  // For odd sizes the two are one, and have one name.
  const auto given = operands<float>({20, 21}, {3, 5});
  const auto a = made({}, given.image, given.kernel);
  const auto b = made({.rotated = true}, given.image, given.kernel);
  check_explained(diagnose(given.image, given.kernel, a, b), {Cause::operation});
}

TEST_CASE("the anchors of other libraries are known", "[diagnose]") {
  const auto given = operands<float>({20, 21}, {4, 3});
  const auto a = made({.operation = Operation::correlate}, given.image, given.kernel);
  // ndimage.correlate reads from m - K/2 on.
  const auto b =
      made({.operation = Operation::correlate, .anchor = {-1, 0}}, given.image, given.kernel);
  const auto found = diagnose(given.image, given.kernel, a, b);
  check_explained(found, {Cause::anchor});
  CHECK(found.explanations.front().sentence ==
        "B is A with the anchor moved by −1 row ((r, c) of B is (r − 1, c) of A); the anchor of B "
        "is that of OpenCV and ndimage for kernels of even size.");
  // Of a kernel of odd size every anchor but the plain one is nobody's.
  const auto odd = operands<float>({20, 21}, {5, 3});
  const auto plain = made({}, odd.image, odd.kernel);
  const auto moved = made({.anchor = {1, 0}}, odd.image, odd.kernel);
  CHECK(diagnose(odd.image, odd.kernel, plain, moved).explanations.front().sentence ==
        "B is A with the anchor moved by +1 row ((r, c) of B is (r + 1, c) of A).");
  // Along an odd side nobody has it elsewhere.
  const auto c =
      made({.operation = Operation::correlate, .anchor = {0, -1}}, given.image, given.kernel);
  CHECK_THAT(diagnose(given.image, given.kernel, a, c).summary(), !Catch::Contains("OpenCV"));
}

TEST_CASE("every mode, boundary and anchor is told from every other", "[diagnose]") {
  const auto given = operands<float>({17, 19}, {5, 6});
  std::vector<Recipe> recipes;
  for (const Boundary boundary : boundaries)
    recipes.push_back({.mode = Mode::same, .boundary = boundary});
  for (const auto& one : recipes) {
    for (const auto& other : recipes) {
      if (one.boundary == other.boundary) continue;
      check_explained(diagnose(given.image, given.kernel, made(one, given.image, given.kernel),
                               made(other, given.image, given.kernel)),
                      {Cause::boundary});
    }
  }
  for (const Mode one : modes) {
    for (const Mode other : modes) {
      if (one == other) continue;
      const auto a = made({.mode = one}, given.image, given.kernel);
      const auto b = made({.mode = other}, given.image, given.kernel);
      check_explained(diagnose(given.image, given.kernel, a, b), {Cause::mode});
    }
  }
  const auto a = made({.boundary = Boundary::mirror}, given.image, given.kernel);
  for (Index row = -1; row <= 1; ++row) {
    for (Index col = -1; col <= 1; ++col) {
      if (row == 0 && col == 0) continue;
      const auto b =
          made({.anchor = {row, col}, .boundary = Boundary::mirror}, given.image, given.kernel);
      const auto found = diagnose(given.image, given.kernel, a, b);
      check_explained(found, {Cause::anchor});
      CHECK(found.explanations.front().b.anchor == Point{row, col});
    }
  }
}

TEST_CASE("boundaries that differ between rows and columns", "[diagnose]") {
  const auto given = operands<double>({17, 19}, {5, 5});
  const auto a = made({.boundary = Boundary::wrap}, given.image, given.kernel);
  const auto b = made({.boundary = {Boundary::wrap, Boundary::mirror}}, given.image, given.kernel);
  const auto found = diagnose(given.image, given.kernel, a, b);
  check_explained(found, {Cause::boundary});
  CHECK_THAT(found.summary(), Catch::Contains("boundary wrap,mirror in place of wrap"));
}

TEST_CASE("the question: convolve2d with the transposed kernel and Conv2D", "[diagnose]") {
  // The image equals its transpose, as the question's does.
  Random random(5);
  auto image = real_image<float>({8, 8}, random);
  for (Index r = 0; r < 8; ++r) {
    for (Index c = 0; c < r; ++c)
      image(r, c) = image(c, r);
  }
  const auto kernel = real_image<float>({3, 3}, random);
  const auto keras = made({.operation = Operation::correlate}, image, kernel);
  const auto scipy = made({.transposed = true}, image, kernel);
  const auto found = diagnose(image, kernel, scipy, keras);
  check_explained(found, {Cause::operation, Cause::transposed});
  CHECK(
      found.explanations.front().sentence ==
      "B is A with the kernel transposed and rotated by 180°: A is a convolution, B a correlation "
      "(Keras, PyTorch and OpenCV call this convolution).");
  const auto plain = made({}, image, kernel);
  const auto simple = diagnose(image, kernel, plain, keras);
  check_explained(simple, {Cause::operation});
  CHECK_THAT(simple.explanations.front().evidence, Catch::Contains("without it they differ by"));
}

TEST_CASE("equal results are equal, whoever rounded them", "[diagnose]") {
  const auto given = operands<float>({40, 50}, {5, 5});
  const auto a = made({}, given.image, given.kernel);
  CHECK_THAT(diagnose(given.image, given.kernel, a, a).summary(),
             Catch::Contains("B equals A exactly"));
  // The library sums in another order.
  for (const auto& engine : all_engines()) {
    const auto b = convolve2d(given.image, given.kernel,
                              {.mode = Mode::same, .method = engine.method, .isa = engine.isa});
    const auto found = diagnose(given.image, given.kernel, a, b);
    INFO(report(found));
    CHECK(found.verdict == Verdict::equal);
    CHECK(found.explanations.empty());
    CHECK(found.difference < 1e-5);
    REQUIRE_FALSE(found.calls_of_a.empty());
    CHECK(found.calls_of_a.front().text() == "convolve, mode same, boundary fill");
  }
}

TEMPLATE_TEST_CASE("single precision's noise in results of double precision", "[diagnose]", float,
                   std::complex<float>) {
  using Wide = std::conditional_t<is_complex_v<TestType>, std::complex<double>, double>;
  const auto given = operands<TestType>({60, 50}, {9, 9});
  Random random(3);
  const auto a = made({}, given.image, given.kernel);
  const auto b = made({.operation = Operation::correlate, .boundary = Boundary::wrap}, given.image,
                      given.kernel);
  const auto noisy = [&](const Image<TestType>& exact) {
    Image<Wide> result(exact.shape());
    for (Index i = 0; i < result.size(); ++i)
      result.data()[i] = Wide(exact.data()[i]) + 2e-6 * random.real();
    return result;
  };
  const std::vector<Cause> both{Cause::operation, Cause::boundary};
  check_explained(diagnose(given.image, given.kernel, noisy(a), noisy(b)), both);
  check_explained(diagnose(given.image, given.kernel, a, noisy(b)), both);
}

TEMPLATE_TEST_CASE("whatever is said is true", "[diagnose]", float, double, std::complex<double>) {
  Random random(53);
  const auto random_recipe = [&] {
    Recipe recipe{.operation = random.pick(operations),
                  .rotated = random.coin(),
                  .transposed = random.coin(),
                  .conjugated = is_complex_v<TestType> && random.coin(),
                  .mode = random.pick(modes),
                  .boundary = {random.pick(boundaries), random.pick(boundaries)}};
    if (random.coin()) recipe.factor = 0.25 * static_cast<double>(random.index(-9, 9)) + 0.1;
    return recipe;
  };
  const auto check = [](const Call& call, const Operands<TestType>& given,
                        const Image<TestType>& result) {
    const Recipe recipe{.operation = call.operation,
                        .rotated = call.rotated,
                        .transposed = call.transposed,
                        .conjugated = call.conjugated,
                        .anchor = call.anchor,
                        .mode = call.mode,
                        .boundary = call.boundary,
                        .factor = call.factor};
    const auto again = made(recipe, given.image, given.kernel);
    REQUIRE(again.shape() == result.shape());
    double largest = 0;
    double distance = 0;
    for (Index i = 0; i < result.size(); ++i) {
      largest = std::max<double>(largest, std::abs(result.data()[i]));
      distance = worse_of(distance, std::abs(again.data()[i] - result.data()[i]));
    }
    CHECK(distance <= 64 * roundoff<TestType> * largest);
  };
  for (int i = 0; i < 60; ++i) {
    const Shape kernel{random.index(1, 5), random.index(1, 5)};
    const auto given =
        operands<TestType>({random.index(6, 16), random.index(6, 16)}, kernel, random.bits());
    const Recipe one = random_recipe();
    const Recipe other = random_recipe();
    const auto a = made(one, given.image, given.kernel);
    const auto b = made(other, given.image, given.kernel);
    const auto found = diagnose(given.image, given.kernel, a, b);
    INFO(report(found));
    REQUIRE(found.verdict != Verdict::unexplained);
    for (const auto& explanation : found.explanations) {
      check(explanation.a, given, a);
      check(explanation.b, given, b);
    }
    for (const Call& call : found.calls_of_a)
      check(call, given, a);
  }
}

TEST_CASE("factors have names", "[diagnose]") {
  Random random(17);
  const auto image = integer_image<float>({20, 30}, random, 100);
  const Image<float> kernel{{1, 2, 3}, {2, 4, 1}, {1, 0, 2}};
  const auto a = made({}, image, kernel);
  const auto check = [&](double factor, const char* says) {
    const auto found = diagnose(image, kernel, a, made({.factor = factor}, image, kernel));
    check_explained(found, {Cause::scale});
    CHECK_THAT(found.summary(), Catch::Contains(says));
    CHECK(found.explanations.front().b.factor == Approx(factor));
  };
  check(1 / 16.0, "multiplied by 0.0625 (1 ÷ the sum of the kernel)");
  check(16, "(the sum of the kernel)");
  check(1 / 255.0, "multiplied by 0.00392157 (1 ÷ 255)");
  check(255, "multiplied by 255.");
  check(1 / 9.0, "(1 ÷ the number of taps)");
  check(0.37, "multiplied by 0.37.");
  check(-1, "all signs changed");
  check(1e-6, "multiplied by 1e-06.");
  check(1e6, "multiplied by 1e+06.");
}

}  // namespace twofold::test
