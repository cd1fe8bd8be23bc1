// SPDX-License-Identifier: BSD-3-Clause
// Reads the golden layers of tests/oracle/layers, whose README.md says what is in them.
#pragma once

#include <bit>
#include <cstdint>
#include <fstream>
#include <map>
#include <stdexcept>

#include "layer_case.hpp"

namespace twofold::test {

/// A layer and what somebody else computed for it.
template <nn::Real T>
struct GoldenLayer {
  LayerCase<T> layer;
  bool integers = false;  ///< sums are exact
  nn::TensorShape outputs{};
  Index every = 1;  ///< `stored` holds every so many-th output
  std::vector<T> stored;
  std::string line;
};

class GoldenFields {
 public:
  explicit GoldenFields(const std::string& line) {
    std::istringstream fields(line);
    for (std::string field; fields >> field;) {
      const auto sign = field.find('=');
      values_[field.substr(0, sign)] = field.substr(sign + 1);
    }
  }

  [[nodiscard]] std::string text(const std::string& name, const std::string& otherwise = "") const {
    const auto found = values_.find(name);
    return found == values_.end() ? otherwise : found->second;
  }

  /// Numbers with commas between them.
  [[nodiscard]] std::vector<Index> numbers(const std::string& name,
                                           const std::string& otherwise = "") const {
    std::istringstream numbers(text(name, otherwise));
    std::vector<Index> values;
    for (std::string number; std::getline(numbers, number, ',');)
      values.push_back(std::stol(number));
    return values;
  }

  [[nodiscard]] nn::TensorShape shape(const std::string& name) const {
    const auto sizes = numbers(name, "0,0,0,0");
    return {sizes.at(0), sizes.at(1), sizes.at(2), sizes.at(3)};
  }

  [[nodiscard]] nn::PerAxis per_axis(const std::string& name, const std::string& otherwise) const {
    const auto values = numbers(name, otherwise);
    return {values.at(0), values.at(1)};
  }

  /// The position of a field's value among `names`.
  template <class Enumeration, std::size_t count>
  [[nodiscard]] Enumeration one_of(const std::string& name, const char* const (&names)[count],
                                   const std::string& otherwise = "") const {
    const std::string value = text(name, otherwise);
    for (std::size_t i = 0; i < count; ++i) {
      if (value == names[i]) return static_cast<Enumeration>(i);
    }
    throw std::runtime_error("golden layers: " + name + "=" + value);
  }

 private:
  std::map<std::string, std::string> values_;
};

/// xorshift32, as in golden.js and golden.py.
class GoldenNumbers {
 public:
  GoldenNumbers(std::uint32_t seed, bool integers) : state_(seed), integers_(integers) {}

  template <nn::Real T>
  T draw() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    const auto bits = static_cast<int>(state_ >> 8);
    return integers_ ? static_cast<T>(bits % 9 - 4) : static_cast<T>(bits % 2048 - 1024) / 1024;
  }

  template <nn::Real T>
  nn::Tensor<T> tensor(const nn::TensorShape& shape) {
    auto tensor = nn::Tensor<T>::uninitialized(shape);
    std::generate_n(tensor.data(), tensor.size(), [&] { return draw<T>(); });
    return tensor;
  }

 private:
  std::uint32_t state_;
  bool integers_;
};

inline nn::ConvOptions options_of(const GoldenFields& fields) {
  constexpr const char* data_formats[] = {"channels_last", "channels_first"};
  constexpr const char* kernel_formats[] = {"hwio", "oihw"};
  constexpr const char* activations[] = {"linear",  "relu", "relu6", "leaky_relu",
                                         "sigmoid", "tanh", "silu",  "gelu"};
  nn::ConvOptions options;
  options.strides = fields.per_axis("strides", "1,1");
  options.dilation_rate = fields.per_axis("dilation", "1,1");
  options.output_padding = fields.per_axis("output_padding", "-1,-1");
  // Only conv has groups.
  options.groups = fields.text("layer") == "conv" ? fields.numbers("groups", "1").at(0) : 0;
  options.data_format = fields.one_of<nn::DataFormat>("data_format", data_formats, "channels_last");
  options.kernel_format = fields.one_of<nn::KernelFormat>("kernel_format", kernel_formats, "hwio");
  options.activation = fields.one_of<nn::Activation>("activation", activations, "linear");
  options.negative_slope = std::stod(fields.text("negative_slope", "0.2"));
  const std::string padding = fields.text("padding");
  if (padding == "valid" || padding == "same") {
    options.padding = padding == "valid" ? nn::valid : nn::same;
  } else {
    const auto sides = fields.numbers("padding");
    options.padding = {sides.at(0), sides.at(1), sides.at(2), sides.at(3)};
  }
  return options;
}

template <nn::Real T>
GoldenLayer<T> golden_layer(const std::string& line, const GoldenFields& fields,
                            std::istream& outputs) {
  GoldenLayer<T> golden;
  golden.line = line;
  golden.integers = fields.text("values") == "integer";
  golden.outputs = fields.shape("outputs");
  golden.every = fields.numbers("every", "1").at(0);

  GoldenNumbers numbers(static_cast<std::uint32_t>(std::stoul(fields.text("seed"))),
                        golden.integers);
  auto& layer = golden.layer;
  layer.kind = fields.one_of<LayerKind>("layer", layer_names);
  layer.options = options_of(fields);
  layer.inputs = numbers.tensor<T>(fields.shape("inputs"));
  layer.kernel = numbers.tensor<T>(fields.shape("kernel"));
  layer.pointwise = numbers.tensor<T>(fields.shape("pointwise"));
  layer.bias.resize(static_cast<std::size_t>(fields.numbers("bias", "0").at(0)));
  std::generate(layer.bias.begin(), layer.bias.end(), [&] { return numbers.draw<T>(); });

  const auto& shape = golden.outputs;
  const Index all = shape[0] * shape[1] * shape[2] * shape[3];
  golden.stored.resize(static_cast<std::size_t>((all + golden.every - 1) / golden.every));
  outputs.read(reinterpret_cast<char*>(golden.stored.data()),
               static_cast<std::streamsize>(golden.stored.size() * sizeof(T)));
  if (!outputs) throw std::runtime_error("golden layers: too few outputs");
  return golden;
}

/// Calls `visit` with every GoldenLayer<float> and GoldenLayer<double> of an oracle, and says how
/// many there were.
template <class Visitor>
int visit_golden_layers(const std::string& oracle, Visitor visit) {
  static_assert(std::endian::native == std::endian::little, "as the files are");
  const std::string path = std::string(TWOFOLD_GOLDEN_LAYERS) + '/' + oracle;
  std::ifstream lines(path + ".txt");
  std::ifstream outputs(path + ".bin", std::ios::binary);
  if (!lines || !outputs) throw std::runtime_error("golden layers: no " + path);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const GoldenFields fields(line);
    if (fields.text("type", "float32") == "float64") {
      visit(golden_layer<double>(line, fields, outputs));
    } else {
      visit(golden_layer<float>(line, fields, outputs));
    }
  }
  if (outputs.peek() != std::ifstream::traits_type::eof())
    throw std::runtime_error("golden layers: too many outputs in " + path);
  return count;
}

}  // namespace twofold::test
