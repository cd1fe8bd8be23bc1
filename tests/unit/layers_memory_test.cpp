// SPDX-License-Identifier: BSD-3-Clause
// Layers whose tensors, biases and workspaces lie beside memory that must not be touched, for every
// method and instruction set.
#include <limits>

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

/// Guarded memory for one layer after the other.
template <nn::Real T>
class GuardedLayer {
 public:
  /// Executes with everything at the same end of memory, and compares with plain loops. Whether
  /// the method takes the layer.
  bool check(LayerCase<T> layer) {
    const Method method = layer.options.method;
    layer.options.method = Method::reference;
    const auto expected = executed<T>(plan_of(layer), layer.inputs);
    layer.options.method = method;
    for (const MemoryEnd end : {MemoryEnd::begin, MemoryEnd::end}) {
      std::optional<nn::ConvPlan<T>> plan;
      try {
        plan.emplace(plan_at(end, layer));
      } catch (const Error& error) {
        REQUIRE(error.code() == Errc::unsupported);
        return false;
      }
      const nn::TensorView<const T> out = execute(*plan, layer.inputs, expected.shape(), end);
      const auto bound = static_cast<T>(
          uses_transform(method) ? plan->error_bound(largest_magnitude(layer.inputs)) : 0);
      for (Index i = 0; i < expected.size(); ++i) {
        if (std::abs(out.data()[i] - expected.data()[i]) <= bound) continue;  // false for NaN
        FAIL_CHECK(describe(layer)
                   << (end == MemoryEnd::begin ? ", where memory begins" : ", where memory ends")
                   << ": output " << i << " is wrong");
        break;
      }
    }
    return true;
  }

 private:
  static bool uses_transform(Method method) { return method == Method::winograd || is_fft(method); }

  static T* place(const GuardedPages& pages, const T* elements, Index count, MemoryEnd end) {
    T* const first = memory_for(pages, count, end);
    std::copy_n(elements, count, first);
    return first;
  }
  static T* memory_for(const GuardedPages& pages, Index count, MemoryEnd end) {
    const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
    REQUIRE(bytes <= pages.bytes().size());
    return reinterpret_cast<T*>(pages.bytes(bytes, end).data());
  }

  nn::ConvPlan<T> plan_at(MemoryEnd end, const LayerCase<T>& layer) {
    const T* const kernel = place(kernel_, layer.kernel.data(), layer.kernel.size(), end);
    const auto count = static_cast<Index>(layer.bias.size());
    const T* const bias = place(bias_, layer.bias.data(), count, end);
    const auto kind = layer.kind == LayerKind::conv ? nn::Layer::conv : nn::Layer::depthwise_conv;
    return {kind,
            layer.inputs.shape(),
            nn::TensorView<const T>(kernel, layer.kernel.shape()),
            {bias, layer.bias.size()},
            layer.options};
  }

  /// With a workspace of NaN, into NaN.
  nn::TensorView<const T> execute(const nn::ConvPlan<T>& plan, const nn::Tensor<T>& inputs,
                                  const nn::TensorShape& outputs, MemoryEnd end) {
    constexpr T nan = std::numeric_limits<T>::quiet_NaN();
    const Index count = outputs[0] * outputs[1] * outputs[2] * outputs[3];
    const T* const in = place(inputs_, inputs.data(), inputs.size(), end);
    T* const out = memory_for(out_, count, end);
    std::fill_n(out, count, nan);
    const auto workspace = workspace_.bytes(plan.workspace_bytes(), end);
    std::memset(workspace.data(), 0xFF, workspace.size());
    const nn::TensorView<T> view(out, outputs);
    plan.execute(nn::TensorView<const T>(in, inputs.shape()), view, workspace);
    return view;
  }

  static constexpr std::size_t enough = std::size_t{2} << 20;
  GuardedPages inputs_{enough};
  GuardedPages kernel_{enough};
  GuardedPages bias_{enough};
  GuardedPages out_{enough};
  GuardedPages workspace_{16 * enough};
};

/// How many layers of these channels the method computes.
template <nn::Real T>
int check_sizes(LayerKind kind, Index channels, Index filters, const Window& window, Method method,
                Random& random) {
  GuardedLayer<T> guarded;
  const Index farthest =
      method == Method::direct ? 5 : 11;  // sizes are apart; transforms take long
  int computed = 0;
  for (const nn::DataFormat format : data_formats) {
    for (const Isa isa : available_isas()) {
      for (Index rows = 1; rows <= 17; rows += random.index(1, farthest)) {
        for (Index cols = 1; cols <= 33; cols += random.index(1, farthest)) {
          nn::ConvOptions options{.strides = window.stride,
                                  .padding = nn::same,
                                  .data_format = format,
                                  .dilation_rate = {1, window.dilation},
                                  .method = method};
          options.isa = isa;
          const LayerSizes sizes{2, rows, cols, channels, filters, window.rows, window.cols};
          const auto layer = with_tensors<T>(kind, options, sizes, 1, 1, true, random);
          computed += guarded.check(layer) ? 1 : 0;
        }
      }
    }
  }
  return computed;
}

}  // namespace

TEMPLATE_TEST_CASE("layers touch their tensors alone", "[layers_memory]", float, double) {
  Random random(5);
  constexpr Window windows[] = {{1, 1, 1, 1}, {3, 3, 1, 1}, {3, 3, 2, 1}, {3, 2, 1, 3},
                                {5, 5, 1, 1}, {5, 4, 2, 1}, {7, 7, 1, 1}, {7, 7, 2, 1},
                                {3, 5, 2, 2}, {2, 9, 1, 1}, {4, 4, 2, 1}};
  for (const Window& window : windows) {
    const auto check = [&](LayerKind kind, Index channels, Index filters) {
      return check_sizes<TestType>(kind, channels, filters, window, Method::direct, random);
    };
    for (const Index channels : {1, 3, 18})
      CHECK(check(LayerKind::depthwise_conv, channels, 1) > 0);
    CHECK(check(LayerKind::conv, 6, 5) > 0);
  }
}

TEMPLATE_TEST_CASE("layers by tiles touch their tensors alone", "[layers_memory]", float, double) {
  Random random(6);
  for (const Window& window : {Window{3, 3, 1, 1}, Window{5, 4, 1, 1}}) {
    for (const auto& each : {std::pair<Index, Index>{3, 5}, {17, 33}}) {
      const auto check = [&](Method method) {
        return check_sizes<TestType>(LayerKind::conv, each.first, each.second, window, method,
                                     random);
      };
      if (window.rows <= 3) CHECK(check(Method::winograd) > 0);
      if (has_fft()) CHECK(check(Method::fft) > 0);
    }
  }
}

}  // namespace twofold::test
