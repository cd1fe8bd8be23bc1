// SPDX-License-Identifier: BSD-3-Clause
// Layers against plain loops over their definitions: every kind, method, format and activation, any
// strides of memory, float and double.
#include <cmath>
#include <iomanip>
#include <limits>

#include "random_layers.hpp"

namespace twofold::test {
namespace {

bool is_clamp(nn::Activation activation) {
  return activation == nn::Activation::linear || activation == nn::Activation::relu ||
         activation == nn::Activation::relu6;
}

/// Whether a method refuses a layer that it may refuse: the Fourier transform some, nothing else.
template <class Compute>
bool refused(const Engine& engine, Compute compute) {
  try {
    compute();
    return false;
  } catch (const Error& error) {
    if (engine.method == Method::fft && error.code() == Errc::unsupported) return true;
    throw;
  }
}

template <nn::Real T>
std::string wrong_by_plan(const LayerCase<T>& layer, const NaiveImages<wide_t<T>>& naive,
                          bool integers, const nn::ConvPlan<T>& plan,
                          const nn::Tensor<T>& outputs) {
  using W = wide_t<T>;
  const W fft_error =
      uses_fft(plan) ? static_cast<W>(plan.error_bound(largest_magnitude(layer.inputs))) : 0;
  return first_wrong(outputs, layer.options, naive, [&](const NaiveSum<W>& sum) -> W {
    // A layer may be computed by a transform and a direct sum, one after the other.
    return fft_error + (integers ? 0 : direct_error<T>(sum));
  });
}

/// How many layers a method computed.
template <nn::Real T>
int check_layers(int draws, std::uint64_t seed, LayerSizes (*draw_sizes)(Random&),
                 const Engine& engine) {
  Random random(seed);
  int computed = 0;
  int wrong = 0;
  for (int draw = 0; draw < draws && wrong < 5; ++draw) {
    const bool integers = random.index(0, 2) == 0;
    auto layer = draw_layer<T>(random.pick(layer_kinds), draw_sizes(random), integers, random);
    layer.options.method = engine.method;
    layer.options.isa = engine.isa;
    std::string difference;
    try {
      const bool skipped = refused(engine, [&] {
        const auto plan = plan_of(layer);
        const auto outputs = executed<T>(plan, layer.inputs);
        difference = wrong_by_plan(layer, naive_layer(layer), integers, plan, outputs);
      });
      computed += skipped ? 0 : 1;
    } catch (const Error& error) {
      difference = error.what();
    }
    if (difference.empty()) continue;
    ++wrong;
    FAIL_CHECK("draw " << draw << (integers ? " of integers: " : ": ") << describe(layer) << "\n"
                       << difference);
  }
  return computed;
}

}  // namespace

TEMPLATE_TEST_CASE("small layers are what their definition says", "[layers]", float, double) {
  for (const auto& engine : layer_engines()) {
    const int computed = check_layers<TestType>(500, 1, small_sizes, engine);
    CHECK(computed >= (engine.method == Method::fft ? 60 : 500));
  }
}

TEMPLATE_TEST_CASE("large layers are what their definition says", "[layers]", float, double) {
  for (const auto& engine : layer_engines()) {
    // Most draws have strides, dilation or groups, which the transforms leave to others.
    const bool transforms = engine.method == Method::fft;
    const int computed = check_layers<TestType>(transforms ? 400 : 40, 2, large_sizes, engine);
    CHECK(computed >= 40);
  }
}

TEMPLATE_TEST_CASE("layers of long rows are what their definition says", "[layers]", float,
                   double) {
  for (const auto& engine : layer_engines()) {
    if (engine.method == Method::fft) continue;
    CHECK(check_layers<TestType>(150, 4, wide_sizes, engine) == 150);
  }
}

TEMPLATE_TEST_CASE("elements may lie anywhere, and nothing else is written", "[layers]", float,
                   double) {
  using T = TestType;
  for (const auto& engine : layer_engines()) {
    Random random(3);
    int wrong = 0;
    for (int draw = 0; draw < 200 && wrong < 5; ++draw) {
      const bool integers = random.coin();
      auto layer = draw_layer<T>(random.pick(layer_kinds), small_sizes(random), integers, random);
      layer.options.method = engine.method;
      layer.options.isa = engine.isa;
      const ScatteredTensor<T> inputs(layer.inputs, random);
      const ScatteredTensor<T> kernel(layer.kernel, random);
      const ScatteredTensor<T> pointwise(layer.pointwise, random);
      refused(engine, [&] {
        const auto plan = plan_of<T>(layer, kernel.view(), pointwise.view());
        const ScatteredTensor<T> out(plan.output_shape(layer.inputs.shape()[0]), random);
        plan.execute(inputs.view(), out.view());
        const auto outputs = dense<T>(out.view());
        std::string difference = wrong_by_plan(layer, naive_layer(layer), integers, plan, outputs);
        if (!out.intact()) difference += " written beside the outputs";
        if (difference.empty()) return;
        ++wrong;
        FAIL_CHECK("draw " << draw << ": " << describe(layer) << "\n" << difference);
      });
    }
  }
}

TEMPLATE_TEST_CASE("the functions write into the caller's memory", "[layers]", float, double) {
  using T = TestType;
  Random random(4);
  for (int draw = 0; draw < 100; ++draw) {
    const auto layer = draw_layer<T>(random.pick(layer_kinds), small_sizes(random), true, random);
    INFO(describe(layer));
    const auto expected = called(layer);
    const ScatteredTensor<T> out(expected.shape(), random);
    call_into<T>(layer, layer.inputs, out.view());
    const auto written = dense<T>(out.view());
    CHECK(written.shape() == expected.shape());
    if (is_clamp(layer.options.activation))
      CHECK(std::equal(written.data(), written.data() + written.size(), expected.data()));
    CHECK(out.intact());
  }
}

TEMPLATE_TEST_CASE("activations over the whole line", "[layers]", float, double) {
  using T = TestType;
  using Limits = std::numeric_limits<T>;
  std::vector<T> points{
      0, -T(0),         Limits::denorm_min(), -Limits::denorm_min(), Limits::min(),
      6, Limits::max(), Limits::lowest(),     Limits::infinity(),    -Limits::infinity()};
  for (int i = -1200; i <= 1200; ++i)
    points.push_back(static_cast<T>(i) / 10 + static_cast<T>(i) / 1024);
  for (int exponent = -60; exponent < 12; ++exponent) {
    points.push_back(std::ldexp(T(1.37), exponent));
    points.push_back(std::ldexp(T(-1.37), exponent));
  }
  LayerCase<T> layer;
  layer.kernel = nn::Tensor<T>({1, 1, 1, 1});
  layer.kernel.data()[0] = 1;
  layer.inputs = nn::Tensor<T>({1, 1, static_cast<Index>(points.size()), 1});
  std::copy(points.begin(), points.end(), layer.inputs.data());
  for (const auto activation : activations) {
    layer.options.activation = activation;
    for (const auto& engine : direct_engines()) {
      layer.options.method = engine.method;
      layer.options.isa = engine.isa;
      const auto outputs = executed<T>(plan_of(layer), layer.inputs);
      int wrong = 0;
      for (std::size_t i = 0; i < points.size() && wrong < 5; ++i) {
        using W = wide_t<T>;
        const W x = points[i];
        const T y = outputs.data()[i];
        // Limits: x/2·erfc(∞) is ∞·0.
        const bool vanishes = x < -1e30 && activation >= nn::Activation::sigmoid &&
                              activation != nn::Activation::tanh;
        const W expected = vanishes ? 0 : activated<W>(activation, 0.2, x);
        if (vanishes && std::isinf(points[i]) && activation != nn::Activation::sigmoid) continue;
        if (static_cast<W>(y) == expected) continue;
        if (std::isfinite(expected) &&
            std::abs(y - expected) <= allowed_after<T>(layer.options, x, expected, W(0)))
          continue;
        ++wrong;
        FAIL_CHECK(describe(layer)
                   << ": " << points[i] << " gives " << y << ", expected " << expected);
      }
    }
  }
}

TEMPLATE_TEST_CASE("NaN stays NaN through every activation", "[layers]", float, double) {
  using T = TestType;
  for (const auto& engine : layer_engines()) {
    for (const auto activation : activations) {
      LayerCase<T> layer;
      layer.kernel = nn::Tensor<T>({2, 2, 1, 5});
      layer.inputs = nn::Tensor<T>({1, 3, 30, 1});
      std::fill_n(layer.inputs.data(), layer.inputs.size(), std::numeric_limits<T>::quiet_NaN());
      layer.options.activation = activation;
      layer.options.method = engine.method;
      layer.options.isa = engine.isa;
      INFO(describe(layer));
      refused(engine, [&] {
        const auto outputs = executed<T>(plan_of(layer), layer.inputs);
        CHECK(std::all_of(outputs.data(), outputs.data() + outputs.size(),
                          [](T y) { return std::isnan(y); }));
      });
    }
  }
}

TEST_CASE("layers of one channel are convolutions of images", "[layers]") {
  // semantics.md §1: without strides, conv in `same` is correlate2d in `same`, and conv_transpose
  // is convolve2d, `valid` its `full`.
  Random random(5);
  for (const Shape kernel_shape :
       {Shape{1, 1}, Shape{2, 2}, Shape{3, 4}, Shape{4, 3}, Shape{5, 5}}) {
    const auto x = integer_image<float>({9, 11}, random);
    const auto k = integer_image<float>(kernel_shape, random);
    const nn::TensorView<const float> inputs(x.data(), {1, 9, 11, 1});
    const nn::TensorView<const float> kernel(k.data(),
                                             {kernel_shape.rows, kernel_shape.cols, 1, 1});
    const auto equal = [](const nn::Tensor<float>& layer, const Image<float>& image) {
      return layer.size() == image.size() &&
             std::equal(layer.data(), layer.data() + layer.size(), image.data());
    };
    CHECK(equal(nn::conv(inputs, kernel, {.padding = nn::same}),
                correlate2d(x, k, {.mode = Mode::same})));
    CHECK(equal(nn::conv(inputs, kernel), correlate2d(x, k, {.mode = Mode::valid})));
    CHECK(equal(nn::conv_transpose(inputs, kernel), convolve2d(x, k)));
    CHECK(equal(nn::conv_transpose(inputs, kernel, {.padding = nn::same}),
                convolve2d(x, k, {.mode = Mode::same})));
  }
}

TEST_CASE("strides in `same` begin where TensorFlow begins", "[layers]") {
  nn::Tensor<float> x({1, 1, 4, 1});
  std::iota(x.data(), x.data() + 4, 1.0F);
  nn::Tensor<float> k({1, 3, 1, 1});
  std::fill_n(k.data(), 3, 1.0F);
  // 4 inputs by 3 taps at stride 2 have one zero, after them.
  const auto y = nn::conv(x, k, {.strides = 2, .padding = nn::same});
  REQUIRE(y.shape() == nn::TensorShape{1, 1, 2, 1});
  CHECK(y.data()[0] == 6);
  CHECK(y.data()[1] == 7);
}

}  // namespace twofold::test
