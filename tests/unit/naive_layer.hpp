// SPDX-License-Identifier: BSD-3-Clause
// Layers by plain loops over their definitions, in the next wider type: each output with its sum of
// magnitudes and its number of products, from which its error bound follows.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "activations.hpp"
#include "layer_case.hpp"

namespace twofold::test {

template <nn::Real T>
using wide_t = std::conditional_t<std::same_as<T, float>, double, long double>;

/// |x| of a number, also one of the callers' own.
template <class W>
W magnitude_of(const W& x) {
  using std::abs;
  return abs(x);
}

template <class W>
struct NaiveSum {
  W sum = 0;
  W magnitude = 0;     // of the products and the bias
  Index products = 0;  // that are rounded, one after the other
};

/// channels_last.
template <class W>
struct NaiveImages {
  nn::TensorShape shape{};
  std::vector<NaiveSum<W>> sums;

  NaiveSum<W>& at(Index image, Index row, Index col, Index channel) {
    const Index pixel = (image * shape[1] + row) * shape[2] + col;
    return sums[static_cast<std::size_t>(pixel * shape[3] + channel)];
  }
  const NaiveSum<W>& at(Index image, Index row, Index col, Index channel) const {
    return const_cast<NaiveImages*>(this)->at(image, row, col, channel);
  }
};

/// Taps as [row][col][channel of the group][filter].
template <class W>
struct NaiveKernel {
  nn::TensorShape shape{};
  std::vector<W> taps;

  W at(Index row, Index col, Index channel, Index filter) const {
    const Index tap = (row * shape[1] + col) * shape[2] + channel;
    return taps[static_cast<std::size_t>(tap * shape[3] + filter)];
  }
};

/// One axis: its outputs, and the zeros before its inputs (the crop before its outputs).
struct NaiveAxis {
  Index outputs = 0;
  Index before = 0;
};

inline NaiveAxis convolved_axis(Index inputs, Index kernel, Index stride, Index rate,
                                nn::Padding::Kind kind, Index before, Index after) {
  const Index span = (kernel - 1) * rate + 1;
  if (kind == nn::Padding::Kind::same) {
    const Index outputs = (inputs + stride - 1) / stride;
    return {outputs, std::max<Index>(0, (outputs - 1) * stride + span - inputs) / 2};
  }
  return {(inputs + before + after - span) / stride + 1, before};
}

inline NaiveAxis transposed_axis(Index inputs, Index kernel, Index stride, Index rate,
                                 nn::Padding::Kind kind, Index before, Index after, Index more) {
  const Index span = (kernel - 1) * rate + 1;
  const Index reached = (inputs - 1) * stride;
  switch (kind) {
    case nn::Padding::Kind::valid:
      return {more == -1 ? reached + std::max(span, stride) : reached + span + more, 0};
    case nn::Padding::Kind::same:
      if (more == -1) return {inputs * stride, std::max<Index>(0, span - stride) / 2};
      return {reached + span % 2 + more, std::max<Index>(0, span - span % 2 - more) / 2};
    default:
      return {reached + span - before - after + std::max<Index>(0, more), before};
  }
}

/// Every output gathers what its window covers.
template <class W>
NaiveImages<W> gathered(const NaiveImages<W>& x, const NaiveKernel<W>& kernel, Index groups,
                        const nn::ConvOptions& options) {
  const nn::PerAxis strides = options.strides;
  const nn::PerAxis rate = options.dilation_rate;
  const nn::Padding& p = options.padding;
  const NaiveAxis rows =
      convolved_axis(x.shape[1], kernel.shape[0], strides.rows, rate.rows, p.kind, p.top, p.bottom);
  const NaiveAxis cols =
      convolved_axis(x.shape[2], kernel.shape[1], strides.cols, rate.cols, p.kind, p.left, p.right);
  const Index filters = kernel.shape[3];
  NaiveImages<W> y{{x.shape[0], rows.outputs, cols.outputs, filters}, {}};
  y.sums.resize(static_cast<std::size_t>(y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3]));
  for (Index image = 0; image < y.shape[0]; ++image) {
    for (Index row = 0; row < y.shape[1]; ++row) {
      for (Index col = 0; col < y.shape[2]; ++col) {
        for (Index a_row = 0; a_row < kernel.shape[0]; ++a_row) {
          const Index from_row = row * strides.rows - rows.before + a_row * rate.rows;
          if (from_row < 0 || from_row >= x.shape[1]) continue;
          for (Index a_col = 0; a_col < kernel.shape[1]; ++a_col) {
            const Index from_col = col * strides.cols - cols.before + a_col * rate.cols;
            if (from_col < 0 || from_col >= x.shape[2]) continue;
            for (Index channel = 0; channel < kernel.shape[2]; ++channel) {
              for (Index filter = 0; filter < filters; ++filter) {
                const Index group = filter / (filters / groups);
                const auto& in = x.at(image, from_row, from_col, group * kernel.shape[2] + channel);
                const W tap = kernel.at(a_row, a_col, channel, filter);
                auto& out = y.at(image, row, col, filter);
                out.sum += in.sum * tap;
                out.magnitude += in.magnitude * magnitude_of(tap);
                // Those of a first stage come before those of the second.
                out.products = std::max(out.products, in.products) + 1;
              }
            }
          }
        }
      }
    }
  }
  return y;
}

