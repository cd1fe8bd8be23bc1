// SPDX-License-Identifier: BSD-3-Clause
// twofold convolve, twofold correlate: from files to a file.
#include "commands/convolve.hpp"

#include <cstdint>
#include <iostream>
#include <optional>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "array_convolution.hpp"
#include "band_convolution.hpp"
#include "decision_report.hpp"
#include "errors.hpp"
#include "kernel_expression.hpp"
#include "number.hpp"
#include "output_file.hpp"
#include "output_name.hpp"
#include "picture_convolution.hpp"
#include "picture_input.hpp"

namespace twofold::tool {

namespace {

enum class Format : unsigned char { npy, png };

/// The format that the output's name asks for, found before anything is computed.
Format output_format(const ConvolveArguments& arguments, Format input) {
  const std::string& path = arguments.output;
  if (is_without_extension(path, arguments.json)) return input;
  if (has_extension(path, ".npy")) return Format::npy;
  if (!has_extension(path, ".png")) {
    throw UsageError("OUT '" + path + "': expected a name that ends in .npy or .png");
  }
  if (input == Format::npy) {
    throw UsageError("OUT '" + path + "': the result of an NPY array is one; expected .npy");
  }
  return Format::png;
}

Options defaults_for(Format input) {
  Options options;
  if (input == Format::png) {
    options.mode = Mode::same;
    options.boundary = Boundary::symm;
  }
  return options;
}

/// The picture's samples as they are, to be computed with as an array.
NpyArray as_array(PngPicture picture) {
  if (picture.has_alpha()) {
    throw UsageError("OUT: a picture with alpha can only become .png, where alpha is kept");
  }
  const int dimensions = picture.shape().channels == 1 ? 2 : 3;
  return {std::visit([](auto& pixels) { return AnyImage(std::move(pixels)); }, picture.pixels),
          dimensions};
}

NpyArray convolved(Operation operation, const NpyArray& input, const AnyImage& kernel,
                   const Options& options, DecisionReport* report) {
  if (report == nullptr) {
    return {convolve_arrays(operation, input.image, kernel, options), input.dimensions};
  }
  return {convolve_arrays(operation, input.image, kernel, options, *report), input.dimensions};
}

void write_picture(const std::string& path, const Picture& picture) {
  OutputFile file(path);
  if (const auto* array = std::get_if<NpyArray>(&picture)) {
    write_npy(file, *array);
  } else {
    write_png(file, std::get<PngPicture>(picture));
  }
  file.commit();
}

void print_report(const ConvolveArguments& arguments, const DecisionReport& report) {
  if (!arguments.json) {
    print_table(std::cerr, report);
    return;
  }
  nlohmann::ordered_json json{{"input", arguments.input}, {"output_file", arguments.output}};
  json.update(to_json(report));
  print_json(std::cout, json);
}

/// Arrays of more bytes stay in their files.
constexpr std::uint64_t largest_held = 128 << 20;

/// Whether it has been done a band at a time: with an array that is large, if the kernel is not the
/// larger one where that makes it the image. If not, the file is as it was.
bool convolve_in_bands(const ConvolveArguments& arguments, InputFile& file,
                       const AnyImage& kernel) {
  if (file.size() <= largest_held || !file.begins_with(npy_signature)) return false;
  // What is written over while it is read has to be held.
  if (is_standard_output(arguments.output) && file.is_open_as(STDOUT_FILENO)) return false;
  const auto rows = find_npy_rows(file);
  file.rewind();
  const Options options = parse_options(arguments.options, defaults_for(Format::npy));
  const Shape taps = shape_of(kernel);
  if (!rows) return false;
  if (options.mode == Mode::valid && (taps.rows > rows->shape.rows || taps.cols > rows->shape.cols))
    return false;

  (void)output_format(arguments, Format::npy);
  OutputFile out(arguments.output);
  const DecisionReport report =
      convolve_bands(arguments.operation, file, *rows, kernel, options, out);
  out.commit();
  if (arguments.explain || arguments.json) print_report(arguments, report);
  return true;
}

void check_fill(const OptionTexts& texts) {
  if (!texts.fill) return;
  const auto number = parse_number(trimmed(*texts.fill));
  if (number && (is_complex(element_type(*number)) || !is_finite(*number))) {
    throw UsageError("--fill '" + *texts.fill + "': a PNG has no such value");
  }
}

}  // namespace

void convolve_command(const ConvolveArguments& arguments) {
  // Wrong words are found before files are read, and a useless output before anything is computed.
  (void)parse_options(arguments.options, {});
  const AnyImage kernel = parse_kernel(arguments.kernel);
  std::optional<Picture> read;
  {
    InputFile file(arguments.input);
    if (convolve_in_bands(arguments, file, kernel)) return;
    read = read_picture(file);
  }
  Picture input = std::move(*read);
  const Format input_format = std::holds_alternative<NpyArray>(input) ? Format::npy : Format::png;
  const Format format = output_format(arguments, input_format);
  check_writable(arguments.output);
  const Options options = parse_options(arguments.options, defaults_for(input_format));

  DecisionReport report;
  const bool reports = arguments.explain || arguments.json;
  DecisionReport* const wanted_report = reports ? &report : nullptr;
  if (format == Format::png) {
    check_fill(arguments.options);
    input = convolve_picture(arguments.operation, std::get<PngPicture>(input), kernel, options,
                             wanted_report);
  } else {
    if (input_format == Format::png) input = as_array(std::get<PngPicture>(std::move(input)));
    input =
        convolved(arguments.operation, std::get<NpyArray>(input), kernel, options, wanted_report);
  }
  write_picture(arguments.output, input);
  if (reports) print_report(arguments, report);
}

}  // namespace twofold::tool
