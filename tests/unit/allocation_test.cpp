// SPDX-License-Identifier: BSD-3-Clause
// Plan::execute with a workspace asks for no memory and for no lock: neither the library nor FFTW.
#include <cstdlib>
#include <mutex>
#include <new>
#include <set>
#include <shared_mutex>
#include <string>

#include "allocation_counter.hpp"
#include "error_bounds.hpp"
#include "lock_counter.hpp"
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

/// An executor that needs neither itself: it takes as many parts as it is given, one by one.
class InTurn : public Executor {
 public:
  [[nodiscard]] unsigned concurrency() const noexcept override { return 3; }
  void parallel_for(std::size_t count, const std::function<void(std::size_t)>& part) override {
    for (std::size_t i = 0; i < count; ++i)
      part(i);
  }
};

/// What has been asked for so far.
struct Asked {
  std::size_t allocations = twofold::test::allocations();
  std::size_t locks = twofold::test::locks();

  bool operator==(const Asked&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Asked& asked) {
  return out << asked.allocations << " allocations, " << asked.locks << " locks";
}

/// Small integers; for the separable engine a column times a row, as a direct sum, which is exact.
template <Element T>
Image<T> kernel_for(Method method, Shape shape, Random& random) {
  if (method != Method::separable) return integer_image<T>(shape, random, 2);
  return convolve2d(integer_image<T>({shape.rows, 1}, random, 2),
                    integer_image<T>({1, shape.cols}, random, 2), {.method = Method::direct});
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

TEST_CASE("locks are counted", "[allocation]") {
  const auto before = locks();
  std::mutex mutex;
  std::recursive_mutex recursive;
  std::shared_mutex shared;
  const std::scoped_lock both(mutex, recursive);
  const std::shared_lock reader(shared);
  const std::lock_guard planner(fft_planner_mutex());
  CHECK(locks() >= before + 4);
}

TEMPLATE_LIST_TEST_CASE("execute allocates and locks nothing", "[allocation]", AllTypes) {
  Random random(1);
  InTurn in_turn;
  const std::pair<Shape, Shape> sizes[] = {
      {{5, 7}, {3, 3}}, {{200, 230}, {5, 4}}, {{160, 170, 2}, {17, 30}}, {{40, 41}, {70, 80}}};
  for (const auto& engine : engines_of_all_kinds()) {
    // Factors are sought of real kernels.
    if (engine.method == Method::separable && is_complex_v<TestType>) continue;
    int executed = 0;
    for (const auto& [shape, kernel_shape] : sizes) {
      // Its plain loops have no sizes to be tried, only time to be spent.
      if (engine.method == Method::reference && shape.rows > 100) continue;
      const auto x = integer_image<TestType>(shape, random, 3);
      const auto kernel = kernel_for<TestType>(engine.method, kernel_shape, random);
      for (const auto boundary : boundaries) {
        const Problem problem{Operation::correlate, Mode::same, boundary, 1};
        auto options = options_for(problem, engine);
        if (executed % 2 == 1) options.executor = &in_turn;
        ++executed;
        const Plan<TestType> plan(problem.operation, shape, kernel, options);
        auto memory = workspace_for(plan);
        const auto workspace = bytes_of(plan, memory);
        Image<TestType> out(plan.output_shape());
        const Asked before;
        plan.execute(x, out, workspace);
        const Asked after_execute;
        plan.execute_region(x, {0, 0}, {0, 0, 3, 4}, out.view().region({0, 0, 3, 4}), workspace);
        const Asked after_region;
        if (after_execute != before || after_region != after_execute) {
          FAIL_CHECK(describe<TestType>(problem, shape, kernel_shape, engine)
                     << ": before " << before << ", after execute " << after_execute
                     << ", after execute_region " << after_region);
        }
      }
    }
  }
}

TEMPLATE_TEST_CASE("tiles of all sizes are transformed without an allocation or a lock",
                   "[allocation]", float, double) {
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
      const auto workspace = bytes_of(plan, memory);
      const Asked before;
      plan.execute(x, out, workspace);
      const Asked after;
      INFO("image " << image << ", kernel " << kernel);
      CHECK(after == before);
    }
  }
  CHECK(tiles.size() > 15);
}

TEST_CASE("pixels that are not finite cost no allocation and no lock either", "[allocation]") {
  Random random(2);
  auto x = integer_image<float>({300, 310}, random);
  x(100, 100) = NAN;
  const auto kernel = integer_image<float>({17, 30}, random);
  for (const auto& engine : all_engines()) {
    const Plan<float> plan(Operation::convolve, x.shape(), kernel, options_for({}, engine));
    auto memory = workspace_for(plan);
    Image<float> out(plan.output_shape());
    const auto workspace = bytes_of(plan, memory);
    const Asked before;
    plan.execute(x, out, workspace);
    const Asked after;
    CHECK(after == before);
  }
}

TEST_CASE("pixels are converted without an allocation or a lock", "[allocation]") {
  Random random(3);
  const auto x = full_range_image<std::uint8_t>({150, 310, 3}, random);
  const auto kernel = integer_image<float>({7, 4}, random);
  for (const auto& engine : all_engines()) {
    const Plan<std::uint8_t, float, std::uint8_t> plan(Operation::convolve, x.shape(), kernel,
                                                       options_for({}, engine));
    auto memory = workspace_for(plan);
    Image<std::uint8_t> out(plan.output_shape());
    const auto workspace = bytes_of(plan, memory);
    const Asked before;
    plan.execute(x, out, workspace);
    const Asked after;
    CHECK(after == before);
  }
}

namespace {

/// Whether the engine takes the layer; it asks for nothing.
template <nn::Real T>
bool check_layer(const LayerCase<T>& layer, Random& random) {
  try {
    const auto plan = plan_of(layer);
    const ScatteredTensor<T> inputs(layer.inputs, random);
    const ScatteredTensor<T> out(plan.output_shape(layer.inputs.shape()[0]), random);
    const twofold::detail::AlignedBytes workspace(plan.workspace_bytes());
    const Asked before;
    plan.execute(inputs.view(), out.view(), workspace.bytes());
    const Asked after;
    if (after != before) FAIL_CHECK(describe(layer) << ": " << before << ", then " << after);
    return true;
  } catch (const Error& error) {
    REQUIRE(error.code() == Errc::unsupported);
    return false;
  }
}

}  // namespace

TEMPLATE_TEST_CASE("layers are computed without an allocation or a lock", "[allocation]", float,
                   double) {
  using T = TestType;
  InTurn in_turn;
  auto engines = vectorised_layer_engines();
  engines.push_back({Method::reference});
  engines.push_back({Method::automatic});
  for (const auto& engine : engines) {
    Random random(5);
    int taken = 0;
    for (int draw = 0; draw < 60; ++draw) {
      auto layer =
          draw_layer<T>(random.pick(layer_kinds),
                        draw % 6 == 0 ? large_sizes(random) : small_sizes(random), true, random);
      layer.options.method = engine.method;
      layer.options.isa = engine.isa;
      if (draw % 2 == 1) layer.options.executor = &in_turn;
      if (draw % 3 == 0) layer.inputs.data()[0] = static_cast<T>(NAN);
      taken += check_layer(layer, random) ? 1 : 0;
    }
    const bool takes_all = engine.method != Method::fft && engine.method != Method::winograd;
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa));
    CHECK(taken >= (takes_all ? 60 : 1));
  }
}

}  // namespace twofold::test
