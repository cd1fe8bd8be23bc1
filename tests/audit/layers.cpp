// SPDX-License-Identifier: BSD-3-Clause
// Layers, whose sums are judged before an activation.
#include <optional>

#include "adversarial_images.hpp"
#include "allowances.hpp"
#include "exact_number.hpp"
#include "random_layers.hpp"

namespace twofold::audit {

namespace {

using namespace test;

/// The numbers of an adversary, as if the tensor were an image.
template <nn::Real T>
nn::Tensor<T> adversarial(const nn::TensorShape& shape, double (*number)(const Place&, Random&),
                          Random& random) {
  auto tensor = nn::Tensor<T>::uninitialized(shape);
  const auto image = numbers<T>({shape[0] * shape[1], shape[2] * shape[3]}, number, random);
  std::copy_n(image.data(), image.size(), tensor.data());
  return tensor;
}

/// Half of them such as transforms take.
template <nn::Real T>
LayerCase<T> draw_case(Random& random) {
  const bool transformable = random.coin();
  const LayerKind kind = transformable ? LayerKind::conv : random.pick(layer_kinds);
  const Index sort = random.index(0, 3);
  LayerSizes sizes = sort == 0   ? small_sizes(random)
                     : sort == 1 ? wide_sizes(random)
                                 : large_sizes(random);
  if (transformable && random.coin()) sizes.kernel_rows = sizes.kernel_cols = 3;
  LayerCase<T> layer = draw_layer<T>(kind, sizes, false, random);
  if (transformable) {
    nn::ConvOptions options{.padding = nn::same,
                            .data_format = layer.options.data_format,
                            .kernel_format = layer.options.kernel_format};
    layer = with_tensors<T>(kind, options, sizes, 1, 1, false, random);
  }
  layer.options.activation = nn::Activation::linear;
  const Adversary& adversary = random.pick(all_adversaries);
  // Between the two kernels of a separable convolution, there is no telling what numbers become.
  const bool chained = kind == LayerKind::separable_conv;
  const bool extreme = !may_be_filled(adversary);
  if (chained && extreme) return layer;
  // A bias beside which sums would vanish, or the other way round, tells nothing.
  if (extreme) layer.bias.clear();
  layer.inputs = adversarial<T>(layer.inputs.shape(), adversary.pixel, random);
  layer.kernel = adversarial<T>(layer.kernel.shape(), adversary.tap, random);
  return layer;
}

template <class Numbers>
int exponent_of_largest(const Numbers& numbers) {
  double largest = 0;
  for (Index i = 0; i < static_cast<Index>(numbers.size()); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(numbers.data()[i])));
  return largest > 0 ? std::ilogb(largest) : 0;
}

template <nn::Real T>
nn::Tensor<double> scaled(const nn::Tensor<T>& tensor, int exponent) {
  auto result = nn::Tensor<double>::uninitialized(tensor.shape());
  std::transform(tensor.data(), tensor.data() + tensor.size(), result.data(),
                 [&](T number) { return std::ldexp(static_cast<double>(number), exponent); });
  return result;
}

/// The exact sums of a layer, divided by 2^exponent: inputs and kernels are brought near 1 first,
/// as ScaledNumbers are, by powers of two.
template <nn::Real T>
class ExactLayer {
 public:
  explicit ExactLayer(const LayerCase<T>& layer) {
    LayerCase<double> units;
    units.kind = layer.kind;
    units.options = layer.options;
    const auto bring = [&](const nn::Tensor<T>& tensor) {
      const int exponent = exponent_of_largest(tensor);
      exponent_ += exponent;
      return scaled(tensor, -exponent);
    };
    units.inputs = bring(layer.inputs);
    units.kernel = bring(layer.kernel);
    units.pointwise = nn::Tensor<double>({0, 0, 0, 0});
    if (layer.kind == LayerKind::separable_conv) units.pointwise = bring(layer.pointwise);
    for (const T bias : layer.bias)
      units.bias.push_back(in_units(static_cast<double>(bias)));
    images_ = naive_layer<double, ExactNumber>(units);
  }

  [[nodiscard]] double in_units(double number) const { return std::ldexp(number, -exponent_); }
  [[nodiscard]] const std::vector<NaiveSum<ExactNumber>>& sums() const { return images_.sums; }

