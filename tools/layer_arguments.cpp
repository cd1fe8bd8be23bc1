// SPDX-License-Identifier: BSD-3-Clause
// How the words of the command line become nn::ConvOptions.
#include "layer_arguments.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <twofold/info.hpp>

#include "errors.hpp"
#include "number.hpp"
#include "option_values.hpp"

namespace twofold::tool {

namespace {

template <class Value>
struct Named {
  std::string_view name;
  Value value;
};

constexpr Named<LayerKind> layers[] = {{"conv", LayerKind::conv},
                                       {"depthwise_conv", LayerKind::depthwise_conv},
                                       {"separable_conv", LayerKind::separable_conv},
                                       {"conv_transpose", LayerKind::conv_transpose}};

constexpr Named<nn::DataFormat> data_formats[] = {
    {"channels_last", nn::DataFormat::channels_last},
    {"channels_first", nn::DataFormat::channels_first}};

constexpr Named<nn::KernelFormat> kernel_formats[] = {{"hwio", nn::KernelFormat::hwio},
                                                      {"oihw", nn::KernelFormat::oihw}};

constexpr Named<nn::Activation> activations[] = {
    {"linear", nn::Activation::linear},   {"relu", nn::Activation::relu},
    {"relu6", nn::Activation::relu6},     {"leaky_relu", nn::Activation::leaky_relu},
    {"sigmoid", nn::Activation::sigmoid}, {"tanh", nn::Activation::tanh},
    {"silu", nn::Activation::silu},       {"gelu", nn::Activation::gelu}};

// What else is there computes no layer.
constexpr Named<Method> methods[] = {
    {"automatic", Method::automatic}, {"auto", Method::automatic},
    {"direct", Method::direct},       {"fft", Method::fft},
    {"winograd", Method::winograd},   {"overlap_save", Method::overlap_save},
    {"reference", Method::reference}};

template <class Value, std::size_t N>
std::string_view name_in(const Named<Value> (&table)[N], Value value) noexcept {
  const auto found = std::find_if(std::begin(table), std::end(table),
                                  [&](const auto& named) { return named.value == value; });
  return found == std::end(table) ? "" : found->name;
}

/// `value` of that name, where one was typed.
template <class Value, std::size_t N>
void set_named(Value& value, std::string_view option, const std::optional<std::string>& text,
               const Named<Value> (&table)[N], std::string_view expected) {
  if (!text) return;
  value = parse_name(option, *text, expected, [&](std::string_view name) -> std::optional<Value> {
    const auto found = std::find_if(std::begin(table), std::end(table),
                                    [&](const auto& named) { return named.name == name; });
    if (found == std::end(table)) return std::nullopt;
    return found->value;
  });
}

void set_axes(nn::PerAxis& axes, std::string_view option, const std::optional<std::string>& text,
              std::uint64_t least) {
  if (!text) return;
  const auto counts = parse_counts(*text, least);
  if (!counts || counts->size() > 2) {
    refuse_value(
        option, *text,
        "one number, or ROWS,COLS, each at least " + std::to_string(least) + ", as in 2 or 2,1");
  }
  axes = {counts->front(), counts->back()};
}

void set_padding(nn::Padding& padding, const std::optional<std::string>& text) {
  if (!text) return;
  if (*text == "valid") {
    padding = nn::valid;
  } else if (*text == "same") {
    padding = nn::same;
  } else {
    const auto sides = parse_counts(*text, 0);
    if (!sides || sides->size() != 4) {
      refuse_value("padding", *text, "valid, same or TOP,BOTTOM,LEFT,RIGHT, as in 1,1,0,0");
    }
    padding = {(*sides)[0], (*sides)[1], (*sides)[2], (*sides)[3]};
  }
}

void set_groups(Index& groups, const std::optional<std::string>& text) {
  if (!text) return;
  const auto counts = parse_counts(*text, 1);
  if (!counts || counts->size() != 1) refuse_value("groups", *text, "a number of at least 1");
  groups = counts->front();
}

void set_slope(double& slope, const std::optional<std::string>& text) {
  if (!text) return;
  const auto value = parse_finite_real(trimmed(*text));
  if (!value) refuse_value("negative-slope", *text, "a number, as in 0.01");
  slope = *value;
}

/// What would change nothing was meant to.
void require_meaning(const LayerTexts& texts, const LayerRequest& request) {
  if (texts.groups && request.kind != LayerKind::conv) {
    throw UsageError("--groups: only --layer conv has groups");
  }
  if (texts.output_padding && request.kind != LayerKind::conv_transpose) {
    throw UsageError("--output-padding: only --layer conv_transpose has one");
  }
  if (texts.negative_slope && request.options.activation != nn::Activation::leaky_relu) {
    throw UsageError("--negative-slope: only --activation leaky_relu has one");
  }
}

}  // namespace

LayerRequest parse_layer(const LayerTexts& texts, const MachineTexts& machine) {
  LayerRequest request;
  nn::ConvOptions& options = request.options;
  set_named(request.kind, "layer", texts.layer, layers,
            "conv, depthwise_conv, separable_conv or conv_transpose");
  set_axes(options.strides, "strides", texts.strides, 1);
  set_padding(options.padding, texts.padding);
  set_named(options.data_format, "data-format", texts.data_format, data_formats,
            "channels_last or channels_first");
  set_axes(options.dilation_rate, "dilation-rate", texts.dilation_rate, 1);
  set_groups(options.groups, texts.groups);
  set_named(options.kernel_format, "kernel-format", texts.kernel_format, kernel_formats,
            "hwio or oihw");
  set_named(options.activation, "activation", texts.activation, activations,
            "linear, relu, relu6, leaky_relu, sigmoid, tanh, silu or gelu");
  set_slope(options.negative_slope, texts.negative_slope);
  set_axes(options.output_padding, "output-padding", texts.output_padding, 0);
  set_named(options.method, "method", texts.method, methods,
            "automatic, direct, fft, overlap_save, winograd or reference");
  if (texts.accuracy) options.accuracy = parse_accuracy(*texts.accuracy);
  if (machine.threads) options.threads = parse_threads(*machine.threads);
  if (machine.isa) options.isa = parse_instruction_set(*machine.isa);
  require_meaning(texts, request);
  return request;
}

void require_kernels(LayerKind kind, bool has_pointwise_kernel) {
  const bool is_separable = kind == LayerKind::separable_conv;
  if (is_separable && !has_pointwise_kernel) {
    throw UsageError(
        "--layer separable_conv: the second kernel is missing; name it with "
        "--pointwise-kernel");
  }
  if (!is_separable && has_pointwise_kernel) {
    throw UsageError("--pointwise-kernel: only --layer separable_conv has one");
  }
}

ElementType parse_layer_type(std::string_view text) {
  constexpr Named<ElementType> types[] = {{"float32", ElementType::float32},
                                          {"float64", ElementType::float64}};
  ElementType type{};
  set_named(type, "type", std::string(text), types, "float32 or float64, in which layers compute");
  return type;
}

std::optional<std::vector<Index>> parse_counts(std::string_view text, std::uint64_t least) {
  std::vector<Index> counts;
  for (const std::string_view part : split(text, ',')) {
    const auto count = parse_count(trimmed(part));
    if (!count || *count < least || *count > static_cast<std::uint64_t>(PTRDIFF_MAX)) {
      return std::nullopt;
    }
    counts.push_back(static_cast<Index>(*count));
  }
  return counts;
}

std::string_view name_of(LayerKind kind) noexcept {
  return name_in(layers, kind);
}

std::string_view name_of(nn::DataFormat format) noexcept {
  return name_in(data_formats, format);
}

std::string_view name_of(nn::KernelFormat format) noexcept {
  return name_in(kernel_formats, format);
}

std::string_view name_of(nn::Activation activation) noexcept {
  return name_in(activations, activation);
}

std::string text_of(const nn::Padding& padding) {
  if (padding.kind == nn::Padding::Kind::valid) return "valid";
  if (padding.kind == nn::Padding::Kind::same) return "same";
  std::string text = std::to_string(padding.top);
  for (const Index side : {padding.bottom, padding.left, padding.right})
    text += "," + std::to_string(side);
  return text;
}

}  // namespace twofold::tool