/// Every input scatters its products.
template <class W>
NaiveImages<W> scattered(const NaiveImages<W>& x, const NaiveKernel<W>& kernel,
                         const nn::ConvOptions& options) {
  const nn::PerAxis strides = options.strides;
  const nn::PerAxis rate = options.dilation_rate;
  const nn::Padding& p = options.padding;
  const nn::PerAxis more = options.output_padding;
  const NaiveAxis rows = transposed_axis(x.shape[1], kernel.shape[0], strides.rows, rate.rows,
                                         p.kind, p.top, p.bottom, more.rows);
  const NaiveAxis cols = transposed_axis(x.shape[2], kernel.shape[1], strides.cols, rate.cols,
                                         p.kind, p.left, p.right, more.cols);
  NaiveImages<W> y{{x.shape[0], rows.outputs, cols.outputs, kernel.shape[3]}, {}};
  y.sums.resize(static_cast<std::size_t>(y.shape[0] * y.shape[1] * y.shape[2] * y.shape[3]));
  for (Index image = 0; image < x.shape[0]; ++image) {
    for (Index row = 0; row < x.shape[1]; ++row) {
      for (Index col = 0; col < x.shape[2]; ++col) {
        for (Index a_row = 0; a_row < kernel.shape[0]; ++a_row) {
          const Index to_row = row * strides.rows - rows.before + a_row * rate.rows;
          if (to_row < 0 || to_row >= y.shape[1]) continue;
          for (Index a_col = 0; a_col < kernel.shape[1]; ++a_col) {
            const Index to_col = col * strides.cols - cols.before + a_col * rate.cols;
            if (to_col < 0 || to_col >= y.shape[2]) continue;
            for (Index channel = 0; channel < kernel.shape[2]; ++channel) {
              const W in = x.at(image, row, col, channel).sum;
              for (Index filter = 0; filter < kernel.shape[3]; ++filter) {
                const W product = in * kernel.at(a_row, a_col, channel, filter);
                auto& out = y.at(image, to_row, to_col, filter);
                out.sum += product;
                out.magnitude += magnitude_of(product);
                ++out.products;
              }
            }
          }
        }
      }
    }
  }
  return y;
}

template <class W, nn::Real T>
NaiveImages<W> naive_images(const nn::Tensor<T>& x, nn::DataFormat format) {
  const auto last = in_format(x, format, nn::DataFormat::channels_last);
  NaiveImages<W> images{last.shape(), {}};
  for (Index i = 0; i < last.size(); ++i) {
    const W value = last.data()[i];
    images.sums.push_back({value, magnitude_of(value), 0});
  }
  return images;
}

/// `place(row, col, channel, filter)` is where the tap is stored.
template <class W, nn::Real T, class Place>
NaiveKernel<W> naive_kernel(const nn::TensorShape& shape, const nn::Tensor<T>& stored,
                            Place place) {
  NaiveKernel<W> kernel{shape, {}};
  for (Index row = 0; row < shape[0]; ++row) {
    for (Index col = 0; col < shape[1]; ++col) {
      for (Index channel = 0; channel < shape[2]; ++channel) {
        for (Index filter = 0; filter < shape[3]; ++filter) {
          const nn::TensorShape p = place(row, col, channel, filter);
          kernel.taps.push_back(stored(p[0], p[1], p[2], p[3]));
        }
      }
    }
  }
  return kernel;
}

