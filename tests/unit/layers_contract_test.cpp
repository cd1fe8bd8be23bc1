// SPDX-License-Identifier: BSD-3-Clause
// What a ConvPlan promises besides its sums: the same bits for any threads and batches, its own
// workspace and no more, inputs and outputs that stay apart, NaN where the direct sum has it.
#include <cmath>
#include <limits>
#include <optional>
#include <thread>

#include "random_layers.hpp"

namespace twofold::test {
namespace {

/// Layers of all kinds for one method, large enough to be divided. The Fourier transform is asked
/// for what it is for.
template <nn::Real T>
std::vector<LayerCase<T>> dividable_layers(Method method, bool integers) {
  Random random(11);
  std::vector<LayerCase<T>> layers;
  for (const LayerKind kind : layer_kinds) {
    for (const auto data_format : data_formats) {
      for (const Index stride : {1, 2}) {
        if (method == Method::fft && stride > 1) continue;
        nn::ConvOptions options;
        options.method = method;
        options.padding = nn::same;
        options.data_format = data_format;
        options.strides = stride;
        options.activation = nn::Activation::silu;
        const Index side = method == Method::fft ? 7 : 3;
        layers.push_back(
            with_tensors<T>(kind, options, {2, 33, 37, 5, 9, side, side}, 1, 2, integers, random));
      }
    }
  }
  return layers;
}

/// Calls `check` with every layer that the method supports, and requires that there are some.
template <nn::Real T, class Check>
void for_supported_layers(Check check) {
  for (const Method method : {Method::reference, Method::direct, Method::fft, Method::automatic}) {
    if (method == Method::fft && !has_fft()) continue;
    int supported = 0;
    for (const auto& layer : dividable_layers<T>(method, false)) {
      INFO(describe(layer));
      std::optional<nn::ConvPlan<T>> plan;
      try {
        plan.emplace(plan_of(layer));
      } catch (const Error& error) {
        INFO(error.what());
        CHECK((method == Method::fft && error.code() == Errc::unsupported));
        continue;
      }
      check(layer, *plan);
      ++supported;
    }
    INFO(name_of(method));
    CHECK(supported > 0);
  }
}

/// Memory aligned to 64 bytes with as many canaries on each side.
class GuardedWorkspace {
 public:
  explicit GuardedWorkspace(std::size_t size) : size_(size), memory_(size + 128) {
    std::fill_n(memory_.bytes().data(), size + 128, std::byte{0xA5});
  }
  [[nodiscard]] std::span<std::byte> bytes() const { return memory_.bytes().subspan(64, size_); }
  [[nodiscard]] bool intact() const {
    const auto is_canary = [](std::byte b) { return b == std::byte{0xA5}; };
    const auto all = memory_.bytes();
    return std::all_of(all.begin(), all.begin() + 64, is_canary) &&
           std::all_of(all.end() - 64, all.end(), is_canary);
  }

