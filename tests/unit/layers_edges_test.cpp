// SPDX-License-Identifier: BSD-3-Clause
// Layers at their edges: inputs that repeat, numbers near overflow, dilations beyond the image,
// large batches, threads that have something to share.
#include <cmath>
#include <limits>

#include "random_layers.hpp"

namespace twofold::test {
namespace {

template <nn::Real T>
nn::Tensor<T> executed_by(nn::Layer layer, const nn::TensorView<const T>& inputs,
                          const nn::Tensor<T>& kernel, std::span<const T> bias,
                          nn::ConvOptions options, Method method) {
  options.method = method;
  const nn::ConvPlan<T> plan(layer, inputs.shape(), kernel, bias, options);
  auto out = nn::Tensor<T>::uninitialized(plan.output_shape(inputs.shape()[0]));
  plan.execute(inputs, out);
  return out;
}

}  // namespace

TEST_CASE("inputs may repeat one pixel, one row, one channel", "[layers_edges]") {
  Random random(1);
  const nn::TensorShape shape{1, 8, 21, 16};
  const auto numbers = random_tensor<float>({1, 8, 21, 16}, random, true);
  for (const auto layer : {nn::Layer::conv, nn::Layer::depthwise_conv}) {
    const auto kernel =
        random_tensor<float>({3, 3, 16, layer == nn::Layer::conv ? 5 : 1}, random, true);
    for (const nn::TensorShape& strides :
         {nn::TensorShape{0, 16, 0, 1}, nn::TensorShape{0, 0, 16, 1},
          nn::TensorShape{0, 21, 1, 0}}) {
      const nn::TensorView<const float> inputs(numbers.data(), shape, strides);
      for (const Index stride : {1, 2}) {
        const nn::ConvOptions options{.strides = stride, .padding = nn::same};
        const auto expected =
            executed_by<float>(layer, inputs, kernel, {}, options, Method::reference);
        CHECK(same_bits(executed_by<float>(layer, inputs, kernel, {}, options, Method::direct),
                        expected));
      }
    }
  }
}

TEMPLATE_TEST_CASE("sums that are finite stay so in a transform", "[layers_edges]", float, double) {
  if (!has_fft()) return;
  using T = TestType;
  Random random(2);
  constexpr T largest = std::numeric_limits<T>::max();
  int finite = 0;
  for (int draw = 0; draw < 30; ++draw) {
    auto inputs = nn::Tensor<T>({1, 30, 30, 1});
    for (Index i = 0; i < inputs.size(); ++i) {
      const auto part = static_cast<T>(0.5 + random.real() / 2);
      inputs.data()[i] = (random.coin() ? largest : -largest) * std::abs(part);
    }
    auto kernel = nn::Tensor<T>({4, 4, 1, 9});
    for (Index i = 0; i < kernel.size(); ++i)
      kernel.data()[i] = static_cast<T>(random.index(-1, 1)) / 4;
    if (draw % 2 == 0) {
      // The inputs' spectrum does not overflow, and the products of one filter may.
      for (Index i = 0; i < inputs.size(); ++i)
        inputs.data()[i] /= 4096;
      for (Index i = 0; i < kernel.size(); i += 9)
        kernel.data()[i] *= 4096;
    }
    const nn::ConvOptions options{.padding = nn::same};
    const auto direct =
        executed_by<T>(nn::Layer::conv, inputs, kernel, {}, options, Method::direct);
    const auto transformed =
        executed_by<T>(nn::Layer::conv, inputs, kernel, {}, options, Method::fft);
    for (Index i = 0; i < direct.size(); ++i) {
      if (!std::isfinite(direct.data()[i])) continue;
      ++finite;
      if (!std::isfinite(transformed.data()[i])) FAIL_CHECK("draw " << draw << ", output " << i);
    }
  }
  CHECK(finite > 5000);
}

TEMPLATE_TEST_CASE("sums of the smallest numbers are within a transform's bound", "[layers_edges]",
                   float, double) {
  if (!has_fft()) return;
  using T = TestType;
  Random random(3);
  for (int draw = 0; draw < 40; ++draw) {
    auto inputs = nn::Tensor<T>({1, 9, 11, 3});
    for (Index i = 0; i < inputs.size(); ++i) {
      inputs.data()[i] =
          static_cast<T>(random.index(-draw, draw)) * std::numeric_limits<T>::denorm_min();
    }
    auto kernel = random_tensor<T>({3, 2, 3, 4}, random, false);
    for (Index i = 0; i < kernel.size(); ++i)
      kernel.data()[i] *= draw % 2 == 0 ? T(1) : T(1000);
    const nn::ConvPlan<T> plan(nn::Layer::conv, inputs.shape(), kernel,
                               {.padding = nn::same, .method = Method::fft});
    const nn::ConvPlan<T> reference(nn::Layer::conv, inputs.shape(), kernel,
                                    {.padding = nn::same, .method = Method::reference});
    const double largest = largest_magnitude(inputs);
    const double bound = plan.error_bound(largest) + reference.error_bound(largest);
    const auto actual = executed<T>(plan, inputs);
    const auto expected = executed<T>(reference, inputs);
    for (Index i = 0; i < actual.size(); ++i) {
      const double error = std::abs(static_cast<double>(actual.data()[i] - expected.data()[i]));
      if (!(error <= bound)) FAIL_CHECK("draw " << draw << ": " << error << ", allowed " << bound);
    }
  }
}

TEST_CASE("NaN in one image leaves the bits of the others", "[layers_edges]") {
  if (!has_fft()) return;
  Random random(3);
  auto inputs = random_tensor<float>({5, 40, 33, 8}, random, false);
  const auto kernel = random_tensor<float>({5, 3, 8, 20}, random, false);
  const nn::ConvOptions options{.padding = nn::same};
  const auto before = executed_by<float>(nn::Layer::conv, inputs, kernel, {}, options, Method::fft);
  inputs(2, 7, 8, 3) = NAN;
  inputs(2, 39, 32, 0) = INFINITY;
  const auto after = executed_by<float>(nn::Layer::conv, inputs, kernel, {}, options, Method::fft);
  const auto reference =
      executed_by<float>(nn::Layer::conv, inputs, kernel, {}, options, Method::reference);
  const Index image = before.size() / 5;
  for (Index i = 0; i < before.size(); ++i) {
    if (i / image == 2) {
      CHECK(std::isnan(after.data()[i]) == std::isnan(reference.data()[i]));
    } else if (after.data()[i] != before.data()[i]) {
      FAIL_CHECK("output " << i);
    }
  }
}

TEST_CASE("taps that dilation puts beyond the image cost nothing", "[layers_edges]") {
  Random random(4);
  const auto inputs = random_tensor<float>({1, 20, 22, 4}, random, true);
  const auto kernel = random_tensor<float>({3, 3, 4, 6}, random, true);
  for (const Index dilation : {7, 19, 20, 1000, 100000}) {
    nn::ConvOptions options{.padding = nn::same, .dilation_rate = dilation};
    const auto expected =
        executed_by<float>(nn::Layer::conv, inputs, kernel, {}, options, Method::reference);
    CHECK(
        same_bits(executed_by<float>(nn::Layer::conv, inputs, kernel, {}, options, Method::direct),
                  expected));
    options.method = Method::direct;
    const nn::ConvPlan<float> plan(nn::Layer::conv, inputs.shape(), kernel, options);
    CHECK(plan.workspace_bytes() < 1 << 20);
  }
}

TEST_CASE("a batch that nothing could hold is refused", "[layers_edges]") {
  const nn::Tensor<float> kernel({3, 3, 16, 16});
  for (const Index batch : {Index{1} << 31, Index{1} << 40, Index{1} << 62}) {
    for (const Method method : {Method::direct, Method::fft}) {
      if (method == Method::fft && !has_fft()) continue;
      try {
        const nn::ConvPlan<float> plan(nn::Layer::conv, {batch, 40, 40, 16}, kernel,
                                       {.method = method});
        FAIL_CHECK("a batch of " << batch);
      } catch (const Error& error) {
        CHECK(error.code() == Errc::too_large);
      }
    }
  }
}

TEMPLATE_TEST_CASE("one product and a bias are within the bound", "[layers_edges]", float, double) {
  using T = TestType;
  Random random(5);
  for (int draw = 0; draw < 2000; ++draw) {
    const auto inputs = random_tensor<T>({1, 1, 1, 1}, random, false);
    const auto kernel = random_tensor<T>({1, 1, 1, 1}, random, false);
    const T bias[] = {static_cast<T>(random.real())};
    for (const Method method : {Method::reference, Method::direct}) {
      const nn::ConvPlan<T> plan(nn::Layer::conv, inputs.shape(), kernel, bias, {.method = method});
      nn::Tensor<T> out({1, 1, 1, 1});
      plan.execute(inputs, out);
      using W = wide_t<T>;
      const W exact = static_cast<W>(kernel(0, 0, 0, 0)) * static_cast<W>(inputs(0, 0, 0, 0)) +
                      static_cast<W>(bias[0]);
      const auto error = static_cast<double>(std::abs(static_cast<W>(out(0, 0, 0, 0)) - exact));
      if (!(error <= plan.error_bound(std::abs(inputs(0, 0, 0, 0))))) FAIL_CHECK("draw " << draw);
    }
  }
}

// What is lost of inputs or of a spectrum below the normal numbers may be much of a result that is
// a normal number again.
TEMPLATE_TEST_CASE("transforms of subnormal inputs and kernels are within the bound",
                   "[layers_edges]", float, double) {
  using T = TestType;
  if (!has_fft()) return;
  Random random(9);
  constexpr int lowest = std::numeric_limits<T>::min_exponent;
  for (const auto& [inputs, kernel] :
       {std::pair{lowest - 12, 60}, std::pair{60, lowest - 12}, std::pair{lowest, lowest / 2},
        std::pair{lowest / 2, lowest / 2}}) {
    for (int draw = 0; draw < 20; ++draw) {
      const LayerSizes sizes{1,
                             random.index(5, 20),
                             random.index(5, 20),
                             random.index(1, 9),
                             random.index(1, 9),
                             random.index(2, 7),
                             random.index(2, 7)};
      const nn::ConvOptions options{.padding = nn::same, .method = Method::fft};
      auto layer = with_tensors<T>(LayerKind::conv, options, sizes, 1, 1, false, random);
      layer.bias.clear();
      const auto scale = [](nn::Tensor<T>& tensor, int exponent) {
        std::transform(tensor.data(), tensor.data() + tensor.size(), tensor.data(),
                       [&](T number) { return std::ldexp(number, exponent); });
      };
      scale(layer.inputs, inputs);
      scale(layer.kernel, kernel);
      const auto plan = plan_of(layer);
      const double bound = plan.error_bound(largest_magnitude(layer.inputs));
      const std::string difference =
          first_wrong(executed<T>(plan, layer.inputs), layer.options, naive_layer(layer),
                      [&](const auto&) { return bound; });
      if (!difference.empty()) FAIL_CHECK(describe(layer) << "\n" << difference);
    }
  }
}

// Squares of such taps vanish, or overflow, in the norm from which the bound is made.
TEST_CASE("the bound of a transform goes with the size of the kernel", "[layers_edges]") {
  if (!has_fft()) return;
  const nn::TensorShape inputs{1, 64, 64, 1};
  const auto bound = [&](int exponent) {
    nn::Tensor<double> kernel({1, 2, 1, 1});
    kernel(0, 0, 0, 0) = std::ldexp(1.0 / 3, exponent);
    kernel(0, 1, 0, 0) = std::ldexp(0.7, exponent);
    const nn::ConvPlan<double> plan(nn::Layer::conv, inputs, kernel, {.method = Method::fft});
    return plan.error_bound(1);
  };
  const double normal = bound(0);
  for (const int exponent : {-900, -565, 565, 900})
    CHECK(bound(exponent) == Approx(std::ldexp(normal, exponent)).epsilon(1e-9));
}

TEST_CASE("threads that share one image give the bits of one", "[layers_edges]") {
  Random random(6);
  struct Case {
    nn::Layer layer;
    nn::TensorShape inputs;
    nn::TensorShape kernel;
  };
  const Case cases[] = {
      {nn::Layer::conv, {1, 90, 100, 32}, {3, 3, 32, 70}},
      {nn::Layer::conv, {3, 14, 14, 130}, {3, 3, 130, 200}},
      {nn::Layer::conv, {1, 180, 190, 24}, {1, 1, 24, 150}},
      {nn::Layer::depthwise_conv, {1, 150, 160, 64}, {7, 7, 64, 1}},
      {nn::Layer::conv_transpose, {1, 120, 140, 40}, {4, 4, 50, 40}},
  };
  for (const Case& layer : cases) {
    for (const auto format : data_formats) {
      const auto values = random_tensor<float>(layer.inputs, random, false);
      const auto kernel = random_tensor<float>(layer.kernel, random, false);
      const bool first = format == nn::DataFormat::channels_first;
      const auto inputs = first ? dense<float>(values.view().permuted({0, 3, 1, 2})) : values;
      for (const Method method : {Method::direct, Method::fft}) {
        if (method == Method::fft &&
            (!has_fft() || layer.layer != nn::Layer::conv || layer.kernel[0] == 1)) {
          continue;
        }
        nn::ConvOptions options{.strides = layer.layer == nn::Layer::conv_transpose ? 2 : 1,
                                .padding = nn::same,
                                .data_format = format,
                                .method = method};
        const nn::ConvPlan<float> one(layer.layer, inputs.shape(), kernel, options);
        nn::Tensor<float> expected(one.output_shape(inputs.shape()[0]));
        one.execute(inputs, expected);
        for (const unsigned threads : {2U, 3U, 8U}) {
          options.threads = threads;
          const nn::ConvPlan<float> plan(layer.layer, inputs.shape(), kernel, options);
          // Or nothing would be shared.
          REQUIRE(plan.workspace_bytes() > one.workspace_bytes());
          nn::Tensor<float> out(expected.shape());
          plan.execute(inputs, out);
          CHECK(same_bits(out, expected));
        }
      }
    }
  }
}

TEST_CASE("outputs that no cache holds go past it", "[layers_edges]") {
  Random random(8);
  const auto first = random_tensor<float>({8, 112, 112, 3}, random, true);
  for (const nn::DataFormat format : data_formats) {
    const bool last = format == nn::DataFormat::channels_last;
    const nn::TensorShape shape =
        last ? nn::TensorShape{8, 112, 112, 3} : nn::TensorShape{8, 3, 112, 112};
    const nn::TensorView<const float> inputs(first.data(), shape);
    // Lines that are filled, and such that are not.
    for (const Index filters : {64, 50}) {
      const auto kernel = random_tensor<float>({1, 1, 3, filters}, random, true);
      const nn::ConvOptions options{.data_format = format, .threads = 2};
      const auto expected =
          executed_by<float>(nn::Layer::conv, inputs, kernel, {}, options, Method::reference);
      CHECK(same_bits(
          executed_by<float>(nn::Layer::conv, inputs, kernel, {}, options, Method::direct),
          expected));
    }
  }
}

}  // namespace twofold::test
