// SPDX-License-Identifier: BSD-3-Clause
// Seeded pixels for the tests. The same seed gives the same pixels everywhere.
#pragma once

#include <bit>
#include <complex>
#include <concepts>
#include <cstdint>
#include <random>
#include <tuple>
#include <type_traits>

#include "twofold/twofold.hpp"

namespace twofold::test {

using IntegerTypes = std::tuple<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t,
                                std::int32_t, std::uint32_t, std::int64_t, std::uint64_t>;
using FloatingTypes = std::tuple<float, double, std::complex<float>, std::complex<double>>;
using AllTypes = std::tuple<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t,
                            std::uint32_t, std::int64_t, std::uint64_t, float, double,
                            std::complex<float>, std::complex<double>>;

template <class T>
inline constexpr bool is_complex_v = is_complex(element_type_of<T>);

namespace detail {
template <class T>
struct RealOf {
  using type = T;
};
template <class R>
struct RealOf<std::complex<R>> {
  using type = R;
};
}  // namespace detail

/// float for std::complex<float>; T itself where T is real.
template <class T>
using real_t = typename detail::RealOf<T>::type;

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t bits() { return engine_(); }

  /// In [first, last], which holds a number.
  Index index(Index first, Index last) {
    // NOLINTNEXTLINE(clang-analyzer-core.DivideZero)
    return first + static_cast<Index>(bits() % static_cast<std::uint64_t>(last - first + 1));
  }

  bool coin() { return bits() % 2 != 0; }

  /// In [−1, 1), with a full significand of zeros and ones.
  double real() { return static_cast<double>(static_cast<std::int64_t>(bits()) >> 10) * 0x1p-53; }

  template <class Enumeration, std::size_t count>
  Enumeration pick(const Enumeration (&values)[count]) {
    return values[bits() % count];
  }

 private:
  std::mt19937_64 engine_;
};

/// Makes every element from `element()`.
template <Element T, class Generator>
Image<T> generate(Shape shape, Generator element) {
  auto image = Image<T>::uninitialized(shape);
  for (Index i = 0; i < image.size(); ++i) {
    if constexpr (is_complex_v<T>) {
      const auto real = static_cast<real_t<T>>(element());
      image.data()[i] = {real, static_cast<real_t<T>>(element())};
    } else {
      image.data()[i] = static_cast<T>(element());
    }
  }
  return image;
}

/// Integers of magnitude at most `limit` (of both signs where T has signs): sums of their products
/// are exact in every type and every order while taps·limit² stays below 2^24.
template <Element T>
Image<T> integer_image(Shape shape, Random& random, Index limit = 9) {
  return generate<T>(shape,
                     [&] { return random.index(std::unsigned_integral<T> ? 0 : -limit, limit); });
}

/// Integers over the type's whole range, so that sums wrap around.
template <std::integral T>
Image<T> full_range_image(Shape shape, Random& random) {
  return generate<T>(shape, [&] { return random.bits(); });
}

/// Numbers in [−1, 1) with full significands: every product and every sum is rounded.
template <Element T>
Image<T> real_image(Shape shape, Random& random) {
  static_assert(!std::integral<T>);
  return generate<T>(shape, [&] { return random.real(); });
}

/// What uses a type's digits: whole-range integers, or reals whose sums are rounded.
template <Element T>
Image<T> any_image(Shape shape, Random& random) {
  if constexpr (std::integral<T>) {
    return full_range_image<T>(shape, random);
  } else {
    return real_image<T>(shape, random);
  }
}

/// A column times a row of integers of magnitude at most `limit`: rank 1, so that the separable
/// engine takes it.
template <Element T>
Image<T> product_image(Shape shape, Random& random, Index limit = 9) {
  const auto column = integer_image<T>({shape.rows, 1}, random, limit);
  const auto row = integer_image<T>({1, shape.cols}, random, limit);
  Image<T> product(shape);
  for (Index r = 0; r < shape.rows; ++r) {
    for (Index c = 0; c < shape.cols; ++c)
      product(r, c) = static_cast<T>(column(r, 0) * row(0, c));
  }
  return product;
}

/// Element by element in another type.
template <Element To, Element From>
Image<To> as(const Image<From>& image) {
  auto result = Image<To>::uninitialized(image.shape());
  for (Index i = 0; i < image.size(); ++i) {
    if constexpr (is_complex_v<To> && !is_complex_v<From>) {
      result.data()[i] = To(static_cast<real_t<To>>(image.data()[i]));
    } else {
      result.data()[i] = static_cast<To>(image.data()[i]);
    }
  }
  return result;
}

/// What exactness is tested with: whole-range integers, or small integers as floats.
template <Element T>
Image<T> exact_image(Shape shape, Random& random) {
  if constexpr (std::integral<T>) {
    return full_range_image<T>(shape, random);
  } else {
    return integer_image<T>(shape, random);
  }
}

}  // namespace twofold::test
