// SPDX-License-Identifier: BSD-3-Clause
// Seeded layers, and tensors whose elements lie anywhere in memory.
#pragma once

#include <numeric>

#include "naive_layer.hpp"

namespace twofold::test {

inline constexpr LayerKind layer_kinds[] = {LayerKind::conv, LayerKind::depthwise_conv,
                                            LayerKind::separable_conv, LayerKind::conv_transpose};
inline constexpr nn::DataFormat data_formats[] = {nn::DataFormat::channels_last,
                                                  nn::DataFormat::channels_first};
inline constexpr nn::KernelFormat kernel_formats[] = {nn::KernelFormat::hwio,
                                                      nn::KernelFormat::oihw};
inline constexpr nn::Activation activations[] = {
    nn::Activation::linear,     nn::Activation::relu,    nn::Activation::relu6,
    nn::Activation::leaky_relu, nn::Activation::sigmoid, nn::Activation::tanh,
    nn::Activation::silu,       nn::Activation::gelu};

/// Integers in [−4, 4], or numbers in [−1, 1) with full significands.
template <nn::Real T>
nn::Tensor<T> random_tensor(const nn::TensorShape& shape, Random& random, bool integers) {
  auto tensor = nn::Tensor<T>::uninitialized(shape);
  std::generate_n(tensor.data(), tensor.size(), [&] {
    return integers ? static_cast<T>(random.index(-4, 4)) : static_cast<T>(random.real());
  });
  return tensor;
}

/// What a layer is drawn from.
struct LayerSizes {
  Index batch = 1;
  Index rows = 1;
  Index cols = 1;
  Index channels = 1;  ///< of each group
  Index filters = 1;   ///< of each group
  Index kernel_rows = 1;
  Index kernel_cols = 1;

  [[nodiscard]] double products() const {
    return static_cast<double>(batch * rows * cols * channels * filters) *
           static_cast<double>(kernel_rows * kernel_cols);
  }
};

inline LayerSizes small_sizes(Random& random) {
  return {random.index(1, 3), random.index(1, 12), random.index(1, 20), random.index(1, 5),
          random.index(1, 9), random.index(1, 5),  random.index(1, 5)};
}

/// Whole vectors and tiles of pixels and channels, and kernels for the Fourier transform.
inline LayerSizes large_sizes(Random& random) {
  constexpr Index channels[] = {1, 3, 8, 16, 17, 32, 40, 64, 70};
  LayerSizes sizes;
  do {
    sizes = {random.index(1, 3),    random.index(5, 40), random.index(5, 45), random.pick(channels),
             random.pick(channels), random.index(1, 11), random.index(1, 11)};
  } while (sizes.products() > 6e6);
  return sizes;
}

/// Rows of many vectors, in which channels that lie apart are summed without being transposed.
inline LayerSizes wide_sizes(Random& random) {
  constexpr Index channels[] = {1, 2, 3, 5, 17};
  constexpr Index filters[] = {1, 2, 8, 20, 33};
  return {random.index(1, 2),   random.index(1, 9), random.index(50, 140), random.pick(channels),
          random.pick(filters), random.index(1, 4), random.index(1, 7)};
}

inline nn::PerAxis draw_per_axis(Random& random, Index last) {
  return {random.index(1, last), random.index(1, last)};
}

/// Padding under which there is at least one output.
inline nn::Padding draw_padding(Random& random, LayerKind kind, const LayerSizes& sizes,
                                const nn::ConvOptions& options) {
  const Index row_span = (sizes.kernel_rows - 1) * options.dilation_rate.rows + 1;
  const Index col_span = (sizes.kernel_cols - 1) * options.dilation_rate.cols + 1;
  const Index choice = random.index(0, 2);
  if (choice == 0) return nn::same;
  nn::Padding sides{random.index(0, row_span), random.index(0, row_span), random.index(0, col_span),
                    random.index(0, col_span)};
  if (kind == LayerKind::conv_transpose) {
    if (choice == 1) return nn::valid;
    const Index rows = (sizes.rows - 1) * options.strides.rows + row_span;
    const Index cols = (sizes.cols - 1) * options.strides.cols + col_span;
    if (sides.top + sides.bottom >= rows || sides.left + sides.right >= cols) return {0, 0, 0, 0};
    return sides;
  }
  if (choice == 1 && row_span <= sizes.rows && col_span <= sizes.cols) return nn::valid;
  sides.top += std::max<Index>(0, row_span - sizes.rows - sides.top - sides.bottom);
  sides.left += std::max<Index>(0, col_span - sizes.cols - sides.left - sides.right);
  return sides;
}

/// Shapes are drawn as channels_last and hwio, values by the formats of `options`.
template <nn::Real T>
LayerCase<T> with_tensors(LayerKind kind, const nn::ConvOptions& options, const LayerSizes& sizes,
                          Index groups, Index multiplier, bool integers, Random& random) {
  const auto kernel = [&](Index inner, Index outer) {
    return random_tensor<T>({sizes.kernel_rows, sizes.kernel_cols, inner, outer}, random, integers);
  };
  const Index channels = sizes.channels * groups;
  Index outputs = sizes.filters * groups;
  LayerCase<T> layer;
  layer.kind = kind;
  layer.options = options;
  layer.options.data_format = nn::DataFormat::channels_last;
  layer.options.kernel_format = nn::KernelFormat::hwio;
  layer.inputs =
      random_tensor<T>({sizes.batch, sizes.rows, sizes.cols, channels}, random, integers);
  layer.pointwise = nn::Tensor<T>({0, 0, 0, 0});
  switch (kind) {
    case LayerKind::conv:
      layer.kernel = kernel(sizes.channels, outputs);
      break;
    case LayerKind::conv_transpose:
      layer.kernel = kernel(outputs, channels);
      break;
    case LayerKind::separable_conv:
      layer.kernel = kernel(channels, multiplier);
      layer.pointwise = random_tensor<T>({1, 1, channels * multiplier, outputs}, random, integers);
      break;
    default:
      layer.kernel = kernel(channels, multiplier);
      outputs = channels * multiplier;
  }
  if (random.coin()) {
    const auto bias = random_tensor<T>({1, 1, 1, outputs}, random, integers);
    layer.bias.assign(bias.data(), bias.data() + bias.size());
  }
  return in_formats(layer, options.data_format, options.kernel_format);
}

template <nn::Real T>
LayerCase<T> draw_layer(LayerKind kind, const LayerSizes& sizes, bool integers, Random& random) {
  nn::ConvOptions options;
  if (random.coin()) options.strides = draw_per_axis(random, 4);
  if (random.index(0, 2) == 0) options.dilation_rate = draw_per_axis(random, 3);
  options.padding = draw_padding(random, kind, sizes, options);
  options.data_format = random.pick(data_formats);
  options.kernel_format = random.pick(kernel_formats);
  options.activation = random.pick(activations);
  options.negative_slope = random.coin() ? 0.2 : 0.01;
  Index groups = 1;
  if (kind == LayerKind::conv && sizes.channels < 17 && random.coin()) {
    groups = random.index(1, 4);
    options.groups = random.coin() ? groups : 0;
  }
  if (kind == LayerKind::conv_transpose && random.coin()) {
    // In `same`, what is not None must leave the last input an output.
    options.output_padding = {random.index(1, options.strides.rows),
                              random.index(1, options.strides.cols)};
  }
  return with_tensors<T>(kind, options, sizes, groups, random.index(1, 3), integers, random);
}

/// A tensor's elements in an order of axes, at distances and with signs that are drawn; every other
/// element of `memory` holds `canary`.
template <nn::Real T>
class ScatteredTensor {
 public:
  static constexpr T canary = T(77.25);

