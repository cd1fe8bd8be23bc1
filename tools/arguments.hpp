// SPDX-License-Identifier: BSD-3-Clause
// What the user typed, and how its words become twofold's options.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <twofold/options.hpp>

namespace twofold::tool {

/// How a convolution is asked for, as typed; absent where nothing was.
struct OptionTexts {
  std::optional<std::string> mode;
  std::optional<std::string> boundary;
  std::optional<std::string> fill;
  std::optional<std::string> method;
  std::optional<std::string> accuracy;
  std::optional<std::string> nonfinite;
  std::optional<std::string> threads;
  std::optional<std::string> isa;
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

struct ExplainArguments {
  std::string image;
  std::string kernel;
  std::string type = "float32";
  std::string operation = "convolve";
  OptionTexts options;
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
  OptionTexts options;
  bool quick = false;
};

struct InfoArguments {
  bool json = false;
};

}  // namespace twofold::tool
