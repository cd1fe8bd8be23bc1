// SPDX-License-Identifier: BSD-3-Clause
// The same call gives the same bits: for any number of threads, in every run, by a plan made once
// or anew, whatever the workspace held before; every method on every instruction set.
#include <optional>

#include "error_bounds.hpp"
#include "random_layers.hpp"

namespace twofold::test {
namespace {

constexpr unsigned thread_counts[] = {1, 2, 3, 8};

/// Those, and whichever of them is chosen, which must not depend on the threads.
std::vector<Engine> engines_and_their_choice() {
  auto engines = engines_of_all_kinds();
  engines.push_back({Method::automatic});
  return engines;
}

/// What direct has no shortcut for, has one for, and the separable engine takes.
template <Element T>
std::vector<Image<T>> kernels(Random& random) {
  const auto product = [&](Shape shape) {
    const auto column = integer_image<T>({shape.rows, 1}, random);
    const auto row = integer_image<T>({1, shape.cols}, random);
    Image<T> kernel(shape);
    for (Index i = 0; i < kernel.size(); ++i)
      kernel.data()[i] = static_cast<T>(column(i / shape.cols, 0) * row(0, i % shape.cols));
    return kernel;
  };
  std::vector<Image<T>> list;
  list.push_back(exact_image<T>({7, 6}, random));
  list.push_back(product({8, 11}));
  Image<T> sparse(9, 9);
  Image<T> mirrored(5, 5);
  for (Index i = 0; i < 5; ++i) {
    sparse(2 * i % 9, (7 * i + 1) % 9) = T(static_cast<real_t<T>>(i + 1));
    for (Index j = 0; j < 5; ++j)
      mirrored(i, j) = T(static_cast<real_t<T>>(1 + i + 3 * std::min(j, 4 - j)));
  }
  list.push_back(std::move(sparse));
  list.push_back(std::move(mirrored));
  return list;
}

/// Nothing where the method does not take the kernel: not of full rank, not of large integers.
template <Element T, Element K, Element Out>
std::optional<Plan<T, K, Out>> plan_unless_refused(const Image<T>& x, const Image<K>& kernel,
                                                   const Options& options) {
  try {
    return Plan<T, K, Out>(Operation::correlate, x.shape(), kernel, options);
  } catch (const Error& error) {
    if (error.code() != Errc::unsupported) throw;
    return std::nullopt;
  }
}

/// Into memory, and with a workspace, that hold something else in every call.
template <Element T, Element K, Element Out>
Image<Out> executed_in(const Plan<T, K, Out>& plan, const Image<T>& x, std::byte content) {
  Image<Out> y(plan.output_shape());
  std::fill_n(reinterpret_cast<std::byte*>(y.data()),
              static_cast<std::size_t>(y.size()) * sizeof(Out), content);
  const twofold::detail::AlignedBytes workspace(plan.workspace_bytes());
  std::fill(workspace.bytes().begin(), workspace.bytes().end(), content);
  plan.execute(x, y, workspace.bytes());
  return y;
}

/// Returns whether the engine takes the problem.
template <Element T, Element K, Element Out>
bool check_runs(const Image<T>& x, const Image<K>& kernel, const Engine& engine,
                Boundary boundary) {
  Options options = options_for({Operation::correlate, Mode::same, boundary, 2}, engine);
  const auto plan = plan_unless_refused<T, K, Out>(x, kernel, options);
  if (!plan) return false;
  INFO(describe<T>({Operation::correlate, Mode::same, boundary, 2}, x.shape(), kernel.shape(),
                   engine));
  const auto once = executed_in(*plan, x, std::byte{0});
  CHECK(same_bits(executed_in(*plan, x, std::byte{0xA5}), once));
  for (const unsigned threads : thread_counts) {
    Threads executor(threads);
    options.executor = &executor;
    INFO(threads << " threads");
    const auto shared = plan_unless_refused<T, K, Out>(x, kernel, options);
    REQUIRE(shared);
    CHECK(same_bits(executed_in(*shared, x, std::byte{0xFF}), once));
  }
  if (engine.method != Method::direct) return true;
  Image<Out> parts(plan->output_shape());
  for (Index row = 0; row < parts.rows(); row += 61) {
    for (Index col = 0; col < parts.cols(); col += 90) {
      const Rect part{row, col, std::min<Index>(61, parts.rows() - row),
                      std::min<Index>(90, parts.cols() - col)};
      plan->execute_region(x, {}, part, parts.view().region(part));
    }
  }
  CHECK(same_bits(parts, once));
  return true;
}

/// Every engine with every kernel, in turns with every boundary.
template <Element T, Element K, Element Out = promoted_t<T, K>>
void check_engines(Shape shape) {
  Random random(40 + static_cast<std::uint64_t>(element_type_of<T>));
  const auto x = any_image<T>(shape, random);
  const auto all_kernels = kernels<K>(random);
  std::size_t turn = 0;
  for (const Engine& engine : engines_and_their_choice()) {
    int taken = 0;
    for (const Image<K>& kernel : all_kernels) {
      const Boundary boundary = boundaries[turn++ % std::size(boundaries)];
      taken += check_runs<T, K, Out>(x, kernel, engine, boundary) ? 1 : 0;
    }
    INFO(name_of(engine.method) << ' ' << name_of(element_type_of<T>));
    // Factors are not found of complex kernels.
    const bool is_refused =
        engine.method == Method::separable && is_complex(element_type_of<promoted_t<T, K>>);
    CHECK((taken > 0) != is_refused);
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("threads and runs keep the bits", "[same_bits]", AllTypes) {
  check_engines<TestType, TestType>({131, 170, 1});
  check_engines<TestType, TestType>({40, 61, 3});
}

TEST_CASE("threads and runs keep the bits of mixed types", "[same_bits]") {
  check_engines<std::uint8_t, float>({120, 170, 1});
  check_engines<std::int64_t, float>({120, 170, 1});
  check_engines<float, std::complex<float>>({120, 170, 1});
  check_engines<std::uint8_t, float, std::uint8_t>({120, 170, 1});
  check_engines<std::uint8_t, float, std::uint8_t>({80, 70, 3});
  check_engines<std::int16_t, double, std::int16_t>({120, 170, 1});
}

TEST_CASE("threads of a call's own keep the bits", "[same_bits]") {
  Random random(41);
  const auto x = real_image<float>({600, 700}, random);  // worth starting threads for
  for (const auto& kernel : kernels<float>(random)) {
    for (const Engine& engine : engines_and_their_choice()) {
      if (engine.method == Method::reference) continue;  // slow; as the others in executor_test.cpp
      Options options = options_for({Operation::correlate, Mode::same, Boundary::symm}, engine);
      const auto plan = plan_unless_refused<float, float, float>(x, kernel, options);
      if (!plan) continue;
      const auto once = executed_in(*plan, x, std::byte{0});
      for (const unsigned threads : thread_counts) {
        options.threads = threads;
        INFO(name_of(engine.method) << ' ' << name_of(engine.isa) << ", " << threads);
        CHECK(same_bits(correlate2d(x, kernel, options), once));
      }
    }
  }
}

TEMPLATE_TEST_CASE("threads and runs keep the bits of layers", "[same_bits]", float, double) {
  using T = TestType;
  Random random(42);
  for (const Isa isa : available_isas()) {
    for (const Method method :
         {Method::direct, Method::fft, Method::winograd, Method::reference, Method::automatic}) {
      int taken = 0;
      for (int draw = 0; draw < 24; ++draw) {
        const LayerKind kind = layer_kinds[draw % 4];
        nn::ConvOptions options{.padding = nn::same,
                                .data_format = data_formats[draw / 4 % 2],
                                .activation = random.pick(activations),
                                .method = method,
                                .isa = isa};
        if (draw >= 16) options.strides = 2;
        auto layer = with_tensors<T>(kind, options, {2, 26, 31, 17, 20, 3, 3}, 1, 2, false, random);
        std::optional<nn::ConvPlan<T>> plan;
        try {
          plan.emplace(plan_of(layer));
        } catch (const Error& error) {
          if (error.code() != Errc::unsupported) throw;
          continue;
        }
        ++taken;
        INFO(describe(layer));
        const auto once = executed<T>(*plan, layer.inputs);
        CHECK(same_bits(executed<T>(*plan, layer.inputs), once));
        for (const unsigned threads : thread_counts) {
          INFO(threads << " threads");
          Threads executor(threads);
          layer.options.executor = &executor;
          CHECK(same_bits(executed<T>(plan_of(layer), layer.inputs), once));
        }
      }
      INFO(name_of(method) << ' ' << name_of(isa));
      CHECK((taken > 0 || (method == Method::fft && !has_fft())));
    }
  }
}

}  // namespace twofold::test
