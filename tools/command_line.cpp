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
#include "commands/diagnose.hpp"
#include "commands/explain.hpp"
#include "commands/info.hpp"
#include "commands/map.hpp"
#include "commands/tune.hpp"
#include "errors.hpp"
#include "help_texts.hpp"

namespace twofold::tool {

namespace {

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

// Of commands for both: what is about images means nothing to layers, and the other way round.
constexpr const char* image_group = "Options for images";
constexpr const char* layer_group = "Options for layers of networks";

/// Puts the options that `add` adds under a heading of their own.
template <class Add>
void add_group(CLI::App& command, const char* group, const Add& add) {
  const std::size_t before = command.get_options({}).size();
  add();
  const std::vector<CLI::Option*> options = command.get_options({});
  for (std::size_t i = before; i < options.size(); ++i)
    options[i]->group(group);
}

/// As run_with_profile, where the option `of_layers` says that a layer is meant. Options of the
/// other kind are refused.
template <class Arguments>
void run_apart(CLI::App& command, const char* of_layers, void (*run)(const Arguments&),
               const Arguments& arguments) {
  command.callback([=, &command, &arguments] {
    const bool is_layer = command.count(of_layers) > 0;
    for (const CLI::Option* option : command.get_options({})) {
      if (option->count() == 0) continue;
      if (is_layer && option->get_group() == image_group)
        throw UsageError(option->get_name() + ": a layer (" + of_layers + ") has none");
      if (!is_layer && option->get_group() == layer_group)
        throw UsageError(option->get_name() + ": for layers only, which " + of_layers + " names");
    }
    warn_of_refused_profile();
    run(arguments);
  });
}

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

constexpr const char* fill_help =
    "what lies outside; asks for boundary fill, where\n--boundary is not given";

/// Of the image's elements.
void add_value_options(CLI::App& command, OptionTexts& texts) {
  add_option(command, "--fill", texts.fill, fill_help, "VALUE");
  add_option(command, "--nonfinite", texts.nonfinite, "propagate NaN and infinity, or reject them",
             "NAME");
}

constexpr const char* image_methods =
    "automatic, direct, separable, fft, overlap_save,\nwhole_fft, reference";
constexpr const char* layer_methods = "automatic, direct, fft, overlap_save, winograd,\nreference";

void add_method_option(CLI::App& command, std::optional<std::string>& method, const char* known) {
  add_option(command, "--method", method, known, "NAME");
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
  add_extent_options(command, arguments.options);
  add_value_options(command, arguments.options);
  add_method_option(command, arguments.options.method, image_methods);
  add_accuracy_option(command, arguments.options.accuracy);
  add_machine_options(command, arguments.options.machine);
  add_report_flags(command, arguments);
  const std::string name(name_of(operation));
  command.footer("\n" + std::string(kernel_help) + std::string(built_in_kernels_help()) + "\n\n" +
                 files_help + "\n\nExamples:\n  twofold " + name +
                 " photo.png motion:21,30 -o moved.png\n  twofold " + name +
                 " a.npy \"1 0 -1\" -o b.npy --mode same --boundary nearest\n\n" + exit_codes_help);
  arguments.operation = operation;
  run_with_profile(command, &convolve_command, arguments);
}

void add_data_format_option(CLI::App& command, LayerTexts& texts) {
  add_option(command, "--data-format", texts.data_format,
             "channels_last (the default) or channels_first", "NAME");
}

void add_layer_options(CLI::App& command, LayerTexts& texts) {
  add_option(command, "--layer", texts.layer,
             "conv (the default), depthwise_conv,\nseparable_conv or conv_transpose", "NAME");
  add_option(command, "--strides", texts.strides, "steps between outputs: N, or ROWS,COLS (1)",
             "N");
  add_option(command, "--padding", texts.padding,
             "valid (the default), same, or\nTOP,BOTTOM,LEFT,RIGHT", "PADDING");
  add_data_format_option(command, texts);
  add_option(command, "--dilation-rate", texts.dilation_rate,
             "steps between taps: N, or ROWS,COLS (1)", "N");
  add_option(command, "--groups", texts.groups, "of conv (as many as the shapes say)", "N");
  add_option(command, "--kernel-format", texts.kernel_format, "hwio (the default) or oihw", "NAME");
  add_option(command, "--activation", texts.activation,
             "linear (the default), relu, relu6, leaky_relu,\nsigmoid, tanh, silu or gelu", "NAME");
  add_option(command, "--negative-slope", texts.negative_slope, "of leaky_relu (0.2)", "VALUE");
  add_option(command, "--output-padding", texts.output_padding,
             "of conv_transpose: N, or ROWS,COLS", "N");
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
  add_method_option(command, arguments.layer.method, layer_methods);
  add_accuracy_option(command, arguments.layer.accuracy);
  add_machine_options(command, arguments.machine);
  add_report_flags(command, arguments);
  command.footer(std::string("\n") + conv_help + "\n\n" + exit_codes_help);
  run_with_profile(command, &conv_command, arguments);
}

void add_explain(CLI::App& program, ExplainArguments& arguments) {
  CLI::App& command = *program.add_subcommand(
      "explain", "Say which method would run, and what each was predicted to cost");
  command
      .add_option("--kernel", arguments.kernel,
                  "its size, or a kernel as 'convolve' takes it;\nof a layer, its shape")
      ->required()
      ->type_name("SIZE");
  add_type_option(command, arguments.type);
  add_method_option(command, arguments.options.method,
                    "automatic, direct, fft, overlap_save, reference;\nof images also separable, "
                    "whole_fft, of layers\nwinograd");
  add_accuracy_option(command, arguments.options.accuracy);
  add_machine_options(command, arguments.options.machine);
  command.add_flag("--json", arguments.json, "as JSON");
  add_group(command, image_group, [&] {
    add_option(command, "--image", arguments.image, "its size: ROWSxCOLS or ROWSxCOLSxCHANNELS",
               "SIZE");
    command.add_option("--operation", arguments.operation, "convolve or correlate")
        ->type_name("NAME");
    add_extent_options(command, arguments.options);
    add_value_options(command, arguments.options);
  });
  add_group(command, layer_group, [&] {
    add_option(command, "--input", arguments.input, "the shape of the inputs: [BATCH,]N,N,N",
               "SHAPE");
    add_option(command, "--pointwise-kernel", arguments.pointwise_kernel,
               "the shape of the second one of separable_conv", "SHAPE");
    add_layer_options(command, arguments.layer);
  });
  command.footer(std::string("\n") + explain_help + "\n\n" + exit_codes_help);
  run_apart(command, "--input", &explain_command, arguments);
}

void add_diagnose(CLI::App& program, DiagnoseArguments& arguments) {
  CLI::App& command =
      *program.add_subcommand("diagnose", "Say why two results of one image and kernel differ");
  command.add_option("IMAGE", arguments.image, "the image: .npy or .png")
      ->required()
      ->type_name("");
  command.add_option("KERNEL", arguments.kernel, "a file, numbers, or a name")
      ->required()
      ->type_name("");
  command.add_option("A", arguments.a, "a result: .npy or .png")->required()->type_name("");
  command.add_option("B", arguments.b, "another one")->type_name("");
  add_option(command, "--expected", arguments.expected, "in place of B: convolve or correlate",
             "NAME");
  add_extent_options(command, arguments.options);
  add_option(command, "--fill", arguments.options.fill, fill_help, "VALUE");
  command.add_flag("--json", arguments.json, "as JSON");
  command.footer(std::string("\n") + diagnose_help + "\n\n" + exit_codes_help);
  run_with_profile(command, &diagnose_command, arguments);
}

void add_map(CLI::App& program, MapArguments& arguments) {
  CLI::App& command = *program.add_subcommand(
      "map", "Measure which method is the fastest, over sizes of image and kernel");
  command.add_option("-o,--output", arguments.output, "the map; - or nothing: standard output")
      ->type_name("MAP");
  add_option(command, "--images", arguments.images,
             "rows and columns of the images (32, 64, 128 ...\n4096; of layers 7, 14, 28 ... 224)",
             "N,N,...");
  add_option(command, "--kernels", arguments.kernels,
             "rows and columns of the kernels (14 odd ones,\n3 ... 127; of layers 1, 3, 5, 7, 11)",
             "N,N,...");
  add_type_option(command, arguments.type);
  add_machine_options(command, arguments.options.machine);
  command.add_flag("--quick", arguments.quick,
                   "images up to 1024, of layers 56, and shorter\nruns: seconds, not a minute");
  add_group(command, image_group, [&] { add_extent_options(command, arguments.options); });
  add_group(command, layer_group, [&] {
    add_option(command, "--layer", arguments.layer.layer, "conv, with padding same", "NAME");
    add_option(command, "--channels", arguments.channels,
               "of the inputs and outputs: N, or CHANNELS,\nFILTERS (64)", "N");
    add_data_format_option(command, arguments.layer);
  });
  command.footer(std::string("\n") + map_help + "\n\n" + exit_codes_help);
  run_apart(command, "--layer", &map_command, arguments);
}

void add_info(CLI::App& program, InfoArguments& arguments) {
  CLI::App& command = *program.add_subcommand(
      "info", "Version, instruction sets, FFT backend and its licence, profile");
  command.add_flag("--json", arguments.json, "as JSON");
  command.footer(std::string("\n") + exit_codes_help);
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
          "\nA profile holds what sums and transforms cost on this machine, and the plans\n"
          "with which FFTW is fastest on it, which also makes first calls quicker. Run it\n"
          "when nothing else runs. With --quick, only the instruction set in use is\n"
          "measured, and plans are sought for transforms of up to 1024 points.\n\nExamples:\n"
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
  DiagnoseArguments diagnose_arguments;
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
  add_diagnose(program, diagnose_arguments);
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
                                           "diagnose", "map",       "tune", "info"};
  const std::string expected =
      "expected convolve, correlate, conv, explain, diagnose, map, tune or info";
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