 private:
  int exponent_ = 0;
  NaiveImages<ExactNumber> images_;
};

/// What computes it: for a plain convolution, how the direct method goes about it.
template <nn::Real T>
std::string name_of_engine(const LayerCase<T>& layer, const nn::ConvPlan<T>& plan) {
  const Decision decision = plan.decisions().front();
  std::string name = std::string("nn ") + std::string(name_of(decision.method));
  if (layer.kind == LayerKind::separable_conv || layer.kind == LayerKind::conv_transpose)
    return name + ", " + layer_names[static_cast<int>(layer.kind)];
  if (decision.method != Method::direct) return name;
  for (const Candidate& candidate : decision.candidates) {
    if (candidate.method == decision.method) return name + ", " + candidate.reason;
  }
  return name;
}

std::vector<Engine> engines_and_reference() {
  auto engines = vectorised_layer_engines();
  engines.push_back({Method::reference});
  return engines;
}

template <nn::Real T>
class LayerAudit {
 public:
  LayerAudit(Session& session, LayerCase<T> layer, std::string name)
      : session_(session),
        layer_(std::move(layer)),
        name_(std::move(name)),
        exact_(layer_),
        largest_(largest_magnitude(layer_.inputs)) {
    if (!session.fault()) return;
    T& tap = layer_.kernel.data()[layer_.kernel.size() - 1];
    tap += (tap == 0 ? layer_.kernel.data()[0] : tap) / 64;
  }

  Index run() {
    for (const Engine& engine : engines_and_reference()) {
      for (const Accuracy accuracy : {normwise, componentwise})
        compare(engine, accuracy);
    }
    return static_cast<Index>(exact_.sums().size());
  }

 private:
  void compare(const Engine& engine, Accuracy accuracy) {
    layer_.options.method = engine.method;
    layer_.options.isa = engine.isa;
    layer_.options.accuracy = accuracy;
    std::optional<nn::ConvPlan<T>> plan;
    try {
      plan.emplace(plan_of(layer_));
    } catch (const Error& error) {
      if (error.code() != Errc::unsupported) throw;
      return;
    }
    const auto y = in_format(executed<T>(*plan, layer_.inputs), layer_.options.data_format,
                             nn::DataFormat::channels_last);
    if (accuracy == normwise) {
      const double bound = exact_.in_units(plan->error_bound(largest_));
      note("ConvPlan::error_bound", *plan, y, [&](const auto&) { return bound; });
    } else {
      const double smallest =
          exact_.in_units(static_cast<double>(std::numeric_limits<T>::denorm_min()));
      note(componentwise_bound, *plan, y, [&](const NaiveSum<ExactNumber>& sum) {
        const auto terms = static_cast<double>(sum.products == 0 ? 0 : sum.products + 1);
        return terms * (roundoff<T> * sum.magnitude.value().high + smallest / 2);
      });
    }
  }

  template <class Allowed>
  void note(const char* bound, const nn::ConvPlan<T>& plan, const nn::Tensor<T>& y,
            Allowed allowed) {
    if (y.size() != static_cast<Index>(exact_.sums().size()))
      throw std::logic_error("a result of the wrong shape");
    Shares found;
    const T* output = y.data();
    for (const auto& sum : exact_.sums()) {
      const double value = exact_.in_units(static_cast<double>(*output++));
      found.note(distance(sum.sum.value(), value), allowed(sum));
    }
    session_.note({name_of_engine(layer_, plan), std::string(name_of(element_type_of<T>)), bound},
                  found, name_ + ": " + describe(layer_));
  }

  Session& session_;
  LayerCase<T> layer_;
  std::string name_;
  ExactLayer<T> exact_;
  double largest_;
};

template <nn::Real T>
void audit_type(Session& session, double part) {
  session.run_series(std::string("nn-") + std::string(name_of(element_type_of<T>)), part,
                     [&](Random& random, const std::string& name) {
                       return LayerAudit<T>(session, draw_case<T>(random), name).run();
                     });
}

}  // namespace

void audit_layers(Session& session) {
  constexpr double part = 0.12;
  audit_type<float>(session, part);
  audit_type<double>(session, part);
}

}  // namespace twofold::audit
