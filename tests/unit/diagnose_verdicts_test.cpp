// SPDX-License-Identifier: BSD-3-Clause
// diagnose: integers and pixels, colours, expected calls; what cannot be told apart, what nothing
// explains, and what is refused.
#include "diagnosis_cases.hpp"

namespace twofold::test {
namespace {

/// Integers from 0 to `largest`.
Image<double> picture(Shape shape, Index largest = 255) {
  Random random(11);
  return generate<double>(shape, [&] { return static_cast<double>(random.index(0, largest)); });
}

template <Element T>
Image<T> as(const Image<double>& image, const std::function<double(double)>& change) {
  Image<T> result(image.shape());
  std::transform(image.data(), image.data() + image.size(), result.data(),
                 [&](double x) { return static_cast<T>(change(x)); });
  return result;
}

double identity(double x) {
  return x;
}
double saturated_byte(double x) {
  return std::clamp(std::nearbyint(x), 0.0, 255.0);
}
double wrapped_byte(double x) {
  return x - 256 * std::floor(x / 256);
}

const Image<double> weights{{1, 2, 0}, {3, 1, 1}, {0, 1, 4}};

void check_ambiguous(const Diagnosis& found, const std::vector<std::vector<Cause>>& expected) {
  INFO(report(found));
  CHECK(found.verdict == Verdict::ambiguous);
  REQUIRE(found.explanations.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(text_of(found.explanations[i].causes) == text_of(expected[i]));
}

}  // namespace

TEST_CASE("bytes that wrap around or saturate", "[diagnose_verdicts]") {
  const auto x = picture({31, 27}, 25);
  const auto bytes = as<std::uint8_t>(x, identity);
  const auto taps = as<std::uint8_t>(weights, identity);
  const auto exact = made({}, x, weights);
  const auto wrapped = as<std::uint8_t>(exact, wrapped_byte);
  const auto saturated = as<std::uint8_t>(exact, saturated_byte);
  check_explained(diagnose(bytes, taps, exact, wrapped), {Cause::wrapped});
  check_explained(diagnose(bytes, taps, exact, saturated), {Cause::saturated});
  check_explained(diagnose(bytes, taps, saturated, wrapped), {Cause::wrapped});
  // In a floating-point array they are still what they are.
  check_explained(diagnose(x, weights, exact, as<float>(exact, wrapped_byte)), {Cause::wrapped});
  check_explained(diagnose(x, weights, as<float>(exact, saturated_byte), exact),
                  {Cause::saturated});
  const auto found = diagnose(bytes, taps, exact, wrapped);
  CHECK(found.explanations.front().sentence == "B is A with all values wrapped around in uint8.");
  // What the library itself gives for bytes wraps around, as NumPy's does.
  check_explained(diagnose(bytes, taps, convolve2d(bytes, taps, {.mode = Mode::same}), exact),
                  {Cause::wrapped});
}

TEST_CASE("wrapping and saturation beside every other cause", "[diagnose_verdicts]") {
  const auto x = picture({31, 27}, 25);
  const Image<double> kernel{{1, 2, 0, 1}, {3, 1, 1, 0}, {0, 1, 4, 2}, {5, 1, 0, 2}};
  const auto bytes = as<std::uint8_t>(x, identity);
  const auto taps = as<std::int16_t>(kernel, identity);
  const auto exact = made({}, x, kernel);
  for (const auto& deviation : deviations(false, false)) {
    if (deviation.cause == Cause::scale) continue;
    INFO(name_of(deviation.cause));
    const auto other = made(with({}, deviation), x, kernel);
    check_explained(diagnose(bytes, taps, exact, as<std::uint8_t>(other, wrapped_byte)),
                    {deviation.cause, Cause::wrapped});
    check_explained(diagnose(bytes, taps, exact, as<std::uint8_t>(other, saturated_byte)),
                    {deviation.cause, Cause::saturated});
    check_explained(diagnose(bytes, taps, as<std::uint8_t>(exact, wrapped_byte),
                             as<std::uint8_t>(other, wrapped_byte)),
                    {deviation.cause});
  }
}

TEST_CASE("normalised bytes", "[diagnose_verdicts]") {
  const auto x = picture({40, 33});
  const auto bytes = as<std::uint8_t>(x, identity);
  const auto exact = made({}, x, weights);
  const auto normalised = made({.factor = 1 / 13.0}, x, weights);
  const auto rounded = as<std::uint8_t>(normalised, [](double v) { return std::nearbyint(v); });
  const auto cut = as<std::uint8_t>(normalised, [](double v) { return std::trunc(v); });
  check_explained(diagnose(bytes, weights, normalised, rounded), {Cause::rounded});
  check_explained(diagnose(bytes, weights, normalised, cut), {Cause::rounded});
  check_explained(diagnose(bytes, weights, rounded, cut), {Cause::rounded});
  const auto found = diagnose(bytes, weights, exact, rounded);
  check_explained(found, {Cause::scale, Cause::rounded});
  CHECK_THAT(found.summary(), Catch::Contains("1 ÷ the sum of the kernel"));
  const auto bright = as<std::uint8_t>(made({.factor = 1 / 9.0}, x, weights), saturated_byte);
  check_explained(diagnose(bytes, weights, exact, bright), {Cause::scale, Cause::saturated});
  const auto over = as<std::uint8_t>(made({.factor = 1 / 9.0}, x, weights),
                                     [](double v) { return wrapped_byte(std::trunc(v)); });
  check_explained(diagnose(bytes, weights, exact, over), {Cause::scale, Cause::wrapped});
}

TEST_CASE("numbers of both signs that were cut off towards zero", "[diagnose_verdicts]") {
  const auto x = picture({40, 33});
  const Image<double> edges{{-1, 0, 1}, {-2, 1, 2}, {-1, -3, 1}};
  const auto scaled = made({.factor = 1 / 9.0}, x, edges);
  const auto cut = as<std::int16_t>(scaled, [](double v) { return std::trunc(v); });
  const auto found = diagnose(x, edges, scaled, cut);
  check_explained(found, {Cause::rounded});
  CHECK(found.explanations.front().b.storage == Storage::truncated);
}

TEST_CASE("integers of every type wrap around", "[diagnose_verdicts]") {
  Random random(23);
  const auto check = [&]<class T>(T) {
    const auto x = full_range_image<T>({21, 18}, random);
    const auto k = full_range_image<T>({3, 4}, random);
    const auto a = convolve2d(x, k, {.mode = Mode::same});
    const auto b = correlate2d(x, k, {.mode = Mode::same});
    INFO(name_of(element_type_of<T>));
    check_explained(diagnose(x, k, a, b), {Cause::operation});
    const auto found = diagnose(x, k, a, Operation::convolve, {.mode = Mode::same});
    check_explained(found, {Cause::wrapped});
    CHECK(found.explanations.front().a.storage_type == element_type_of<T>);
  };
  check(std::int8_t{});
  check(std::uint8_t{});
  check(std::int16_t{});
  check(std::uint16_t{});
  check(std::int32_t{});
  check(std::uint32_t{});
}

TEST_CASE("RGB and BGR, with and without alpha", "[diagnose_verdicts]") {
  for (const Index channels : {3, 4}) {
    const auto x = picture({20, 24, channels});
    const auto bytes = as<std::uint8_t>(x, identity);
    const auto a = made({.factor = 1 / 13.0}, x, weights);
    const auto b = made({.factor = 1 / 13.0, .channels_reversed = true}, x, weights);
    check_explained(diagnose(x, weights, a, b), {Cause::channels});
    check_explained(diagnose(bytes, weights, as<std::uint8_t>(a, saturated_byte),
                             as<std::uint8_t>(b, saturated_byte)),
                    {Cause::channels});
  }
}

TEST_CASE("a boundary that one of two results does not reach is no cause", "[diagnose_verdicts]") {
  Random random(27);
  const auto x = real_image<float>({25, 30}, random);
  const auto k = real_image<float>({5, 4}, random);
  const auto inner = made({.mode = Mode::valid}, x, k);
  check_explained(diagnose(x, k, inner, made({.boundary = Boundary::symm}, x, k)), {Cause::mode});
  check_explained(
      diagnose(x, k, inner, Operation::convolve, {.mode = Mode::same, .boundary = Boundary::wrap}),
      {Cause::mode});
}

TEST_CASE("one result and the call that was expected", "[diagnose_verdicts]") {
  Random random(29);
  const auto x = real_image<float>({25, 30}, random);
  const auto k = real_image<float>({5, 4}, random);
  const Options options{.mode = Mode::same, .boundary = Boundary::symm};
  const auto a = made({.boundary = Boundary::symm}, x, k);
  CHECK(diagnose(x, k, a, Operation::convolve, options).verdict == Verdict::equal);
  const auto found = diagnose(x, k, a, Operation::correlate, options);
  check_explained(found, {Cause::operation});
  CHECK(found.explanations.front().sentence ==
        "A is the expected result with the kernel rotated by 180°: the expected result is a "
        "correlation (Keras, PyTorch and OpenCV call this convolution), A a convolution.");
  check_explained(diagnose(x, k, a, Operation::convolve, {.mode = Mode::same}), {Cause::boundary});
  check_explained(diagnose(x, k, a, Operation::convolve, {.boundary = Boundary::symm}),
                  {Cause::mode});
  // A fill value is known where it is expected.
  const auto grey = made({.fill = 3}, x, k);
  CHECK(diagnose(x, k, grey, Operation::convolve, {.mode = Mode::same, .fill_value = 3}).verdict ==
        Verdict::equal);
  const auto black = made({}, x, k);
  const auto other =
      diagnose(x, k, black, Operation::convolve, {.mode = Mode::same, .fill_value = 3});
  check_explained(other, {Cause::boundary});
  CHECK_THAT(other.summary(), Catch::Contains("boundary fill in place of fill with 3"));
}

TEST_CASE("kernels that hide a difference", "[diagnose_verdicts]") {
  Random random(31);
  const auto x = real_image<double>({22, 26}, random);
  // Its transpose is itself, rotated by 180°.
  const Image<double> persymmetric{{1, 2, 3}, {4, 5, 2}, {7, 4, 1}};
  check_ambiguous(diagnose(x, persymmetric, made({}, x, persymmetric),
                           made({.transposed = true}, x, persymmetric)),
                  {{Cause::operation}, {Cause::transposed}});
  CHECK_THAT(diagnose(x, persymmetric, made({}, x, persymmetric),
                      made({.transposed = true}, x, persymmetric))
                 .summary(),
             Catch::Contains("the kernel's transpose is the kernel rotated by 180°"));
  // Rotated by 180° it changes its sign.
  const Image<double> sobel{{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};
  check_ambiguous(
      diagnose(x, sobel, made({}, x, sobel), made({.operation = Operation::correlate}, x, sobel)),
      {{Cause::operation}, {Cause::scale}});
  // Nothing that rotates or transposes this one is to be seen, and none of it is said.
  const Image<double> gauss{{1, 2, 1}, {2, 4, 2}, {1, 2, 1}};
  CHECK(diagnose(x, gauss, made({}, x, gauss), made({.operation = Operation::correlate}, x, gauss))
            .verdict == Verdict::equal);
  const auto found =
      diagnose(x, gauss, made({}, x, gauss),
               made({.operation = Operation::correlate, .boundary = Boundary::wrap}, x, gauss));
  check_explained(found, {Cause::boundary});
  // Of even size, it hides whether the anchor or the kernel has been rotated.
  const Image<double> box{{1, 1}, {1, 1}};
  check_ambiguous(
      diagnose(x, box, made({}, x, box), made({.operation = Operation::correlate}, x, box)),
      {{Cause::operation}, {Cause::anchor}});
  // symm and nearest are one where windows reach one element beyond the image.
  const auto near =
      diagnose(x, weights, made({}, x, weights), made({.boundary = Boundary::nearest}, x, weights));
  check_explained(near, {Cause::boundary});
  CHECK_THAT(near.summary(), Catch::Contains("symm (or nearest, the same here)"));
}

TEST_CASE("images that hide a difference", "[diagnose_verdicts]") {
  Image<double> constant(20, 20);
  std::fill_n(constant.data(), constant.size(), 3.0);
  const auto found = diagnose(constant, weights, made({}, constant, weights),
                              made({.boundary = Boundary::wrap}, constant, weights));
  INFO(report(found));
  CHECK(found.verdict == Verdict::ambiguous);
  CHECK(found.explanations.size() >= 3);
  for (const auto& explanation : found.explanations)
    CHECK(text_of(explanation.causes) == "boundary");
  // One pixel in the dark: the probes of most of the image see nothing.
  Image<double> point(200, 300);
  point(77, 131) = 1;
  check_explained(diagnose(point, weights, made({}, point, weights),
                           made({.operation = Operation::correlate}, point, weights)),
                  {Cause::operation});
  const Image<double> black(30, 30);
  CHECK(diagnose(black, weights, made({}, black, weights),
                 made({.operation = Operation::correlate}, black, weights))
            .verdict == Verdict::equal);
}

TEST_CASE("nothing explains", "[diagnose_verdicts]") {
  Random random(37);
  const auto x = real_image<float>({30, 40}, random);
  const auto k = real_image<float>({5, 5}, random);
  const auto a = made({}, x, k);
  const auto unrelated = real_image<float>({30, 40}, random);
  const auto found = diagnose(x, k, a, unrelated);
  INFO(report(found));
  CHECK(found.verdict == Verdict::unexplained);
  CHECK(found.explanations.empty());
  CHECK_THAT(found.summary(),
             Catch::Contains("A is convolve, mode same, boundary fill; B is none"));
  CHECK(diagnose(x, k, unrelated, real_image<float>({30, 40}, random)).verdict ==
        Verdict::unexplained);
  CHECK(diagnose(x, k, unrelated, Operation::convolve, {.mode = Mode::same}).verdict ==
        Verdict::unexplained);
  // One output that is wrong is not explained away.
  auto wrong = a;
  wrong(11, 13) += 0.01F;
  CHECK(diagnose(x, k, a, wrong).verdict == Verdict::unexplained);
  CHECK_THAT(diagnose(x, k, a, wrong).summary(), Catch::Contains("at 1 of 1200 outputs"));
  // Another kernel.
  CHECK(diagnose(x, k, a, made({}, x, real_image<float>({5, 5}, random))).verdict ==
        Verdict::unexplained);
  // Outside lies 5, which nobody knows.
  const auto edge = diagnose(x, k, a, made({.fill = 5}, x, k));
  CHECK(edge.verdict == Verdict::unexplained);
  CHECK_THAT(edge.summary(), Catch::Contains("2 outermost rows and columns"));
}

TEST_CASE("NaN and infinity", "[diagnose_verdicts]") {
  Random random(41);
  auto x = real_image<float>({30, 40}, random);
  x(9, 9) = std::numeric_limits<float>::quiet_NaN();
  x(20, 30) = std::numeric_limits<float>::infinity();
  const auto k = real_image<float>({3, 3}, random);
  const auto a = made({}, x, k);
  check_explained(diagnose(x, k, a, made({.operation = Operation::correlate}, x, k)),
                  {Cause::operation});
  CHECK(diagnose(x, k, a, a).verdict == Verdict::equal);
  auto smeared = a;
  std::fill_n(smeared.data(), smeared.size(), std::numeric_limits<float>::quiet_NaN());
  CHECK(diagnose(x, k, a, smeared).verdict == Verdict::unexplained);
  CHECK_THAT(diagnose(x, k, a, smeared).summary(), Catch::Contains("has NaN or infinity"));
  // Where all is NaN, nothing can be said.
  auto all = x;
  std::fill_n(all.data(), all.size(), std::numeric_limits<float>::quiet_NaN());
  CHECK(diagnose(all, k, smeared, x).verdict == Verdict::unexplained);
  CHECK(diagnose(all, k, smeared, smeared).verdict == Verdict::equal);
}

TEST_CASE("kernels larger than the image, of one row, of one element", "[diagnose_verdicts]") {
  Random random(43);
  for (const auto& [image, kernel] : {std::pair{Shape{6, 7}, Shape{9, 8}},
                                      {{9, 40}, {1, 6}},
                                      {{12, 5}, {5, 1}},
                                      {{3, 3}, {4, 6}}}) {
    const auto x = real_image<double>(image, random);
    const auto k = real_image<double>(kernel, random);
    INFO(kernel.rows << 'x' << kernel.cols);
    for (const Boundary boundary : {Boundary::fill, Boundary::wrap}) {
      const auto a = made({.boundary = boundary}, x, k);
      check_explained(
          diagnose(x, k, a, made({.operation = Operation::correlate, .boundary = boundary}, x, k)),
          {Cause::operation});
    }
    check_explained(diagnose(x, k, made({}, x, k), made({.boundary = Boundary::wrap}, x, k)),
                    {Cause::boundary});
  }
  const auto x = real_image<double>({6, 7}, random);
  const Image<double> one{{2.5}};
  check_explained(diagnose(x, one, x, made({}, x, one)), {Cause::scale});
}

TEST_CASE("what is refused names the argument", "[diagnose_verdicts]") {
  const Image<float> x(8, 9);
  const Image<float> k(3, 2);
  const Image<float> y(8, 9);
  const auto refuses = [](Errc code, const char* says, const auto& call) {
    try {
      (void)call();
      FAIL("not refused: " << says);
    } catch (const Error& error) {
      CHECK(error.code() == code);
      CHECK_THAT(error.what(), Catch::Contains(says));
    }
  };
  refuses(Errc::invalid_shape, "image: 0×9", [&] { return diagnose(Image<float>(0, 9), k, y, y); });
  refuses(Errc::invalid_shape, "kernel: 3×0",
          [&] { return diagnose(x, Image<float>(3, 0), y, y); });
  refuses(Errc::invalid_shape, "kernel: 3×3×2",
          [&] { return diagnose(x, Image<float>(3, 3, 2), y, y); });
  refuses(Errc::invalid_shape, "a: 8×8; an image of 8×9 and a kernel of 3×2 give 10×10, 9×11, 8×9",
          [&] { return diagnose(x, k, Image<float>(8, 8), y); });
  refuses(Errc::invalid_shape, "b: 8×9×3",
          [&] { return diagnose(x, k, y, Image<float>(8, 9, 3)); });
  refuses(Errc::invalid_shape, "a: 1×1",
          [&] { return diagnose(x, k, Image<float>(1, 1), Operation::convolve); });
  Image<float> infinite(3, 2);
  infinite(1, 1) = std::numeric_limits<float>::infinity();
  refuses(Errc::nonfinite, "kernel: element (1, 1)", [&] { return diagnose(x, infinite, y, y); });
}

TEST_CASE("views of any stride", "[diagnose_verdicts]") {
  Random random(47);
  const auto x = real_image<float>({20, 30}, random);
  const auto k = real_image<float>({3, 4}, random);
  const Image<float> turned(x.view().transposed());
  const auto a = made({}, x, k);
  const auto b = made({.operation = Operation::correlate}, x, k);
  const Image<float> turned_b(std::as_const(b).view().transposed());
  check_explained(diagnose(turned.view().transposed(), k, a, turned_b.view().transposed()),
                  {Cause::operation});
}

}  // namespace twofold::test
