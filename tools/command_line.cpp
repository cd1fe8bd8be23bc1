// SPDX-License-Identifier: BSD-3-Clause
// The commands, their options and their help.
#include "command_line.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>
#include <twofold/error.hpp>
#include <twofold/info.hpp>
#include <twofold/profile.hpp>

#include "arguments.hpp"
#include "built_in_kernels.hpp"
#include "commands/conv.hpp"
#include "commands/convolve.hpp"
#include "commands/explain.hpp"
#include "commands/info.hpp"
#include "commands/map.hpp"
#include "commands/tune.hpp"
#include "errors.hpp"

namespace twofold::tool {

namespace {

constexpr const char* exit_codes_help = "Exit codes: 0 done, 1 failed, 2 wrong usage.";

constexpr const char* general_help = R"(Examples:
  twofold convolve photo.png gaussian:3 -o blurred.png
  twofold correlate photo.png sobel-x -o edges.npy
  twofold convolve a.npy k.npy -o c.npy --mode same --boundary wrap
  twofold conv x.npy kernel.npy -o y.npy --strides 2 --padding same
  twofold explain --image 768x1024 --kernel 31x31
  twofold map --quick -o map.json
'twofold COMMAND --help' says more about each.)";

constexpr const char* kernel_help = R"(KERNEL is
  - a file whose name ends in .npy, with two dimensions;
  - numbers: "1 2 1; 2 4 2; 1 2 1" (integers are int64, others float64, as in
    NumPy; complex numbers: 1+2j);
  - one of these, of type float64 (x runs to the right, y downwards):
)";

constexpr const char* files_help =
    R"(IN and OUT are both NPY or both PNG, or IN is PNG and OUT is NPY.
  NPY  rows x columns, or rows x columns x channels (1 to 4). The defaults are
       those of scipy.signal: --mode full, --boundary fill, --fill 0. The result
       has NumPy's promoted type: uint8 with int64 is int64, and wraps around;
       anything up to int64 with float64 is float64.
  PNG  8 or 16 bit, gray or RGB, with or without alpha, which is left as it is.
       The defaults are --mode same, --boundary symm. The result has the depth of
       IN, rounded half to even and saturated; as NPY it is neither.
  "-" is the standard input or output.)";

constexpr const char* conv_help =
    R"(All files are NPY. IN is a batch of images, or one image without a batch:
  channels_last    [batch,] rows, columns, channels
  channels_first   [batch,] channels, rows, columns
The result has as many dimensions as IN. KERNEL has four, for C input channels,
F filters, G groups and a depth multiplier M:
                   hwio, as in Keras         oihw, as in PyTorch and ONNX
  conv             rows, columns, C/G, F     F, C/G, rows, columns
  depthwise_conv   rows, columns, C, M       C*M, 1, rows, columns
  separable_conv   as depthwise_conv; its --pointwise-kernel as conv, of 1 x 1
  conv_transpose   rows, columns, F, C       C, F, rows, columns
Names and defaults are those of Keras 3. Numbers as padding are zeros around
IN, or, of conv_transpose, what is cut off its result.

The layer is computed in float64 if IN or a kernel is, otherwise in float32;
integers and the bias are converted to that type, which the result has.
"-" is the standard input or output.

Examples:
  twofold conv x.npy k.npy --bias b.npy -o y.npy --padding same --strides 2
  twofold conv x.npy k.npy -o y.npy --layer conv_transpose --activation relu)";

/// What a user would otherwise not learn: the library says nothing by itself.
void warn_of_refused_profile() {
  const std::string problem = active_profile().problem;
  if (problem.empty()) return;
  std::fprintf(stderr, "twofold: TWOFOLD_PROFILE: %s; the built-in rates are used\n",
               problem.c_str());
}

/// Commands whose plans go by a profile.
template <class Arguments>
void run_with_profile(CLI::App& command, void (*run)(const Arguments&),
                      const Arguments& arguments) {
  command.callback([run, &arguments] {
    warn_of_refused_profile();
    run(arguments);
  });
}

constexpr const char* map_help =
    R"(The defaults are --mode same, --boundary fill.

