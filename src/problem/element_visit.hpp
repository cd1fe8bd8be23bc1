// SPDX-License-Identifier: BSD-3-Clause
// From an element type known at run time to a template parameter.
#pragma once

#include <type_traits>

#include "twofold/types.hpp"

namespace twofold::detail {

template <class T>
struct Tag {
  using type = T;
};

/// visit(Tag<T>{}) with T the C++ type of `type`.
template <class Visitor>
decltype(auto) visit_element(ElementType type, Visitor&& visit) {
  switch (type) {
    case ElementType::int8:
      return visit(Tag<std::int8_t>{});
    case ElementType::uint8:
      return visit(Tag<std::uint8_t>{});
    case ElementType::int16:
      return visit(Tag<std::int16_t>{});
    case ElementType::uint16:
      return visit(Tag<std::uint16_t>{});
    case ElementType::int32:
      return visit(Tag<std::int32_t>{});
    case ElementType::uint32:
      return visit(Tag<std::uint32_t>{});
    case ElementType::int64:
      return visit(Tag<std::int64_t>{});
    case ElementType::uint64:
      return visit(Tag<std::uint64_t>{});
    case ElementType::float32:
      return visit(Tag<float>{});
    case ElementType::float64:
      return visit(Tag<double>{});
    case ElementType::complex64:
      return visit(Tag<std::complex<float>>{});
    case ElementType::complex128:
      break;
  }
  return visit(Tag<std::complex<double>>{});
}

/// The type in which sums are formed. Products and sums modulo 2ⁿ have the same bits whether the
/// operands are signed or not, and in unsigned arithmetic overflow is defined: signed integers are
/// summed as unsigned ones of their width.
template <class T>
struct LaneOf {
  using type = T;
};
template <class T>
requires std::is_integral_v<T>
struct LaneOf<T> {
  using type = std::make_unsigned_t<T>;
};
template <class T>
using lane_t = typename LaneOf<T>::type;

/// visit(Tag<L>{}) with L the lane type of `type`: 8 instantiations in place of 12.
template <class Visitor>
decltype(auto) visit_lane(ElementType type, Visitor&& visit) {
  switch (type) {
    case ElementType::int8:
    case ElementType::uint8:
      return visit(Tag<std::uint8_t>{});
    case ElementType::int16:
    case ElementType::uint16:
      return visit(Tag<std::uint16_t>{});
    case ElementType::int32:
    case ElementType::uint32:
      return visit(Tag<std::uint32_t>{});
    case ElementType::int64:
    case ElementType::uint64:
      return visit(Tag<std::uint64_t>{});
    case ElementType::float32:
      return visit(Tag<float>{});
    case ElementType::float64:
      return visit(Tag<double>{});
    case ElementType::complex64:
      return visit(Tag<std::complex<float>>{});
    case ElementType::complex128:
      break;
  }
  return visit(Tag<std::complex<double>>{});
}

/// Whether memory that holds elements of `type` can be read as T: T is that type or its lane type.
template <class T>
[[nodiscard]] constexpr bool has_bits_of(ElementType type) noexcept {
  if constexpr (std::is_integral_v<T>) return is_integer(type) && size_in_bytes(type) == sizeof(T);
  return type == element_type_of<T>;
}

template <class T>
inline constexpr bool is_complex_v = false;
template <class R>
inline constexpr bool is_complex_v<std::complex<R>> = true;

/// The real type behind a floating-point or complex one.
template <class T>
struct RealOf {
  using type = T;
};
template <class R>
struct RealOf<std::complex<R>> {
  using type = R;
};
template <class T>
using real_t = typename RealOf<T>::type;

}  // namespace twofold::detail
