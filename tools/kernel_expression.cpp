// SPDX-License-Identifier: BSD-3-Clause
// KERNEL on the command line: an NPY file, a literal, or the name of a built-in.
#include "kernel_expression.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "built_in_kernels.hpp"
#include "errors.hpp"
#include "npy.hpp"
#include "number.hpp"

namespace twofold::tool {

namespace {

std::string row_name(std::size_t index) {
  return "kernel: row " + std::to_string(index + 1);
}

/// The numbers of one row: separated by white space, or by one comma.
std::vector<Number> parse_row(std::string_view text, std::size_t index) {
  std::vector<Number> numbers;
  for (const std::string_view group : split(text, ',')) {
    std::string_view rest = trimmed(group);
    if (rest.empty()) throw UsageError(row_name(index) + ": a number is missing");
    while (!rest.empty()) {
      const std::string_view word = rest.substr(0, rest.find_first_of(" \t\r\v\f"));
      const auto number = parse_number(word);
      if (!number)
        throw UsageError(row_name(index) + ": '" + std::string(word) +
                         "' is not a number, or out of range");
      numbers.push_back(*number);
      rest = trimmed(rest.substr(word.size()));
    }
  }
  return numbers;
}

std::vector<std::vector<Number>> parse_rows(std::string_view text) {
  std::string lines(text);
  std::replace(lines.begin(), lines.end(), '\n', ';');
  std::vector<std::vector<Number>> rows;
  std::vector<std::string_view> parts = split(lines, ';');
  // A last separator may end the last row.
  if (parts.size() > 1 && trimmed(parts.back()).empty()) parts.pop_back();
  for (const std::string_view part : parts) {
    if (trimmed(part).empty()) throw UsageError(row_name(rows.size()) + " is empty");
    rows.push_back(parse_row(part, rows.size()));
    if (rows.back().size() != rows.front().size()) {
      throw UsageError(row_name(rows.size() - 1) + " has " + std::to_string(rows.back().size()) +
                       " numbers, row 1 has " + std::to_string(rows.front().size()));
    }
  }
  return rows;
}

/// The number as a T, into which the promotion of all numbers' types says that it fits.
template <Element T>
T element_from(const Number& number) {
  if constexpr (std::integral<T>) {
    // int64 and uint64 together are float64: an integer kernel has numbers of one type only.
    return std::get<T>(number);
  } else if constexpr (std::floating_point<T>) {
    return to_complex(number).real();
  } else {
    return to_complex(number);
  }
}

template <Element T>
Image<T> kernel_from(const std::vector<std::vector<Number>>& rows) {
  auto kernel = Image<T>::uninitialized(
      {static_cast<Index>(rows.size()), static_cast<Index>(rows.front().size())});
  T* out = kernel.data();
  for (const auto& row : rows)
    out = std::transform(row.begin(), row.end(), out, element_from<T>);
  return kernel;
}

bool begins_like_a_number(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return false;
  if (text.find_first_of("0123456789+-.,;") == 0) return true;
  const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n\v\f,;"));
  return parse_number(word).has_value();
}

AnyImage read_kernel_file(const std::string& path) {
  InputFile file(path);
  NpyArray array = read_npy(file);
  if (array.dimensions != 2) {
    throw FileError(path, "a kernel has two dimensions, this array three");
  }
  return std::move(array.image);
}

}  // namespace

AnyImage parse_kernel_literal(std::string_view text) {
  const auto rows = parse_rows(text);
  ElementType type = element_type(rows.front().front());
  for (const auto& row : rows) {
    for (const Number& number : row)
      type = promote(type, element_type(number));
  }
  if (type == ElementType::int64) return kernel_from<std::int64_t>(rows);
  if (type == ElementType::uint64) return kernel_from<std::uint64_t>(rows);
  if (type == ElementType::float64) return kernel_from<double>(rows);
  return kernel_from<std::complex<double>>(rows);
}

AnyImage parse_kernel(const std::string& expression) {
  if (expression.ends_with(".npy") || expression.ends_with(".NPY")) {
    return read_kernel_file(expression);
  }
  if (begins_like_a_number(expression)) return parse_kernel_literal(expression);
  if (auto kernel = built_in_kernel(expression)) return *std::move(kernel);
  throw UsageError("kernel: '" + expression +
                   "' is neither an .npy file, nor numbers (\"1 2 1; 2 4 2\"), nor one of " +
                   std::string(built_in_kernel_names()));
}

}  // namespace twofold::tool
