// SPDX-License-Identifier: BSD-3-Clause
// Layers by F(4×4, 3×3): within their bound of the exact sums whatever their sizes, NaN where the
// direct sum has it, and never unless they are asked for.
#include <cmath>
#include <limits>

#include "random_layers.hpp"

namespace twofold::test {
namespace {

Isa draw_isa(Random& random) {
  const auto isas = available_isas();
  return isas[static_cast<std::size_t>(random.index(0, static_cast<Index>(isas.size()) - 1))];
}

/// Kernels of up to 3×3 taps, of any number of channels and filters, and images from less than a
/// tile on.
LayerSizes draw_sizes(Random& random) {
  constexpr Index channels[] = {1, 2, 3, 5, 8, 15, 16, 17, 31, 32, 33, 48, 64, 70};
  constexpr Index taps[] = {1, 2, 3, 3, 3, 3, 3, 3};
  LayerSizes sizes;
  // One tap, of the kernel or that meets an image of one pixel, is nothing to transform.
  const auto has_taps = [&] {
    return (sizes.rows > 1 && sizes.kernel_rows > 1) || (sizes.cols > 1 && sizes.kernel_cols > 1);
  };
  do {
    sizes.batch = random.index(1, 3);
    sizes.rows = random.index(1, 30);
    sizes.cols = random.index(1, 45);
    sizes.channels = random.pick(channels);
    sizes.filters = random.pick(channels);
    sizes.kernel_rows = random.pick(taps);
    sizes.kernel_cols = random.pick(taps);
  } while (sizes.products() > 4e6 || !has_taps());
  return sizes;
}

template <nn::Real T>
LayerCase<T> draw_winograd_layer(Isa isa, bool integers, Random& random) {
  const LayerSizes sizes = draw_sizes(random);
  nn::ConvOptions options{.method = Method::winograd, .isa = isa};
  options.padding = draw_padding(random, LayerKind::conv, sizes, options);
  options.data_format = random.pick(data_formats);
  options.kernel_format = random.pick(kernel_formats);
  options.activation = random.pick(activations);
  return with_tensors<T>(LayerKind::conv, options, sizes, 1, 1, integers, random);
}

template <nn::Real T>
nn::Tensor<T> computed_by(LayerCase<T> layer, Method method) {
  layer.options.method = method;
  return executed<T>(plan_of(layer), layer.inputs);
}

/// What the exact sums say of the outputs; empty if they are within the plan's bound.
template <nn::Real T>
std::string wrong(const LayerCase<T>& layer, const nn::ConvPlan<T>& plan,
                  const nn::Tensor<T>& outputs) {
  const double bound = plan.error_bound(largest_magnitude(layer.inputs));
  return first_wrong(outputs, layer.options, naive_layer(layer),
                     [&](const auto&) { return bound; });
}

/// One tile, whose inputs and taps have the signs with which all terms of plane (k, l) add up.
template <nn::Real T>
LayerCase<T> adversarial_layer(Isa isa, std::size_t k, std::size_t l, Random& random) {
  constexpr int input_signs[6][6] = {{1, 1, -1, 1, 1, 1},  {1, -1, -1, 1, 1, 1},
                                     {1, 1, -1, -1, 1, 1}, {1, -1, -1, 1, 1, 1},
                                     {1, 1, -1, -1, 1, 1}, {1, 1, 1, -1, 1, 1}};
  constexpr int tap_signs[6][3] = {{1, 1, 1}, {1, 1, 1},  {1, -1, 1},
                                   {1, 1, 1}, {1, -1, 1}, {1, 1, 1}};
  const Index channels = random.index(1, 40);
  LayerCase<T> layer;
  layer.options = {.method = Method::winograd, .isa = isa};
  layer.inputs = nn::Tensor<T>({1, 6, 6, channels});
  layer.kernel = nn::Tensor<T>({3, 3, channels, 3});
  const auto nearly_one = [&](int sign) {
    return static_cast<T>(sign) * (1 - static_cast<T>(std::abs(random.real())) / 64);
  };
  for (Index i = 0; i < layer.inputs.size(); ++i) {
    const auto pixel = static_cast<std::size_t>(i / channels);
    layer.inputs.data()[i] = nearly_one(input_signs[k][pixel / 6] * input_signs[l][pixel % 6]);
  }
  for (Index i = 0; i < layer.kernel.size(); ++i) {
    const auto tap = static_cast<std::size_t>(i / channels / 3);
    layer.kernel.data()[i] = nearly_one(tap_signs[k][tap / 3] * tap_signs[l][tap % 3]);
  }
  return layer;
}

/// Checks that the outputs are within the bound, and says how much of it they need.
template <nn::Real T>
double share_of_bound(const LayerCase<T>& layer) {
  const auto plan = plan_of(layer);
  const auto last = in_format(executed<T>(plan, layer.inputs), layer.options.data_format,
                              nn::DataFormat::channels_last);
  const auto naive = naive_layer(layer);
  const double bound = plan.error_bound(largest_magnitude(layer.inputs));
  double largest = 0;
  for (std::size_t i = 0; i < naive.sums.size(); ++i) {
    const auto error = std::abs(last.data()[i] - naive.sums[i].sum);
    largest = worse_of(largest, static_cast<double>(error) / bound);
  }
  if (!(largest <= 1)) FAIL_CHECK(describe(layer) << ": " << largest << " times the bound");
  return largest;
}

bool runs_winograd(const std::vector<Decision>& decisions) {
  return std::any_of(decisions.begin(), decisions.end(),
                     [](const Decision& decision) { return decision.method == Method::winograd; });
}

}  // namespace

TEMPLATE_TEST_CASE("F(4×4, 3×3) is what its definition says", "[layers_winograd]", float, double) {
  for (const Isa isa : available_isas()) {
    Random random(1);
    int failures = 0;
    for (int draw = 0; draw < 150 && failures < 5; ++draw) {
      const auto layer = draw_winograd_layer<TestType>(isa, random.coin(), random);
      const auto plan = plan_of(layer);
      REQUIRE(runs_winograd(plan.decisions()));
      const std::string difference = wrong(layer, plan, executed<TestType>(plan, layer.inputs));
      if (difference.empty()) continue;
      ++failures;
      FAIL_CHECK("draw " << draw << ": " << describe(layer) << "\n" << difference);
    }
  }
}

TEMPLATE_TEST_CASE("the bound of F(4×4, 3×3) holds, within four orders of magnitude",
                   "[layers_winograd]", float, double) {
  for (const Isa isa : available_isas()) {
    Random random(2);
    double share = 0;
    for (int draw = 0; draw < 40; ++draw) {
      auto layer = draw_winograd_layer<TestType>(isa, false, random);
      layer.options.activation = nn::Activation::linear;
      share = std::max(share, share_of_bound(layer));
    }
    for (std::size_t plane = 0; plane < 36; ++plane) {
      for (int draw = 0; draw < 3; ++draw)
        share = std::max(
            share, share_of_bound(adversarial_layer<TestType>(isa, plane / 6, plane % 6, random)));
    }
    CHECK(share > 1e-4);
  }
}

TEMPLATE_TEST_CASE("numbers near underflow are within the bound", "[layers_winograd]", float,
                   double) {
  using T = TestType;
  Random random(4);
  for (int draw = 0; draw < 60; ++draw) {
    auto layer = draw_winograd_layer<T>(draw_isa(random), false, random);
    layer.options.activation = nn::Activation::linear;
    layer.bias.clear();
    const T tiny = std::numeric_limits<T>::min();
    const T scale = random.coin() ? tiny : std::sqrt(tiny);
    for (Index i = 0; i < layer.inputs.size(); ++i)
      layer.inputs.data()[i] *= scale;
    for (Index i = 0; i < layer.kernel.size() && scale != tiny; ++i)
      layer.kernel.data()[i] *= scale;
    const auto plan = plan_of(layer);
    const std::string difference = wrong(layer, plan, executed<T>(plan, layer.inputs));
    if (!difference.empty()) FAIL_CHECK(describe(layer) << "\n" << difference);
  }
}

TEMPLATE_TEST_CASE("F(4×4, 3×3) takes tensors that lie anywhere, and writes nothing else",
                   "[layers_winograd]", float, double) {
  using T = TestType;
  Random random(5);
  for (int draw = 0; draw < 100; ++draw) {
    const auto layer = draw_winograd_layer<T>(draw_isa(random), false, random);
    const ScatteredTensor<T> inputs(layer.inputs, random);
    const auto plan = plan_of(layer);
    const ScatteredTensor<T> out(plan.output_shape(layer.inputs.shape()[0]), random);
    plan.execute(inputs.view(), out.view());
    const std::string difference = wrong(layer, plan, dense<T>(out.view()));
    if (!difference.empty()) FAIL_CHECK(describe(layer) << "\n" << difference);
    CHECK(out.intact());
  }
}

TEMPLATE_TEST_CASE("F(4×4, 3×3) gives the same bits for any threads and batches",
                   "[layers_winograd]", float, double) {
  using T = TestType;
  Random random(6);
  for (int draw = 0; draw < 40; ++draw) {
    auto layer = draw_winograd_layer<T>(draw_isa(random), false, random);
    const auto expected = computed_by(layer, Method::winograd);
    for (const unsigned count : {2U, 3U}) {
      Threads threads(count);
      layer.options.executor = &threads;
      CHECK(same_bits(computed_by(layer, Method::winograd), expected));
    }
    layer.options.executor = nullptr;
    const nn::ConvPlan<T> plan = plan_of(layer);
    const Index batch = layer.inputs.shape()[0];
    const Index image = layer.inputs.size() / batch;
    const Index results = expected.size() / batch;
    for (Index i = 0; i < batch; ++i) {
      auto shape = layer.inputs.shape();
      shape[0] = 1;
      const auto alone =
          executed<T>(plan, nn::TensorView<const T>(layer.inputs.data() + i * image, shape));
      CHECK(std::equal(alone.data(), alone.data() + results, expected.data() + i * results));
    }
  }
}

TEST_CASE("F(4×4, 3×3) needs its workspace and no more", "[layers_winograd]") {
  Random random(7);
  for (int draw = 0; draw < 40; ++draw) {
    auto layer = draw_winograd_layer<float>(draw_isa(random), false, random);
    Threads threads(2);
    if (random.coin()) layer.options.executor = &threads;
    // One that is not finite: the direct sum's workspace, too.
    if (random.coin()) layer.inputs.data()[0] = NAN;
    const auto plan = plan_of(layer);
    const auto expected = executed<float>(plan, layer.inputs);
    const std::size_t need = plan.workspace_bytes();
    twofold::detail::AlignedBytes memory(need + 64);
    std::fill_n(memory.bytes().data(), need + 64, std::byte{0xA5});
    auto out = nn::Tensor<float>::uninitialized(expected.shape());
    plan.execute(layer.inputs, out, memory.bytes().first(need));
    CHECK(same_bits(out, expected));
    CHECK(std::all_of(memory.bytes().begin() + static_cast<std::ptrdiff_t>(need),
                      memory.bytes().end(), [](std::byte b) { return b == std::byte{0xA5}; }));
  }
}

TEMPLATE_TEST_CASE("F(4×4, 3×3) has NaN and infinity where the direct sum has them",
                   "[layers_winograd]", float, double) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  Random random(8);
  Index not_finite = 0;
  for (int draw = 0; draw < 100; ++draw) {
    auto layer = draw_winograd_layer<T>(draw_isa(random), false, random);
    layer.options.activation = nn::Activation::linear;
    const T values[] = {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), Limits::max(),
                        T(0.9) * Limits::lowest()};
    const int count = static_cast<int>(random.index(1, 3));
    for (int i = 0; i < count; ++i)
      layer.inputs.data()[random.index(0, layer.inputs.size() - 1)] = random.pick(values);
    const auto expected = computed_by(layer, Method::direct);
    const auto actual = computed_by(layer, Method::winograd);
    for (Index i = 0; i < actual.size(); ++i) {
      const T e = expected.data()[i];
      const T a = actual.data()[i];
      not_finite += std::isfinite(e) ? 0 : 1;
      if (std::isnan(e) ? std::isnan(a) : std::isinf(e) ? a == e : std::isfinite(a)) continue;
      FAIL_CHECK("draw " << draw << ": " << describe(layer) << ", output " << i << " is " << a
                         << ", not " << e);
      break;
    }
  }
  CHECK(not_finite > 1000);
}

