// SPDX-License-Identifier: BSD-3-Clause
// How the words of the command line become twofold's options.
#include "arguments.hpp"

#include <string>
#include <string_view>

#include <twofold/info.hpp>

#include "number.hpp"
#include "option_values.hpp"

namespace twofold::tool {

namespace {

Boundaries parse_boundaries(std::string_view text) {
  const auto axis = [&](std::string_view name) {
    const auto value = parse_boundary(name);
    if (!value) {
      refuse_value("boundary", text,
                   "fill, wrap, symm, mirror or nearest, or two of them for rows and columns: "
                   "wrap,symm");
    }
    return *value;
  };
  const auto names = split(text, ',');
  if (names.size() == 2) return {axis(names[0]), axis(names[1])};
  return axis(text);
}

Nonfinite parse_nonfinite(std::string_view text) {
  if (text == "propagate") return Nonfinite::propagate;
  if (text == "reject") return Nonfinite::reject;
  refuse_value("nonfinite", text, "propagate or reject");
}

Scalar parse_fill(std::string_view text) {
  const auto number = parse_number(trimmed(text));
  if (!number) refuse_value("fill", text, "a number, as in 0, -1.5, nan or 1+2j");
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
  refuse_value("type", text, "one of " + known);
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
    options.method = parse_name(
        "method", *texts.method,
        "automatic, direct, separable, fft, overlap_save, whole_fft or reference", parse_method);
  }
  if (texts.accuracy) options.accuracy = parse_accuracy(*texts.accuracy);
  if (texts.nonfinite) options.nonfinite = parse_nonfinite(*texts.nonfinite);
  if (texts.machine.threads) options.threads = parse_threads(*texts.machine.threads);
  if (texts.machine.isa) options.isa = parse_instruction_set(*texts.machine.isa);
  return options;
}

}  // namespace twofold::tool