MAP is JSON: "version", "type", "isa", "threads", "mode", "boundary", and "cells",
one for each image and kernel that is not larger. A cell has
  image, kernel  their rows, of which they have as many as columns
  chosen         what automatic chooses
  seconds        by method, the median of several runs; null where the method was
                 predicted to take more than 6 times the least, and was not run
  predicted      by method, what the cost model says
  winner         the fastest
  margin         the second best time divided by the best; null if there is none
  regret         the chosen method's time divided by the best
Where -o names a file, the winners are printed as a table.

Examples:
  twofold map -o map.json
  twofold map --quick --type uint8 --images 100,1000 -o map.json)";

void add_option(CLI::App& command, const char* name, std::optional<std::string>& text,
                const char* help, const char* value) {
  command.add_option(name, text, help)->type_name(value);
}

/// Where the result lies, and what is outside the image.
void add_extent_options(CLI::App& command, OptionTexts& texts) {
  add_option(command, "--mode", texts.mode, "full, same or valid", "MODE");
  add_option(command, "--boundary", texts.boundary,
             "fill, wrap, symm, mirror or nearest; or ROWS,COLS", "NAME");
}

/// What of the machine is used.
void add_machine_options(CLI::App& command, MachineTexts& texts) {
  add_option(command, "--threads", texts.threads, "how many threads may work (1)", "N");
  add_option(command, "--isa", texts.isa, "automatic, baseline, avx2 or avx512", "NAME");
}

void add_accuracy_option(CLI::App& command, std::optional<std::string>& accuracy) {
  add_option(command, "--accuracy", accuracy, "normwise, componentwise or within:ERROR", "NAME");
}

void add_result_option(CLI::App& command, std::string& output) {
  command.add_option("-o,--output", output, "the result; - or nothing: standard output")
      ->type_name("OUT");
}

template <class Arguments>
void add_report_flags(CLI::App& command, Arguments& arguments) {
  command.add_flag("--explain", arguments.explain,
                   "say on standard error what ran, why, and how long");
  command.add_flag("--json", arguments.json, "say it on standard output, as JSON");
}

void add_convolution_options(CLI::App& command, OptionTexts& texts) {
  add_extent_options(command, texts);
  add_option(command, "--fill", texts.fill, "what lies outside with boundary fill", "VALUE");
  add_option(command, "--method", texts.method,
             "automatic, direct, fft, overlap_save, whole_fft, reference", "NAME");
  add_accuracy_option(command, texts.accuracy);
  add_option(command, "--nonfinite", texts.nonfinite, "propagate NaN and infinity, or reject them",
             "NAME");
  add_machine_options(command, texts.machine);
}

void add_type_option(CLI::App& command, std::string& type) {
  command.add_option("--type", type, "what is computed in: int8 ... complex128 (float32)")
      ->type_name("TYPE");
}

void add_convolve(CLI::App& program, Operation operation, ConvolveArguments& arguments) {
  const bool convolves = operation == Operation::convolve;
  CLI::App& command = *program.add_subcommand(
      std::string(name_of(operation)),
      convolves ? "Convolve an image with a kernel, as scipy.signal.convolve2d"
                : "Correlate an image with a kernel, as scipy.signal.correlate2d");
  command.add_option("IN", arguments.input, "the image: .npy or .png")->required()->type_name("");
  command.add_option("KERNEL", arguments.kernel, "a file, numbers, or a name: see below")
      ->required()
      ->type_name("");
  add_result_option(command, arguments.output);
  add_convolution_options(command, arguments.options);
  add_report_flags(command, arguments);
  const std::string name(name_of(operation));
  command.footer("\n" + std::string(kernel_help) + std::string(built_in_kernels_help()) + "\n\n" +
                 files_help + "\n\nExamples:\n  twofold " + name +
                 " photo.png motion:21,30 -o moved.png\n  twofold " + name +
                 " a.npy \"1 0 -1\" -o b.npy --mode same --boundary nearest\n\n" + exit_codes_help);
  arguments.operation = operation;
  run_with_profile(command, &convolve_command, arguments);
}

