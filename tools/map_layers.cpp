// SPDX-License-Identifier: BSD-3-Clause
// The layers that a map consists of.
#include <utility>

#include <twofold/nn/plan.hpp>

#include "generic_arrays.hpp"
#include "map_problems.hpp"

namespace twofold::tool {

namespace {

/// Of one image, with `same` padding, and a kernel in Keras' order.
template <nn::Real T>
class LayerProblems final : public MapProblems {
 public:
  explicit LayerProblems(const MapLayer& layer) : layer_(layer) {}

  [[nodiscard]] Decision decision(Index image, Index kernel) const override {
    return plan_of(image, kernel, Method::automatic).decisions().front();
  }

  [[nodiscard]] std::function<void()> prepare(Index image, Index kernel, Method method) override {
    auto plan = plan_of(image, kernel, method);
    const nn::TensorShape in = inputs_of(image);
    const nn::TensorShape out = plan.output_shape(1);
    if (in != in_ || out != out_) {
      inputs_ = numbers(in);
      outputs_ = numbers(out);
      in_ = in;
      out_ = out;
    }
    const SharedWorkspace workspace(plan.workspace_bytes());
    return [this, plan = std::move(plan), workspace] {
      plan.execute(nn::TensorView<const T>(inputs_.data(), in_),
                   nn::TensorView<T>(outputs_.data(), out_), workspace.bytes());
    };
  }

 private:
  static Image<T> numbers(const nn::TensorShape& shape) {
    return std::get<Image<T>>(
        generic_image({shape[0] * shape[1], shape[2] * shape[3]}, element_type_of<T>));
  }

  [[nodiscard]] nn::TensorShape inputs_of(Index image) const {
    if (layer_.options.data_format == nn::DataFormat::channels_first)
      return {1, layer_.channels, image, image};
    return {1, image, image, layer_.channels};
  }

  [[nodiscard]] nn::ConvPlan<T> plan_of(Index image, Index kernel, Method method) const {
    nn::ConvOptions options = layer_.options;
    options.method = method;
    const nn::TensorShape taps{kernel, kernel, layer_.channels, layer_.filters};
    const Image<T> numbers =
        std::get<Image<T>>(generic_kernel(kernel * kernel, taps[2] * taps[3], element_type_of<T>));
    return {nn::Layer::conv, inputs_of(image), nn::TensorView<const T>(numbers.data(), taps),
            options};
  }

  MapLayer layer_;
  nn::TensorShape in_{};
  nn::TensorShape out_{};
  Image<T> inputs_;
  Image<T> outputs_;
};

}  // namespace

std::unique_ptr<MapProblems> layer_problems(const MapRequest& request) {
  if (request.type == ElementType::float64) {
    return std::make_unique<LayerProblems<double>>(*request.layer);
  }
  return std::make_unique<LayerProblems<float>>(*request.layer);
}

}  // namespace twofold::tool
