// SPDX-License-Identifier: BSD-3-Clause
// Layers whose tensors lie beside memory that must not be touched, for every instruction set.
#include "guarded_memory.hpp"
#include "random_layers.hpp"

namespace twofold::test {
namespace {

struct Window {
  Index rows;
  Index cols;
  Index stride;
  Index dilation;
};

/// Executes with inputs and outputs at the same end of memory, and compares with plain loops.
template <nn::Real T>
void check_guarded(nn::Layer layer, const nn::Tensor<T>& inputs, const nn::Tensor<T>& kernel,
                   const nn::ConvOptions& options) {
  nn::ConvOptions plain = options;
  plain.method = Method::reference;
  const nn::ConvPlan<T> reference(layer, inputs.shape(), kernel, {}, plain);
  auto expected = nn::Tensor<T>::uninitialized(reference.output_shape(inputs.shape()[0]));
  reference.execute(inputs, expected);
  const nn::ConvPlan<T> plan(layer, inputs.shape(), kernel, {}, options);
  for (const MemoryEnd end : {MemoryEnd::begin, MemoryEnd::end}) {
    const GuardedMemory<T> in(inputs.data(), inputs.size(), end);
    const GuardedMemory<T> out(nn::Tensor<T>(expected.shape()).data(), expected.size(), end);
    plan.execute(nn::TensorView<const T>(in.data(), inputs.shape()),
                 nn::TensorView<T>(out.data(), expected.shape()));
    CHECK(std::equal(expected.data(), expected.data() + expected.size(), out.data()));
  }
}

template <nn::Real T>
void check_sizes(nn::Layer layer, Index channels, const Window& window, Random& random) {
  for (const nn::DataFormat format : data_formats) {
    for (const Isa isa : available_isas()) {
      for (Index rows = 1; rows <= 17; rows += random.index(1, 5)) {
        for (Index cols = 1; cols <= 33; cols += random.index(1, 5)) {
          nn::ConvOptions options{.strides = window.stride,
                                  .padding = nn::same,
                                  .data_format = format,
                                  .dilation_rate = {1, window.dilation},
                                  .method = Method::direct};
          options.isa = isa;
          const bool last = format == nn::DataFormat::channels_last;
          const auto inputs = random_tensor<T>(last ? nn::TensorShape{2, rows, cols, channels}
                                                    : nn::TensorShape{2, channels, rows, cols},
                                               random, true);
          const Index filters = layer == nn::Layer::conv ? 5 : 1;
          check_guarded<T>(
              layer, inputs,
              random_tensor<T>({window.rows, window.cols, channels, filters}, random, true),
              options);
        }
      }
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE("layers touch their tensors alone", "[layers_memory]", float, double) {
  Random random(5);
  constexpr Window windows[] = {{1, 1, 1, 1}, {3, 3, 1, 1}, {3, 3, 2, 1}, {3, 2, 1, 3},
                                {5, 5, 1, 1}, {5, 4, 2, 1}, {7, 7, 1, 1}, {7, 7, 2, 1},
                                {3, 5, 2, 2}, {2, 9, 1, 1}, {4, 4, 2, 1}};
  for (const Window& window : windows) {
    for (const Index channels : {1, 3, 18})
      check_sizes<TestType>(nn::Layer::depthwise_conv, channels, window, random);
    check_sizes<TestType>(nn::Layer::conv, 6, window, random);
  }
}

}  // namespace twofold::test
