// SPDX-License-Identifier: BSD-3-Clause
// The header of an NPY file: a Python dictionary, of which only the needed grammar is accepted.
#include "npy_header.hpp"

#include <bit>
#include <charconv>
#include <optional>
#include <stdexcept>

namespace twofold::tool {

namespace {

struct TypeCode {
  std::string_view code;
  ElementType type;
};

constexpr TypeCode type_codes[] = {
    {"i1", ElementType::int8},    {"u1", ElementType::uint8},     {"i2", ElementType::int16},
    {"u2", ElementType::uint16},  {"i4", ElementType::int32},     {"u4", ElementType::uint32},
    {"i8", ElementType::int64},   {"u8", ElementType::uint64},    {"f4", ElementType::float32},
    {"f8", ElementType::float64}, {"c8", ElementType::complex64}, {"c16", ElementType::complex128},
};

/// "<f8" into the type and whether its bytes must be swapped. A missing order, '=' and '|' mean
/// this machine's, as in NumPy.
void parse_type(std::string_view description, NpyHeader& header) {
  std::string_view code = description;
  std::endian order = std::endian::native;
  if (!code.empty() && std::string_view("<>|=").find(code.front()) != std::string_view::npos) {
    if (code.front() == '<') order = std::endian::little;
    if (code.front() == '>') order = std::endian::big;
    code.remove_prefix(1);
  }
  for (const TypeCode& known : type_codes) {
    if (known.code != code) continue;
    header.type = known.type;
    header.byte_swapped = order != std::endian::native && size_in_bytes(known.type) > 1;
    return;
  }
  // The description comes from the file: only its printable part is repeated, and not too much.
  std::string shown;
  for (const char c : description.substr(0, 20))
    shown += c > ' ' && c < '\x7f' ? c : '?';
  throw std::invalid_argument("elements of type '" + shown +
                              "'; expected integers, float32, float64, complex64 or complex128");
}

/// Reads tokens off the front of the header.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() {
    skip_space();
    return rest_.empty();
  }

  bool accept(char expected) {
    skip_space();
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char expected) {
    if (!accept(expected)) fail(std::string("expected '") + expected + "'");
  }

  std::string_view string() {
    skip_space();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote == '[' || quote == '{') fail("structured element types are not supported");
    if (quote != '\'' && quote != '"') fail("expected a string");
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) fail("a string does not end");
    const std::string_view value = rest_.substr(1, end - 1);
    if (value.find('\\') != std::string_view::npos) fail("a string has an escape sequence");
    rest_.remove_prefix(end + 1);
    return value;
  }

  bool boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true},
                                      std::pair<std::string_view, bool>{"False", false}}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return value;
    }
    fail("'fortran_order' is neither True nor False");
  }

  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> values;
    expect('(');
    while (!accept(')')) {
      values.push_back(integer());
      const bool has_comma = accept(',');
      // (3) is a number in parentheses; only (3,) is a tuple.
      if (!has_comma && values.size() == 1) fail("'shape' is not a tuple");
      if (has_comma) continue;
      expect(')');
      break;
    }
    return values;
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw std::invalid_argument("malformed header: " + problem);
  }

 private:
  std::uint64_t integer() {
    skip_space();
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error == std::errc::result_out_of_range) fail("a dimension is beyond 64 bits");
    if (error != std::errc{}) fail("a dimension is not a whole number");
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    // Python 2 wrote long integers as 3L.
    if (rest_.starts_with('L')) rest_.remove_prefix(1);
    return value;
  }

  void skip_space() {
    const std::size_t begin = rest_.find_first_not_of(" \t\n\r");
    rest_.remove_prefix(begin == std::string_view::npos ? rest_.size() : begin);
  }

  std::string_view rest_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text) {
  Scanner scanner(text);
  std::optional<std::string_view> description;
  std::optional<bool> fortran_order;
  std::optional<std::vector<std::uint64_t>> shape;
  scanner.expect('{');
  while (!scanner.accept('}')) {
    const std::string_view key = scanner.string();
    scanner.expect(':');
    if (key == "descr" && !description) {
      description = scanner.string();
    } else if (key == "fortran_order" && !fortran_order) {
      fortran_order = scanner.boolean();
    } else if (key == "shape" && !shape) {
      shape = scanner.tuple();
    } else {
      scanner.fail("an unknown or repeated key");
    }
    if (scanner.accept(',')) continue;
    scanner.expect('}');
    break;
  }
  if (!scanner.at_end()) scanner.fail("text after the dictionary");
  if (!description || !fortran_order || !shape) {
    scanner.fail("one of 'descr', 'fortran_order', 'shape' is missing");
  }
  NpyHeader header;
  parse_type(*description, header);
  header.fortran_order = *fortran_order;
  header.shape = std::move(*shape);
  return header;
}

std::string npy_header_text(ElementType type, const std::vector<std::uint64_t>& shape) {
  std::string text = "{'descr': '";
  text += size_in_bytes(type) == 1 ? '|' : '<';
  for (const TypeCode& known : type_codes) {
    if (known.type == type) text += known.code;
  }
  text += "', 'fortran_order': False, 'shape': (";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",), }" : "), }");
}

}  // namespace twofold::tool
