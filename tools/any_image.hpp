// SPDX-License-Identifier: BSD-3-Clause
// AnyImage: an image whose element type is known at run time.
#pragma once

#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

#include <twofold/image.hpp>

namespace twofold::tool {

/// The alternatives stand in the order of ElementType.
using AnyImage =
    std::variant<Image<std::int8_t>, Image<std::uint8_t>, Image<std::int16_t>, Image<std::uint16_t>,
                 Image<std::int32_t>, Image<std::uint32_t>, Image<std::int64_t>,
                 Image<std::uint64_t>, Image<float>, Image<double>, Image<std::complex<float>>,
                 Image<std::complex<double>>>;

[[nodiscard]] inline ElementType element_type(const AnyImage& image) noexcept {
  return static_cast<ElementType>(image.index());
}
[[nodiscard]] Shape shape_of(const AnyImage&) noexcept;

/// Calls visitor(std::type_identity<T>{}) with the T that `type` names.
template <class Visitor>
decltype(auto) with_element_type(ElementType type, Visitor&& visitor) {
  switch (type) {
    case ElementType::int8:
      return visitor(std::type_identity<std::int8_t>{});
    case ElementType::uint8:
      return visitor(std::type_identity<std::uint8_t>{});
    case ElementType::int16:
      return visitor(std::type_identity<std::int16_t>{});
    case ElementType::uint16:
      return visitor(std::type_identity<std::uint16_t>{});
    case ElementType::int32:
      return visitor(std::type_identity<std::int32_t>{});
    case ElementType::uint32:
      return visitor(std::type_identity<std::uint32_t>{});
    case ElementType::int64:
      return visitor(std::type_identity<std::int64_t>{});
    case ElementType::uint64:
      return visitor(std::type_identity<std::uint64_t>{});
    case ElementType::float32:
      return visitor(std::type_identity<float>{});
    case ElementType::float64:
      return visitor(std::type_identity<double>{});
    case ElementType::complex64:
      return visitor(std::type_identity<std::complex<float>>{});
    case ElementType::complex128:
      return visitor(std::type_identity<std::complex<double>>{});
  }
  throw std::logic_error("an element type beyond the enumeration");
}

/// Whether every value of `from` has a value of the same kind in `to`: integer → real → complex,
/// never back. Precision may be lost.
[[nodiscard]] constexpr bool is_convertible(ElementType from, ElementType to) noexcept {
  if (is_complex(from)) return is_complex(to);
  return is_integer(from) || !is_integer(to);
}

/// The image with every element converted as by static_cast. Throws Error(unsupported) unless
/// is_convertible. Defined for every T of ElementType.
template <Element T>
[[nodiscard]] Image<T> converted(const AnyImage&);
[[nodiscard]] AnyImage converted(const AnyImage&, ElementType);

/// True if no element is NaN or infinite.
[[nodiscard]] bool all_finite(const AnyImage&);

}  // namespace twofold::tool