 private:
  std::size_t size_;
  twofold::detail::AlignedBytes memory_;
};

template <nn::Real T>
bool is_untouched(const nn::Tensor<T>& out) {
  return std::all_of(out.data(), out.data() + out.size(), [](T y) { return y == T(77); });
}

}  // namespace

TEMPLATE_TEST_CASE("layers give the same bits for any threads", "[layers_contract]", float,
                   double) {
  for_supported_layers<TestType>([](LayerCase<TestType> layer, const auto& plan) {
    const auto expected = executed<TestType>(plan, layer.inputs);
    for (const unsigned count : {1U, 2U, 3U, 8U}) {
      INFO(count << " threads");
      // Own threads are started for larger layers only: layers_edges_test.cpp.
      Threads threads(count);
      layer.options.executor = &threads;
      CHECK(same_bits(executed<TestType>(plan_of(layer), layer.inputs), expected));
    }
  });
}

TEMPLATE_TEST_CASE("a ConvPlan takes batches of any size", "[layers_contract]", float, double) {
  using T = TestType;
  for_supported_layers<T>([](const LayerCase<T>& layer, const nn::ConvPlan<T>& plan) {
    auto shape = layer.inputs.shape();
    shape[0] = 5;
    Random random(12);
    const auto many = random_tensor<T>(shape, random, false);
    const auto expected = executed<T>(plan, many);
    CHECK(expected.shape() == plan.output_shape(5));
    const Index image = expected.size() / 5;
    shape[0] = 1;
    for (Index i = 0; i < 5; ++i) {
      const nn::TensorView<const T> one(many.data() + i * (many.size() / 5), shape);
      const auto alone = executed<T>(plan, one);
      REQUIRE(alone.size() == image);
      CHECK(std::memcmp(alone.data(), expected.data() + i * image,
                        static_cast<std::size_t>(image) * sizeof(T)) == 0);
    }
    // Of no images, whose memory is a null pointer.
    shape[0] = 0;
    CHECK(executed<T>(plan, nn::Tensor<T>(shape)).size() == 0);
  });
}

TEMPLATE_TEST_CASE("a ConvPlan keeps nothing of the caller's, and nothing of a call",
                   "[layers_contract]", float, double) {
  using T = TestType;
  for_supported_layers<T>([](LayerCase<T> layer, const nn::ConvPlan<T>& plan) {
    const auto copy = plan;  // NOLINT(performance-unnecessary-copy-initialization)
    const auto kept = plan_of(layer);
    const auto expected = executed<T>(plan, layer.inputs);
    std::fill_n(layer.kernel.data(), layer.kernel.size(), std::numeric_limits<T>::quiet_NaN());
    std::fill_n(layer.pointwise.data(), layer.pointwise.size(),
                std::numeric_limits<T>::quiet_NaN());
    std::fill(layer.bias.begin(), layer.bias.end(), std::numeric_limits<T>::quiet_NaN());
    auto other = layer.inputs;
    std::fill_n(other.data(), other.size(), std::numeric_limits<T>::quiet_NaN());
    (void)executed<T>(kept, other);
    CHECK(same_bits(executed<T>(kept, layer.inputs), expected));
    CHECK(same_bits(executed<T>(copy, layer.inputs), expected));
  });
}

TEST_CASE("threads may share a ConvPlan", "[layers_contract]") {
  for_supported_layers<float>([](const LayerCase<float>& layer, const nn::ConvPlan<float>& plan) {
    const auto expected = executed<float>(plan, layer.inputs);
    std::vector<nn::Tensor<float>> results(3);
    Threads(3).parallel_for(
        3, [&](std::size_t i) { results[i] = executed<float>(plan, layer.inputs); });
    for (const auto& result : results)
      CHECK(same_bits(result, expected));
  });
}

TEST_CASE("a layer's workspace is checked, and enough", "[layers_contract]") {
  for_supported_layers<float>([](const LayerCase<float>& layer, const nn::ConvPlan<float>& plan) {
    const auto expected = executed<float>(plan, layer.inputs);
    const std::size_t need = plan.workspace_bytes();
    const GuardedWorkspace workspace(need);
    auto out = nn::Tensor<float>::uninitialized(expected.shape());
    std::fill_n(out.data(), out.size(), 77.0F);
    if (need > 0) {
      const auto too_small = workspace.bytes().first(need - 1);
      CHECK(is(error_of([&] { plan.execute(layer.inputs, out, too_small); }), Errc::workspace,
               "workspace"));
      const GuardedWorkspace larger(need + 64);
      const auto misaligned = larger.bytes().subspan(4);
      CHECK(is(error_of([&] { plan.execute(layer.inputs, out, misaligned); }), Errc::workspace,
               "workspace"));
      CHECK(is_untouched(out));
    }
    plan.execute(layer.inputs, out, workspace.bytes());
    CHECK(workspace.intact());
    CHECK(same_bits(out, expected));  // whatever the workspace held before
  });
}

TEST_CASE("a layer's inputs and outputs share no element", "[layers_contract]") {
  // One buffer of channels_last images with 6 channels, of which inputs and outputs have 3 each.
  std::vector<float> memory(4 * 5 * 6 * 2, 1.0F);
  const nn::TensorShape shape{2, 4, 5, 3};
  const nn::TensorShape strides{4 * 5 * 6, 5 * 6, 6, 1};
  Random random(13);
  const auto kernel = random_tensor<float>({3, 3, 3, 3}, random, true);
  const nn::ConvPlan<float> plan(nn::Layer::conv, shape, kernel, {.padding = nn::same});
  const auto execute = [&](Index from, Index to) {
    plan.execute(nn::TensorView<const float>(memory.data() + from, shape, strides),
                 nn::TensorView<float>(memory.data() + to, shape, strides));
  };
  CHECK_NOTHROW(execute(0, 3));
  CHECK_NOTHROW(execute(3, 0));
  const auto before = memory;
  for (const Index to : {0, 1, 2}) {
    CHECK(is(error_of([&] { execute(0, to); }), Errc::overlap, "out"));
    CHECK(is(error_of([&] { execute(to, 0); }), Errc::overlap, "out"));
  }
  CHECK(memory == before);
  // Another order of the same elements.
  const nn::TensorView<float> all(memory.data(), shape);
  const nn::TensorView<float> turned(memory.data() + (2 * 4 * 5 * 3 - 1), shape,
                                     {-4 * 5 * 3, -5 * 3, -3, -1});
  CHECK(is(error_of([&] { plan.execute(all, turned); }), Errc::overlap, "out"));
  CHECK(memory == before);
  // Outputs that coincide.
  std::vector<float> other(4 * 5 * 3 * 2);
  const nn::TensorView<float> folded(other.data(), shape, {0, 15, 3, 1});
  CHECK(is(error_of([&] { plan.execute(all, folded); }), Errc::invalid_stride, "out"));
}

TEST_CASE("images of outputs may touch but not coincide", "[layers_contract]") {
  const nn::TensorShape shape{2, 3, 4, 1};
  const nn::Tensor<float> inputs(shape);
  const nn::Tensor<float> kernel({1, 1, 1, 1});
  std::vector<float> memory(2 * 25);
  // The first image reaches from element 0 to element 2·9 + 3·2.
  const auto write = [&](Index image) {
    nn::conv(inputs, kernel, {}, nn::TensorView<float>(memory.data(), shape, {image, 9, 2, 1}));
  };
  CHECK(is(error_of([&] { write(24); }), Errc::invalid_stride, "out"));
  CHECK_NOTHROW(write(25));
}

TEST_CASE("whether tensors share memory is decided element by element", "[layers_contract]") {
  Random random(14);
  std::vector<float> memory(2000, 1.0F);
  nn::Tensor<float> kernel({1, 1, 1, 1});
  int shared = 0;
  int apart = 0;
  int wrong = 0;
  for (int draw = 0; draw < 5000 && wrong < 10; ++draw) {
    const nn::TensorShape shape{random.index(1, 3), random.index(1, 3), random.index(1, 3), 1};
    const auto elements = [&](const nn::TensorView<float>& view) {
      std::vector<const float*> places;
      for (Index i = 0; i < shape[0]; ++i) {
        for (Index j = 0; j < shape[1]; ++j) {
          for (Index k = 0; k < shape[2]; ++k)
            places.push_back(&view(i, j, k, 0));
        }
      }
      std::sort(places.begin(), places.end());
      return places;
    };
    const nn::TensorView<float> inputs(
        memory.data() + random.index(900, 1000), shape,
        {random.index(-30, 30), random.index(-12, 12), random.index(-4, 4), random.index(0, 5)});
    // Nested, so that outputs are distinct.
    const Index col = random.index(1, 3);
    const Index row = col * shape[2] + random.index(0, 3);
    const Index image = row * shape[1] + random.index(0, 3);
    const nn::TensorView<float> out(memory.data() + random.index(880, 1020), shape,
                                    {image, random.coin() ? row : -row, col, 7});
    const auto read = elements(inputs);
    const auto written = elements(out);
    REQUIRE(std::adjacent_find(written.begin(), written.end()) == written.end());
    std::vector<const float*> common;
    std::set_intersection(read.begin(), read.end(), written.begin(), written.end(),
                          std::back_inserter(common));
    const auto error = error_of([&] { nn::conv(inputs, kernel, {}, out); });
    (common.empty() ? apart : shared) += 1;
    const int expected = common.empty() ? -1 : static_cast<int>(Errc::overlap);
    if (error.first == expected) continue;
    ++wrong;
    FAIL_CHECK(text_of(shape) << ", inputs at " << inputs.data() - memory.data() << " by "
                              << text_of(inputs.strides()) << ", out at "
                              << out.data() - memory.data() << " by " << text_of(out.strides())
                              << ": " << common.size() << " shared; said " << error.second);
  }
  CHECK(shared > 200);
  CHECK(apart > 200);
}

TEST_CASE("calls that do not fit their ConvPlan", "[layers_contract]") {
  Random random(15);
  const auto kernel = random_tensor<float>({3, 3, 2, 4}, random, true);
  const nn::ConvPlan<float> plan(nn::Layer::conv, {2, 6, 7, 2}, kernel);
  REQUIRE(plan.output_shape(2) == nn::TensorShape{2, 4, 5, 4});
  const auto refuses = [&](const nn::TensorShape& inputs, const nn::TensorShape& outputs,
                           const char* argument) {
    const nn::Tensor<float> x(inputs);
    auto out = nn::Tensor<float>::uninitialized(outputs);
    std::fill_n(out.data(), out.size(), 77.0F);
    CHECK(is(error_of([&] { plan.execute(x, out); }), Errc::invalid_shape, argument));
    CHECK(is_untouched(out));
  };
  refuses({2, 7, 7, 2}, {2, 4, 5, 4}, "inputs");
  refuses({2, 6, 6, 2}, {2, 4, 5, 4}, "inputs");
  refuses({2, 6, 7, 3}, {2, 4, 5, 4}, "inputs");
  refuses({2, 6, 7, 2}, {1, 4, 5, 4}, "out");
  refuses({1, 6, 7, 2}, {2, 4, 5, 4}, "out");
  refuses({2, 6, 7, 2}, {2, 5, 4, 4}, "out");
  refuses({2, 6, 7, 2}, {2, 4, 5, 3}, "out");
}

TEMPLATE_TEST_CASE("NaN and infinity reach the outputs that the direct sum gives them",
                   "[layers_contract]", float, double) {
  using T = TestType;
  for_supported_layers<T>([](LayerCase<T> layer, const nn::ConvPlan<T>&) {
    layer.options.activation = nn::Activation::linear;
    const auto plan = plan_of(layer);
    auto judge = layer;
    judge.options.method = Method::reference;
    const auto reference = plan_of(judge);
    const auto finite = executed<T>(plan, layer.inputs);
    const double bound = plan.error_bound(1) + reference.error_bound(1);
    Random random(16);
    for (const T value : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                          -std::numeric_limits<T>::infinity()}) {
      auto inputs = layer.inputs;
      inputs.data()[random.index(0, inputs.size() - 1)] = value;
      const auto expected = executed<T>(reference, inputs);
      const auto actual = executed<T>(plan, inputs);
      Index reached = 0;
      Index wrong = 0;
      for (Index i = 0; i < actual.size(); ++i) {
        const T e = expected.data()[i];
        const T a = actual.data()[i];
        reached += std::isfinite(e) ? 0 : 1;
        const bool agree = std::isnan(e)   ? std::isnan(a)
                           : std::isinf(e) ? a == e
                                           : std::abs(a - e) <= bound;
        wrong += agree ? 0 : 1;
      }
      INFO(value << ": " << reached << " of " << actual.size() << " outputs are not finite");
      CHECK(reached > 0);
      CHECK(reached < actual.size());
      CHECK(wrong == 0);
    }
    CHECK(same_bits(executed<T>(plan, layer.inputs), finite));
  });
}

