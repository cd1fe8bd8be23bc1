// SPDX-License-Identifier: BSD-3-Clause
// What was decided about a layer, as tables for a terminal and as JSON.
#include "layer_report.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>

#include "text.hpp"

namespace twofold::tool {

namespace {

using Json = nlohmann::ordered_json;

/// Convolutions of a layer for which the same method was chosen.
struct Part {
  std::string name;
  std::size_t count = 1;  ///< how many these are; the decision holds sums
  double operations = 0;  ///< of the direct sum; 0 where not known
  Decision decision;
};

double elements(const nn::TensorShape& shape) {
  double product = 1;
  for (const Index extent : shape)
    product *= static_cast<double>(extent);
  return product;
}

Index channels_of(const LayerReport& report, const nn::TensorShape& shape) {
  return report.request.options.data_format == nn::DataFormat::channels_last ? shape[3] : shape[1];
}

/// A multiplication and an addition for each kernel element: at every output pixel, or, where the
/// layer is transposed, at every input pixel.
double direct_operations(const LayerReport& report, const nn::TensorShape& kernel) {
  const bool transposed = report.request.kind == LayerKind::conv_transpose;
  const nn::TensorShape& pixels = transposed ? report.inputs : report.output;
  return 2 * elements(pixels) / static_cast<double>(channels_of(report, pixels)) * elements(kernel);
}

double direct_operations(const LayerReport& report) {
  const double operations = direct_operations(report, report.kernel);
  if (report.request.kind != LayerKind::separable_conv) return operations;
  return operations + direct_operations(report, report.pointwise_kernel);
}

/// Predictions of `other` on top of those of `part`: they run one after the other.
void add(Part& part, const Decision& other) {
  ++part.count;
  for (std::size_t i = 0; i < part.decision.candidates.size(); ++i) {
    Candidate& sum = part.decision.candidates[i];
    const Candidate& candidate = other.candidates[i];
    if (sum.allowed && !candidate.allowed) sum.reason = candidate.reason;
    sum.allowed = sum.allowed && candidate.allowed;
    sum.seconds += candidate.seconds;
    sum.workspace_bytes = std::max(sum.workspace_bytes, candidate.workspace_bytes);
  }
}

/// A transposed convolution with large strides is computed by hundreds of convolutions, which
/// hardly differ.
std::vector<Part> merged_parts(const LayerReport& report) {
  const std::string name(name_of(report.request.kind));
  std::vector<Part> parts;
  for (const Decision& decision : report.decisions) {
    const auto same = std::find_if(parts.begin(), parts.end(), [&](const Part& part) {
      return part.decision.method == decision.method;
    });
    if (same == parts.end()) {
      parts.push_back({name, 1, 0, decision});
    } else {
      add(*same, decision);
    }
  }
  for (Part& part : parts) {
    if (parts.size() == 1) part.operations = direct_operations(report);
    if (part.count == 1) continue;
    part.decision.why =
        std::string(name_of(part.decision.method)) + ", " + std::to_string(part.count) + " times";
  }
  return parts;
}

std::vector<Part> parts_of(const LayerReport& report) {
  if (report.request.kind != LayerKind::separable_conv) return merged_parts(report);
  return {{"depthwise_conv", 1, direct_operations(report, report.kernel), report.decisions.front()},
          {"conv", 1, direct_operations(report, report.pointwise_kernel), report.decisions.back()}};
}

Index groups_of(const LayerReport& report) {
  if (report.request.kind != LayerKind::conv) return 1;
  const bool hwio = report.request.options.kernel_format == nn::KernelFormat::hwio;
  return channels_of(report, report.inputs) / report.kernel[hwio ? 2 : 1];
}

std::string axes_text(const nn::PerAxis& axes) {
  std::string text = std::to_string(axes.rows);
  if (axes.cols != axes.rows) text += "," + std::to_string(axes.cols);
  return text;
}

/// What differs from a layer's defaults, under the names that are typed, and what it ran with.
std::string settings_text(const LayerReport& report) {
  const nn::ConvOptions& options = report.request.options;
  std::string text(name_of(report.request.kind));
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append(", ").append(name).append(name.empty() ? "" : " ").append(value);
  };
  add("strides", axes_text(options.strides));
  add("padding", text_of(options.padding));
  if (options.dilation_rate != nn::PerAxis(1)) {
    add("dilation-rate", axes_text(options.dilation_rate));
  }
  if (groups_of(report) != 1) add("groups", std::to_string(groups_of(report)));
  if (options.output_padding != nn::PerAxis(-1)) {
    add("output-padding", axes_text(options.output_padding));
  }
  if (options.activation != nn::Activation::linear) add("activation", name_of(options.activation));
  if (options.data_format != nn::DataFormat::channels_last) add("", name_of(options.data_format));
  if (options.kernel_format != nn::KernelFormat::hwio) add("", name_of(options.kernel_format));
  add("", machine_text(report.type, options.threads, isa_in_use(options.isa)));
  return text;
}

std::string shape_text(const nn::TensorShape& shape) {
  std::string text = std::to_string(shape[0]);
  for (std::size_t axis = 1; axis < 4; ++axis)
    text += " × " + std::to_string(shape[axis]);
  return text;
}

std::string shapes_text(const LayerReport& report) {
  std::string text =
      "inputs " + shape_text(report.inputs) + ", kernel " + shape_text(report.kernel);
  if (report.request.kind == LayerKind::separable_conv) {
    text += ", pointwise kernel " + shape_text(report.pointwise_kernel);
  }
  return text + ", result " + shape_text(report.output);
}

/// Where a layer is computed by several convolutions, which of them follow.
std::string heading_of(const LayerReport& report, const Part& part) {
  const std::size_t all = report.decisions.size();
  if (all == 1) return "";
  if (report.request.kind == LayerKind::separable_conv) return part.name + "\n";
  const std::string count =
      std::to_string(part.count) + (part.count == all ? "" : " of " + std::to_string(all));
  return count + " convolutions: one for each remainder of an output by the strides that\n" +
         "taps reach; where there are others, one for all outputs before\n";
}

double predicted_seconds(const std::vector<Part>& parts) {
  double sum = 0;
  for (const Part& part : parts)
    sum += tool::predicted_seconds(part.decision);
  return sum;
}

Json axes_json(const nn::PerAxis& axes) {
  if (axes == nn::PerAxis(-1)) return {};
  return {{"rows", axes.rows}, {"cols", axes.cols}};
}

Json part_json(const Part& part) {
  Json json{{"part", part.name}, {"count", part.count}};
  json.update(to_json(part.decision, part.operations));
  return json;
}

}  // namespace

