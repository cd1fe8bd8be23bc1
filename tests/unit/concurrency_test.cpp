// SPDX-License-Identifier: BSD-3-Clause
// Eight threads at the same time, on what they share: plans, FFTW's planner, the profile, an
// executor. Each result has the bits of a call made alone. `./dev check threads` runs this under
// ThreadSanitizer.
#include "at_once.hpp"
#include "profile_text.hpp"
#include "random_layers.hpp"
#include "temporary_file.hpp"
#include "transform_lengths.hpp"
#include "worker_pool.hpp"

namespace twofold::test {
namespace {

/// One plan, and what it computes alone.
template <Element T>
struct SharedPlan {
  SharedPlan(Shape shape, const Image<T>& kernel, const Options& options, Random& random)
      : image(any_image<T>(shape, random)),
        plan(Operation::correlate, shape, kernel, options),
        expected(plan.output_shape()) {
    plan.execute(image, expected);
  }

  [[nodiscard]] bool repeats() const {
    Image<T> out(plan.output_shape());
    plan.execute(image, out);
    return same_bits(out, expected);
  }

  /// The outputs' lower half, with a part of the image.
  [[nodiscard]] bool repeats_half() const {
    const Shape outputs = plan.output_shape();
    const Rect half{outputs.rows / 2, 0, outputs.rows - outputs.rows / 2, outputs.cols};
    const Rect needed = plan.input_region(half);
    const View<const T> tile = std::as_const(image).view().region(needed);
    Image<T> out(half.rows, half.cols);
    plan.execute_region(tile, {needed.row, needed.col}, half, out);
    return same_bits<T>(std::as_const(out).view(), std::as_const(expected).view().region(half));
  }

  Image<T> image;
  Plan<T> plan;
  Image<T> expected;
};

/// The separable one finds the factors of real kernels.
template <Element T>
std::vector<Engine> engines_for() {
  auto engines = all_engines();
  if constexpr (!is_complex_v<T>) engines.push_back({Method::separable});
  return engines;
}

template <nn::Real T>
std::vector<LayerCase<T>> layers_of_all_engines() {
  Random random(2);
  std::vector<LayerCase<T>> layers;
  for (const LayerKind kind : layer_kinds) {
    for (const Method method :
         {Method::reference, Method::direct, Method::fft, Method::winograd, Method::automatic}) {
      if (method == Method::fft && !has_fft()) continue;
      const bool is_dense = kind == LayerKind::conv || kind == LayerKind::conv_transpose;
      const bool transforms = method == Method::fft || method == Method::winograd;
      if (transforms && !is_dense) continue;
      nn::ConvOptions options;
      options.method = method;
      options.padding = nn::same;
      options.data_format = random.pick(data_formats);
      options.activation = nn::Activation::gelu;
      const Index side = method == Method::fft ? 5 : 3;
      layers.push_back(
          with_tensors<T>(kind, options, {2, 21, 23, 8, 16, side, side}, 1, 2, false, random));
    }
  }
  return layers;
}

/// A plan for periodic rows of that length, and so of FFTW's.
SharedPlan<float> plan_with_transform(Index length) {
  Random random(static_cast<std::uint64_t>(length));
  const auto kernel = integer_image<float>({2, 5}, random);
  const Options options{.mode = Mode::same,
                        .boundary = Boundary::wrap,
                        .method = has_fft() ? Method::whole_fft : Method::direct};
  return {{3, length}, kernel, options, random};
}

}  // namespace

TEMPLATE_TEST_CASE("a plan is shared", "[concurrency]", std::uint8_t, std::int64_t, float,
                   std::complex<double>) {
  Random random(1);
  const auto kernel = product_image<TestType>({6, 5}, random);
  for (const auto& engine : engines_for<TestType>()) {
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa));
    const SharedPlan<TestType> shared(
        {60, 71}, kernel, options_for({Operation::correlate, Mode::same, Boundary::symm}, engine),
        random);
    CHECK(successes_at_once([&](int) {
            bool success = shared.repeats() && !shared.plan.decision().candidates.empty();
            if (engine.method == Method::direct) success = success && shared.repeats_half();
            return success && shared.repeats();
          }) == thread_count);
  }
}

TEMPLATE_TEST_CASE("a layer's plan is shared", "[concurrency]", float, double) {
  using T = TestType;
  for (const auto& layer : layers_of_all_engines<T>()) {
    INFO(describe(layer));
    const auto plan = plan_of(layer);
    const auto expected = executed<T>(plan, layer.inputs);
    CHECK(successes_at_once([&](int) {
            return same_bits(executed<T>(plan, layer.inputs), expected) &&
                   !plan.decisions().empty() &&
                   same_bits(executed<T>(plan, layer.inputs), expected);
          }) == thread_count);
  }
}

