// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// The element types that twofold computes in, and how two of them combine.
#pragma once

#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace twofold {

/// Sizes, positions and strides. Signed, because strides may be negative and windows begin before
/// the image. Everything that is counted in an `Index` is counted in elements, never in bytes.
using Index = std::ptrdiff_t;

/// An element type, where it is known at run time only; named as in NumPy.
enum class ElementType : unsigned char {
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  float32,
  float64,
  complex64,   ///< std::complex<float>, named by its bits
  complex128,  ///< std::complex<double>
};

/// T is one of these types.
template <class T, class... Candidates>
concept OneOf = (std::same_as<T, Candidates> || ...);

/// The types an image or a kernel may have.
template <class T>
concept Element =
    OneOf<T, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
          std::int64_t, std::uint64_t, float, double, std::complex<float>, std::complex<double>>;

namespace detail {

template <ElementType>
struct TypeOf;
template <>
struct TypeOf<ElementType::int8> {
  using type = std::int8_t;
};
template <>
struct TypeOf<ElementType::uint8> {
  using type = std::uint8_t;
};
template <>
struct TypeOf<ElementType::int16> {
  using type = std::int16_t;
};
template <>
struct TypeOf<ElementType::uint16> {
  using type = std::uint16_t;
};
template <>
struct TypeOf<ElementType::int32> {
  using type = std::int32_t;
};
template <>
struct TypeOf<ElementType::uint32> {
  using type = std::uint32_t;
};
template <>
struct TypeOf<ElementType::int64> {
  using type = std::int64_t;
};
template <>
struct TypeOf<ElementType::uint64> {
  using type = std::uint64_t;
};
template <>
struct TypeOf<ElementType::float32> {
  using type = float;
};
template <>
struct TypeOf<ElementType::float64> {
  using type = double;
};
template <>
struct TypeOf<ElementType::complex64> {
  using type = std::complex<float>;
};
template <>
struct TypeOf<ElementType::complex128> {
  using type = std::complex<double>;
};

/// What goes into a plan and comes out of it; the kernel's type comes with the kernel.
struct PlanTypes {
  ElementType image{};
  ElementType output{};
};

template <Element T>
consteval ElementType find_element_type() {
  if constexpr (std::same_as<T, std::int8_t>) return ElementType::int8;
  if constexpr (std::same_as<T, std::uint8_t>) return ElementType::uint8;
  if constexpr (std::same_as<T, std::int16_t>) return ElementType::int16;
  if constexpr (std::same_as<T, std::uint16_t>) return ElementType::uint16;
  if constexpr (std::same_as<T, std::int32_t>) return ElementType::int32;
  if constexpr (std::same_as<T, std::uint32_t>) return ElementType::uint32;
  if constexpr (std::same_as<T, std::int64_t>) return ElementType::int64;
  if constexpr (std::same_as<T, std::uint64_t>) return ElementType::uint64;
  if constexpr (std::same_as<T, float>) return ElementType::float32;
  if constexpr (std::same_as<T, double>) return ElementType::float64;
  if constexpr (std::same_as<T, std::complex<float>>) return ElementType::complex64;
  if constexpr (std::same_as<T, std::complex<double>>) return ElementType::complex128;
}

}  // namespace detail

/// From a type to its value …
template <Element T>
inline constexpr ElementType element_type_of = detail::find_element_type<T>();

/// … and back.
template <ElementType type>
using element_t = typename detail::TypeOf<type>::type;

/// @{
/// What kind of numbers they are.
constexpr bool is_complex(ElementType type) noexcept {
  return type >= ElementType::complex64;
}
constexpr bool is_integer(ElementType type) noexcept {
  return type <= ElementType::uint64;
}
constexpr bool is_signed_integer(ElementType type) noexcept {
  return is_integer(type) && static_cast<unsigned>(type) % 2 == 0;
}
/// @}

