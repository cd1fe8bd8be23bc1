// SPDX-License-Identifier: BSD-3-Clause
// Layers of neural networks: twofold in both layouts, oneDNN and ONNX Runtime, on the same numbers.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <twofold/twofold.hpp>

#include "layer_cases.hpp"
#include "peak.hpp"
#include "peers/onednn.hpp"
#include "peers/onnxruntime.hpp"
#include "prepared_plan.hpp"
#include "runner.hpp"

namespace twofold::bench {

namespace {

using nn::DataFormat;
using TensorView = nn::TensorView<const float>;

/// What a filter may select. Those called alone have one thread where the others have more.
const std::vector<std::string> twofold_names = {"twofold_nhwc", "twofold_nchw",
                                                "twofold_nhwc_alone", "twofold_nchw_alone"};
const std::vector<std::string> onednn_names = {"onednn", "onednn_nhwc", "onednn_nchw",
                                               "onednn_auto", "onednn_winograd"};
const std::string onnxruntime_name = "onnxruntime";

/// Without a runtime where it is absent, and why.
struct Onnx {
  std::unique_ptr<OnnxRuntime> runtime;
  std::string absent;
};

/// The convolution of one layer in one layout by twofold.
PreparedLayer prepare(const LayerCase& c, LayerData& data, DataFormat format, unsigned threads) {
  const LayerTensors& tensors = data.in(format);
  const Index padding = c.padding();
  nn::ConvOptions options{.strides = c.stride,
                          .padding = {padding, padding, padding, padding},
                          .data_format = format,
                          .threads = threads};
  if (format == DataFormat::channels_first) options.kernel_format = nn::KernelFormat::oihw;
  return PreparedLayer({c.depthwise ? nn::Layer::depthwise_conv : nn::Layer::conv,
                        tensors.inputs.shape(), tensors.kernel, data.bias, options});
}

/// Channels last, whatever the layout is.
TensorView pixels(const nn::Tensor<float>& tensor, DataFormat format) {
  const TensorView view = tensor;
  return format == DataFormat::channels_last ? view : view.permuted({0, 2, 3, 1});
}

/// Why two results are not the same; empty if they are. What an algorithm may lose (those that
/// transform lose more than a sum) is far less than what another padding or layout makes.
std::string difference(const TensorView& expected, const TensorView& result) {
  constexpr float tolerance = 1e-4F;
  float largest = 0, magnitude = 0;
  const auto& [images, rows, cols, channels] = expected.shape();
  for (Index n = 0; n < images; ++n) {
    for (Index r = 0; r < rows; ++r) {
      for (Index col = 0; col < cols; ++col) {
        for (Index ch = 0; ch < channels; ++ch) {
          const float distance = std::abs(result(n, r, col, ch) - expected(n, r, col, ch));
          if (std::isnan(distance)) return "WRONG: NaN";
          largest = std::max(largest, distance);
          magnitude = std::max(magnitude, std::abs(expected(n, r, col, ch)));
        }
      }
    }
  }
  if (largest <= tolerance * magnitude) return {};
  char text[80];
  std::snprintf(text, sizeof text, "WRONG: its result differs by %.2g of the largest output",
                static_cast<double>(largest / magnitude));
  return text;
}

std::string comparison_name(const LayerCase& c, unsigned threads) {
  return c.name() + "/t" + std::to_string(threads);
}

bool selects_any(const Runner& runner, const std::string& comparison,
                 const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& name) { return runner.selects(comparison, name); });
}

/// Everything that is measured on one layer.
class Comparison {
 public:
  Comparison(const LayerCase& c, unsigned threads, Onnx& onnx)
      : case_(c), threads_(threads), onnx_(onnx), data_(c) {}

  [[nodiscard]] std::string name() const { return comparison_name(case_, threads_); }

