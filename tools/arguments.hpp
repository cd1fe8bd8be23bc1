// SPDX-License-Identifier: BSD-3-Clause
// What the user typed, and how its words become twofold's options.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <twofold/options.hpp>

namespace twofold::tool {

/// What of the machine is used, as typed; absent where nothing was.
struct MachineTexts {
  std::optional<std::string> threads;
  std::optional<std::string> isa;
};

/// How a convolution is asked for, likewise.
struct OptionTexts {
  std::optional<std::string> mode;
  std::optional<std::string> boundary;
  std::optional<std::string> fill;
  std::optional<std::string> method;
  std::optional<std::string> accuracy;
  std::optional<std::string> nonfinite;
  MachineTexts machine;
};

/// `texts` over `defaults`. A --fill without a --boundary asks for boundary fill. Throws UsageError
/// with the names that are known.
[[nodiscard]] Options parse_options(const OptionTexts& texts, const Options& defaults);

/// NumPy's name, as in --type. Throws UsageError with the names that are known.
[[nodiscard]] ElementType parse_element_type(std::string_view text);

struct ConvolveArguments {
  Operation operation{};
  std::string input;
  std::string kernel;
  std::string output;  ///< empty or "-": the standard output
  OptionTexts options;
  bool explain = false;
  bool json = false;
};

/// A layer, as typed; absent where nothing was.
struct LayerTexts {
  std::optional<std::string> layer;
  std::optional<std::string> strides;
  std::optional<std::string> padding;
  std::optional<std::string> data_format;
  std::optional<std::string> dilation_rate;
  std::optional<std::string> groups;
  std::optional<std::string> kernel_format;
  std::optional<std::string> activation;
  std::optional<std::string> negative_slope;
  std::optional<std::string> output_padding;
  std::optional<std::string> method;
  std::optional<std::string> accuracy;
};

struct ConvArguments {
  std::string input;
  std::string kernel;
  std::optional<std::string> pointwise_kernel;
  std::optional<std::string> bias;
  std::string output;  ///< empty or "-": the standard output
  LayerTexts layer;
  MachineTexts machine;
  bool explain = false;
  bool json = false;
};

struct ExplainArguments {
  std::string kernel;
  std::optional<std::string> image;
  std::optional<std::string> input;  ///< of a layer, in place of an image
  std::optional<std::string> pointwise_kernel;
  LayerTexts layer;  ///< method and accuracy are among `options`
  std::string type = "float32";
  std::string operation = "convolve";
  OptionTexts options;
  bool json = false;
};

struct DiagnoseArguments {
  std::string image;
  std::string kernel;
  std::string a;
  std::optional<std::string> b;
  std::optional<std::string> expected;  ///< an operation, in place of b
  OptionTexts options;                  ///< of that
  bool json = false;
};

struct TuneArguments {
  std::string output;  ///< empty or "-": the standard output
  bool quick = false;
};

struct MapArguments {
  std::string output;  ///< empty or "-": the standard output
  std::string type = "float32";
  std::optional<std::string> images;
  std::optional<std::string> kernels;
  std::optional<std::string> channels;  ///< of a layer
  LayerTexts layer;                     ///< where a layer is named
  OptionTexts options;
  bool quick = false;
};

struct InfoArguments {
  bool json = false;
};

}  // namespace twofold::tool
