// SPDX-License-Identifier: BSD-3-Clause
// execute_region: parts of an output computed from parts of an image, put together, are the whole.
#include "compare.hpp"

namespace twofold::test {
namespace {

/// Cuts `whole` in two at random places, until no part has more than `largest` elements.
void split(const Rect& whole, Index largest, Random& random, std::vector<Rect>& parts) {
  if (whole.rows * whole.cols <= largest) {
    parts.push_back(whole);
    return;
  }
  if (whole.rows > 1 && (whole.cols == 1 || random.coin())) {
    const Index cut = random.index(1, whole.rows - 1);
    split({whole.row, whole.col, cut, whole.cols}, largest, random, parts);
    split({whole.row + cut, whole.col, whole.rows - cut, whole.cols}, largest, random, parts);
  } else {
    const Index cut = random.index(1, whole.cols - 1);
    split({whole.row, whole.col, whole.rows, cut}, largest, random, parts);
    split({whole.row, whole.col + cut, whole.rows, whole.cols - cut}, largest, random, parts);
  }
}

enum class Tile { whole_image, needed, with_halo };

/// Puts the output together from regions, each of which sees only its tile.
template <Element T>
Image<T> from_regions(const Plan<T>& plan, const Problem& problem, const Image<T>& x, Shape kernel,
                      Tile kind, Random& random) {
  const Shape shape = plan.output_shape();
  auto out = generate<T>(shape, [] { return 77; });
  std::vector<Rect> parts;
  const Index area = shape.rows * shape.cols;
  split({0, 0, shape.rows, shape.cols}, random.index(1 + area / 20, 1 + area / 3), random, parts);
  const Image<T> extended = extended_image<T>(problem, x, kernel);
  const Halo halo = plan.halo();
  for (const Rect& part : parts) {
    const View<T> target = out.view().region(part);
    if (kind == Tile::whole_image) {
      plan.execute_region(x, {0, 0}, part, target);
    } else if (kind == Tile::needed) {
      const Rect need = plan.input_region(part);
      const Image<T> tile(x.view().region(need));  // a copy: reading beyond it would be noticed
      plan.execute_region(tile, {need.row, need.col}, part, target);
    } else {
      // The window's positions, also those outside the image, as the extended image has them.
      const Rect window{part.row, part.col, part.rows + kernel.rows - 1,
                        part.cols + kernel.cols - 1};
      const Image<T> tile(extended.view().region(window));
      plan.execute_region(tile, {part.row - halo.before_rows, part.col - halo.before_cols}, part,
                          target);
    }
  }
  return out;
}

}  // namespace

TEMPLATE_TEST_CASE("regions put together are the whole", "[regions]", float, std::uint8_t,
                   std::complex<double>, std::int64_t) {
  Random random(100 + static_cast<unsigned>(element_type_of<TestType>));
  for (const auto& engine : all_engines()) {
    if (is_fft(engine.method) && element_type_of<TestType> == ElementType::int64) continue;
    for (const auto along_rows : boundaries) {
      for (const auto along_cols : boundaries) {
        for (const Tile tile : {Tile::whole_image, Tile::needed, Tile::with_halo}) {
          const Problem problem{
              random.pick(operations), random.pick(modes), {along_rows, along_cols}, 3};
          const Shape shape{random.index(5, 25), random.index(5, 40), random.index(1, 2)};
          const bool large = problem.mode != Mode::valid && random.index(0, 3) == 0;
          const Shape kernel_shape{random.index(1, large ? 30 : 5),
                                   random.index(1, large ? 45 : 5)};
          const auto x = integer_image<TestType>(shape, random, 6);
          const auto kernel = integer_image<TestType>(kernel_shape, random, 4);
          const Plan<TestType> plan(problem.operation, shape, kernel, options_for(problem, engine));
          Image<TestType> whole(plan.output_shape());
          plan.execute(x, whole);
          auto parts = from_regions(plan, problem, x, kernel_shape, tile, random);
          const auto text = describe<TestType>(problem, shape, kernel_shape, engine) +
                            ", tile kind " + std::to_string(static_cast<int>(tile));
          if (is_fft(engine.method)) {
            const auto judged = judge<JudgedSum<TestType>, TestType>(problem, x, kernel);
            if (!out_of_bound<TestType>(parts, judged, engine.method).empty()) FAIL_CHECK(text);
            if (!not_exact<TestType>(rounded(std::move(parts)), judged).empty()) FAIL_CHECK(text);
          } else if (!same_bits(parts, whole)) {
            FAIL_CHECK(text);
          }
        }
      }
    }
  }
}

TEST_CASE("regions of real data have the bits of the whole", "[regions]") {
  Random random(200);
  for (const auto& engine : direct_engines()) {
    for (int draw = 0; draw < 60; ++draw) {
      const Problem problem{random.pick(operations),
                            random.pick({Mode::full, Mode::same}),
                            {random.pick(boundaries), random.pick(boundaries)},
                            1};
      const auto x = real_image<float>({random.index(5, 60), random.index(5, 90)}, random);
      const auto kernel = real_image<float>({random.index(1, 12), random.index(1, 12)}, random);
      const Plan<float> plan(problem.operation, x.shape(), kernel, options_for(problem, engine));
      Image<float> whole(plan.output_shape());
      plan.execute(x, whole);
      for (const Tile tile : {Tile::whole_image, Tile::needed, Tile::with_halo}) {
        const auto parts = from_regions(plan, problem, x, kernel.shape(), tile, random);
        if (!same_bits(parts, whole)) {
          FAIL_CHECK(describe<float>(problem, x.shape(), kernel.shape(), engine)
                     << ", tile kind " << static_cast<int>(tile));
        }
      }
    }
  }
}

TEST_CASE("large regions through tiles of the transform", "[regions]") {
  Random random(300);
  const auto x = integer_image<float>({210, 190}, random, 5);
  const auto kernel = integer_image<float>({13, 12}, random, 3);
  for (const auto boundary : boundaries) {
    const Problem problem{Operation::correlate, Mode::same, boundary, 2};
    const auto judged = judge<JudgedSum<float>, float>(problem, x, kernel);
    for (const auto& engine : fft_engines()) {
      const Plan<float> plan(problem.operation, x.shape(), kernel, options_for(problem, engine));
      for (const Tile tile : {Tile::whole_image, Tile::needed, Tile::with_halo}) {
        const auto parts = from_regions(plan, problem, x, kernel.shape(), tile, random);
        INFO(name_of(engine.method) << ' ' << name_of(boundary));
        CHECK(not_exact<float>(rounded(parts), judged) == "");
      }
    }
  }
}

TEST_CASE("a halo that a tile brings along is believed", "[regions]") {
  Random random(400);
  const auto kernel = integer_image<float>({3, 4}, random);
  for (const auto& engine : all_engines()) {
    for (const auto boundary : boundaries) {
      const Plan<float> plan(Operation::convolve, {10, 12}, kernel,
                             options_for({Operation::convolve, Mode::same, boundary}, engine));
      const Halo halo = plan.halo();
      // A tile that covers the whole image and its surroundings, filled with anything.
      const auto tile = integer_image<float>({10 + 2, 12 + 3}, random);
      Image<float> out(10, 12);
      plan.execute_region(tile, {-halo.before_rows, -halo.before_cols}, {0, 0, 10, 12}, out);
      const auto expected =
          judge<JudgedSum<float>, float>({Operation::convolve, Mode::valid}, tile, kernel);
      INFO(name_of(engine.method) << ' ' << name_of(boundary));
      CHECK(not_exact<float>(is_fft(engine.method) ? rounded(out) : out, expected) == "");
    }
  }
}

TEST_CASE("a region's output may have any strides", "[regions]") {
  Random random(500);
  const auto x = integer_image<float>({30, 31}, random);
  const auto kernel = integer_image<float>({4, 5}, random);
  for (const auto& engine : all_engines()) {
    const Plan<float> plan(Operation::convolve, x.shape(), kernel,
                           options_for({Operation::convolve, Mode::same, Boundary::wrap}, engine));
    Image<float> whole(30, 31);
    plan.execute(x, whole);
    auto canvas = generate<float>({31, 30}, [] { return NAN; });
    const Rect part{3, 5, 11, 13};
    plan.execute_region(x, {0, 0}, part, canvas.view().transposed().rotated().region(part));
    Image<float> expected = generate<float>({31, 30}, [] { return NAN; });
    const auto target = expected.view().transposed().rotated().region(part);
    for (Index row = 0; row < part.rows; ++row) {
      for (Index col = 0; col < part.cols; ++col) {
        target(row, col) = whole(part.row + row, part.col + col);
      }
    }
    if (is_fft(engine.method)) {
      canvas = rounded(canvas);
      expected = rounded(expected);
    }
    INFO(name_of(engine.method));
    Index different = 0;
    for (Index i = 0; i < canvas.size(); ++i) {
      const float a = canvas.data()[i];
      const float b = expected.data()[i];
      different += std::isnan(a) != std::isnan(b) || (!std::isnan(a) && a != b);
    }
    CHECK(different == 0);
  }
}

}  // namespace twofold::test