TEST_CASE("what a ConvPlan says about itself", "[layers_contract]") {
  for_supported_layers<float>([](const LayerCase<float>& layer, const nn::ConvPlan<float>& plan) {
    const auto decisions = plan.decisions();
    const auto& strides = layer.options.strides;
    const auto parts = layer.kind == LayerKind::separable_conv   ? 2
                       : layer.kind == LayerKind::conv_transpose ? strides.rows * strides.cols
                                                                 : 1;
    CHECK(static_cast<Index>(decisions.size()) == parts);
    for (const auto& decision : decisions) {
      CHECK(decision.method != Method::automatic);
      CHECK(decision.method != Method::fft);
      CHECK_FALSE(decision.why.empty());
      REQUIRE_FALSE(decision.candidates.empty());
      CHECK(decision.candidates.back().method == Method::reference);
      for (const auto& candidate : decision.candidates)
        CHECK(candidate.workspace_bytes.has_value() == (candidate.method == decision.method));
      if (layer.options.method == Method::reference || layer.options.method == Method::direct)
        CHECK(decision.method == layer.options.method);
    }
    CHECK(plan.error_bound(2) >= plan.error_bound(1));
    CHECK(plan.error_bound(1) > 0);
  });
}

TEST_CASE("taps that are not finite have no bound", "[layers_contract]") {
  for (const float tap : {NAN, INFINITY, -INFINITY}) {
    for (const auto layer : {nn::Layer::conv, nn::Layer::conv_transpose}) {
      nn::Tensor<float> kernel({3, 3, 2, 2});
      kernel(1, 2, 0, 1) = tap;
      const nn::ConvPlan<float> plan(layer, {1, 9, 9, 2}, kernel);
      for (const double largest : {0.0, 1.0})
        CHECK(std::isinf(plan.error_bound(largest)));
    }
  }
}

