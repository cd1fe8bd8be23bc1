// SPDX-License-Identifier: BSD-3-Clause
// How the words of the command line become twofold's options.
#include "arguments.hpp"

#include <string_view>
#include <vector>

#include <twofold/info.hpp>

#include "errors.hpp"
#include "number.hpp"

namespace twofold::tool {

namespace {

constexpr std::uint64_t most_threads = 4096;

[[noreturn]] void refuse(std::string_view option, std::string_view text,
                         std::string_view expected) {
  throw UsageError("--" + std::string(option) + " '" + std::string(text) + "': expected " +
                   std::string(expected));
}

/// What `parse` makes of the text, or a refusal that names what it knows.
template <class Parse>
auto parse_name(std::string_view option, std::string_view text, std::string_view expected,
                const Parse& parse) {
  const auto value = parse(text);
  if (!value) refuse(option, text, expected);
  return *value;
}

Boundaries parse_boundaries(std::string_view text) {
  const auto axis = [&](std::string_view name) {
    const auto value = parse_boundary(name);
    if (!value) {
      refuse("boundary", text,
             "fill, wrap, symm, mirror or nearest, or two of them for rows and columns: "
             "wrap,symm");
    }
    return *value;
  };
  const auto names = split(text, ',');
  if (names.size() == 2) return {axis(names[0]), axis(names[1])};
  return axis(text);
}

Accuracy parse_accuracy(std::string_view text) {
  if (text == "normwise") return normwise;
  if (text == "componentwise") return componentwise;
  constexpr std::string_view prefix = "within:";
  if (text.starts_with(prefix)) {
    const auto bound = parse_finite_real(text.substr(prefix.size()));
    if (bound && *bound >= 0) return within(*bound);
  }
  refuse("accuracy", text, "normwise, componentwise or within:ERROR, as in within:1e-3");
}

Nonfinite parse_nonfinite(std::string_view text) {
  if (text == "propagate") return Nonfinite::propagate;
  if (text == "reject") return Nonfinite::reject;
  refuse("nonfinite", text, "propagate or reject");
}

unsigned parse_threads(std::string_view text) {
  const auto count = parse_count(text);
  if (!count || *count < 1 || *count > most_threads) {
    refuse("threads", text, "a number from 1 to " + std::to_string(most_threads));
  }
  return static_cast<unsigned>(*count);
}

Scalar parse_fill(std::string_view text) {
  const auto number = parse_number(trimmed(text));
  if (!number) refuse("fill", text, "a number, as in 0, -1.5, nan or 1+2j");
  return to_scalar(*number);
}

}  // namespace

ElementType parse_element_type(std::string_view text) {
  std::string known;
  for (unsigned i = 0; i <= static_cast<unsigned>(ElementType::complex128); ++i) {
    const auto type = static_cast<ElementType>(i);
    if (name_of(type) == text) return type;
    known.append(i == 0 ? "" : ", ").append(name_of(type));
  }
  refuse("type", text, "one of " + known);
}

Options parse_options(const OptionTexts& texts, const Options& defaults) {
  Options options = defaults;
  if (texts.mode) options.mode = parse_name("mode", *texts.mode, "full, same or valid", parse_mode);
  if (texts.fill) {
    options.fill_value = parse_fill(*texts.fill);
    options.boundary = Boundary::fill;
  }
  if (texts.boundary) options.boundary = parse_boundaries(*texts.boundary);
  if (texts.method) {
    options.method =
        parse_name("method", *texts.method,
                   "automatic, direct, fft, overlap_save, whole_fft or reference", parse_method);
  }
  if (texts.accuracy) options.accuracy = parse_accuracy(*texts.accuracy);
  if (texts.nonfinite) options.nonfinite = parse_nonfinite(*texts.nonfinite);
  if (texts.threads) options.threads = parse_threads(*texts.threads);
  if (texts.isa) {
    options.isa = parse_name("isa", *texts.isa, "automatic, baseline or avx2", parse_isa);
  }
  return options;
}

}  // namespace twofold::tool
