// SPDX-License-Identifier: BSD-3-Clause
// NaN and infinity at every place of a layer's inputs and kernel, by every method on every
// instruction set: the outputs that the reference gives them, and no others.
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "random_layers.hpp"

namespace twofold::test {
namespace {

template <nn::Real T>
constexpr T specials[] = {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                          -std::numeric_limits<T>::infinity()};

/// NaN for NaN, and the same infinity.
template <class T>
bool same_kind(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  if (std::isinf(a) || std::isinf(b)) return a == b;
  return true;
}

/// Nothing where the method does not take the layer.
template <nn::Real T>
std::optional<nn::Tensor<T>> computed(LayerCase<T>& layer, const Engine& engine) {
  layer.options.method = engine.method;
  layer.options.isa = engine.isa;
  try {
    return executed<T>(plan_of(layer), layer.inputs);
  } catch (const Error& error) {
    if (error.code() != Errc::unsupported) throw;
    return std::nullopt;
  }
}

/// How many tensors each engine has been compared in.
using Tally = std::map<std::pair<Method, Isa>, Index>;

/// Puts each special value at each place of `tensor`, one of `layer`'s, and compares all engines
/// with the reference. Returns how many outputs were not finite.
template <nn::Real T>
Index check_places(LayerCase<T>& layer, nn::Tensor<T>& tensor, Tally& compared) {
  Index reached = 0;
  for (Index place = 0; place < tensor.size(); ++place) {
    for (const T special : specials<T>) {
      const T finite = std::exchange(tensor.data()[place], special);
      const auto expected = computed(layer, {Method::reference});
      REQUIRE(expected);
      for (Index i = 0; i < expected->size(); ++i)
        reached += std::isfinite(expected->data()[i]) ? 0 : 1;
      for (const Engine& engine : vectorised_layer_engines()) {
        const auto actual = computed(layer, engine);
        if (!actual) continue;
        ++compared[{engine.method, engine.isa}];
        if (!std::equal(actual->data(), actual->data() + actual->size(), expected->data(),
                        same_kind<T>)) {
          FAIL_CHECK(describe(layer) << ": " << special << " at place " << place);
        }
      }
      tensor.data()[place] = finite;
    }
  }
  return reached;
}

template <nn::Real T>
LayerCase<T> small_layer(LayerKind kind, nn::DataFormat format, const nn::Padding& padding,
                         Index stride, Random& random) {
  const nn::ConvOptions options{.strides = stride, .padding = padding, .data_format = format};
  return with_tensors<T>(kind, options, {2, 5, 6, 2, 3, 3, 3}, 1, 1, true, random);
}

}  // namespace

TEMPLATE_TEST_CASE("one special value at every place of a layer", "[layers_nonfinite]", float,
                   double) {
  Random random(60);
  Tally compared;
  Index tensors = 0;
  for (const LayerKind kind : layer_kinds) {
    for (const auto format : data_formats) {
      for (const nn::Padding& padding : {nn::same, nn::valid, nn::Padding(2, 0, 1, 2)}) {
        for (const Index stride : {1, 2}) {
          auto layer = small_layer<TestType>(kind, format, padding, stride, random);
          INFO(describe(layer));
          CHECK(check_places(layer, layer.inputs, compared) > 0);
          CHECK(check_places(layer, layer.kernel, compared) > 0);
          tensors += std::ssize(specials<TestType>) * (layer.inputs.size() + layer.kernel.size());
        }
      }
    }
  }
  // The others do not take every layer.
  for (const Engine& engine : vectorised_layer_engines()) {
    const Index least = engine.method == Method::direct ? tensors : tensors / 20;
    INFO(name_of(engine.method) << ' ' << name_of(engine.isa) << ", of " << tensors);
    CHECK(compared[{engine.method, engine.isa}] >= least);
  }
}

}  // namespace twofold::test
