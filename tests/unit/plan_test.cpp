// SPDX-License-Identifier: BSD-3-Clause
// Plan: shapes, halos, regions, decisions and bounds, against the definition.
#include <cstdint>
#include <set>

#include "compare.hpp"
#include "random_images.hpp"

namespace twofold::test {
namespace {

/// The smallest interval of 0 … n − 1 that holds what the outputs [first, first + count) need;
/// `halo_first` is where output 0's window begins.
struct Interval {
  Index first;
  Index last;
};

Interval needed(Index first, Index count, Index window_first, Index kernel, Index n,
                Boundary boundary) {
  Interval interval{n, -1};
  for (Index i = first + window_first; i < first + count + window_first + kernel - 1; ++i) {
    if (const auto source = source_index(i, n, boundary)) {
      interval.first = std::min(interval.first, *source);
      interval.last = std::max(interval.last, *source);
    }
  }
  return interval;
}

template <Element T>
Plan<T> plan_for(const Problem& problem, Shape image, Shape kernel, const Engine& engine = {}) {
  Random random(1);
  return Plan<T>(problem.operation, image, integer_image<T>(kernel, random),
                 options_for(problem, engine));
}

constexpr Method methods_in_order[] = {Method::direct, Method::separable, Method::overlap_save,
                                       Method::whole_fft, Method::reference};

}  // namespace

TEST_CASE("output shape and halo", "[plan]") {
  for (const auto operation : operations) {
    for (const auto mode : modes) {
      for (Index rows = 1; rows <= 5; ++rows) {
        for (Index cols = 1; cols <= 5; ++cols) {
          const Shape image{7, 6, 2};
          const auto plan = plan_for<float>({operation, mode}, image, {rows, cols});
          const auto along_rows = windows(operation, mode, 7, rows);
          const auto along_cols = windows(operation, mode, 6, cols);
          CHECK(plan.output_shape() == Shape{along_rows.count, along_cols.count, 2});
          // Output r needs [r + first, r + first + K − 1] = [r − before, r + after].
          CHECK(plan.halo() == Halo{-along_rows.first, along_rows.first + rows - 1,
                                    -along_cols.first, along_cols.first + cols - 1});
        }
      }
    }
  }
  CHECK(plan_for<float>({Operation::convolve, Mode::same}, {5, 5}, {4, 1}).halo() ==
        Halo{2, 1, 0, 0});
  CHECK(plan_for<float>({Operation::correlate, Mode::same}, {5, 5}, {4, 1}).halo() ==
        Halo{1, 2, 0, 0});
}

TEST_CASE("input_region is the smallest part that suffices", "[plan]") {
  Random random(2);
  for (const auto along_rows : boundaries) {
    for (const auto along_cols : boundaries) {
      for (const auto mode : modes) {
        for (int draw = 0; draw < 40; ++draw) {
          const Shape image{random.index(6, 12), random.index(6, 12)};
          const Index largest = mode == Mode::valid ? 6 : 30;
          const Shape kernel{random.index(1, largest), random.index(1, largest)};
          const Problem problem{random.pick(operations), mode, {along_rows, along_cols}};
          const auto plan = plan_for<float>(problem, image, kernel);
          const Shape shape = plan.output_shape();
          Rect part{random.index(0, shape.rows - 1), random.index(0, shape.cols - 1), 0, 0};
          part.rows = random.index(1, shape.rows - part.row);
          part.cols = random.index(1, shape.cols - part.col);
          const auto rows = needed(part.row, part.rows,
                                   windows(problem.operation, mode, image.rows, kernel.rows).first,
                                   kernel.rows, image.rows, along_rows);
          const auto cols = needed(part.col, part.cols,
                                   windows(problem.operation, mode, image.cols, kernel.cols).first,
                                   kernel.cols, image.cols, along_cols);
          const Rect expected{rows.first, cols.first, rows.last - rows.first + 1,
                              cols.last - cols.first + 1};
          const Rect actual = plan.input_region(part);
          if (actual == expected) continue;
          FAIL_CHECK(describe<float>(problem, image, kernel, {})
                     << ": outputs " << part.row << '+' << part.rows << ", " << part.col << '+'
                     << part.cols << " need " << actual.row << '+' << actual.rows << ", "
                     << actual.col << '+' << actual.cols << ", expected " << expected.row << '+'
                     << expected.rows << ", " << expected.col << '+' << expected.cols);
        }
      }
    }
  }
}

TEST_CASE("the kernel is copied", "[plan]") {
  Random random(3);
  auto kernel = integer_image<float>({3, 3}, random);
  const auto x = integer_image<float>({8, 8}, random);
  const auto expected = convolve2d(x, kernel);
  for (const auto& engine : all_engines()) {
    const auto copy = kernel;
    const Plan<float> plan(Operation::convolve, x.shape(), kernel, options_for({}, engine));
    std::fill_n(kernel.data(), kernel.size(), NAN);
    Image<float> y(plan.output_shape());
    plan.execute(x, y);
    kernel = copy;
    CHECK(same_bits(is_fft(engine.method) ? rounded(y) : y, expected));
  }
}

TEST_CASE("a copy of a plan outlives it", "[plan]") {
  Random random(4);
  const auto kernel = integer_image<float>({3, 3}, random);
  const auto x = integer_image<float>({8, 8}, random);
  const auto copy = [&] {
    const Plan<float> plan(Operation::convolve, x.shape(), kernel);
    return plan;
  }();
  Image<float> y(copy.output_shape());
  copy.execute(x, y);
  CHECK(same_bits(y, convolve2d(x, kernel)));
}

TEST_CASE("every candidate is listed, the reference last", "[plan]") {
  for (const auto method : {Method::automatic, Method::direct, Method::reference}) {
    const auto decision = plan_for<float>({}, {200, 300}, {9, 9}, {method}).decision();
    REQUIRE(decision.candidates.size() == std::size(methods_in_order));
    for (std::size_t i = 0; i < decision.candidates.size(); ++i) {
      const auto& candidate = decision.candidates[i];
      CHECK(candidate.method == methods_in_order[i]);
      if (candidate.allowed) {
        CHECK(candidate.seconds > 0);
      } else {
        CHECK_FALSE(candidate.reason.empty());
        CHECK(candidate.seconds == 0);
        CHECK(!candidate.workspace_bytes);
      }
    }
    CHECK(decision.candidates.back().allowed);
    CHECK_FALSE(decision.why.empty());
    if (method != Method::automatic) CHECK(decision.method == method);
  }
}

TEST_CASE("automatic takes the cheapest allowed candidate", "[plan]") {
  std::set<Method> chosen;
  for (const Index image : {16, 64, 256, 1024}) {
    for (const Index kernel : {1, 3, 9, 31, 101, 255}) {
      const auto plan = plan_for<float>({}, {image, image}, {kernel, kernel});
      const auto decision = plan.decision();
      const Candidate* cheapest = nullptr;
      for (const auto& candidate : decision.candidates) {
        if (!candidate.allowed) continue;
        if (cheapest == nullptr || candidate.seconds < cheapest->seconds) cheapest = &candidate;
      }
      REQUIRE(cheapest != nullptr);
      INFO("image " << image << ", kernel " << kernel << ": " << decision.why);
      CHECK(decision.method == cheapest->method);
      CHECK(plan.workspace_bytes() == cheapest->workspace_bytes);
      chosen.insert(decision.method);
    }
  }
  CHECK(chosen.count(Method::direct) == 1);
  CHECK(chosen.count(Method::reference) == 0);
  if (has_fft()) CHECK(chosen.size() >= 2);
}

TEST_CASE("a forced method is the one that runs", "[plan]") {
  for (const auto& engine : all_engines()) {
    const auto plan = plan_for<float>({}, {100, 100}, {3, 3}, engine);
    CHECK(plan.decision().method == engine.method);
  }
  if (!has_fft()) return;
  const auto decision = plan_for<float>({}, {100, 100}, {3, 3}, {Method::fft}).decision();
  CHECK(is_fft(decision.method));
  CHECK(decision.method != Method::fft);
  // The better of the two, by the costs that are shown.
  const auto& tiles = decision.candidates[2];
  const auto& whole = decision.candidates[3];
  REQUIRE(tiles.allowed);
  REQUIRE(whole.allowed);
  CHECK(decision.method ==
        (tiles.seconds <= whole.seconds ? Method::overlap_save : Method::whole_fft));
}

TEST_CASE("a plan tells its decision where another method's workspace is beyond all memory",
          "[plan]") {
  const Plan<float> plan(Operation::convolve, {1, 1, Index{1} << 56}, Image<float>{{2}},
                         {.method = Method::reference});
  int unknown = 0;
  for (const auto& candidate : plan.decision().candidates)
    unknown += candidate.allowed && !candidate.workspace_bytes ? 1 : 0;
  CHECK(unknown > 0);
}

TEST_CASE("componentwise accuracy rules the transforms out, and says so", "[plan]") {
  Random random(5);
  Options options;
  options.accuracy = componentwise;
  const Plan<float> plan(Operation::convolve, {2000, 2000},
                         integer_image<float>({101, 101}, random), options);
  const auto decision = plan.decision();
  CHECK_FALSE(is_fft(decision.method));
  for (const auto& candidate : decision.candidates) {
    if (is_fft(candidate.method)) CHECK_FALSE(candidate.allowed);
  }
}

TEST_CASE("overlap-save's workspace does not grow with the image", "[plan]") {
  if (!has_fft()) return;
  const auto bytes = [](Index size) {
    return plan_for<float>({}, {size, size}, {31, 31}, {Method::overlap_save}).workspace_bytes();
  };
  // Larger images may prefer other tiles, which are bounded.
  for (const Index size : {1024, 8192, 65536})
    CHECK(bytes(size) <= 16 << 20);
}

TEST_CASE("the direct engine's workspace does not grow with the image", "[plan]") {
  const auto bytes = [](Index size) {
    return plan_for<float>({Operation::convolve, Mode::same}, {size, size}, {31, 31},
                           {Method::direct})
        .workspace_bytes();
  };
  CHECK(bytes(8192) <= 4 << 20);  // never a padded copy of the image, which has 256 MiB
}

TEST_CASE("too little workspace is refused, exactly enough is not", "[plan]") {
  Random random(6);
  const auto x = integer_image<float>({64, 70}, random);
  const auto kernel = integer_image<float>({11, 11}, random);
  for (const auto& engine : all_engines()) {
    const Plan<float> plan(Operation::convolve, x.shape(), kernel,
                           options_for({Operation::convolve, Mode::same, Boundary::wrap}, engine));
    const std::size_t need = plan.workspace_bytes();
    // 64 bytes more on each side: canaries that a workspace's user must leave alone.
    constexpr auto canary = std::byte{0xA5};
    Image<std::uint8_t> memory(1, static_cast<Index>(need) + 192);
    auto* bytes = reinterpret_cast<std::byte*>(memory.data());
    std::fill_n(bytes, need + 192, canary);
    auto y = generate<float>(plan.output_shape(), [] { return 77; });
    const auto untouched = y;
    const auto refused = [&](std::span<std::byte> workspace) {
      try {
        plan.execute(x, y, workspace);
        return false;
      } catch (const Error& error) {
        return error.code() == Errc::workspace && same_bits(y, untouched) &&
               std::string(error.what()).find("workspace") != std::string::npos;
      }
    };
    INFO(name_of(engine.method));
    if (need > 0) {
      CHECK(refused({bytes + 64, need - 1}));
      CHECK(refused({}));
      CHECK(refused({bytes + 65, need}));
      CHECK(refused({bytes + 96, need}));
    }
    plan.execute(x, y, {bytes + 64, need});
    Image<float> expected(plan.output_shape());
    plan.execute(x, expected);
    CHECK(same_bits(y, expected));  // whatever the workspace held before
    CHECK(std::all_of(bytes, bytes + 64, [&](std::byte b) { return b == canary; }));
    CHECK(std::all_of(bytes + 64 + need, bytes + need + 192,
                      [&](std::byte b) { return b == canary; }));
  }
}

TEST_CASE("more lengths of transforms than are remembered", "[plan]") {
  if (!has_fft()) return;
  Random random(17);
  const Image<std::int32_t> kernel{{1, -2, 5}, {7, 3, -4}};
  const Options transformed{.method = Method::whole_fft};
  const auto first = integer_image<std::int32_t>({9, 40}, random);
  const Plan<std::int32_t> kept(Operation::convolve, first.shape(), kernel, transformed);
  // 128 are; these make some 160.
  for (Index cols = 8; cols < 200000; cols += 1 + cols / 40) {
    const auto x = integer_image<std::int32_t>({2, cols}, random);
    INFO(cols);
    REQUIRE(same_bits(convolve2d(x, kernel, transformed),
                      convolve2d(x, kernel, {.method = Method::direct})));
  }
  // Whoever has a transform keeps it.
  Image<std::int32_t> out(kept.output_shape());
  kept.execute(first, out);
  CHECK(same_bits(out, convolve2d(first, kernel, {.method = Method::direct})));
}

TEST_CASE("error_bound states the contract's bounds", "[plan]") {
  Random random(7);
  const auto kernel = real_image<float>({7, 5}, random);
  double sum = 0;
  for (Index i = 0; i < kernel.size(); ++i)
    sum += std::abs(static_cast<double>(kernel.data()[i]));
  for (const auto& engine : all_engines()) {
    const Plan<float> plan(Operation::convolve, {100, 120}, kernel, options_for({}, engine));
    INFO(name_of(engine.method));
    CHECK(plan.error_bound(0) == 0);
    CHECK(plan.error_bound(6) == Approx(3 * plan.error_bound(2)).epsilon(1e-12));
    const double bound = plan.error_bound(3);
    if (!is_fft(engine.method)) {
      CHECK(bound == Approx(35 * 0x1p-24 * 3 * sum).epsilon(1e-6));
      continue;
    }
    // No tile has more points than this, and none fewer than the kernel.
    const double points = transform_points(engine.method, {112, 128});
    CHECK(bound <= fft_bound<float>(points, 3 * std::sqrt(points), norm<float>(kernel)));
    CHECK(bound >= fft_bound<float>(35, 3 * std::sqrt(35.0), norm<float>(kernel)));
  }
}

TEST_CASE("the complex bound carries its constant, the integers' is zero", "[plan]") {
  using C = std::complex<double>;
  const Image<C> kernel{{C(3, 4), C(0, 2)}};
  const Plan<C> plan(Operation::correlate, {9, 9}, kernel, options_for({}, {Method::direct}));
  const double plain = 2 * 0x1p-53 * 7;
  CHECK(plan.error_bound(1) >= plain * (1 - 1e-9));
  CHECK(plan.error_bound(1) <= plain * 2 * std::sqrt(2.0) * (1 + 1e-9));
  const Plan<std::int32_t> integers(Operation::correlate, {9, 9},
                                    View<const std::int32_t>(Image<std::int32_t>{{1, 2}}));
  CHECK(integers.error_bound(1e6) == 0);
}

}  // namespace twofold::test
