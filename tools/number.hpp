// SPDX-License-Identifier: BSD-3-Clause
// Numbers and sizes as they are written on the command line.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <twofold/options.hpp>

namespace twofold::tool {

/// A number of the narrowest kind that holds it: "3" is an integer, "3.0" is not, "1+2j" is
/// complex.
using Number = std::variant<std::int64_t, std::uint64_t, double, std::complex<double>>;

/// Independent of the locale. Accepts a sign, "nan", "inf", and complex numbers ending in j or i.
/// Nothing if `text` is not one number, or an integer beyond 64 bits.
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) noexcept;

/// The type that NumPy gives an array of such numbers.
[[nodiscard]] ElementType element_type(const Number&) noexcept;
[[nodiscard]] Scalar to_scalar(const Number&);
[[nodiscard]] std::complex<double> to_complex(const Number&) noexcept;
[[nodiscard]] bool is_finite(const Number&) noexcept;

/// A real number; nothing for NaN, infinity and complex numbers.
[[nodiscard]] std::optional<double> parse_finite_real(std::string_view text) noexcept;

/// A decimal number without a sign.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text) noexcept;

/// "1024x768x3": counts joined by x.
[[nodiscard]] std::optional<std::vector<Index>> parse_sizes(std::string_view text);

/// Without the white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;
/// The parts between the separators; one more than there are separators.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace twofold::tool
