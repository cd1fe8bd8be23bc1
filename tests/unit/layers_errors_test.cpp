// SPDX-License-Identifier: BSD-3-Clause
// Layers that cannot be: Keras refuses them with a ValueError (base_conv.py, backend_utils.py,
// semantics of `groups` in conv2d.py), twofold with an Error that names the argument.
#include <limits>

#include "random_layers.hpp"

namespace twofold::test {
namespace {

using Shape4 = nn::TensorShape;

/// A layer by its shapes, all elements 1.
struct Asked {
  nn::Layer layer = nn::Layer::conv;
  Shape4 inputs{1, 6, 7, 4};
  Shape4 kernel{3, 3, 4, 8};
  std::size_t bias = 0;
  nn::ConvOptions options = {};
};

nn::ConvPlan<float> plan_of(const Asked& asked) {
  nn::Tensor<float> kernel(asked.kernel);
  const std::vector<float> bias(asked.bias, 1.0F);
  return {asked.layer, asked.inputs, kernel, bias, asked.options};
}

void call(const Asked& asked) {
  const nn::Tensor<float> inputs(asked.inputs);
  const nn::Tensor<float> kernel(asked.kernel);
  const std::vector<float> bias(asked.bias, 1.0F);
  switch (asked.layer) {
    case nn::Layer::conv:
      (void)nn::conv(inputs, kernel, bias, asked.options);
      break;
    case nn::Layer::depthwise_conv:
      (void)nn::depthwise_conv(inputs, kernel, bias, asked.options);
      break;
    default:
      (void)nn::conv_transpose(inputs, kernel, bias, asked.options);
  }
}

/// The plan and the function say the same.
void check_refused(Errc code, const char* argument, const Asked& asked) {
  INFO("layer " << static_cast<int>(asked.layer) << " inputs " << text_of(asked.inputs)
                << " kernel " << text_of(asked.kernel));
  CHECK(is(error_of([&] { plan_of(asked); }), code, argument));
  CHECK(is(error_of([&] { call(asked); }), code, argument));
}

constexpr nn::Layer layers[] = {nn::Layer::conv, nn::Layer::depthwise_conv,
                                nn::Layer::conv_transpose};

/// A kernel that fits 4 channels.
Shape4 fitting_kernel(nn::Layer layer) {
  switch (layer) {
    case nn::Layer::conv:
      return {3, 3, 4, 8};
    case nn::Layer::depthwise_conv:
      return {3, 3, 4, 2};
    default:
      return {3, 3, 8, 4};
  }
}

}  // namespace

TEST_CASE("the layers that the others are made from are accepted", "[layers_errors]") {
  for (const auto layer : layers) {
    const Asked good{.layer = layer, .kernel = fitting_kernel(layer), .bias = 8};
    CHECK(error_of([&] { plan_of(good); }).second == "no error");
    CHECK(error_of([&] { call(good); }).second == "no error");
  }
}

TEST_CASE("strides and dilation below 1", "[layers_errors]") {
  for (const auto layer : layers) {
    for (const nn::PerAxis steps : {nn::PerAxis(0), nn::PerAxis(1, 0), nn::PerAxis(0, 2),
                                    nn::PerAxis(-1, 1), nn::PerAxis(2, -3)}) {
      Asked asked{.layer = layer, .kernel = fitting_kernel(layer)};
      asked.options.strides = steps;
      check_refused(Errc::invalid_option, "strides", asked);
      asked.options.strides = 1;
      asked.options.dilation_rate = steps;
      check_refused(Errc::invalid_option, "dilation_rate", asked);
    }
  }
}

TEST_CASE("padding below 0", "[layers_errors]") {
  for (const auto layer : layers) {
    for (const nn::Padding padding : {nn::Padding(-1, 0, 0, 0), nn::Padding(0, -1, 0, 0),
                                      nn::Padding(0, 0, -1, 0), nn::Padding(0, 0, 0, -1)}) {
      Asked asked{.layer = layer, .kernel = fitting_kernel(layer)};
      asked.options.padding = padding;
      check_refused(Errc::invalid_option, "padding", asked);
    }
  }
}

TEST_CASE("layers without an output", "[layers_errors]") {
  // Of `valid`, whose window must lie inside.
  check_refused(Errc::invalid_shape, "kernel", {.kernel = {7, 3, 4, 8}});
  check_refused(Errc::invalid_shape, "kernel", {.kernel = {3, 8, 4, 8}});
  check_refused(Errc::invalid_shape, "kernel", {.options = {.dilation_rate = 4}});
  check_refused(Errc::invalid_shape, "kernel",
                {.layer = nn::Layer::depthwise_conv, .kernel = {7, 1, 4, 1}});
  check_refused(Errc::invalid_shape, "kernel",
                {.kernel = {9, 1, 4, 8}, .options = {.padding = {1, 1, 0, 0}}});
  CHECK(plan_of({.kernel = {8, 1, 4, 8}, .options = {.padding = {1, 1, 0, 0}}}).output_shape(1) ==
        Shape4{1, 1, 7, 8});
  // Of a transposed convolution, of which all is cropped: 8 rows, 9 columns.
  Asked transposed{.layer = nn::Layer::conv_transpose, .kernel = {3, 3, 8, 4}};
  transposed.options.padding = {4, 4, 0, 0};
  CHECK(error_of([&] { plan_of(transposed); }).first == static_cast<int>(Errc::invalid_shape));
  transposed.options.padding = {0, 0, 4, 5};
  CHECK(error_of([&] { plan_of(transposed); }).first == static_cast<int>(Errc::invalid_shape));
  transposed.options.padding = {4, 3, 4, 4};
  CHECK(plan_of(transposed).output_shape(1) == Shape4{1, 1, 1, 8});
}

TEST_CASE("kernels that do not fit the inputs' channels", "[layers_errors]") {
  for (const Index channels : {3, 5, 8})
    check_refused(Errc::invalid_shape, "kernel", {.kernel = {3, 3, channels, 8}});
  const auto depthwise = nn::Layer::depthwise_conv;
  for (const Index channels : {1, 2, 3, 5, 8})
    check_refused(Errc::invalid_shape, "kernel",
                  {.layer = depthwise, .kernel = {3, 3, channels, 2}});
  const auto transpose = nn::Layer::conv_transpose;
  for (const Index channels : {1, 2, 3, 5, 8})
    check_refused(Errc::invalid_shape, "kernel",
                  {.layer = transpose, .kernel = {3, 3, 8, channels}});
  // The other formats.
  const auto oihw = nn::KernelFormat::oihw;
  check_refused(Errc::invalid_shape, "kernel",
                {.kernel = {8, 3, 3, 3}, .options = {.kernel_format = oihw}});
  check_refused(Errc::invalid_shape, "kernel",
                {.layer = depthwise, .kernel = {6, 1, 3, 3}, .options = {.kernel_format = oihw}});
  check_refused(Errc::invalid_shape, "kernel",
                {.layer = depthwise, .kernel = {8, 2, 3, 3}, .options = {.kernel_format = oihw}});
  check_refused(Errc::invalid_shape, "kernel",
                {.layer = transpose, .kernel = {8, 4, 3, 3}, .options = {.kernel_format = oihw}});
  check_refused(Errc::invalid_shape, "kernel",
                {.inputs = {1, 5, 6, 7},
                 .kernel = {3, 3, 4, 8},
                 .options = {.data_format = nn::DataFormat::channels_first}});
}

TEST_CASE("groups", "[layers_errors]") {
  // 4 channels: 2 groups read 2 each.
  CHECK(error_of([] { plan_of({.kernel = {3, 3, 2, 8}}); }).second == "no error");
  CHECK(error_of([] {
          plan_of({.kernel = {3, 3, 2, 8}, .options = {.groups = 2}});
        }).second == "no error");
  for (const Index groups : {1, 3, 4, 8, -1, -2})
    check_refused(Errc::invalid_option, "groups",
                  {.kernel = {3, 3, 2, 8}, .options = {.groups = groups}});
  // 7 and 1 filters do not fall into 2 groups, nor 6 into 4.
  check_refused(Errc::invalid_shape, "kernel", {.kernel = {3, 3, 2, 7}});
  check_refused(Errc::invalid_shape, "kernel", {.kernel = {3, 3, 2, 1}});
  check_refused(Errc::invalid_shape, "kernel", {.kernel = {3, 3, 1, 6}});
  for (const auto layer : {nn::Layer::depthwise_conv, nn::Layer::conv_transpose})
    check_refused(Errc::invalid_option, "groups",
                  {.layer = layer, .kernel = fitting_kernel(layer), .options = {.groups = 2}});
}

TEST_CASE("a bias of another length", "[layers_errors]") {
  for (const auto layer : layers) {
    for (const std::size_t length : {1U, 4U, 7U, 9U, 16U})
      check_refused(Errc::invalid_shape, "bias",
                    {.layer = layer, .kernel = fitting_kernel(layer), .bias = length});
  }
}

TEST_CASE("shapes without elements", "[layers_errors]") {
  for (const auto layer : layers) {
    for (std::size_t axis = 0; axis < 4; ++axis) {
      Asked asked{.layer = layer, .kernel = fitting_kernel(layer)};
      asked.kernel[axis] = 0;
      check_refused(Errc::invalid_shape, "kernel", asked);
      if (axis == 0) continue;  // no images may be many
      asked = {.layer = layer, .kernel = fitting_kernel(layer)};
      asked.inputs[axis] = 0;
      check_refused(Errc::invalid_shape, "inputs", asked);
      asked.inputs[axis] = -3;
      CHECK(is(error_of([&] { plan_of(asked); }), Errc::invalid_shape, "inputs"));
    }
  }
}

TEST_CASE("output_padding", "[layers_errors]") {
  const auto transpose = nn::Layer::conv_transpose;
  for (const nn::PerAxis padding : {nn::PerAxis(-2), nn::PerAxis(0, -2), nn::PerAxis(-5, 1)})
    check_refused(
        Errc::invalid_option, "output_padding",
        {.layer = transpose, .kernel = {3, 3, 8, 4}, .options = {.output_padding = padding}});
  // What only a transposed convolution has.
  for (const auto layer : {nn::Layer::conv, nn::Layer::depthwise_conv})
    check_refused(
        Errc::invalid_option, "output_padding",
        {.layer = layer, .kernel = fitting_kernel(layer), .options = {.output_padding = 1}});
}

TEST_CASE("separable layers whose kernels do not fit", "[layers_errors]") {
  const auto refused = [](Errc code, const char* argument, const Shape4& depthwise,
                          const Shape4& pointwise, std::size_t bias = 0,
                          const nn::ConvOptions& options = {}) {
    const nn::Tensor<float> first(depthwise);
    const nn::Tensor<float> second(pointwise);
    const std::vector<float> third(bias, 1.0F);
    CHECK(is(error_of([&] {
               nn::ConvPlan<float>({1, 6, 7, 4}, first, second, third, options);
             }),
             code, argument));
    const nn::Tensor<float> x({1, 6, 7, 4});
    CHECK(is(error_of([&] { (void)nn::separable_conv(x, first, second, third, options); }), code,
             argument));
  };
  refused(Errc::invalid_shape, "depthwise_kernel", {3, 3, 3, 2}, {1, 1, 8, 5});
  refused(Errc::invalid_shape, "depthwise_kernel", {3, 0, 4, 2}, {1, 1, 8, 5});
  refused(Errc::invalid_shape, "depthwise_kernel", {7, 3, 4, 2}, {1, 1, 8, 5});
  refused(Errc::invalid_shape, "pointwise_kernel", {3, 3, 4, 2}, {1, 1, 7, 5});
  refused(Errc::invalid_shape, "pointwise_kernel", {3, 3, 4, 2}, {1, 1, 4, 5});
  refused(Errc::invalid_shape, "pointwise_kernel", {3, 3, 4, 2}, {1, 2, 8, 5});
  refused(Errc::invalid_shape, "pointwise_kernel", {3, 3, 4, 2}, {2, 1, 8, 5});
  refused(Errc::invalid_shape, "pointwise_kernel", {3, 3, 4, 2}, {1, 1, 8, 0});
  refused(Errc::invalid_shape, "bias", {3, 3, 4, 2}, {1, 1, 8, 5}, 8);
  refused(Errc::invalid_option, "strides", {3, 3, 4, 2}, {1, 1, 8, 5}, 0, {.strides = 0});
  refused(Errc::invalid_option, "groups", {3, 3, 4, 2}, {1, 1, 8, 5}, 0, {.groups = 2});
}

TEST_CASE("options of layers that mean nothing", "[layers_errors]") {
  const auto refused = [](Errc code, const char* argument, const nn::ConvOptions& options) {
    check_refused(code, argument, {.options = options});
  };
  refused(Errc::invalid_option, "threads", {.threads = 0});
  refused(Errc::invalid_option, "accuracy",
          {.accuracy = within(std::numeric_limits<double>::quiet_NaN())});
  refused(Errc::invalid_option, "accuracy", {.accuracy = within(-1)});
  refused(Errc::invalid_option, "method", {.method = Method{17}});
  refused(Errc::invalid_option, "isa", {.isa = Isa{17}});
  refused(Errc::invalid_option, "data_format", {.data_format = nn::DataFormat{17}});
  refused(Errc::invalid_option, "kernel_format", {.kernel_format = nn::KernelFormat{17}});
  refused(Errc::invalid_option, "activation", {.activation = nn::Activation{17}});
  refused(Errc::invalid_option, "padding",
          {.padding = nn::Padding(static_cast<nn::Padding::Kind>(17))});
  refused(Errc::unsupported, "method", {.method = Method::separable});
  refused(Errc::unsupported, "method", {.method = Method::whole_fft});
}

TEST_CASE("layers too large to be addressed", "[layers_errors]") {
  constexpr Index huge = Index{1} << 36;
  float one = 1;
  // Views may describe what no memory holds: here, one number again and again.
  const nn::TensorView<const float> kernel(&one, {huge, 1, 1, 1}, {0, 0, 0, 0});
  const nn::TensorView<const float> small(&one, {1, 1, 1, 1});
  const auto plan = [&](const Shape4& inputs, const auto& taps, const nn::ConvOptions& options,
                        nn::Layer layer = nn::Layer::conv) {
    return error_of([&] { nn::ConvPlan<float>(layer, inputs, taps, options); });
  };
  CHECK(is(plan({1, huge, huge, 1}, small, {}), Errc::too_large, "inputs"));
  CHECK(plan({1, 4, 4, 1}, kernel, {.padding = nn::same, .dilation_rate = 1 << 30}).first != -1);
  CHECK(plan({1, huge, 1, 1}, small, {.strides = 1 << 30}, nn::Layer::conv_transpose).first != -1);
  constexpr Index last = std::numeric_limits<Index>::max();
  CHECK(plan({1, 4, 4, 1}, small, {.padding = {last, last, 0, 0}}).first != -1);
  CHECK(plan({1, 4, 4, 1}, small, {.strides = last}).first ==
        static_cast<int>(Errc::invalid_option));
}

TEST_CASE("tensors of negative sizes", "[layers_errors]") {
  for (const nn::TensorShape& shape : std::initializer_list<nn::TensorShape>{
           {-1, 2, 2, 1}, {1, -2, 2, 1}, {1, 2, -2, 1}, {1, 2, 2, -1}, {-1, -2, 2, 1}}) {
    CHECK(is(error_of([&] { (void)nn::Tensor<float>(shape); }), Errc::invalid_shape, "tensor"));
  }
}

TEST_CASE("a tensor that was moved from is of nothing", "[layers_errors]") {
  nn::Tensor<float> first({1, 2, 3, 1});
  first(0, 1, 2, 0) = 7;
  nn::Tensor<float> second = std::move(first);
  const nn::TensorShape none{};
  // NOLINTBEGIN(bugprone-use-after-move, clang-analyzer-cplusplus.Move): that is what is asked
  CHECK(first.shape() == none);
  CHECK(first.data() == nullptr);
  first = std::move(second);
  CHECK(second.shape() == none);
  // NOLINTEND(bugprone-use-after-move, clang-analyzer-cplusplus.Move)
  auto& self = first;
  first = self;
  const nn::Tensor<float> copy = first;
  CHECK(copy.shape() == nn::TensorShape{1, 2, 3, 1});
  CHECK(copy(0, 1, 2, 0) == 7);
  CHECK(copy.data() != first.data());
}

TEST_CASE("a layer that there is none of, and bounds for no magnitude", "[layers_errors]") {
  const nn::Tensor<float> kernel({3, 3, 1, 1});
  CHECK(is(error_of([&] {
             (void)nn::ConvPlan<float>(nn::Layer{9}, {1, 4, 4, 1}, kernel);
           }),
           Errc::invalid_option, "layer"));
  const nn::ConvPlan<float> plan(nn::Layer::conv, {1, 4, 4, 1}, kernel);
  for (const double none : {-1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(is(error_of([&] { (void)plan.error_bound(none); }), Errc::invalid_option,
             "largest_magnitude"));
  }
}

TEST_CASE("tensors that are not there, or reach too far", "[layers_errors]") {
  const nn::Tensor<float> inputs({1, 4, 4, 1});
  const nn::Tensor<float> kernel({3, 3, 1, 1});
  nn::Tensor<float> out({1, 2, 2, 1});
  const nn::ConvPlan<float> plan(nn::Layer::conv, inputs.shape(), kernel);
  const nn::TensorView<const float> no_inputs(nullptr, inputs.shape());
  const nn::TensorView<const float> no_kernel(nullptr, kernel.shape());
  const nn::TensorView<float> no_out(nullptr, out.shape());
  CHECK(is(error_of([&] { plan.execute(no_inputs, out); }), Errc::invalid_shape, "inputs"));
  CHECK(is(error_of([&] { plan.execute(inputs, no_out); }), Errc::invalid_shape, "out"));
  CHECK(is(error_of([&] { (void)nn::conv(inputs, no_kernel); }), Errc::invalid_shape, "kernel"));

  constexpr Index far = std::numeric_limits<Index>::max() / 4;
  const nn::TensorView<const float> sparse(inputs.data(), inputs.shape(), {far, far, 1, 1});
  CHECK(is(error_of([&] { plan.execute(sparse, out); }), Errc::too_large, "inputs"));
}

}  // namespace twofold::test
