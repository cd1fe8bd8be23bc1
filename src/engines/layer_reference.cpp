// SPDX-License-Identifier: BSD-3-Clause
// The reference of layers: the definition as a loop, and the judge of the others.
#include <algorithm>
#include <cmath>
#include <limits>

#include "engines/layer_engine.hpp"

namespace twofold::detail {

namespace {

/// Infinite for NaN, which every comparison would pass over.
template <class T>
double magnitude_of(T value) {
  return std::isnan(value) ? std::numeric_limits<double>::infinity()
                           : std::abs(static_cast<double>(value));
}

template <class T>
T activated(nn::Activation activation, T negative_slope, T x) {
  switch (activation) {
    case nn::Activation::linear:
      return x;
    case nn::Activation::relu:  // comparisons with NaN are false
      return x < 0 ? T(0) : x;
    case nn::Activation::relu6:
      return x < 0 ? T(0) : x > 6 ? T(6) : x;
    case nn::Activation::leaky_relu:
      return x < 0 ? negative_slope * x : x;
    case nn::Activation::sigmoid:
      return 1 / (1 + std::exp(-x));
    case nn::Activation::tanh:
      return std::tanh(x);
    case nn::Activation::silu:
      return x / (1 + std::exp(-x));
    case nn::Activation::gelu:
      break;
  }
  return x / 2 * std::erfc(-x * T(0.70710678118654752440));
}

template <class T>
class LayerReference final : public LayerSumEngine<T> {
 public:
  explicit LayerReference(const LayerProblem<T>& problem)
      : LayerSumEngine<T>(problem), problem_(problem) {}

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override { return 0; }

  void run(const LayerTask<T>& task, std::byte*, Executor& executor) const override {
    const LayerShape& shape = problem_.shape;
    for_each_part(task.batch * shape.rows.output, executor, [&](Index part) {
      const Index image = part / shape.rows.output;
      const Index row = part % shape.rows.output;
      for (Index col = 0; col < shape.cols.output; ++col) {
        for (Index filter = 0; filter < shape.out_channels; ++filter) {
          *task.outputs.at(image, row, col, filter) =
              activated(problem_.activation, problem_.negative_slope,
                        sum(task.inputs, image, row, col, filter));
        }
      }
    });
  }

 private:
  [[nodiscard]] T sum(const LayerView<const T>& inputs, Index image, Index row, Index col,
                      Index filter) const {
    const LayerShape& shape = problem_.shape;
    const Index channels = shape.group_inputs();
    const Index first_channel = filter / shape.group_outputs() * channels;
    // An index: a layer without taps has no memory that a pointer could go through.
    auto tap = static_cast<std::size_t>(filter);
    T total = problem_.bias[tap];
    for (Index i = 0; i < shape.rows.taps; ++i) {
      const Index r = shape.rows.first(row) + i * shape.rows.dilation;
      for (Index j = 0; j < shape.cols.taps; ++j) {
        const Index c = shape.cols.first(col) + j * shape.cols.dilation;
        const bool inside = r >= 0 && r < shape.rows.input && c >= 0 && c < shape.cols.input;
        for (Index k = 0; k < channels; ++k, tap += static_cast<std::size_t>(shape.out_channels))
          total +=
              problem_.kernel[tap] * (inside ? *inputs.at(image, r, c, first_channel + k) : T(0));
      }
    }
    return total;
  }

  LayerProblem<T> problem_;
};

}  // namespace

template <class T>
std::unique_ptr<const LayerEngine<T>> make_layer_reference(const LayerProblem<T>& problem) {
  return std::make_unique<LayerReference<T>>(problem);
}

template <class T>
LayerDirectBound::LayerDirectBound(const LayerProblem<T>& problem)
    : products_(static_cast<double>(problem.shape.products())),
      unit_roundoff_(unit_roundoff(problem.shape.type)),
      underflow_(static_cast<double>(std::numeric_limits<T>::denorm_min())) {
  const auto filters = static_cast<std::size_t>(problem.shape.out_channels);
  std::vector<double> norms(filters);
  for (std::size_t i = 0; i < problem.kernel.size(); ++i)
    norms[i % filters] += magnitude_of(problem.kernel[i]);
  norm1_ = *std::max_element(norms.begin(), norms.end());
  for (const T bias : problem.bias)
    bias_ = std::max(bias_, magnitude_of(bias));
  if (bias_ > 0) products_ += 1;  // one more number to be added
}

template std::unique_ptr<const LayerEngine<float>> make_layer_reference(const LayerProblem<float>&);
template std::unique_ptr<const LayerEngine<double>> make_layer_reference(
    const LayerProblem<double>&);
template LayerDirectBound::LayerDirectBound(const LayerProblem<float>&);
template LayerDirectBound::LayerDirectBound(const LayerProblem<double>&);

}  // namespace twofold::detail