void print_table(std::ostream& out, const LayerReport& report) {
  print_wrapped(out, settings_text(report));
  print_wrapped(out, shapes_text(report));
  out << '\n';
  const std::vector<Part> parts = parts_of(report);
  for (const Part& part : parts) {
    out << heading_of(report, part);
    print_decision(out, part.decision, part.operations);
    if (parts.size() > 1) out << '\n';
  }
  if (report.measured) {
    print_measured(out, *report.measured, predicted_seconds(parts), direct_operations(report));
  }
  out << rate_footnote;
}

Json to_json(const LayerReport& report) {
  const nn::ConvOptions& options = report.request.options;
  Json json{{"layer", name_of(report.request.kind)},
            {"inputs", report.inputs},
            {"kernel", report.kernel},
            {"output", report.output},
            {"type", name_of(report.type)},
            {"strides", axes_json(options.strides)},
            {"padding", text_of(options.padding)},
            {"data_format", name_of(options.data_format)},
            {"dilation_rate", axes_json(options.dilation_rate)},
            {"groups", groups_of(report)},
            {"kernel_format", name_of(options.kernel_format)},
            {"activation", name_of(options.activation)},
            {"output_padding", axes_json(options.output_padding)},
            {"threads", options.threads},
            {"isa", name_of(isa_in_use(options.isa))}};
  if (report.request.kind == LayerKind::separable_conv) {
    json["pointwise_kernel"] = report.pointwise_kernel;
  }
  Json parts = Json::array();
  for (const Part& part : parts_of(report))
    parts.push_back(part_json(part));
  json["parts"] = std::move(parts);
  if (report.measured) json["measured"] = to_json(*report.measured);
  return json;
}

}  // namespace twofold::tool
