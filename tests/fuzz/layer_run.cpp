// SPDX-License-Identifier: BSD-3-Clause
// A layer, put to the library and judged: outputs are the reference's, refusals are those that the
// contract names, and nothing is written but the outputs.
#include "layer_run.hpp"

#include <memory>
#include <optional>
#include <sstream>

#include "../unit/activations.hpp"
#include "common/finding.hpp"
#include "common/ordered_executor.hpp"
#include "common/refusal.hpp"
#include "layer_tensor.hpp"

namespace twofold::fuzz {

namespace {

using nn::ConvOptions;
using nn::ConvPlan;
using nn::Tensor;
using nn::TensorShape;
using nn::TensorView;

struct Arenas {
  static constexpr std::size_t capacity = std::size_t{32} << 20;
  GuardedArena inputs{capacity};
  GuardedArena kernel{capacity};
  GuardedArena pointwise{capacity};
  GuardedArena out{capacity};
  GuardedArena workspace{capacity};
};

const Arenas& arenas() {
  static const Arenas all;
  return all;
}

void put_into(ConvOptions& options, LayerMistake mistake) {
  switch (mistake) {
    case LayerMistake::no_strides:
      options.strides.cols = 0;
      break;
    case LayerMistake::unknown_padding:
      options.padding.kind = static_cast<nn::Padding::Kind>(3);
      break;
    case LayerMistake::negative_padding:
      options.padding = {0, 0, -1, 0};
      break;
    case LayerMistake::unknown_activation:
      options.activation = static_cast<nn::Activation>(8);
      break;
    case LayerMistake::unknown_format:
      options.data_format = static_cast<nn::DataFormat>(2);
      break;
    default:
      break;
  }
}

template <nn::Real T>
class Run {
 public:
  explicit Run(const LayerCase& layer)
      : layer_(layer),
        executor_(layer.executor, layer.backwards),
        inputs_(arenas().inputs, layer.inputs, layer.inputs_data.seed),
        kernel_(arenas().kernel, layer.kernel, layer.kernel_data.seed),
        options_(layer.options) {
    inputs_.fill(layer.inputs_data);
    kernel_.fill(layer.kernel_data);
    if (layer.kind == LayerKind::separable_conv) {
      pointwise_.emplace(arenas().pointwise, layer.pointwise, layer.kernel_data.seed + 1);
      pointwise_->fill({layer.kernel_data.seed + 1, layer.kernel_data.numbers, false});
    }
    Generator generator(layer.kernel_data.seed + 2);
    for (Index i = 0; i < layer.bias; ++i)
      bias_.push_back(static_cast<T>(generator.index(-4, 4)));
    if (layer.mistake == LayerMistake::other_bias) bias_.resize(bias_.size() + 10'000);
    if (layer.executor > 0) options_.executor = &executor_;
    put_into(options_, layer.mistake);
  }

  void check() {
    const auto reference = make_reference();
    const auto error = call(reference);
    require(inputs_.is_untouched() && kernel_.is_untouched(), "an input has been written to");
    if (is_skipped_) return;
    if (layer_.mistake != LayerMistake::none || !reference) {
      require(error.has_value(), [&] { return "a mistake is not refused: " + text_of(layer_); });
    } else if (error) {
      const Method method = layer_.options.method;
      const bool is_forced = method != Method::automatic && method != Method::reference;
      require(*error == Errc::unsupported && is_forced, [&] {
        return "refused with code " + std::to_string(static_cast<int>(*error)) + ": " +
               text_of(layer_);
      });
    }
  }

 private:
  [[nodiscard]] ConvPlan<T> plan_with(const TensorView<const T>& kernel,
                                      const TensorView<const T>& pointwise,
                                      const ConvOptions& options) const {
    switch (layer_.kind) {
      case LayerKind::separable_conv:
        return {layer_.inputs, kernel, pointwise, bias_, options};
      case LayerKind::depthwise_conv:
        return {nn::Layer::depthwise_conv, layer_.inputs, kernel, bias_, options};
      case LayerKind::conv_transpose:
        return {nn::Layer::conv_transpose, layer_.inputs, kernel, bias_, options};
      default:
        return {nn::Layer::conv, layer_.inputs, kernel, bias_, options};
    }
  }

  [[nodiscard]] ConvPlan<T> plan_with(const ConvOptions& options) const {
    return plan_with(kernel_.view(), pointwise_ ? pointwise_->view() : TensorView<T>(), options);
  }

  /// The sums before the activation, by the plain loops from dense operands; nothing if this is no
  /// layer.
  [[nodiscard]] std::optional<ConvPlan<T>> make_reference() const {
    if (layer_.mistake != LayerMistake::none) return std::nullopt;
    const Tensor<T> kernel = copy_of<T>(kernel_.view());
    std::optional<Tensor<T>> pointwise;
    if (pointwise_) pointwise.emplace(copy_of<T>(pointwise_->view()));
    ConvOptions options = layer_.options;
    options.method = Method::reference;
    options.activation = nn::Activation::linear;
    options.threads = 1;
    try {
      return plan_with(kernel, pointwise ? pointwise->view() : TensorView<const T>(), options);
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  /// What it was refused for, or nothing.
  std::optional<Errc> call(const std::optional<ConvPlan<T>>& reference) {
    std::optional<ConvPlan<T>> plan;
    try {
      plan.emplace(plan_with(options_));
      place_output(plan->output_shape(layer_.inputs[0]));
      const auto workspace = place_workspace(*plan);
      if (!is_skipped_) plan->execute(inputs_given(), out_given_, workspace);
    } catch (const Error& error) {
      require(!out_ || out_->is_untouched(),
              [&] { return "a refused call has written: " + text_of(layer_); });
      require(names_an_argument(error.what()), [&] {
        return "refused with \"" + std::string(error.what()) + "\": " + text_of(layer_);
      });
      return error.code();
    }
    if (!is_skipped_ && reference) judge(*plan, *reference);
    return std::nullopt;
  }

  [[nodiscard]] TensorView<const T> inputs_given() const {
    const TensorView<T>& view = inputs_.view();
    if (layer_.mistake != LayerMistake::other_inputs) return view;
    TensorShape shape = view.shape();
    --shape[3];
    return {view.data(), shape, view.strides()};
  }

  void place_output(TensorShape shape) {
    if (layer_.mistake == LayerMistake::out_shape) ++shape[2];
    Index elements = 27;  // gaps of two beside each element, row and image
    for (const Index size : shape)
      elements *= size;
    if (!arenas().out.holds(static_cast<std::size_t>(elements) * sizeof(T))) is_skipped_ = true;
    if (is_skipped_) return;
    out_.emplace(arenas().out, shape, layer_.out_seed);
    out_given_ = out_->view();
    if (layer_.mistake == LayerMistake::out_is_inputs)
      out_given_ = {inputs_.view().data(), shape, out_given_.strides()};
    if (layer_.mistake == LayerMistake::coincident_out) {
      TensorShape strides = out_given_.strides();
      strides[1] = 0;
      out_given_ = {out_given_.data(), shape, strides};
      if (shape[1] < 2) is_skipped_ = true;
    }
    const bool needs_batch = layer_.mistake == LayerMistake::out_is_inputs ||
                             layer_.mistake == LayerMistake::coincident_out;
    if (needs_batch && shape[0] == 0) is_skipped_ = true;
  }

  /// NaN in every byte, ending where memory does.
  std::span<std::byte> place_workspace(const ConvPlan<T>& plan) {
    const std::size_t bytes = plan.workspace_bytes();
    const std::size_t taken = (bytes + 63) / 64 * 64;
    const GuardedArena& arena = arenas().workspace;
    const bool is_wrong = layer_.mistake == LayerMistake::short_workspace ||
                          layer_.mistake == LayerMistake::misaligned_workspace;
    if (!arena.holds(taken + 64) || (is_wrong && bytes == 0)) is_skipped_ = true;
    if (is_skipped_) return {};
    if (layer_.mistake == LayerMistake::misaligned_workspace)
      return arena.take(taken + 64, GuardedArena::End::end, 0xff).subspan(1);
    const auto memory = arena.take(taken, GuardedArena::End::end, 0xff);
    return memory.first(layer_.mistake == LayerMistake::short_workspace ? bytes - 1 : bytes);
  }

  void judge(const ConvPlan<T>& plan, const ConvPlan<T>& reference) const {
    require(out_->is_intact_between(),
            [&] { return "written beside the outputs: " + text_of(layer_); });
    require_same_serially();
    const Tensor<T> inputs = copy_of<T>(inputs_.view());
    Tensor<T> sums(plan.output_shape(layer_.inputs[0]));
    reference.execute(inputs, sums);
    const long double error = largest_error(plan, reference, magnitudes_of(inputs));
    for_each_element(sums.shape(), [&](Index i, Index j, Index k, Index l) {
      if (is_right(out_given_(i, j, k, l), sums(i, j, k, l), error)) return;
      std::ostringstream text;
      text.precision(std::numeric_limits<T>::max_digits10);
      text << text_of(layer_) << ": at " << i << ',' << j << ',' << k << ',' << l << ' '
           << out_given_(i, j, k, l) << ", the reference's sum is " << sums(i, j, k, l)
           << "; allowed before the activation: " << static_cast<double>(error);
      report(text.str());
    });
  }

  /// The bits do not depend on the executor. On where outputs lie they may: into the same place.
  void require_same_serially() const {
    if (layer_.executor == 0) return;
    ConvOptions serial = layer_.options;
    serial.threads = 1;
    const Tensor<T> before = copy_of<T>(out_given_);
    plan_with(serial).execute(inputs_.view(), out_given_);
    for_each_element(before.shape(), [&](Index i, Index j, Index k, Index l) {
      const T a = before(i, j, k, l);
      const T b = out_given_(i, j, k, l);
      require((std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0,
              [&] { return "one thread computes other bits: " + text_of(layer_); });
    });
  }

  [[nodiscard]] double largest_error(const ConvPlan<T>& plan, const ConvPlan<T>& reference,
                                     const TensorMagnitudes& inputs) const {
    TensorMagnitudes kernel = magnitudes_of(copy_of<T>(kernel_.view()));
    if (pointwise_) {
      const TensorMagnitudes second = magnitudes_of(copy_of<T>(pointwise_->view()));
      kernel.sum *= second.sum;
      kernel.is_halves = kernel.is_halves && second.is_halves;
    }
    // Sums of eighths, and a bias of 4 at most.
    const double largest_exact = sizeof(T) == 4 ? 0x1p20 : 0x1p49;
    const bool is_exact = inputs.is_finite && kernel.is_finite && inputs.is_halves &&
                          kernel.is_halves && inputs.largest * kernel.sum <= largest_exact;
    bool is_plain = true;
    for (const Decision& decision : plan.decisions()) {
      is_plain =
          is_plain && (decision.method == Method::direct || decision.method == Method::reference);
    }
    if (is_exact && is_plain) return 0;
    const double bounds = plan.error_bound(inputs.largest) + reference.error_bound(inputs.largest);
    // Where taps are not finite, no finite bound exists, but the same outputs are finite.
    return std::isfinite(bounds) ? bounds : std::numeric_limits<double>::infinity();
  }

  [[nodiscard]] bool is_right(T actual, T sum, long double error) const {
    const nn::Activation activation = layer_.options.activation;
    const auto expected = test::activated<long double>(activation, layer_.options.negative_slope,
                                                       static_cast<long double>(sum));
    // Also −∞ by a slope of 0.
    if (std::isnan(expected)) return std::isnan(actual);
    if (std::isinf(sum)) {
      // Beyond ±∞, smooth activations are ∞·0 and the like; unit tests look there.
      const bool is_smooth = activation >= nn::Activation::sigmoid;
      return is_smooth || static_cast<long double>(actual) == expected;
    }
    const auto value = static_cast<long double>(actual);
    if (!std::isfinite(actual)) return false;
    const auto allowed =
        test::allowed_after<T>(layer_.options, static_cast<long double>(sum), expected, error);
    return std::abs(value - expected) <= allowed;
  }

  const LayerCase& layer_;
  OrderedExecutor executor_;
  PlacedTensor<T> inputs_;
  PlacedTensor<T> kernel_;
  std::optional<PlacedTensor<T>> pointwise_;
  std::optional<PlacedTensor<T>> out_;
  TensorView<T> out_given_;
  std::vector<T> bias_;
  ConvOptions options_;
  bool is_skipped_ = false;  ///< a mistake that this layer cannot have, or too much memory
};

}  // namespace

template <nn::Real T>
void check_layer(const LayerCase& layer) {
  Run<T>(layer).check();
}

template void check_layer<float>(const LayerCase&);
template void check_layer<double>(const LayerCase&);

}  // namespace twofold::fuzz
