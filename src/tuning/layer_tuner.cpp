// SPDX-License-Identifier: BSD-3-Clause
// The layers that each rate is measured with.
#include "tuning/layer_tuner.hpp"

#include "dispatch/layer_cost.hpp"
#include "engines/layer_engine.hpp"
#include "engines/tile_spectrum.hpp"

namespace twofold::detail {

namespace {

using nn::DataFormat;

/// Windows that all lie inside: nothing is packed for them.
struct TrialLayer {
  nn::Layer layer = nn::Layer::conv;
  Index rows = 0;  ///< of the inputs, as the next two
  Index cols = 0;
  Index channels = 0;
  Index filters = 0;
  Index kernel = 1;  ///< its rows, and columns
  DataFormat format = DataFormat::channels_last;
};

/// One layer and data for it.
template <class T>
class LayerTrial {
 public:
  LayerTrial(Isa isa, const TrialLayer& layer)
      : parts_(parts_of(isa, layer)),
        inputs_(numbers(parts_.sizes.inputs(1))),
        out_(numbers(parts_.sizes.outputs(1))) {}

  [[nodiscard]] const LayerProblem<T>& problem() const noexcept {
    return parts_.parts.front().problem;
  }
  [[nodiscard]] const LayerShape& shape() const noexcept { return problem().shape; }

  double seconds(const Effort& effort, const LayerEngine<T>& engine) {
    const auto bytes = static_cast<Index>(engine.workspace_bytes());
    auto workspace = Image<std::uint8_t>::uninitialized({1, bytes, 1});
    const DataFormat format = parts_.sizes.format;
    const nn::TensorView<const T> inputs(inputs_.data(), parts_.sizes.inputs(1));
    const nn::TensorView<T> out(out_.data(), parts_.sizes.outputs(1));
    const LayerTask<T> task{layer_view(format, inputs), layer_view(format, out), 1};
    SerialExecutor serial;
    return seconds_of(
        effort, [&] { engine.run(task, reinterpret_cast<std::byte*>(workspace.data()), serial); });
  }

 private:
  static Image<T> numbers(const nn::TensorShape& shape) {
    return random_image<T>({1, shape[0] * shape[1] * shape[2] * shape[3], 1}, 1);
  }

  static LayerParts<T> parts_of(Isa isa, const TrialLayer& layer) {
    const bool depthwise = layer.layer == nn::Layer::depthwise_conv;
    const nn::TensorShape taps{layer.kernel, layer.kernel, layer.channels,
                               depthwise ? 1 : layer.filters};
    const Image<T> kernel = numbers(taps);
    nn::ConvOptions options;
    options.data_format = layer.format;
    options.isa = isa;
    const auto inputs = in_format(layer.format, {1, layer.rows, layer.cols, layer.channels});
    return make_layer<T>(layer.layer, inputs, {{kernel.data(), taps}, {}}, options);
  }

  LayerParts<T> parts_;
  Image<T> inputs_;
  Image<T> out_;
};

constexpr double least = 1e-14;

/// What one rate is where a layer takes `measured` seconds, and the other rates are known:
/// `predict` is the cost formula, with that rate as its argument.
template <class Predict>
double remaining_rate(double measured, const Predict& predict) {
  const double others = predict(0.0);
  return std::max(least, (measured - others) / (predict(1.0) - others));
}

/// Channels-last layers with windows of 3×3 and many channels, where nothing but products counts.
template <class T>
void measure_products(Isa isa, const Effort& effort, Rates& rates, std::size_t precision) {
  LayerTrial<T> dense(isa, {.rows = 30, .cols = 30, .channels = 64, .filters = 64, .kernel = 3});
  rates.product[precision] = remaining_rate(
      dense.seconds(effort, *make_layer_direct(dense.problem())), [&](double seconds) {
        Rates with = rates;
        with.product[precision] = seconds;
        return layer_direct_seconds(dense.shape(), with);
      });
  LayerTrial<T> depthwise(
      isa,
      {.layer = nn::Layer::depthwise_conv, .rows = 30, .cols = 30, .channels = 128, .kernel = 3});
  rates.depthwise_product[precision] = remaining_rate(
      depthwise.seconds(effort, *make_layer_depthwise(depthwise.problem())), [&](double seconds) {
        Rates with = rates;
        with.depthwise_product[precision] = seconds;
        return layer_direct_seconds(depthwise.shape(), with);
      });
}

/// The same layer with channels side by side and with channels apart, of few products.
template <class T>
void measure_packed(Isa isa, const Effort& effort, Rates& rates, std::size_t precision) {
  TrialLayer layer{.rows = 28, .cols = 28, .channels = 128, .filters = 16};
  const auto seconds_with = [&](DataFormat format) {
    layer.format = format;
    LayerTrial<T> trial(isa, layer);
    return trial.seconds(effort, *make_layer_direct(trial.problem()));
  };
  const double in_place = seconds_with(DataFormat::channels_last);
  const double apart = seconds_with(DataFormat::channels_first);
  const Index elements = layer.rows * layer.cols * (layer.channels + layer.filters);
  rates.packed[precision] = std::max(least, (apart - in_place) / static_cast<double>(elements));
}

template <class T>
double frequency_seconds(const Effort& effort, LayerTrial<T>& trial, Index side) {
  return trial.seconds(effort, *make_layer_frequency(trial.problem(), side));
}

/// Whole tiles of one strip of channels, and one of filters.
template <class T>
void measure_tile_strips(Isa isa, const Effort& effort, Rates& rates, std::size_t precision) {
  constexpr Index kernel = 3;
  for (std::size_t i = 0; i < tile_sides.size(); ++i) {
    const Index side = tile_sides[i];
    const Index step = side - kernel + 1;
    LayerTrial<T> trial(isa, {.rows = 2 * step + kernel - 1,
                              .cols = 4 * step + kernel - 1,
                              .channels = strip_channels,
                              .filters = strip_channels,
                              .kernel = kernel});
    const double seconds = frequency_seconds(effort, trial, side);
    rates.tile_strip[precision][i] = remaining_rate(seconds, [&](double strip) {
      Rates with = rates;
      with.tile_strip[precision][i] = strip;
      return layer_frequency_seconds(trial.shape(), side, with);
    });
  }
}

/// Two tiles with so many channels that the kernel's spectrum, which is read for them, decides.
void measure_spectrum(Isa isa, const Effort& effort, Rates& rates) {
  constexpr Index side = 8;
  constexpr Index kernel = 3;
  LayerTrial<float> trial(isa, {.rows = side,
                                .cols = 2 * side - kernel + 1,
                                .channels = 192,
                                .filters = 192,
                                .kernel = kernel});
  rates.spectrum_byte = remaining_rate(frequency_seconds(effort, trial, side), [&](double seconds) {
    Rates with = rates;
    with.spectrum_byte = seconds;
    return layer_frequency_seconds(trial.shape(), side, with);
  });
}

}  // namespace

void measure_layer_sums(Isa isa, const Effort& effort, Rates& rates) {
  measure_products<float>(isa, effort, rates, 0);
  measure_products<double>(isa, effort, rates, 1);
  measure_packed<float>(isa, effort, rates, 0);
  measure_packed<double>(isa, effort, rates, 1);
}

void measure_layer_tiles(Isa isa, const Effort& effort, Rates& rates) {
  measure_tile_strips<float>(isa, effort, rates, 0);
  measure_tile_strips<double>(isa, effort, rates, 1);
  measure_spectrum(isa, effort, rates);
}

}  // namespace twofold::detail