/// Of one element: 1 to 16.
constexpr std::size_t size_in_bytes(ElementType type) noexcept {
  if (is_integer(type)) return std::size_t{1} << (static_cast<unsigned>(type) / 2);
  if (type == ElementType::float32) return 4;
  return type == ElementType::complex128 ? 16 : 8;
}

/// NumPy's name: "uint8", "float32", "complex128", …
constexpr std::string_view name_of(ElementType type) noexcept {
  constexpr std::string_view names[] = {"int8",    "uint8",   "int16",     "uint16",
                                        "int32",   "uint32",  "int64",     "uint64",
                                        "float32", "float64", "complex64", "complex128"};
  return names[static_cast<unsigned>(type)];
}

/// The type in which an image of type `a` and a kernel of type `b` are combined: the smallest one
/// that holds both, as `numpy.result_type` defines it (and SciPy's convolve2d uses it).
/// uint8 with int8 gives int16, int64 with uint64 float64, int32 with float32 float64.
constexpr ElementType promote(ElementType a, ElementType b) noexcept {
  using enum ElementType;
  if (a == b) return a;
  if (is_integer(a) && is_integer(b)) {
    const auto wider = size_in_bytes(a) >= size_in_bytes(b) ? a : b;
    if (is_signed_integer(a) == is_signed_integer(b)) return wider;
    const auto signed_one = is_signed_integer(a) ? a : b;
    const auto unsigned_one = is_signed_integer(a) ? b : a;
    if (size_in_bytes(signed_one) > size_in_bytes(unsigned_one)) return signed_one;
    if (unsigned_one == uint64) return float64;
    // The next wider signed type: signed and unsigned alternate in the enumeration.
    return static_cast<ElementType>(static_cast<unsigned>(unsigned_one) + 1);
  }
  // An integer of up to 16 bits fits float32's significand, a larger one asks for float64.
  const auto is_double = [](ElementType t) {
    return t == float64 || t == complex128 || (is_integer(t) && size_in_bytes(t) > 2);
  };
  const bool wide = is_double(a) || is_double(b);
  if (is_complex(a) || is_complex(b)) return wide ? complex128 : complex64;
  return wide ? float64 : float32;
}

/// The type of convolve2d's result for an image of `A` and a kernel of `B`.
template <Element A, Element B>
using promoted_t = element_t<promote(element_type_of<A>, element_type_of<B>)>;

/// The types in which pictures are kept: integers of up to 16 bits.
template <class T>
concept PixelElement = OneOf<T, std::int8_t, std::uint8_t, std::int16_t, std::uint16_t>;

/// An image of integers, a kernel of real numbers, and a result that has the image's type again.
template <class T, class K, class Out>
concept KeepsPixels = PixelElement<T> && OneOf<K, float, double> && std::same_as<Out, T>;

/// Which types of image, kernel and result go together. The sums are formed in promoted_t<T, K>,
/// to which the kernel and the image's elements are converted first. The result is
/// - of that type: NumPy's and SciPy's rule; integers wrap around. Or
/// - of the image's type, where that is an integer of up to 16 bits and the kernel is real: each
///   sum, of float32 for a kernel of float, is rounded to the nearest integer, a half to the even
///   one, and saturated to the type's range; NaN becomes 0: overflow can lead to it, and a kernel
///   with NaN or infinity.
///
/// What is rounded is a floating-point sum, which Options::accuracy says how far from the exact one
/// may be: where that lies as close to a half, the result may be one off the exact one's rounding.
/// With `normwise`, factors and Fourier transforms too come before the rounding, and methods may
/// differ by one there (with 16 bits and float32 transforms by more, see Plan::error_bound). With
/// `componentwise` neither is used: sums that float32 holds exactly, as of taps with few bits, are
/// rounded exactly, in every method.
template <class T, class K, class Out>
concept Combines = Element<T> && Element<K> && Element<Out> &&
    (std::same_as<Out, promoted_t<T, K>> || KeepsPixels<T, K, Out>);

}  // namespace twofold