  /// What the runner does not select is not prepared, as far as it would take time.
  [[nodiscard]] const std::vector<Participant>& participants(const Runner& runner) {
    if (selects_any(runner, name(), twofold_names)) {
      add_twofold("twofold_nhwc", DataFormat::channels_last, threads_);
      add_twofold("twofold_nchw", DataFormat::channels_first, threads_);
      if (threads_ > 1) {
        add_twofold("twofold_nhwc_alone", DataFormat::channels_last, 1);
        add_twofold("twofold_nchw_alone", DataFormat::channels_first, 1);
      }
    }
    if (selects_any(runner, name(), onednn_names)) add_onednn();
    if (runner.selects(name(), onnxruntime_name)) add_onnxruntime();
    const Limit arithmetic = multiply_add_limit(active_isa(), ElementType::float32);
    participants_.push_back({.name = "multiply_add",
                             .run = arithmetic.run,
                             .amount = arithmetic.amount,
                             .unit = "GFLOP/s",
                             .brief = true});
    return participants_;
  }

 private:
  Participant& add(const char* name) {
    return participants_.emplace_back(
        Participant{.name = name, .amount = case_.operations(), .unit = "GFLOP/s"});
  }

  void add_run(const char* name, const std::string& label, const std::function<void()>& run) {
    Participant& participant = add(name);
    participant.label = label;
    participant.run = run;
    participant.before = [this, run] {
      settle();
      run();
    };
  }

  /// Threads of other libraries spin for a while after their work, and take the processor from
  /// those who come next.
  void settle() const {
    using namespace std::chrono_literals;
    if (threads_ > 1) std::this_thread::sleep_for(10ms);
  }

  void add_twofold(const char* name, DataFormat format, unsigned threads) {
    std::shared_ptr<PreparedLayer> layer;
    try {
      layer = std::make_shared<PreparedLayer>(prepare(case_, data_, format, threads));
    } catch (const Error& error) {
      add(name).unavailable = error.what();
      return;
    }
    LayerTensors& tensors = data_.in(format);
    add_checked(
        name, layer->method(),
        [layer, &tensors] { layer->execute(tensors.inputs, tensors.outputs); }, format);
  }

  /// The last participant's result, which lies there. The first one's is what all are to have.
  void check(const nn::Tensor<float>& outputs, DataFormat format) {
    if (expected_.size() == 0) {
      expected_ = outputs;
      expected_format_ = format;
      return;
    }
    Participant& last = participants_.back();
    last.unavailable = difference(pixels(expected_, expected_format_), pixels(outputs, format));
    if (!last.unavailable.empty()) {
      std::fprintf(stderr, "\ntwofold: %s/%s: %s\n", case_.name().c_str(), last.name.c_str(),
                   last.unavailable.c_str());
    }
  }

  void add_checked(const char* name, const std::string& label, const std::function<void()>& run,
                   DataFormat format) {
    add_run(name, label, run);
    nn::Tensor<float>& outputs = data_.in(format).outputs;
    std::fill_n(outputs.data(), outputs.size(), 0.0F);
    run();
    check(outputs, format);
  }

  void add_onednn() {
    using enum onednn::Algorithm;
    if (onednn::version().empty()) {
      add("onednn").unavailable = "oneDNN is not in this build";
      return;
    }
    const onednn::Calls calls = onednn::convolution(case_, data_, direct);
    const std::string& label = calls.implementation;
    add_checked("onednn_nhwc", label, calls.run_channels_last, DataFormat::channels_last);
    add_checked("onednn_nchw", label, calls.run_channels_first, DataFormat::channels_first);
    const std::string wrong = participants_.back().unavailable;
    add_run("onednn", label, calls.run);
    participants_.back().unavailable = wrong;  // its outputs are in a layout of oneDNN's own

    const onednn::Calls automatic_calls = onednn::convolution(case_, data_, automatic);
    if (automatic_calls.implementation != label) add_algorithm("onednn_auto", automatic_calls);
    const onednn::Calls winograd_calls = onednn::convolution(case_, data_, winograd);
    if (winograd_calls.run) add_algorithm("onednn_winograd", winograd_calls);
  }

  void add_algorithm(const char* name, const onednn::Calls& calls) {
    add_checked(name, calls.implementation, calls.run_channels_last, DataFormat::channels_last);
    participants_.back().run = calls.run;
  }

  void add_onnxruntime() {
    Participant& participant = add("onnxruntime");
    if (!onnx_.runtime) {
      participant.unavailable = onnx_.absent;
      return;
    }
    try {
      onnx_.runtime->open(case_, data_, threads_);
      check(onnx_.runtime->outputs(), DataFormat::channels_first);
    } catch (const std::runtime_error& error) {
      participant.unavailable = error.what();
    }
    participant.before = [this] {
      settle();
      onnx_.runtime->run(1);
    };
    participant.run_timed = [this](std::int64_t calls) { return onnx_.runtime->run(calls); };
  }

