// SPDX-License-Identifier: BSD-3-Clause
// Layers of neural networks.
#include "known_problem.hpp"
#include "random_layers.hpp"

namespace twofold::test {

namespace {

template <nn::Real T>
using Elements = std::span<const T>;

template <nn::Real T>
Elements<T> elements(const nn::Tensor<T>& tensor) {
  return {tensor.data(), static_cast<std::size_t>(tensor.size())};
}

/// The results that a layer may have.
template <nn::Real T>
class KnownOutputs {
 public:
  void append(nn::Tensor<T> outputs) { all_.push_back(std::move(outputs)); }

  void require(const nn::Tensor<T>& outputs) const {
    const auto is_this = [&](const auto& known) { return same_bits(outputs, known); };
    if (std::none_of(all_.begin(), all_.end(), is_this)) throw WrongResult("another result");
  }
  /// Those of one image of a batch.
  void require(const nn::Tensor<T>& outputs, Index image) const {
    const auto size = static_cast<std::size_t>(outputs.size());
    const auto is_this = [&](const auto& known) {
      const auto one = elements(known).subspan(static_cast<std::size_t>(image) * size, size);
      return std::memcmp(outputs.data(), one.data(), one.size_bytes()) == 0;
    };
    if (std::none_of(all_.begin(), all_.end(), is_this)) throw WrongResult("another image");
  }

 private:
  std::vector<nn::Tensor<T>> all_;
};

template <nn::Real T>
class PreparedLayer final : public PreparedProblem {
 public:
  PreparedLayer(nn::ConvPlan<T> plan, const nn::Tensor<T>& inputs, const KnownOutputs<T>& known)
      : plan_(std::move(plan)), inputs_(inputs), known_(known) {}

  void execute() const override { known_.require(executed<T>(plan_, inputs_)); }

  void execute_part(Random& random) const override {
    auto shape = inputs_.shape();
    const Index batch = shape[0];
    const Index image = random.index(0, batch - 1);
    shape[0] = 1;
    const nn::TensorView<const T> one(inputs_.data() + image * (inputs_.size() / batch), shape);
    known_.require(executed<T>(plan_, one), image);
  }

 private:
  nn::ConvPlan<T> plan_;
  const nn::Tensor<T>& inputs_;
  const KnownOutputs<T>& known_;
};

template <nn::Real T>
LayerCase<T> with_method(LayerCase<T> layer, Method method) {
  layer.options.method = method;
  return layer;
}

template <nn::Real T>
class KnownLayer final : public KnownProblem {
 public:
  explicit KnownLayer(LayerCase<T> layer)
      : KnownProblem(describe(layer), layer.options.method), layer_(std::move(layer)) {
    learn();
  }

  void learn() override {
    const auto reference = plan_of(with_method(layer_, Method::reference));
    const auto judge = executed<T>(reference, layer_.inputs);
    learn_from(layer_, judge, reference.error_bound(1));
    auto once = layer_;  // `automatic` asks how often a plan is to be executed
    once.options.calls = 1;
    learn_from(once, judge, reference.error_bound(1));
  }

  void call(const Workers& workers) const override { known_.require(called(with(workers))); }

  [[nodiscard]] std::unique_ptr<const PreparedProblem> prepare(
      const Workers& workers) const override {
    return std::make_unique<const PreparedLayer<T>>(plan_of(with(workers)), layer_.inputs, known_);
  }

 private:
  void learn_from(const LayerCase<T>& layer, const nn::Tensor<T>& judge, double judge_bound) {
    const auto plan = plan_of(layer);
    const double tolerance = plan.error_bound(1) + judge_bound;
    auto outputs = executed<T>(plan, layer.inputs);
    const auto are_near = [&](T a, T b) {
      return std::abs(static_cast<double>(a) - static_cast<double>(b)) <= tolerance;
    };
    const auto mine = elements(outputs);
    const auto theirs = elements(judge);
    if (!std::equal(mine.begin(), mine.end(), theirs.begin(), theirs.end(), are_near))
      throw WrongResult(text() + ": not what the reference computes");
    known_.append(std::move(outputs));
  }

  [[nodiscard]] LayerCase<T> with(const Workers& workers) const {
    auto layer = layer_;
    layer.options.threads = workers.threads;
    layer.options.executor = workers.executor;
    return layer;
  }

  LayerCase<T> layer_;
  KnownOutputs<T> known_;
};

/// A layer for the method: the transforms have no strides, and Winograd's 3×3 taps. Activations
/// that leave differences as they are, or smaller.
template <nn::Real T>
LayerCase<T> draw(LayerKind kind, Method method, Random& random) {
  constexpr nn::Activation contracting[] = {nn::Activation::linear, nn::Activation::relu,
                                            nn::Activation::relu6};
  const bool transforms = method == Method::fft || method == Method::winograd;
  nn::ConvOptions options;
  options.method = method;
  options.padding = random.coin() ? nn::same : nn::valid;
  options.data_format = random.pick(data_formats);
  options.kernel_format = random.pick(kernel_formats);
  options.activation = random.pick(contracting);
  if (!transforms) options.strides = draw_per_axis(random, 3);
  const Index side = method == Method::winograd ? 3 : random.index(1, 5);
  const Index largest = method == Method::reference ? 12 : 40;
  const LayerSizes sizes{random.index(1, 3),
                         random.index(7, largest),
                         random.index(7, largest),
                         random.index(1, 20),
                         random.index(1, 24),
                         side,
                         side};
  return with_tensors<T>(kind, options, sizes, 1, random.index(1, 3), false, random);
}

template <nn::Real T>
void append_layers_of(KnownProblems& problems, Random& random) {
  for (const LayerKind kind : layer_kinds) {
    for (const Method method :
         {Method::automatic, Method::direct, Method::fft, Method::winograd, Method::reference}) {
      for (int count = 0; count < 3; ++count) {
        auto layer = draw<T>(kind, method, random);
        try {
          problems.push_back(std::make_unique<KnownLayer<T>>(std::move(layer)));
        } catch (const Error& error) {
          if (error.code() != Errc::unsupported && error.code() != Errc::unavailable) throw;
        }
      }
    }
  }
}

}  // namespace

void append_layers(KnownProblems& problems, Random& random) {
  append_layers_of<float>(problems, random);
  append_layers_of<double>(problems, random);
}

}  // namespace twofold::test