TEST_CASE("threads of their own for calls at the same time", "[concurrency]") {
  load_profile(TemporaryFile(profile_text(1), "threads").path());
  Random random(3);
  const auto kernel = product_image<float>({9, 12}, random);
  for (const auto& engine : engines_for<float>()) {
    if (engine.method == Method::reference) continue;
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa));
    auto options = options_for({Operation::correlate, Mode::same, Boundary::mirror}, engine);
    const Plan<float> alone(Operation::correlate, {300, 400}, kernel, options);
    options.threads = 3;
    const SharedPlan<float> shared({300, 400}, kernel, options, random);
    REQUIRE(shared.plan.workspace_bytes() > alone.workspace_bytes());
    CHECK(successes_at_once([&](int) { return shared.repeats(); }) == thread_count);
  }
}

TEST_CASE("plans are made and destroyed while others are executed", "[concurrency]") {
  const auto lengths = transform_lengths(30, 3000);
  REQUIRE(lengths.size() > 150);  // twofold keeps 128 plans of FFTW's
  // Made first, so that their transforms have left the cache long before the end.
  std::vector<SharedPlan<float>> kept;
  kept.reserve(4);
  for (std::size_t i = 0; i < 4; ++i)
    kept.push_back(plan_with_transform(lengths[i]));
  CHECK(successes_at_once([&](int thread) {
          for (std::size_t i = 4; i < lengths.size(); ++i) {
            if (thread % 2 == 0) {
              if (!kept[i % 4].repeats()) return false;
            } else if (i % 4 == static_cast<std::size_t>(thread / 2)) {
              const auto made = plan_with_transform(lengths[i]);
              // NOLINTNEXTLINE(performance-unnecessary-copy-initialization): a copy is the point.
              const auto copy = made;
              if (!copy.repeats()) return false;
            }
          }
          return true;
        }) == thread_count);
  for (const auto& plan : kept)
    CHECK(plan.repeats());
}

TEST_CASE("the last one to leave a plan destroys it", "[concurrency]") {
  for (const Index length : transform_lengths(300, 600)) {
    auto shared = std::make_shared<const SharedPlan<float>>(plan_with_transform(length));
    std::vector<std::shared_ptr<const SharedPlan<float>>> holders(thread_count, shared);
    shared.reset();
    CHECK(successes_at_once([&](int thread) {
            auto& mine = holders[static_cast<std::size_t>(thread)];
            const bool success = mine->repeats();
            mine.reset();
            return success;
          }) == thread_count);
  }
}

TEST_CASE("profiles are read while others compute", "[concurrency]") {
  const TemporaryFile cheap(profile_text(0.1), "cheap");
  const TemporaryFile dear(profile_text(10), "dear");
  const TemporaryFile damaged("twofold-profile 2\n", "damaged");
  Random random(4);
  const auto image = integer_image<std::int32_t>({70, 80}, random);
  const auto kernel = integer_image<std::int32_t>({11, 12}, random);
  // Of integers, since with the profile the sizes of transforms may change, and so the rounding.
  const auto expected = convolve2d(image, kernel, {.method = Method::reference});
  const auto computes = [&](Method method) {
    return same_bits(convolve2d(image, kernel, {.method = method}), expected);
  };
  const auto reads_profiles = [&](Index round) {
    load_profile(round % 2 == 0 ? cheap.path() : dear.path());
    const bool is_refused = error_of([&] { load_profile(damaged.path()); }).first ==
                            static_cast<int>(Errc::invalid_profile);
    return is_refused && !active_profile().name.empty();
  };
  CHECK(successes_at_once([&](int thread) {
          for (Index round = 0; round < 40; ++round) {
            const bool success = thread < 2
                                     ? reads_profiles(round)
                                     : computes(Method::automatic) &&
                                           computes(has_fft() ? Method::whole_fft : Method::direct);
            if (!success) return false;
          }
          return true;
        }) == thread_count);
}