  ScatteredTensor(const nn::TensorShape& shape, Random& random) {
    std::array<int, 4> order{0, 1, 2, 3};
    for (std::size_t i = 3; i > 0; --i)
      std::swap(order[i], order[static_cast<std::size_t>(random.index(0, static_cast<Index>(i)))]);
    nn::TensorShape strides{};
    Index size = 1;
    Index first = 0;
    for (const int place : order) {
      const auto axis = static_cast<std::size_t>(place);
      const Index step = size * random.index(1, 2) + random.index(0, 1);
      const bool backwards = random.coin();
      strides[axis] = backwards ? -step : step;
      if (backwards) first += (shape[axis] - 1) * step;
      size += (shape[axis] - 1) * step + random.index(0, 2);
    }
    const Index margin = 16;
    memory_.assign(static_cast<std::size_t>(size + 2 * margin), canary);
    view_ = {memory_.data() + margin + first, shape, strides};
  }

  ScatteredTensor(const nn::Tensor<T>& source, Random& random)
      : ScatteredTensor(source.shape(), random) {
    visit([&](Index i, Index j, Index k, Index l) { view_(i, j, k, l) = source(i, j, k, l); });
  }

  ScatteredTensor(const ScatteredTensor&) = delete;
  ScatteredTensor& operator=(const ScatteredTensor&) = delete;

  [[nodiscard]] const nn::TensorView<T>& view() const { return view_; }

  /// Whether everything that is no element still holds the canary.
  [[nodiscard]] bool intact() const {
    auto rest = memory_;
    visit([&](Index i, Index j, Index k, Index l) {
      rest[static_cast<std::size_t>(&view_(i, j, k, l) - memory_.data())] = canary;
    });
    return std::all_of(rest.begin(), rest.end(), [](T value) { return value == canary; });
  }

 private:
  template <class Visitor>
  void visit(Visitor visitor) const {
    const auto& shape = view_.shape();
    for (Index i = 0; i < shape[0]; ++i) {
      for (Index j = 0; j < shape[1]; ++j) {
        for (Index k = 0; k < shape[2]; ++k) {
          for (Index l = 0; l < shape[3]; ++l)
            visitor(i, j, k, l);
        }
      }
    }
  }

  std::vector<T> memory_;
  nn::TensorView<T> view_;
};

}  // namespace twofold::test