void add_layer_options(CLI::App& command, LayerTexts& texts) {
  add_option(command, "--layer", texts.layer,
             "conv (the default), depthwise_conv,\nseparable_conv or conv_transpose", "NAME");
  add_option(command, "--strides", texts.strides, "steps between outputs: N, or ROWS,COLS (1)",
             "N");
  add_option(command, "--padding", texts.padding,
             "valid (the default), same, or\nTOP,BOTTOM,LEFT,RIGHT", "PADDING");
  add_option(command, "--data-format", texts.data_format,
             "channels_last (the default) or channels_first", "NAME");
  add_option(command, "--dilation-rate", texts.dilation_rate,
             "steps between taps: N, or ROWS,COLS (1)", "N");
  add_option(command, "--groups", texts.groups, "of conv (as many as the shapes say)", "N");
  add_option(command, "--kernel-format", texts.kernel_format,
             "hwio (the default) or oihw: see below", "NAME");
  add_option(command, "--activation", texts.activation,
             "linear (the default), relu, relu6, leaky_relu,\nsigmoid, tanh, silu or gelu", "NAME");
  add_option(command, "--negative-slope", texts.negative_slope, "of leaky_relu (0.2)", "VALUE");
  add_option(command, "--output-padding", texts.output_padding,
             "of conv_transpose: N, or ROWS,COLS", "N");
  add_option(command, "--method", texts.method, "automatic, direct, fft, reference", "NAME");
  add_accuracy_option(command, texts.accuracy);
}

void add_conv(CLI::App& program, ConvArguments& arguments) {
  CLI::App& command =
      *program.add_subcommand("conv", "Compute a layer of a network, as Keras' Conv2D");
  command.add_option("IN", arguments.input, "the inputs: .npy")->required()->type_name("");
  command.add_option("KERNEL", arguments.kernel, "the layer's kernel: .npy")
      ->required()
      ->type_name("");
  add_option(command, "--bias", arguments.bias, "one number for each output channel: .npy", "FILE");
  add_option(command, "--pointwise-kernel", arguments.pointwise_kernel,
             "the second kernel of separable_conv: .npy", "FILE");
  add_result_option(command, arguments.output);
  add_layer_options(command, arguments.layer);
  add_machine_options(command, arguments.machine);
  add_report_flags(command, arguments);
  command.footer(std::string("\n") + conv_help + "\n\n" + exit_codes_help);
  run_with_profile(command, &conv_command, arguments);
}

void add_explain(CLI::App& program, ExplainArguments& arguments) {
  CLI::App& command = *program.add_subcommand(
      "explain", "Say which method would run, and what each was predicted to cost");
  command.add_option("--image", arguments.image, "its size")
      ->required()
      ->type_name("ROWSxCOLS[xCHANNELS]");
  command.add_option("--kernel", arguments.kernel, "its size, or a kernel as 'convolve' takes it")
      ->required()
      ->type_name("ROWSxCOLS");
  add_type_option(command, arguments.type);
  command.add_option("--operation", arguments.operation, "convolve or correlate")
      ->type_name("NAME");
  add_convolution_options(command, arguments.options);
  command.add_flag("--json", arguments.json, "as JSON");
  command.footer(std::string("\nThe defaults are --mode same, --boundary fill.\n\nExamples:\n"
                             "  twofold explain --image 768x1024x3 --kernel 31x31\n"
                             "  twofold explain --image 4096x4096 --kernel gaussian:5 --type "
                             "float64 --json\n\n") +
                 exit_codes_help);
  run_with_profile(command, &explain_command, arguments);
}

void add_map(CLI::App& program, MapArguments& arguments) {
  CLI::App& command = *program.add_subcommand(
      "map", "Measure which method is the fastest, over sizes of image and kernel");
  command.add_option("-o,--output", arguments.output, "the map; - or nothing: standard output")
      ->type_name("MAP");
  add_option(command, "--images", arguments.images,
             "rows and columns of the images (32, 64, 128 ... 4096)", "N,N,...");
  add_option(command, "--kernels", arguments.kernels,
             "rows and columns of the kernels (14 odd ones, 3 ... 127)", "N,N,...");
  add_type_option(command, arguments.type);
  add_extent_options(command, arguments.options);
  add_machine_options(command, arguments.options.machine);
  command.add_flag("--quick", arguments.quick,
                   "images up to 1024 and shorter runs: seconds, not a minute");
  command.footer(std::string("\n") + map_help + "\n\n" + exit_codes_help);
  run_with_profile(command, &map_command, arguments);
}

void add_info(CLI::App& program, InfoArguments& arguments) {
  CLI::App& command = *program.add_subcommand(
      "info", "Version, instruction sets, FFT backend and its licence, profile");
  command.add_flag("--json", arguments.json, "as JSON");
  command.callback([&arguments] { info_command(arguments); });
}