TEST_CASE("F(4×4, 3×3) keeps NaN in one image from the others", "[layers_winograd]") {
  Random random(9);
  LayerCase<float> layer;
  layer.options = {.padding = nn::same, .method = Method::winograd};
  layer.inputs = random_tensor<float>({5, 30, 33, 20}, random, false);
  layer.kernel = random_tensor<float>({3, 3, 20, 40}, random, false);
  const auto before = computed_by(layer, Method::winograd);
  layer.inputs(2, 7, 8, 3) = NAN;
  const auto after = computed_by(layer, Method::winograd);
  const auto direct = computed_by(layer, Method::direct);
  const Index image = before.size() / 5;
  CHECK(std::equal(before.data(), before.data() + 2 * image, after.data()));
  CHECK(std::equal(before.data() + 3 * image, before.data() + 5 * image, after.data() + 3 * image));
  for (Index i = 2 * image; i < 3 * image; ++i) {
    if (std::isnan(after.data()[i]) != std::isnan(direct.data()[i])) FAIL_CHECK("output " << i);
  }
}

TEST_CASE("what F(4×4, 3×3) is not for is refused", "[layers_winograd]") {
  const nn::Tensor<float> x({1, 12, 12, 4});
  const auto refused = [&](const nn::TensorShape& kernel, nn::ConvOptions options,
                           const char* reason) {
    options.method = Method::winograd;
    const auto error = error_of([&] { (void)nn::conv(x, nn::Tensor<float>(kernel), options); });
    CHECK(is(error, Errc::unsupported, "method"));
    CHECK(error.second.find(reason) != std::string::npos);
  };
  refused({5, 5, 4, 4}, {}, "3×3");
  refused({3, 4, 4, 4}, {}, "3×3");
  refused({1, 1, 4, 4}, {}, "one tap");
  refused({3, 3, 4, 4}, {.strides = {1, 2}}, "strides");
  refused({3, 3, 4, 4}, {.dilation_rate = {2, 1}}, "dilation");
  refused({3, 3, 2, 4}, {.groups = 2}, "groups");
  refused({3, 3, 4, 4}, {.accuracy = componentwise}, "accuracy");
  refused({3, 3, 4, 4}, {.accuracy = within(1)}, "accuracy");
  nn::Tensor<float> kernel({3, 3, 4, 4});
  for (const float tap : {NAN, INFINITY, std::numeric_limits<float>::max()}) {
    kernel.data()[17] = tap;
    CHECK(is(error_of([&] { (void)nn::conv(x, kernel, {.method = Method::winograd}); }),
             Errc::unsupported, "method"));
  }
  const Image<float> image(9, 9);
  const auto error =
      error_of([&] { (void)convolve2d(image, Image<float>(3, 3), {.method = Method::winograd}); });
  CHECK(is(error, Errc::unsupported, "method"));
  CHECK(error.second.find("layers") != std::string::npos);
}

