// SPDX-License-Identifier: BSD-3-Clause
// twofold map: which method is the fastest, measured over sizes of image and kernel.
#include "commands/map.hpp"

#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "errors.hpp"
#include "map_measurement.hpp"
#include "map_report.hpp"
#include "number.hpp"
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

MapRequest request_of(const MapArguments& arguments) {
  Options defaults;
  defaults.mode = Mode::same;
  MapRequest request;
  request.type = parse_element_type(arguments.type);
  request.options = parse_options(arguments.options, defaults);
  request.images = {32, 64, 128, 256, 512, 1024};
  request.kernels = {3, 5, 7, 9, 11, 13, 15, 19, 23, 31, 47, 63, 95, 127};
  request.is_quick = arguments.quick;
  if (!arguments.quick) request.images.insert(request.images.end(), {2048, 4096});
  if (arguments.images) request.images = parse_sides("--images", *arguments.images, largest_image);
  if (arguments.kernels) {
    request.kernels = parse_sides("--kernels", *arguments.kernels, largest_kernel);
  }
  if (request.kernels.front() > request.images.back()) {
    throw UsageError("--kernels: each of them is larger than every image");
  }
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
