// SPDX-License-Identifier: BSD-3-Clause
// Numbers and sizes as they are written on the command line.
#include "number.hpp"

#include <charconv>
#include <cmath>

namespace twofold::tool {

namespace {

/// The whole of `text` as a T, with an optional plus sign, which from_chars does not take.
template <class T>
std::optional<T> parse_whole(std::string_view text) noexcept {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool is_integer_literal(std::string_view text) noexcept {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Where the imaginary part of "1e+3-2j" begins: at its sign. 0 if there is no real part.
std::size_t imaginary_begin(std::string_view text) noexcept {
  for (std::size_t at = text.size(); at-- > 1;) {
    const bool is_sign = text[at] == '+' || text[at] == '-';
    const bool in_exponent = text[at - 1] == 'e' || text[at - 1] == 'E';
    if (is_sign && !in_exponent) return at;
  }
  return 0;
}

std::optional<std::complex<double>> parse_complex(std::string_view text) noexcept {
  if (!text.ends_with('j') && !text.ends_with('i')) return std::nullopt;
  text.remove_suffix(1);
  const std::size_t at = imaginary_begin(text);
  const auto real = at == 0 ? 0.0 : parse_whole<double>(text.substr(0, at));
  const std::string_view imaginary_text = text.substr(at);
  const bool is_unit = imaginary_text == "+" || imaginary_text == "-" || imaginary_text.empty();
  const auto imaginary =
      is_unit ? (imaginary_text == "-" ? -1.0 : 1.0) : parse_whole<double>(imaginary_text);
  if (!real || !imaginary) return std::nullopt;
  return std::complex<double>(*real, *imaginary);
}

}  // namespace

std::optional<Number> parse_number(std::string_view text) noexcept {
  if (is_integer_literal(text)) {
    if (const auto value = parse_whole<std::int64_t>(text)) return *value;
    if (const auto value = parse_whole<std::uint64_t>(text)) return *value;
    return std::nullopt;
  }
  if (const auto value = parse_whole<double>(text)) return *value;
  if (const auto value = parse_complex(text)) return *value;
  return std::nullopt;
}

ElementType element_type(const Number& number) noexcept {
  constexpr ElementType types[] = {ElementType::int64, ElementType::uint64, ElementType::float64,
                                   ElementType::complex128};
  return types[number.index()];
}

Scalar to_scalar(const Number& number) {
  return std::visit([](auto value) { return Scalar(value); }, number);
}

std::complex<double> to_complex(const Number& number) noexcept {
  if (const auto* value = std::get_if<std::complex<double>>(&number)) return *value;
  if (const auto* value = std::get_if<double>(&number)) return *value;
  if (const auto* value = std::get_if<std::uint64_t>(&number)) return static_cast<double>(*value);
  return static_cast<double>(*std::get_if<std::int64_t>(&number));
}

bool is_finite(const Number& number) noexcept {
  const std::complex<double> value = to_complex(number);
  return std::isfinite(value.real()) && std::isfinite(value.imag());
}

std::optional<double> parse_finite_real(std::string_view text) noexcept {
  const auto value = parse_whole<double>(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept {
  if (text.starts_with('+')) return std::nullopt;
  return parse_whole<std::uint64_t>(text);
}

std::optional<std::vector<Index>> parse_sizes(std::string_view text) {
  std::vector<Index> sizes;
  for (const std::string_view part : split(text, 'x')) {
    const auto count = parse_count(part);
    if (!count || *count > static_cast<std::uint64_t>(PTRDIFF_MAX)) return std::nullopt;
    sizes.push_back(static_cast<Index>(*count));
  }
  return sizes;
}

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view space = " \t\r\n\v\f";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace twofold::tool