TEST_CASE("where infinity meets zero, a layer has no bound", "[layers_contract]") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const nn::Tensor<double> zeros({3, 3, 2, 2});
  for (const auto layer : {nn::Layer::conv, nn::Layer::conv_transpose}) {
    const nn::ConvPlan<double> plan(layer, {1, 9, 9, 2}, zeros);
    CHECK(plan.error_bound(infinity) == infinity);
    CHECK(plan.error_bound(1) < 1e-300);
  }
  nn::Tensor<double> depthwise({3, 3, 2, 1});
  std::fill_n(depthwise.data(), depthwise.size(), 1e308);
  nn::Tensor<double> pointwise({1, 1, 2, 3});
  const nn::ConvPlan<double> vanishing({1, 9, 9, 2}, depthwise, pointwise);
  CHECK(vanishing.error_bound(1) == infinity);
  std::fill_n(pointwise.data(), pointwise.size(), 1e308);
  const nn::ConvPlan<double> overflowing({1, 9, 9, 2}, depthwise, pointwise);
  for (const double largest : {0.0, 1.0})
    CHECK(overflowing.error_bound(largest) == infinity);
}

TEST_CASE("the second of two chained layers amplifies the error of the first",
          "[layers_contract]") {
  Random random(17);
  const nn::TensorShape shape{1, 9, 9, 2};
  const auto depthwise = random_tensor<float>({3, 3, 2, 1}, random, false);
  nn::Tensor<float> pointwise({1, 1, 2, 3});
  std::fill_n(pointwise.data(), pointwise.size(), 1000.0F);
  const double first =
      nn::ConvPlan<float>(nn::Layer::depthwise_conv, shape, depthwise).error_bound(2);
  REQUIRE(first > 0);
  const double both = nn::ConvPlan<float>(shape, depthwise, pointwise).error_bound(2);
  CHECK(both >= 2 * 1000 * first);
  CHECK(both <= 2 * 1000 * first * 2);
}

TEST_CASE("chained layers have room for what lies between them", "[layers_contract]") {
  const nn::Tensor<float> depthwise({3, 3, 2, 1});
  const nn::Tensor<float> pointwise({1, 1, 2, 3});
  const nn::ConvOptions options{.method = Method::direct};
  const nn::TensorShape between{1, 7, 7, 2};
  const nn::ConvPlan<float> second(nn::Layer::conv, between, pointwise, options);
  REQUIRE(second.workspace_bytes() > 0);
  const nn::ConvPlan<float> both({1, 9, 9, 2}, depthwise, pointwise, {}, options);
  CHECK(both.workspace_bytes() >= 7 * 7 * 2 * sizeof(float) + second.workspace_bytes());
}

TEST_CASE("componentwise layers use no Fourier transform", "[layers_contract]") {
  for (auto layer : dividable_layers<float>(Method::fft, false)) {
    layer.options.accuracy = componentwise;
    layer.options.method = Method::automatic;
    CHECK_FALSE(uses_fft(plan_of(layer)));
  }
}

}  // namespace twofold::test
