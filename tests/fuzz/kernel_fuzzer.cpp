// SPDX-License-Identifier: BSD-3-Clause
// Kernels on the command line: whatever is asked for is a kernel or a UsageError. Numbers are the
// same once they have been written and read again; what is built in is finite.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "any_image.hpp"
#include "built_in_kernels.hpp"
#include "common/finding.hpp"
#include "errors.hpp"
#include "kernel_expression.hpp"
#include "number.hpp"

namespace twofold::fuzz {

namespace {

using tool::AnyImage;

/// Names a file: that is another fuzzer's subject.
bool names_a_file(std::string_view expression) {
  return expression.ends_with(".npy") || expression.ends_with(".NPY");
}

/// Parameters that ask for many elements, which would take seconds and find nothing. Those that ask
/// for more than a kernel may have, 2^24, are refused at once, and stay.
bool takes_long(std::string_view expression) {
  const std::size_t colon = expression.find(':');
  if (colon == std::string_view::npos) return false;
  for (const std::string_view list : tool::split(expression.substr(colon + 1), ',')) {
    for (const std::string_view part : tool::split(tool::trimmed(list), 'x')) {
      const auto value = tool::parse_finite_real(tool::trimmed(part));
      if (!value) continue;
      const double magnitude = std::abs(*value);
      if (magnitude > 40 && magnitude <= 0x1p24) return true;
      // A Gabor function's aspect divides its size.
      if (expression.find("gabor") != std::string_view::npos && magnitude > 1e-8 &&
          magnitude < 0.1) {
        return true;
      }
    }
  }
  return false;
}

template <class R>
std::string text_of(R value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  std::string word(text, end);
  // A real number that looks like an integer would be one.
  if constexpr (!std::is_integral_v<R>) {
    if (word.find_first_of(".enai") == std::string::npos) word += ".0";
  }
  return word;
}

template <class R>
std::string text_of(std::complex<R> value) {
  const std::string imaginary = text_of(value.imag());
  return text_of(value.real()) + (imaginary.starts_with('-') ? "" : "+") + imaginary + "j";
}

template <Element T>
std::string literal_of(const Image<T>& kernel) {
  std::string text;
  for (Index row = 0; row < kernel.rows(); ++row) {
    if (row > 0) text += "; ";
    for (Index col = 0; col < kernel.cols(); ++col)
      text += text_of(kernel(row, col)) + " ";
  }
  return text;
}

/// NaN equals NaN: it has no sign in a literal.
template <Element T>
bool same(T a, T b) {
  if constexpr (is_complex(element_type_of<T>)) {
    return same(a.real(), b.real()) && same(a.imag(), b.imag());
  } else if constexpr (std::is_floating_point_v<T>) {
    return (std::isnan(a) && std::isnan(b)) || (a == b && std::signbit(a) == std::signbit(b));
  } else {
    return a == b;
  }
}

void check_literal(std::string_view text, const AnyImage& kernel) {
  std::visit(
      [&]<Element T>(const Image<T>& taps) {
        const std::string literal = literal_of(taps);
        const AnyImage again = tool::parse_kernel_literal(literal);
        const auto describe = [&] { return std::string(text) + " became " + literal; };
        require(again.index() == kernel.index(), describe);
        const auto& other = std::get<Image<T>>(again);
        require(other.shape() == taps.shape(), describe);
        require(std::equal(taps.data(), taps.data() + taps.size(), other.data(), same<T>),
                describe);
      },
      kernel);
}

void check(const std::string& expression) {
  if (names_a_file(expression) || takes_long(expression)) return;
  try {
    const AnyImage kernel = tool::parse_kernel(expression);
    const Shape shape = tool::shape_of(kernel);
    require(shape.rows > 0 && shape.cols > 0 && shape.channels == 1,
            "a kernel without elements, or with channels");
    require(shape.rows <= tool::most_kernel_elements / shape.cols, "a kernel beyond the limit");
    if (tool::built_in_kernel(expression)) {
      require(tool::all_finite(kernel), [&] { return expression + " is not finite"; });
    } else {
      check_literal(expression, kernel);
    }
  } catch (const tool::UsageError&) {
  }
}

}  // namespace

}  // namespace twofold::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  twofold::fuzz::check(std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