  LayerCase case_;
  unsigned threads_;
  Onnx& onnx_;
  LayerData data_;
  nn::Tensor<float> expected_;
  DataFormat expected_format_{};
  std::vector<Participant> participants_;
};

/// What a call of ONNX Runtime costs through Node, whatever it computes: a layer of one pixel.
void measure_onnx_call(Runner& runner, Onnx& onnx, unsigned threads) {
  if (!onnx.runtime) return;
  const LayerCase pixel{.size = 1, .channels = 1, .filters = 1, .kernel = 1};
  onnx.runtime->open(pixel, LayerData(pixel), threads);
  runner.compare("limit/onnxruntime_call",
                 {{.name = "t" + std::to_string(threads),
                   .run_timed = [&](std::int64_t calls) { return onnx.runtime->run(calls); }}});
}

struct Settings {
  unsigned threads = 1;
  std::string onnx_folder;
};

Onnx start_onnxruntime(const std::string& folder) {
  Onnx onnx;
  if (folder.empty()) {
    onnx.absent = "ONNX Runtime is not installed";
    return onnx;
  }
  try {
    onnx.runtime = std::make_unique<OnnxRuntime>(folder);
  } catch (const std::runtime_error& error) {
    onnx.absent = error.what();
  }
  return onnx;
}

void measure_layers(Runner& runner, const Settings& settings) {
  Onnx onnx = start_onnxruntime(settings.onnx_folder);
  const std::string onednn_version = onednn::version();
  if (!onednn_version.empty()) onednn::use_threads(settings.threads);
  runner.describe("onednn", onednn_version.empty() ? "absent" : onednn_version);
  runner.describe("onnxruntime", onnx.runtime ? onnx.runtime->version() : "absent");

  std::vector<LayerCase> cases = layer_cases(runner.quick());
  std::erase_if(cases, [&](const LayerCase& c) {
    const std::string name = comparison_name(c, settings.threads);
    return !selects_any(runner, name, twofold_names) && !selects_any(runner, name, onednn_names) &&
           !runner.selects(name, onnxruntime_name);
  });
  runner.expect(cases.size() + 1);
  measure_onnx_call(runner, onnx, settings.threads);
  for (const LayerCase& c : cases) {
    Comparison comparison(c, settings.threads, onnx);
    runner.compare(comparison.name(), comparison.participants(runner));
  }
}

/// Takes its own options out of the command line; --filter and --json are Google Benchmark's.
Settings parse(std::vector<std::string>& arguments) {
  Settings settings;
  std::vector<std::string> others;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string name = arguments[i], value;
    if (const auto equals = name.find('='); equals != std::string::npos) {
      value = name.substr(equals + 1);
      name.resize(equals);
    } else if (name == "--threads" || name == "--onnx" || name == "--filter" || name == "--json") {
      if (++i == arguments.size()) throw std::invalid_argument(name + ": what?");
      value = arguments[i];
    }
    if (name == "--threads") {
      if (value != "1" && value != "2") throw std::invalid_argument("--threads: 1 or 2");
      settings.threads = value == "1" ? 1 : 2;
    } else if (name == "--onnx") {
      settings.onnx_folder = value;
    } else if (name == "--filter") {
      others.push_back("--benchmark_filter=" + value);
    } else if (name == "--json") {
      others.push_back("--benchmark_out=" + value);
    } else {
      others.push_back(arguments[i]);
    }
  }
  arguments = std::move(others);
  return settings;
}

int run(int argc, char** argv) {
  std::vector<std::string> arguments(argv, argv + argc);
  Settings settings;
  try {
    settings = parse(arguments);
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "twofold: %s\n", error.what());
    return 2;
  }
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (std::string& argument : arguments)
    pointers.push_back(argument.data());
  return run_program(static_cast<int>(pointers.size()), pointers.data(),
                     [&](Runner& runner) { measure_layers(runner, settings); });
}

}  // namespace

}  // namespace twofold::bench

int main(int argc, char** argv) {
  return twofold::bench::run(argc, argv);
}
