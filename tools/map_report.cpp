// SPDX-License-Identifier: BSD-3-Clause
// A measured map of the methods, as JSON and as a table for a terminal.
#include "map_report.hpp"

#include <algorithm>
#include <cstdio>
#include <span>
#include <string_view>

#include <nlohmann/json.hpp>
#include <twofold/info.hpp>

#include "decision_report.hpp"
#include "layer_arguments.hpp"
#include "text.hpp"

namespace twofold::tool {

namespace {

using Json = nlohmann::ordered_json;

std::string square_text(Index side) {
  return typed_sizes_text(side, side);
}

Json cell_json(const MapCell& cell) {
  Json seconds;
  Json predicted;
  for (const MapTime& time : cell.times) {
    const std::string name(name_of(time.method));
    seconds[name] = time.measured ? Json(*time.measured) : Json();
    predicted[name] = time.predicted;
  }
  const auto margin = cell.margin();
  return {{"image", cell.image},
          {"kernel", cell.kernel},
          {"chosen", name_of(cell.chosen)},
          {"winner", name_of(cell.winner().method)},
          {"margin", margin ? Json(*margin) : Json()},
          {"regret", cell.regret()},
          {"seconds", std::move(seconds)},
          {"predicted", std::move(predicted)}};
}

/// What all cells have in common, beside the machine.
Json what_json(const MapRequest& request) {
  if (request.layer) {
    return {{"layer", name_of(LayerKind::conv)},
            {"channels", request.layer->channels},
            {"filters", request.layer->filters},
            {"padding", text_of(request.layer->options.padding)},
            {"data_format", name_of(request.layer->options.data_format)}};
  }
  const Options& options = request.options;
  return {{"mode", name_of(options.mode)},
          {"boundary",
           {{"rows", name_of(options.boundary.rows)}, {"cols", name_of(options.boundary.cols)}}}};
}

std::string what_text(const MapRequest& request) {
  const Options& options = request.options;
  if (!request.layer) {
    return settings_text(Operation::convolve, options, request.type, isa_in_use(options.isa));
  }
  const MapLayer& layer = *request.layer;
  return std::string(name_of(LayerKind::conv)) + ", " + std::to_string(layer.channels) +
         " channels, " + std::to_string(layer.filters) + " filters, padding " +
         text_of(layer.options.padding) + ", " + std::string(name_of(layer.options.data_format)) +
         ", " + machine_text(request.type, options.threads, isa_in_use(options.isa));
}

std::string legend_text(const std::vector<MapCell>& cells) {
  std::vector<Method> winners;
  bool has_wrong_choice = false;
  for (const MapCell& cell : cells) {
    winners.push_back(cell.winner().method);
    has_wrong_choice = has_wrong_choice || cell.chosen != cell.winner().method;
  }
  std::sort(winners.begin(), winners.end());
  winners.erase(std::unique(winners.begin(), winners.end()), winners.end());
  std::string text = "the fastest:";
  for (const Method method : winners) {
    const std::string name(name_of(method));
    text += (method == winners.front() ? " " : ", ") + name.substr(0, 1) + " " + name;
  }
  return text + (has_wrong_choice ? "; * where automatic chose another" : "");
}

/// The columns of some kernels; nothing for an image into which none of them fits.
void print_columns(std::ostream& out, const MapRequest& request, const std::vector<MapCell>& cells,
                   std::span<const Index> kernels, std::size_t margin, std::size_t width) {
  std::string heading = left_aligned("image", margin);
  for (const Index kernel : kernels)
    heading += right_aligned(std::to_string(kernel), width - 1) + " ";
  out << heading.substr(0, heading.find_last_not_of(' ') + 1) << '\n';
  for (const Index image : request.images) {
    std::string line = left_aligned(square_text(image), margin);
    for (const Index kernel : kernels) {
      const auto cell = std::find_if(cells.begin(), cells.end(), [&](const MapCell& each) {
        return each.image == image && each.kernel == kernel;
      });
      if (cell == cells.end()) {
        line.append(width, ' ');
        continue;
      }
      const Method winner = cell->winner().method;
      line += right_aligned(name_of(winner).substr(0, 1), width - 1);
      line += cell->chosen == winner ? ' ' : '*';
    }
    out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
  }
}

void print_regret(std::ostream& out, const std::vector<MapCell>& cells) {
  double sum = 0;
  for (const MapCell& cell : cells)
    sum += cell.regret();
  const MapCell& worst =
      *std::max_element(cells.begin(), cells.end(),
                        [](const MapCell& a, const MapCell& b) { return a.regret() < b.regret(); });
  const auto three_decimals = [](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return std::string(text);
  };
  out << "regret of automatic: " << three_decimals(sum / static_cast<double>(cells.size()))
      << " on the mean, " << three_decimals(worst.regret()) << " at worst\n";
  if (worst.chosen == worst.winner().method) return;
  out << "at worst: " << square_text(worst.image) << " by " << square_text(worst.kernel) << ", "
      << name_of(worst.chosen) << " chosen, " << name_of(worst.winner().method) << " faster\n";
}

}  // namespace

std::string map_json(const MapRequest& request, const std::vector<MapCell>& cells) {
  Json head{{"version", version()},
            {"type", name_of(request.type)},
            {"isa", name_of(isa_in_use(request.options.isa))},
            {"threads", request.options.threads}};
  head.update(what_json(request));
  std::string text = "{\n";
  for (const auto& [name, value] : head.items())
    text += "  " + Json(name).dump() + ": " + value.dump() + ",\n";
  text += "  \"cells\": [";
  for (const MapCell& cell : cells)
    text += (&cell == &cells.front() ? "\n    " : ",\n    ") + cell_json(cell).dump();
  return text + "\n  ]\n}\n";
}

void print_map(std::ostream& out, const MapRequest& request, const std::vector<MapCell>& cells) {
  print_wrapped(out, what_text(request));
  print_wrapped(out, legend_text(cells));
  const std::size_t margin = square_text(request.images.back()).size() + 1;
  const std::size_t width =
      std::max<std::size_t>(5, std::to_string(request.kernels.back()).size() + 2);
  const std::size_t fitting = (line_width - margin) / width;
  std::span<const Index> kernels(request.kernels);
  while (!kernels.empty()) {
    out << '\n';
    const auto columns = kernels.first(std::min(fitting, kernels.size()));
    print_columns(out, request, cells, columns, margin, width);
    kernels = kernels.subspan(columns.size());
  }
  out << '\n';
  print_regret(out, cells);
}

}  // namespace twofold::tool
