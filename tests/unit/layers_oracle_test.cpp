// SPDX-License-Identifier: BSD-3-Clause
// Layers compute what Keras, PyTorch and ONNX Runtime compute: their outputs are kept in
// tests/oracle/layers, and compared with those of every method in every format.
#include <map>
#include <string>

#include "golden_layers.hpp"
#include "naive_layer.hpp"

namespace twofold::test {
namespace {

constexpr nn::DataFormat data_formats[] = {nn::DataFormat::channels_last,
                                           nn::DataFormat::channels_first};
constexpr nn::KernelFormat kernel_formats[] = {nn::KernelFormat::hwio, nn::KernelFormat::oihw};

/// The first stored output that `actual`, which has the oracle's format, does not agree with, told
/// in words; empty if none. Integers are exact in the oracle, and here but for `fft_error`.
/// Otherwise both may be wrong by the bound of a direct sum, which 4·m·u·(Σ|x||k| + |bias|) covers.
template <nn::Real T>
std::string first_difference(const GoldenLayer<T>& golden, const NaiveImages<wide_t<T>>& naive,
                             const nn::Tensor<T>& actual, double fft_error) {
  using W = wide_t<T>;
  std::ostringstream text;
  text.precision(std::numeric_limits<T>::max_digits10);
  if (actual.shape() != golden.outputs) {
    text << "the shape is " << text_of(actual.shape());
    return text.str();
  }
  const auto& options = golden.layer.options;
  const auto& shape = golden.outputs;
  for (std::size_t i = 0; i < golden.stored.size(); ++i) {
    const Index place = static_cast<Index>(i) * golden.every;
    const Index d = place % shape[3];
    const Index c = place / shape[3] % shape[2];
    const Index b = place / shape[3] / shape[2] % shape[1];
    const Index a = place / shape[3] / shape[2] / shape[1];
    const auto& sum = is_last(options.data_format) ? naive.at(a, b, c, d) : naive.at(a, c, d, b);
    const W direct = 4 * static_cast<W>(sum.products) * static_cast<W>(roundoff<T>) * sum.magnitude;
    const W error = static_cast<W>(fft_error) + (golden.integers ? 0 : direct);
    const W expected = golden.stored[i];
    W allowed = allowed_after<T>(options, sum.sum, expected, error);
    // PyTorch adds 1 to erf.
    if (options.activation == nn::Activation::gelu)
      allowed += static_cast<W>(roundoff<T>) * 2 * std::abs(sum.sum);
    if (std::abs(actual.data()[place] - expected) <= allowed) continue;  // false for NaN
    text << "at (" << a << ", " << b << ", " << c << ", " << d << "): " << actual.data()[place]
         << ", the oracle " << expected << ", allowed " << allowed << ", sum " << sum.sum;
    return text.str();
  }
  return {};
}

/// What became of a file's configurations.
struct Tally {
  int wrong = 0;
  std::map<Method, int> compared;
  std::map<Method, int> unsupported;
};

template <nn::Real T>
void compare(const GoldenLayer<T>& golden, const NaiveImages<wide_t<T>>& naive,
             const Engine& engine, Tally& tally) {
  LayerCase<T> layer = golden.layer;
  layer.options.method = engine.method;
  layer.options.isa = engine.isa;
  layer.options.calls = 1;  // as the functions take it
  for (const auto data_format : data_formats) {
    for (const auto kernel_format : kernel_formats) {
      const auto asked = in_formats(layer, data_format, kernel_format);
      std::string difference;
      try {
        const auto plan = plan_of(asked);
        const double fft_error =
            uses_fft(plan) ? plan.error_bound(largest_magnitude(asked.inputs)) : 0;
        const auto outputs = executed<T>(plan, asked.inputs);
        difference = first_difference(
            golden, naive, in_format(outputs, data_format, layer.options.data_format), fft_error);
        if (difference.empty() && !same_bits(called(asked), outputs))
          difference = "the function differs from the plan";
        ++tally.compared[engine.method];
      } catch (const Error& error) {
        if (error.code() != Errc::unsupported || engine.method != Method::fft)
          difference = error.what();
        ++tally.unsupported[engine.method];
      }
      if (difference.empty()) continue;
      ++tally.wrong;
      FAIL_CHECK(describe(asked) << "\n" << golden.line << "\n" << difference);
    }
  }
}

void check_oracle(const std::string& oracle, int configurations) {
  Tally tally;
  const int visited = visit_golden_layers(oracle, [&](const auto& golden) {
    if (tally.wrong > 20) return;
    const auto naive = naive_layer(golden.layer);
    for (const auto& engine : layer_engines())
      compare(golden, naive, engine, tally);
  });
  CHECK(visited >= configurations);
  for (const auto& engine : layer_engines()) {
    INFO(name_of(engine.method) << " " << tally.unsupported[engine.method] << " unsupported");
    CHECK(tally.compared[engine.method] > (engine.method == Method::fft ? 100 : configurations));
  }
}

/// The naive layers, from which the tests take bounds and what they expect elsewhere.
void check_naive(const std::string& oracle) {
  int wrong = 0;
  visit_golden_layers(oracle, [&](const auto& golden) {
    if (wrong > 20) return;
    using T = std::remove_cvref_t<decltype(golden.stored[0])>;
    const auto& options = golden.layer.options;
    const auto naive = naive_layer(golden.layer);
    auto outputs = nn::Tensor<T>::uninitialized(naive.shape);
    std::transform(naive.sums.begin(), naive.sums.end(), outputs.data(), [&](const auto& sum) {
      return static_cast<T>(activated(options.activation, options.negative_slope, sum.sum));
    });
    const auto difference = first_difference(
        golden, naive, in_format(outputs, nn::DataFormat::channels_last, options.data_format), 0);
    if (difference.empty()) return;
    ++wrong;
    FAIL_CHECK(golden.line << "\n" << difference);
  });
}

}  // namespace

TEST_CASE("the naive layers agree with the oracles", "[layers_oracle]") {
  check_naive("keras");
  check_naive("torch");
  check_naive("onnx");
}

TEST_CASE("layers of Keras", "[layers_oracle]") {
  check_oracle("keras", 1000);
}

TEST_CASE("layers of PyTorch", "[layers_oracle]") {
  check_oracle("torch", 300);
}

TEST_CASE("layers of ONNX Runtime", "[layers_oracle]") {
  check_oracle("onnx", 150);
}

}  // namespace twofold::test