TEST_CASE("the machine is measured while others compute", "[concurrency]") {
  const TemporaryFile file(profile_text(2), "beside");
  Random random(8);
  const auto image = integer_image<std::int32_t>({70, 80}, random);
  const auto kernel = integer_image<std::int32_t>({11, 12}, random);
  const auto expected = convolve2d(image, kernel, {.method = Method::reference});
  const auto lengths = transform_lengths(30, 3000);
  struct Stop {};
  std::atomic<int> measurements = 0;
  // Up to the first plans of FFTW's, which takes the longest.
  const auto measures = [&] {
    int steps = 0;
    const TuneOptions options{.quick = true, .progress = [&](double, std::string_view) {
                                if (++steps == 4) throw Stop{};
                              }};
    try {
      (void)tune(options);
    } catch (const Stop&) {
      ++measurements;
    }
  };
  // True as well where it is refused for the time that another one measures.
  const auto unless_refused = [](const auto& call) {
    const int code = error_of(call).first;
    return code < 0 || code == static_cast<int>(Errc::unavailable);
  };
  CHECK(successes_at_once([&](int thread) {
          for (std::size_t round = 0; round < 12; ++round) {
            bool success = true;
            if (thread < 2) {
              success = unless_refused(measures);
            } else if (thread == 2) {
              success = unless_refused([&] { load_profile(file.path()); });
            } else if (thread == 3) {
              success = !active_profile().name.empty();
            } else {
              const std::size_t which = round + 12 * static_cast<std::size_t>(thread - 4);
              success = plan_with_transform(lengths[which % lengths.size()]).repeats() &&
                        same_bits(convolve2d(image, kernel), expected);
            }
            if (!success) return false;
          }
          return true;
        }) == thread_count);
  CHECK(measurements > 0);
}

TEMPLATE_TEST_CASE("a pool of threads serves several calls at a time", "[concurrency]",
                   std::uint16_t, std::int64_t, float, double, std::complex<float>) {
  using T = TestType;
  WorkerPool pool(3);
  Random random(5);
  const auto kernel = product_image<T>({9, 12}, random);
  for (const auto& engine : engines_for<T>()) {
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa));
    auto options = options_for({Operation::correlate, Mode::same, Boundary::nearest}, engine);
    const SharedPlan<T> alone({130, 140}, kernel, options, random);
    options.executor = &pool;
    const Plan<T> plan(Operation::correlate, alone.image.shape(), kernel, options);
    CHECK(successes_at_once([&](int) {
            Image<T> out(plan.output_shape());
            plan.execute(alone.image, out);
            return same_bits(out, alone.expected);
          }) == thread_count);
  }
}

TEMPLATE_TEST_CASE("a pool of threads serves several layers at a time", "[concurrency]", float,
                   double) {
  using T = TestType;
  WorkerPool pool(3);
  for (auto layer : layers_of_all_engines<T>()) {
    INFO(describe(layer));
    const auto expected = executed<T>(plan_of(layer), layer.inputs);
    layer.options.executor = &pool;
    const auto plan = plan_of(layer);
    CHECK(successes_at_once([&](int) {
            return same_bits(executed<T>(plan, layer.inputs), expected);
          }) == thread_count);
  }
}

TEST_CASE("calls broken off by their executor leave the others alone", "[concurrency]") {
  WorkerPool pool(3);
  Random random(6);
  const auto kernel = product_image<float>({9, 12}, random);
  for (const auto& engine : engines_for<float>()) {
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa));
    auto options = options_for({Operation::correlate, Mode::same, Boundary::wrap}, engine);
    const SharedPlan<float> alone({130, 140}, kernel, options, random);
    CHECK(successes_at_once([&](int thread) {
            Cancelling cancelling(pool, static_cast<std::size_t>(thread / 2));
            auto own = options;
            own.executor = thread % 2 == 0 ? static_cast<Executor*>(&cancelling) : &pool;
            const Plan<float> plan(Operation::correlate, alone.image.shape(), kernel, own);
            Image<float> out(plan.output_shape());
            try {
              plan.execute(alone.image, out);
              // With fewer parts than are allowed, or without any: then there is nothing to break
              // off.
              if (thread == 0 && cancelling.was_asked()) return false;
            } catch (const Cancelled&) {
              if (thread % 2 != 0) return false;
              cancelling.relent();
              plan.execute(alone.image, out);
            }
            return same_bits(out, alone.expected);
          }) == thread_count);
  }
}

TEST_CASE("results are diagnosed by several threads", "[concurrency]") {
  Random random(7);
  const auto image = real_image<float>({23, 31}, random);
  const auto kernel = real_image<float>({3, 4}, random);
  const auto convolved = convolve2d(image, kernel, {.mode = Mode::same});
  const auto correlated = correlate2d(image, kernel, {.mode = Mode::same});
  const std::string expected = diagnose(image, kernel, convolved, correlated).summary();
  CHECK(successes_at_once([&](int) {
          return diagnose(image, kernel, convolved, correlated).summary() == expected;
        }) == thread_count);
}

}  // namespace twofold::test
