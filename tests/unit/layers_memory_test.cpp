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

/// Where a tensor's elements lie, each so many elements behind the one before.
struct Placement {
  MemoryEnd end;
  Index step;
};

/// Which compute not every layer, and round.
bool is_by_tiles(Method method) {
  return method == Method::winograd || is_fft(method);
}

/// Guarded memory for one layer after the other.
template <nn::Real T>
class GuardedLayer {
 public:
  /// Executes with everything at the same end of memory, and compares with plain loops. Whether
  /// the method takes the layer.
  bool check(LayerCase<T> layer, Index step = 1) {
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
        REQUIRE(is_by_tiles(method));
        return false;
      }
      const T* const out = execute(*plan, layer.inputs, expected.shape(), {end, step});
      const auto bound = static_cast<T>(
          is_by_tiles(method) ? plan->error_bound(largest_magnitude(layer.inputs)) : 0);
      for (Index i = 0; i < span_of(expected.size(), step); ++i) {
        // False for NaN, which the memory between outputs keeps.
        if (i % step == 0 ? std::abs(out[i] - expected.data()[i / step]) <= bound
                          : std::isnan(out[i])) {
          continue;
        }
        FAIL_CHECK(describe(layer)
                   << (end == MemoryEnd::begin ? ", where memory begins" : ", where memory ends")
                   << ": element " << i << " of the output's memory is wrong, step " << step);
        break;
      }
    }
    return true;
  }

 private:
  static Index span_of(Index count, Index step) { return count == 0 ? 0 : (count - 1) * step + 1; }

  /// Of NaN.
  static nn::TensorView<T> tensor_at(const GuardedPages& pages, const nn::TensorShape& shape,
                                     Placement at) {
    const Index count = span_of(shape[0] * shape[1] * shape[2] * shape[3], at.step);
    const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
    REQUIRE(bytes <= pages.bytes().size());
    T* const first = reinterpret_cast<T*>(pages.bytes(bytes, at.end).data());
    std::fill_n(first, count, std::numeric_limits<T>::quiet_NaN());
    auto strides = nn::TensorView<T>(nullptr, shape).strides();
    for (Index& stride : strides)
      stride *= at.step;
    return {first, shape, strides};
  }

  static nn::TensorView<const T> place(const GuardedPages& pages, const T* elements,
                                       const nn::TensorShape& shape, Placement at) {
    const auto view = tensor_at(pages, shape, at);
    const Index count = shape[0] * shape[1] * shape[2] * shape[3];
    for (Index i = 0; i < count; ++i)
      view.data()[i * at.step] = elements[i];
    return view;
  }

  nn::ConvPlan<T> plan_at(MemoryEnd end, const LayerCase<T>& layer) {
    const auto count = static_cast<Index>(layer.bias.size());
    const auto bias = place(bias_, layer.bias.data(), {1, 1, 1, count}, {end, 1});
    return plan_of<T>(layer, place(kernel_, layer.kernel.data(), layer.kernel.shape(), {end, 1}),
                      place(pointwise_, layer.pointwise.data(), layer.pointwise.shape(), {end, 1}),
                      {bias.data(), layer.bias.size()});
  }

  /// With a workspace of NaN, into NaN.
  const T* execute(const nn::ConvPlan<T>& plan, const nn::Tensor<T>& inputs,
                   const nn::TensorShape& outputs, Placement at) {
    const auto in = place(inputs_, inputs.data(), inputs.shape(), at);
    const auto out = tensor_at(out_, outputs, at);
    const auto workspace = workspace_.bytes(plan.workspace_bytes(), at.end);
    std::memset(workspace.data(), 0xFF, workspace.size());
    plan.execute(in, out, workspace);
    return out.data();
  }

  static constexpr std::size_t enough = std::size_t{2} << 20;
  GuardedPages inputs_{enough};
  GuardedPages kernel_{enough};
  GuardedPages pointwise_{enough};
  GuardedPages bias_{enough};
  GuardedPages out_{enough};
  GuardedPages workspace_{16 * enough};
};

constexpr Window layer_windows[] = {{1, 1, 1, 1}, {3, 3, 1, 1}, {3, 3, 2, 1}, {3, 2, 1, 3},
                                    {5, 5, 1, 1}, {5, 4, 2, 1}, {7, 7, 1, 1}, {7, 7, 2, 1},
                                    {3, 5, 2, 2}, {2, 9, 1, 1}, {4, 4, 2, 1}};

nn::ConvOptions options_of(const Window& window, nn::DataFormat format, Method method, Isa isa) {
  nn::ConvOptions options{.strides = window.stride,
                          .padding = nn::same,
                          .data_format = format,
                          .dilation_rate = {1, window.dilation},
                          .method = method};
  options.isa = isa;
  return options;
}

