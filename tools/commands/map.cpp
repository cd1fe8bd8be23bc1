// SPDX-License-Identifier: BSD-3-Clause
// twofold map: which method is the fastest, measured over sizes of image and kernel.
#include "commands/map.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "built_in_kernels.hpp"
#include "errors.hpp"
#include "layer_arguments.hpp"
#include "map_measurement.hpp"
#include "map_report.hpp"
#include "number.hpp"
#include "option_values.hpp"
#include "output_file.hpp"

namespace twofold::tool {

namespace {

constexpr Index largest_image = Index{1} << 15;
constexpr Index largest_kernel = Index{1} << 12;  // squared: most_kernel_elements

/// Ascending, each once.
std::vector<Index> parse_sides(std::string_view option, std::string_view text, Index largest) {
  std::vector<Index> sides;
  for (const std::string_view part : split(text, ',')) {
    const auto count = parse_count(trimmed(part));
    if (!count || *count < 1 || *count > static_cast<std::uint64_t>(largest)) {
      throw UsageError(std::string(option) + " '" + std::string(text) +
                       "': expected numbers from 1 to " + std::to_string(largest) +
                       ", as in 31,63,127");
    }
    sides.push_back(static_cast<Index>(*count));
  }
  std::sort(sides.begin(), sides.end());
  sides.erase(std::unique(sides.begin(), sides.end()), sides.end());
  return sides;
}

/// Where nothing is said about them.
void set_usual_sizes(MapRequest& request) {
  using Sizes = std::vector<Index>;
  const bool is_layer = request.layer.has_value();
  request.images = is_layer ? Sizes{7, 14, 28, 56} : Sizes{32, 64, 128, 256, 512, 1024};
  request.kernels =
      is_layer ? Sizes{1, 3, 5, 7, 11} : Sizes{3, 5, 7, 9, 11, 13, 15, 19, 23, 31, 47, 63, 95, 127};
  if (request.is_quick) return;
  for (const Index larger : is_layer ? Sizes{112, 224} : Sizes{2048, 4096})
    request.images.push_back(larger);
}

MapLayer layer_of(const MapArguments& arguments) {
  const LayerRequest request = parse_layer(arguments.layer, arguments.options.machine);
  if (request.kind != LayerKind::conv) {
    throw UsageError("--layer '" + *arguments.layer.layer +
                     "': expected conv; others are computed by one method only, or by conv's");
  }
  MapLayer layer{request.options, 64, 64};
  layer.options.padding = nn::same;
  if (arguments.channels) {
    const auto counts = parse_counts(*arguments.channels, 1);
    if (!counts || counts->size() > 2) {
      refuse_value("channels", *arguments.channels,
                   "how many, or CHANNELS,FILTERS, as in 64 or 64,128");
    }
    layer.channels = counts->front();
    layer.filters = counts->back();
  }
  return layer;
}

void require_usable_kernels(const MapRequest& request) {
  if (!request.layer) return;
  const Index side = request.kernels.back();
  const Index most = most_kernel_elements / (side * side);
  if (request.layer->channels > most / request.layer->filters) {
    throw UsageError("--channels: the largest kernels would have more than " +
                     std::to_string(most_kernel_elements) + " elements");
  }
}

MapRequest request_of(const MapArguments& arguments) {
  Options defaults;
  defaults.mode = Mode::same;
  MapRequest request;
  request.options = parse_options(arguments.options, defaults);
  request.is_quick = arguments.quick;
  if (arguments.layer.layer) {
    request.layer = layer_of(arguments);
    request.type = parse_layer_type(arguments.type);
  } else {
    request.type = parse_element_type(arguments.type);
  }
  set_usual_sizes(request);
  if (arguments.images) request.images = parse_sides("--images", *arguments.images, largest_image);
  if (arguments.kernels) {
    request.kernels = parse_sides("--kernels", *arguments.kernels, largest_kernel);
  }
  if (request.kernels.front() > request.images.back()) {
    throw UsageError("--kernels: each of them is larger than every image");
  }
  require_usable_kernels(request);
  return request;
}

}  // namespace

void map_command(const MapArguments& arguments) {
  const MapRequest request = request_of(arguments);
  check_writable(arguments.output);
  const std::vector<MapCell> cells = measure_map(request);
  const std::string json = map_json(request, cells);
  OutputFile file(arguments.output);
  file.write(json.data(), json.size());
  file.commit();
  if (!is_standard_output(arguments.output)) print_map(std::cout, request, cells);
}

}  // namespace twofold::tool
