// SPDX-License-Identifier: BSD-3-Clause
// Plan::execute with a workspace asks for no memory: neither the library nor FFTW.
#include <cstdlib>
#include <new>
#include <set>
#include <string>

#include "allocation_counter.hpp"
#include "random_layers.hpp"

namespace twofold::test {
namespace {

/// Workspace that is aligned as execute wants it.
template <class... Types>
Image<std::uint8_t> workspace_for(const Plan<Types...>& plan) {
  return Image<std::uint8_t>(1, static_cast<Index>(plan.workspace_bytes()) + 1);
}

template <class... Types>
std::span<std::byte> bytes_of(const Plan<Types...>& plan, Image<std::uint8_t>& memory) {
  return {reinterpret_cast<std::byte*>(memory.data()), plan.workspace_bytes()};
}

}  // namespace

TEST_CASE("allocations are counted", "[allocation]") {
  const auto before = allocations();
  const Image<float> image(3, 3);
  // Calls of these functions, which a compiler must not leave out as it may an expression `new`.
  void* volatile memory[] = {::operator new(4), std::malloc(5)};
  ::operator delete(memory[0]);
  std::free(memory[1]);
  CHECK(allocations() >= before + 3);
}

TEMPLATE_LIST_TEST_CASE("execute allocates nothing", "[allocation]", AllTypes) {
  Random random(1);
  const std::pair<Shape, Shape> sizes[] = {
      {{5, 7}, {3, 3}}, {{200, 230}, {5, 4}}, {{160, 170, 2}, {17, 30}}, {{40, 41}, {70, 80}}};
  for (const auto& engine : all_engines()) {
    for (const auto& [shape, kernel_shape] : sizes) {
      // Its plain loops have no sizes to be tried, only time to be spent.
      if (engine.method == Method::reference && shape.rows > 100) continue;
      const auto x = integer_image<TestType>(shape, random, 3);
      const auto kernel = integer_image<TestType>(kernel_shape, random, 2);
      for (const auto boundary : boundaries) {
        const Problem problem{Operation::correlate, Mode::same, boundary, 1};
        std::optional<Plan<TestType>> plan;
        try {
          plan.emplace(problem.operation, shape, kernel, options_for(problem, engine));
        } catch (const Error& error) {
          REQUIRE(error.code() == Errc::unsupported);
          REQUIRE((is_fft(engine.method) && std::integral<TestType>));
          continue;
        }
        auto memory = workspace_for(*plan);
        const auto workspace = bytes_of(*plan, memory);
        Image<TestType> out(plan->output_shape());
        const auto before = allocations();
        plan->execute(x, out, workspace);
        const auto after_execute = allocations();
        plan->execute_region(x, {0, 0}, {0, 0, 3, 4}, out.view().region({0, 0, 3, 4}), workspace);
        const auto after_region = allocations();
        if (after_execute != before || after_region != after_execute) {
          FAIL_CHECK(describe<TestType>(problem, shape, kernel_shape, engine)
                     << ": execute " << after_execute - before << " times, execute_region "
                     << after_region - after_execute << " times");
        }
      }
    }
  }
}

TEMPLATE_TEST_CASE("tiles of all sizes are transformed without an allocation", "[allocation]",
                   float, double) {
  if (!has_fft()) return;
  Random random(4);
  std::set<std::string> tiles;
  for (const Index image : {30, 70, 130, 260, 700, 1300}) {
    for (const Index kernel : {3, 9, 15, 31, 50, 80, 127, 250, 400, 620}) {
      if (kernel > image) continue;
      const auto x = integer_image<TestType>({image, image + image / 3}, random);
      const auto k = integer_image<TestType>({kernel, (kernel + 1) / 2}, random, 1);
      const Plan<TestType> plan(Operation::convolve, x.shape(), k,
                                options_for({}, {Method::overlap_save}));
      for (const auto& candidate : plan.decision().candidates) {
        if (candidate.method == Method::overlap_save) tiles.insert(candidate.reason);
      }
      auto memory = workspace_for(plan);
      Image<TestType> out(plan.output_shape());
      const auto before = allocations();
      plan.execute(x, out, bytes_of(plan, memory));
      const auto after = allocations();
      INFO("image " << image << ", kernel " << kernel);
      CHECK(after == before);
    }
  }
  CHECK(tiles.size() > 15);
}

TEST_CASE("pixels that are not finite cost no allocation either", "[allocation]") {
  Random random(2);
  auto x = integer_image<float>({300, 310}, random);
  x(100, 100) = NAN;
  const auto kernel = integer_image<float>({17, 30}, random);
  for (const auto& engine : all_engines()) {
    const Plan<float> plan(Operation::convolve, x.shape(), kernel, options_for({}, engine));
    auto memory = workspace_for(plan);
    Image<float> out(plan.output_shape());
    const auto before = allocations();
    plan.execute(x, out, bytes_of(plan, memory));
    CHECK(allocations() == before);
  }
}

TEST_CASE("pixels are converted without an allocation", "[allocation]") {
  Random random(3);
  const auto x = full_range_image<std::uint8_t>({150, 310, 3}, random);
  const auto kernel = integer_image<float>({7, 4}, random);
  for (const auto& engine : all_engines()) {
    const Plan<std::uint8_t, float, std::uint8_t> plan(Operation::convolve, x.shape(), kernel,
                                                       options_for({}, engine));
    auto memory = workspace_for(plan);
    Image<std::uint8_t> out(plan.output_shape());
    const auto before = allocations();
    plan.execute(x, out, bytes_of(plan, memory));
    CHECK(allocations() == before);
  }
}

TEMPLATE_TEST_CASE("layers are computed without an allocation", "[allocation]", float, double) {
  using T = TestType;
  for (const auto& engine : layer_engines()) {
    Random random(5);
    for (int draw = 0; draw < 60; ++draw) {
      auto layer =
          draw_layer<T>(random.pick(layer_kinds),
                        draw % 6 == 0 ? large_sizes(random) : small_sizes(random), true, random);
      layer.options.method = engine.method;
      layer.options.isa = engine.isa;
      if (draw % 3 == 0) layer.inputs.data()[0] = static_cast<T>(NAN);
      try {
        const auto plan = plan_of(layer);
        const ScatteredTensor<T> inputs(layer.inputs, random);
        const ScatteredTensor<T> out(plan.output_shape(layer.inputs.shape()[0]), random);
        const twofold::detail::AlignedBytes workspace(plan.workspace_bytes());
        const auto before = allocations();
        plan.execute(inputs.view(), out.view(), workspace.bytes());
        const auto after = allocations();
        if (after != before) FAIL_CHECK(describe(layer) << ": " << after - before << " times");
      } catch (const Error& error) {
        REQUIRE((error.code() == Errc::unsupported && engine.method == Method::fft));
      }
    }
  }
}

}  // namespace twofold::test
