// SPDX-License-Identifier: BSD-3-Clause
// Scalar: a number on its way to an element type.
#include <string>

#include "problem/element_visit.hpp"
#include "support/format.hpp"
#include "twofold/error.hpp"
#include "twofold/options.hpp"

namespace twofold {

namespace {

using detail::to_text;

[[noreturn]] void refuse(const std::string& value, ElementType type) {
  throw Error(Errc::invalid_option,
              "fill_value: " + value + " has no value in " + std::string(name_of(type)));
}

/// Truncated toward zero, then modulo 2ⁿ, as C casts a value by way of a 64-bit integer.
template <class T>
T truncate(double value) {
  constexpr double limit = 0x1p63;
  if (!(value >= -limit && value < limit)) {
    if (std::is_same_v<T, std::uint64_t> && value >= limit && value < 2 * limit) {
      return static_cast<T>(static_cast<std::uint64_t>(value));
    }
    refuse(to_text(value), element_type_of<T>);
  }
  return static_cast<T>(static_cast<std::int64_t>(value));
}

}  // namespace

template <Element T>
T Scalar::to() const {
  const bool integral = kind_ == Kind::signed_integer || kind_ == Kind::unsigned_integer;
  if constexpr (is_integer(element_type_of<T>)) {
    if (integral) return static_cast<T>(bits_);
    if (value_.imag() != 0) refuse(to_text(value_.imag()) + "i", element_type_of<T>);
    return truncate<T>(value_.real());
  } else {
    using Real = detail::real_t<T>;
    std::complex<double> value = value_;
    if (kind_ == Kind::signed_integer)
      value = static_cast<double>(static_cast<std::int64_t>(bits_));
    if (kind_ == Kind::unsigned_integer) value = static_cast<double>(bits_);
    if constexpr (detail::is_complex_v<T>) {
      return T(static_cast<Real>(value.real()), static_cast<Real>(value.imag()));
    } else {
      if (value.imag() != 0) refuse(to_text(value.imag()) + "i", element_type_of<T>);
      return static_cast<T>(value.real());
    }
  }
}

template std::int8_t Scalar::to() const;
template std::uint8_t Scalar::to() const;
template std::int16_t Scalar::to() const;
template std::uint16_t Scalar::to() const;
template std::int32_t Scalar::to() const;
template std::uint32_t Scalar::to() const;
template std::int64_t Scalar::to() const;
template std::uint64_t Scalar::to() const;
template float Scalar::to() const;
template double Scalar::to() const;
template std::complex<float> Scalar::to() const;
template std::complex<double> Scalar::to() const;

}  // namespace twofold