TEST_CASE("F(4×4, 3×3) runs only where it is asked for", "[layers_winograd]") {
  Random random(10);
  const auto kernel = random_tensor<float>({3, 3, 64, 64}, random, false);
  for (const Method method : {Method::automatic, Method::fft, Method::direct}) {
    if (method == Method::fft && !has_fft()) continue;
    for (const Index side : {8, 28, 56, 200}) {
      const nn::ConvPlan<float> plan(nn::Layer::conv, {4, side, side, 64}, kernel,
                                     {.padding = nn::same, .method = method});
      const auto decisions = plan.decisions();
      CHECK_FALSE(runs_winograd(decisions));
      const auto& candidates = decisions.front().candidates;
      const auto found = std::find_if(
          candidates.begin(), candidates.end(),
          [](const Candidate& candidate) { return candidate.method == Method::winograd; });
      REQUIRE(found != candidates.end());
      CHECK_FALSE(found->allowed);
      CHECK(found->reason.find("asked for") != std::string::npos);
    }
  }
  // A transposed convolution without strides is a convolution, too.
  const nn::ConvPlan<float> transposed(nn::Layer::conv_transpose, {1, 20, 20, 64}, kernel,
                                       {.method = Method::winograd});
  CHECK(runs_winograd(transposed.decisions()));
}

}  // namespace twofold::test