void add_tune(CLI::App& program, TuneArguments& arguments) {
  CLI::App& command = *program.add_subcommand(
      "tune", "Measure this machine, so that the method is chosen by what it can do");
  command.add_option("-o,--output", arguments.output, "the profile; - or nothing: standard output")
      ->type_name("PROFILE");
  command.add_flag("--quick", arguments.quick, "15 seconds at most, not 3 minutes; see below");
  command.footer(
      std::string(
          "\nA profile holds what sums and transforms cost on this machine, and the plans "
          "with\nwhich FFTW is fastest on it, which also makes first calls quicker. Run it "
          "when\nnothing else runs. With --quick, only the instruction set in use is "
          "measured, and\nplans are sought for transforms of up to 1024 points.\n\nExamples:\n"
          "  twofold tune -o ~/.twofold-profile\n"
          "  export TWOFOLD_PROFILE=~/.twofold-profile\n\n") +
      exit_codes_help);
  command.callback([&arguments] { tune_command(arguments); });
}

void parse_and_run(const std::vector<std::string>& arguments) {
  CLI::App program("2-D convolution and correlation of images and arrays, and layers of networks.",
                   "twofold");
  ConvolveArguments convolve_arguments;
  ConvolveArguments correlate_arguments;
  ConvArguments conv_arguments;
  ExplainArguments explain_arguments;
  MapArguments map_arguments;
  TuneArguments tune_arguments;
  InfoArguments info_arguments;
  program.require_subcommand(1);
  program.set_version_flag("--version", "twofold " + std::string(version()));
  program.footer(std::string("\n") + general_help);
  add_convolve(program, Operation::convolve, convolve_arguments);
  add_convolve(program, Operation::correlate, correlate_arguments);
  add_conv(program, conv_arguments);
  add_explain(program, explain_arguments);
  add_map(program, map_arguments);
  add_tune(program, tune_arguments);
  add_info(program, info_arguments);
  try {
    // CLI11 takes them last first.
    program.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() != 0) throw;
    program.exit(problem);  // prints the help or the version
  }
}

/// The arguments after the program's name. "-.5 1" begins like an option: a space before it makes
/// it the number that it is (CLI11 knows only "-5").
std::vector<std::string> prepared(int argument_count, const char* const* arguments) {
  std::vector<std::string> result(arguments + std::min(argument_count, 1),
                                  arguments + argument_count);
  for (std::string& argument : result) {
    const bool is_number = argument.size() > 2 && argument.starts_with("-.") &&
                           argument[2] >= '0' && argument[2] <= '9';
    if (is_number) argument.insert(0, " ");
  }
  return result;
}

void check_command(const std::vector<std::string>& arguments) {
  constexpr std::string_view commands[] = {"convolve", "correlate", "conv", "explain",
                                           "map",      "tune",      "info"};
  const std::string expected = "expected convolve, correlate, conv, explain, map, tune or info";
  if (arguments.empty()) {
    throw UsageError("no command; " + expected + " (twofold --help says more)");
  }
  const std::string& first = arguments.front();
  if (first.starts_with('-')) return;
  if (std::find(std::begin(commands), std::end(commands), first) == std::end(commands)) {
    throw UsageError("unknown command '" + first + "'; " + expected);
  }
}

/// Whatever a message contains (a file's name may contain anything), it stays one line.
int fail(int exit_code, std::string message) noexcept {
  std::replace_if(
      message.begin(), message.end(),
      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  std::fprintf(stderr, "twofold: %s\n", message.c_str());
  return exit_code;
}

}  // namespace

int run_command_line(int argument_count, const char* const* arguments) noexcept try {
  const std::vector<std::string> words = prepared(argument_count, arguments);
  check_command(words);
  parse_and_run(words);
  std::cout.flush();
  if (!std::cout) throw FileError("standard output", "cannot be written");
  return 0;
} catch (const CLI::ParseError& problem) {
  return fail(2, problem.what());
} catch (const UsageError& problem) {
  return fail(2, problem.what());
} catch (const std::bad_alloc&) {
  return fail(1, "not enough memory");
} catch (const std::exception& problem) {
  return fail(1, problem.what());
}

}  // namespace twofold::tool