/// The sums before the activation, as numbers of W.
template <nn::Real T, class W = wide_t<T>>
NaiveImages<W> naive_layer(const LayerCase<T>& layer) {
  using P = nn::TensorShape;
  const bool hwio = layer.options.kernel_format == nn::KernelFormat::hwio;
  const P& k = layer.kernel.shape();
  const auto x = naive_images<W>(layer.inputs, layer.options.data_format);
  const Index channels = x.shape[3];
  const Index rows = hwio ? k[0] : k[2];
  const Index cols = hwio ? k[1] : k[3];

  NaiveImages<W> y;
  if (layer.kind == LayerKind::conv || layer.kind == LayerKind::conv_transpose) {
    const bool transposed = layer.kind == LayerKind::conv_transpose;
    const Index inner = transposed ? channels : hwio ? k[2] : k[1];
    const Index filters = transposed ? (hwio ? k[2] : k[1]) : hwio ? k[3] : k[0];
    const auto kernel = naive_kernel<W>({rows, cols, inner, filters}, layer.kernel,
                                        [&](Index a, Index b, Index c, Index f) {
                                          if (transposed)
                                            return hwio ? P{a, b, f, c} : P{c, f, a, b};
                                          return hwio ? P{a, b, c, f} : P{f, c, a, b};
                                        });
    y = transposed ? scattered(x, kernel, layer.options)
                   : gathered(x, kernel, channels / inner, layer.options);
  } else {
    const Index multiplier = hwio ? k[3] : k[0] / channels;
    const auto kernel =
        naive_kernel<W>({rows, cols, 1, channels * multiplier}, layer.kernel,
                        [&](Index a, Index b, Index, Index f) {
                          return hwio ? P{a, b, f / multiplier, f % multiplier} : P{f, 0, a, b};
                        });
    y = gathered(x, kernel, channels, layer.options);
  }
  if (layer.kind == LayerKind::separable_conv) {
    const P& p = layer.pointwise.shape();
    const auto kernel = naive_kernel<W>({1, 1, y.shape[3], hwio ? p[3] : p[0]}, layer.pointwise,
                                        [&](Index, Index, Index c, Index f) {
                                          return hwio ? P{0, 0, c, f} : P{f, c, 0, 0};
                                        });
    y = gathered(y, kernel, 1, {});
  }
  if (layer.bias.empty()) return y;
  for (std::size_t i = 0; i < y.sums.size(); ++i) {
    const W bias = layer.bias[i % layer.bias.size()];
    y.sums[i].sum += bias;
    y.sums[i].magnitude += magnitude_of(bias);
  }
  return y;
}

/// The first output that is further from the exact one than allowed, told in words; empty if none.
/// `allowed_error(sum)` is about the sum before the activation; an output of no products is exact.
template <nn::Real T, class AllowedError>
std::string first_wrong(const nn::Tensor<T>& actual, const nn::ConvOptions& options,
                        const NaiveImages<wide_t<T>>& naive, AllowedError allowed_error) {
  std::ostringstream text;
  text.precision(std::numeric_limits<T>::max_digits10);
  const auto last = in_format(actual, options.data_format, nn::DataFormat::channels_last);
  if (last.shape() != naive.shape) {
    text << "the shape is " << text_of(last.shape()) << ", expected " << text_of(naive.shape);
    return text.str();
  }
  for (std::size_t i = 0; i < naive.sums.size(); ++i) {
    const auto& sum = naive.sums[i];
    const auto expected = activated(options.activation, options.negative_slope, sum.sum);
    const auto error = std::abs(last.data()[i] - expected);
    const auto allowed =
        allowed_after<T>(options, sum.sum, expected, static_cast<wide_t<T>>(allowed_error(sum)));
    if (error <= allowed) continue;  // false for NaN
    const auto pixel = static_cast<Index>(i) / naive.shape[3];
    text << "image " << pixel / naive.shape[2] / naive.shape[1] << " row "
         << pixel / naive.shape[2] % naive.shape[1] << " col " << pixel % naive.shape[2]
         << " channel " << static_cast<Index>(i) % naive.shape[3] << ": " << last.data()[i]
         << ", expected " << expected << ", allowed " << allowed << ", sum " << sum.sum;
    return text.str();
  }
  return {};
}

/// (m + 1)·u·(Σ|x||k| + |bias|): m products, one bias.
template <nn::Real T, class W>
W direct_error(const NaiveSum<W>& sum) {
  const Index terms = sum.products == 0 ? 0 : sum.products + 1;
  return static_cast<W>(terms) * static_cast<W>(roundoff<T>) * sum.magnitude;
}

/// Every method, and `direct` with every instruction set.
inline std::vector<Engine> layer_engines() {
  std::vector<Engine> engines = direct_engines();
  engines.push_back({Method::reference});
  engines.push_back({Method::automatic});
  if (has_fft()) engines.push_back({Method::fft});
  return engines;
}

/// Every method that has kernels, with every instruction set.
inline std::vector<Engine> vectorised_layer_engines() {
  std::vector<Engine> engines;
  for (const Isa isa : available_isas()) {
    engines.push_back({Method::direct, isa});
    engines.push_back({Method::winograd, isa});
    if (has_fft()) engines.push_back({Method::fft, isa});
  }
  return engines;
}

template <nn::Real T>
bool uses_fft(const nn::ConvPlan<T>& plan) {
  const auto decisions = plan.decisions();
  return std::any_of(decisions.begin(), decisions.end(),
                     [](const Decision& decision) { return is_fft(decision.method); });
}

template <nn::Real T>
double largest_magnitude(const nn::Tensor<T>& tensor) {
  double largest = 0;
  for (Index i = 0; i < tensor.size(); ++i)
    largest = std::max<double>(largest, std::abs(tensor.data()[i]));
  return largest;
}

}  // namespace twofold::test
