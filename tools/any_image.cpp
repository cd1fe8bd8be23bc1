// SPDX-License-Identifier: BSD-3-Clause
// AnyImage: conversions between the element types.
#include "any_image.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace twofold::tool {

namespace {

template <Element T, Element U>
T converted_element(U value) {
  if constexpr (is_complex(element_type_of<T>) && !is_complex(element_type_of<U>)) {
    return T(static_cast<typename T::value_type>(value));
  } else {
    return static_cast<T>(value);
  }
}

template <Element T>
bool finite(T value) {
  if constexpr (is_complex(element_type_of<T>)) {
    return std::isfinite(value.real()) && std::isfinite(value.imag());
  } else if constexpr (is_integer(element_type_of<T>)) {
    return true;
  } else {
    return std::isfinite(value);
  }
}

}  // namespace

Shape shape_of(const AnyImage& image) noexcept {
  return std::visit([](const auto& typed) { return typed.shape(); }, image);
}

template <Element T>
Image<T> converted(const AnyImage& image) {
  return std::visit(
      []<Element U>(const Image<U>& source) -> Image<T> {
        constexpr ElementType from = element_type_of<U>;
        constexpr ElementType to = element_type_of<T>;
        if constexpr (is_convertible(from, to)) {
          auto result = Image<T>::uninitialized(source.shape());
          std::transform(source.data(), source.data() + source.size(), result.data(),
                         converted_element<T, U>);
          return result;
        } else {
          throw Error(Errc::unsupported, std::string(name_of(from)) + " values do not fit into " +
                                             std::string(name_of(to)));
        }
      },
      image);
}

template Image<std::int8_t> converted(const AnyImage&);
template Image<std::uint8_t> converted(const AnyImage&);
template Image<std::int16_t> converted(const AnyImage&);
template Image<std::uint16_t> converted(const AnyImage&);
template Image<std::int32_t> converted(const AnyImage&);
template Image<std::uint32_t> converted(const AnyImage&);
template Image<std::int64_t> converted(const AnyImage&);
template Image<std::uint64_t> converted(const AnyImage&);
template Image<float> converted(const AnyImage&);
template Image<double> converted(const AnyImage&);
template Image<std::complex<float>> converted(const AnyImage&);
template Image<std::complex<double>> converted(const AnyImage&);

AnyImage converted(const AnyImage& image, ElementType type) {
  return with_element_type(
      type, [&]<Element T>(std::type_identity<T>) -> AnyImage { return converted<T>(image); });
}

bool all_finite(const AnyImage& image) {
  return std::visit(
      []<Element T>(const Image<T>& typed) {
        return std::all_of(typed.data(), typed.data() + typed.size(), finite<T>);
      },
      image);
}

}  // namespace twofold::tool