/// Widths and heights that are apart, further for transforms, which take long. The method has to
/// compute the layer on every instruction set.
template <nn::Real T>
void check_sizes(LayerKind kind, Index channels, Index filters, const Window& window, Method method,
                 Random& random) {
  GuardedLayer<T> guarded;
  const Index farthest = method == Method::direct ? 5 : 11;
  for (const Isa isa : available_isas()) {
    int computed = 0;
    for (const nn::DataFormat format : data_formats) {
      for (Index rows = 1; rows <= 17; rows += random.index(1, farthest)) {
        for (Index cols = 1; cols <= 33; cols += random.index(1, farthest)) {
          const LayerSizes sizes{2, rows, cols, channels, filters, window.rows, window.cols};
          const auto layer = with_tensors<T>(kind, options_of(window, format, method, isa), sizes,
                                             1, 1, true, random);
          computed += guarded.check(layer) ? 1 : 0;
        }
      }
    }
    INFO(name_of(method) << ' ' << name_of(isa));
    CHECK(computed > 0);
  }
}

/// Channels and filters of every number to two of the widest vectors and one more, beside others of
/// any number, in one group and in two, and in batches of none. How many layers were computed.
template <nn::Real T>
int check_channels(LayerKind kind, nn::DataFormat format, Method method, Isa isa, Random& random) {
  const bool by_tiles = is_by_tiles(method);
  constexpr auto most = static_cast<Index>(2 * 64 / sizeof(T) + 1);
  constexpr Index others[] = {1, 2, 3, 5, 16, 18};
  GuardedLayer<T> guarded;
  int computed = 0;
  for (Index count = 1; count <= most; ++count) {
    for (const bool of_channels : {true, false}) {
      const Window window = by_tiles ? Window{3, 3, 1, 1} : random.pick(layer_windows);
      const Index other = random.pick(others);
      const LayerSizes sizes{random.index(0, 2),
                             random.index(1, 6),
                             random.index(1, 9),
                             of_channels ? count : other,
                             of_channels ? other : count,
                             window.rows,
                             window.cols};
      const Index groups = kind == LayerKind::conv && !by_tiles ? random.index(1, 2) : 1;
      const auto layer = with_tensors<T>(kind, options_of(window, format, method, isa), sizes,
                                         groups, random.index(1, 2), true, random);
      computed += guarded.check(layer, random.index(1, 2)) ? 1 : 0;
    }
  }
  return computed;
}

}  // namespace

TEMPLATE_TEST_CASE("layers touch their tensors alone", "[layers_memory]", float, double) {
  Random random(5);
  for (const Window& window : layer_windows) {
    const auto check = [&](LayerKind kind, Index channels, Index filters) {
      check_sizes<TestType>(kind, channels, filters, window, Method::direct, random);
    };
    for (const Index channels : {1, 3, 18})
      check(LayerKind::depthwise_conv, channels, 1);
    check(LayerKind::conv, 6, 5);
  }
}

TEMPLATE_TEST_CASE("layers by tiles touch their tensors alone", "[layers_memory]", float, double) {
  Random random(6);
  for (const Window& window : {Window{3, 3, 1, 1}, Window{5, 4, 1, 1}}) {
    for (const auto& each : {std::pair<Index, Index>{3, 5}, {17, 33}}) {
      const auto check = [&](Method method) {
        check_sizes<TestType>(LayerKind::conv, each.first, each.second, window, method, random);
      };
      if (window.rows <= 3) check(Method::winograd);
      if (has_fft()) check(Method::fft);
    }
  }
}

TEMPLATE_TEST_CASE("layers of any number of channels touch their tensors alone", "[layers_memory]",
                   float, double) {
  Random random(7);
  for (const LayerKind kind : layer_kinds) {
    for (const Isa isa : available_isas()) {
      for (const Method method :
           {Method::reference, Method::direct, Method::winograd, Method::fft}) {
        if (method == Method::fft && !has_fft()) continue;
        int computed = 0;
        for (const nn::DataFormat format : data_formats)
          computed += check_channels<TestType>(kind, format, method, isa, random);
        const bool is_dense = kind == LayerKind::conv || kind == LayerKind::conv_transpose;
        // Tiles are of one group, and other layers have a group for each channel.
        if (is_by_tiles(method) && !is_dense) continue;
        INFO(name_of(method) << ' ' << name_of(isa) << ", kind " << static_cast<int>(kind));
        CHECK(computed > 0);
      }
    }
  }
}

}  // namespace twofold::test
