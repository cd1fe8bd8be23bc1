// SPDX-License-Identifier: BSD-3-Clause
// Images whose element type is known at run time.
#include "problem_data.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace twofold::fuzz {

namespace {

using detail::is_complex_v;
using detail::real_t;
using detail::Tag;
using detail::visit_element;

template <class R>
R real_number(Generator& generator, Values values) {
  switch (values) {
    case Values::reals:
      return static_cast<R>(generator.real());
    case Values::spread:
      return static_cast<R>(
          std::ldexp(generator.real(), static_cast<int>(generator.index(-10, 10))));
    case Values::halves:
      return static_cast<R>(generator.index(-7, 7)) / 2;
    case Values::lone:
      return 0;
    default:
      return static_cast<R>(generator.index(-8, 8));
  }
}

template <class T>
T any_number(Generator& generator, Values values) {
  if constexpr (is_complex_v<T>) {
    const auto real = real_number<real_t<T>>(generator, values);
    return {real, real_number<real_t<T>>(generator, values)};
  } else if constexpr (std::is_floating_point_v<T>) {
    return real_number<T>(generator, values);
  } else {
    if (values == Values::lone) return 0;
    if (values == Values::full_range) return static_cast<T>(generator.bits());
    return static_cast<T>(generator.index(std::is_signed_v<T> ? -8 : 0, 8));
  }
}

/// Modulo 2ⁿ in integers.
template <class T>
T product(const T& a, const T& b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  } else {
    return a * b;
  }
}

template <class T>
T sum(const T& a, const T& b) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  } else {
    return a + b;
  }
}

/// From its first row and column, and for rank two its last ones.
template <class T>
void make_low_rank(const View<T>& view, bool two) {
  Dense copy(detail::erase(view));
  const auto from = detail::typed<T>(copy.view());
  const Index last_row = view.rows() - 1;
  const Index last_col = view.cols() - 1;
  for_each_element(view.shape(), [&](Index row, Index col, Index h) {
    const T one = product(from(row, 0, h), from(0, col, h));
    view(row, col, h) =
        two ? sum(one, product(from(row, last_col, h), from(last_row, col, h))) : one;
  });
}

template <class T>
void apply(const View<T>& view, Pattern pattern, Generator& generator) {
  const Shape shape = view.shape();
  switch (pattern) {
    case Pattern::any:
      return;
    case Pattern::rank_one:
    case Pattern::rank_two:
      return make_low_rank(view, pattern == Pattern::rank_two);
    case Pattern::mirrored:
      return for_each_element(shape, [&](Index row, Index col, Index h) {
        view(row, col, h) =
            view(std::min(row, shape.rows - 1 - row), std::min(col, shape.cols - 1 - col), h);
      });
    case Pattern::sparse:
      return for_each_element(shape, [&](Index row, Index col, Index h) {
        if (generator.index(0, 5) != 0) view(row, col, h) = T{};
      });
    case Pattern::constant:
      return for_each_element(
          shape, [&](Index row, Index col, Index h) { view(row, col, h) = view(0, 0, h); });
    case Pattern::real_parts:
      break;
  }
  if constexpr (is_complex_v<T>) {
    const bool imaginary = generator.index(0, 1) == 1;
    for_each_element(shape, [&](Index row, Index col, Index h) {
      T& element = view(row, col, h);
      element = imaginary ? T(0, element.imag()) : T(element.real(), 0);
    });
  }
}

template <class R>
R special_number(unsigned kind) {
  using Limits = std::numeric_limits<R>;
  const R numbers[] = {Limits::quiet_NaN(),
                       Limits::infinity(),
                       -Limits::infinity(),
                       R(-0.0),
                       Limits::denorm_min(),
                       R(0),
                       R(1),
                       Limits::epsilon()};
  return numbers[kind % std::size(numbers)];
}

template <class T>
void put_special(T& element, const Special& special) {
  if constexpr (is_complex_v<T>) {
    const auto number = special_number<real_t<T>>(special.kind);
    const bool imaginary = (special.position >> 63) != 0;
    element = imaginary ? T(element.real(), number) : T(number, element.imag());
  } else if constexpr (std::is_floating_point_v<T>) {
    element = special_number<T>(special.kind);
  }
}

/// Of a position that was drawn.
template <class T>
T& element_at(const View<T>& view, std::uint64_t position) {
  const auto rows = static_cast<std::uint64_t>(view.rows());
  const auto cols = static_cast<std::uint64_t>(view.cols());
  const auto channels = static_cast<std::uint64_t>(view.channels());
  return view(static_cast<Index>(position % rows), static_cast<Index>((position >> 16) % cols),
              static_cast<Index>((position >> 32) % channels));
}

template <class T>
void scale(const View<T>& view, int exponent) {
  if (exponent == 0) return;
  // As far towards the ends of double's range as of float's.
  const double factor =
      std::ldexp(1.0, std::is_same_v<real_t<T>, double> ? 8 * exponent : exponent);
  for_each_element(view.shape(), [&](Index row, Index col, Index h) {
    view(row, col, h) *= static_cast<real_t<T>>(factor);
  });
}

template <class T>
void fill(const View<T>& view, const DataDescription& data) {
  Generator generator(data.seed);
  for_each_element(view.shape(), [&](Index row, Index col, Index h) {
    view(row, col, h) = any_number<T>(generator, data.values);
  });
  if (data.values == Values::lone) element_at(view, data.seed) = T(100);
  apply(view, data.pattern, generator);
  if constexpr (!std::is_integral_v<T>) scale(view, data.exponent);
  for (Index i = 0; i < data.special_count; ++i)
    put_special(element_at(view, data.specials[i].position), data.specials[i]);
}

template <class R>
bool is_same(R a, R b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return std::memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace

Placed::Placed(const GuardedArena& arena, ElementType type, const Shape& shape,
               const Layout& layout)
    : memory_(arena.take(static_cast<std::size_t>(layout.size) * size_in_bytes(type), layout.at,
                         canary)),
      view_{memory_.data() + static_cast<std::size_t>(layout.first) * size_in_bytes(type), type,
            shape, layout.row_stride, layout.col_stride} {
  remember();
}

void Placed::fill(const DataDescription& data) {
  // Where all rows are the same one, that one.
  ErasedView distinct = view_;
  if (distinct.row_stride == 0) distinct.shape.rows = 1;
  visit_element(view_.type,
                [&]<class T>(Tag<T>) { fuzz::fill(detail::writable<T>(distinct), data); });
  remember();
}

void Placed::copy_from(const ErasedView& source) {
  visit_element(view_.type, [&]<class T>(Tag<T>) {
    const auto to = detail::writable<T>(view_);
    const auto from = detail::typed<T>(source);
    for_each_element(view_.shape,
                     [&](Index row, Index col, Index h) { to(row, col, h) = from(row, col, h); });
  });
  remember();
}

bool Placed::is_untouched() const noexcept {
  return std::memcmp(memory_.data(), before_.data(), memory_.size()) == 0;
}

bool Placed::is_intact_between() const {
  std::vector<std::byte> expected = before_;
  const std::size_t bytes = size_in_bytes(view_.type);
  for_each_element(view_.shape, [&](Index row, Index col, Index h) {
    const auto* element = static_cast<const std::byte*>(detail::address_of(view_, row, col, h));
    std::memcpy(expected.data() + (element - memory_.data()), element, bytes);
  });
  return std::memcmp(memory_.data(), expected.data(), memory_.size()) == 0;
}

Dense::Dense(ElementType type, const Shape& shape)
    : bytes_(static_cast<std::size_t>(shape.rows * shape.cols * shape.channels) *
             size_in_bytes(type)),
      view_{bytes_.data(), type, shape, shape.cols * shape.channels, shape.channels} {}

Dense::Dense(const ErasedView& source) : Dense(source.type, source.shape) {
  visit_element(source.type, [&]<class T>(Tag<T>) {
    const auto from = detail::typed<T>(source);
    const auto to = detail::writable<T>(view_);
    for_each_element(source.shape,
                     [&](Index row, Index col, Index h) { to(row, col, h) = from(row, col, h); });
  });
}

std::complex<double> number_at(const ErasedView& view, Index row, Index col, Index channel) {
  return visit_element(view.type, [&]<class T>(Tag<T>) -> std::complex<double> {
    const T value = detail::typed<T>(view)(row, col, channel);
    if constexpr (is_complex_v<T>) {
      return {static_cast<double>(value.real()), static_cast<double>(value.imag())};
    } else {
      return static_cast<double>(value);
    }
  });
}

Magnitudes magnitudes_of(const ErasedView& view) {
  Magnitudes result;
  const auto is_half = [](double x) { return 2 * x == std::floor(2 * x); };
  for_each_element(view.shape, [&](Index row, Index col, Index h) {
    const auto number = number_at(view, row, col, h);
    if (!std::isfinite(number.real()) || !std::isfinite(number.imag())) {
      result.is_finite = false;
      return;
    }
    const double magnitude = std::abs(number);
    result.largest = std::max(result.largest, magnitude);
    result.sum += magnitude;
    result.is_halves = result.is_halves && is_half(number.real()) && is_half(number.imag());
  });
  return result;
}

bool same_results(const ErasedView& a, const ErasedView& b) {
  return visit_element(a.type, [&]<class T>(Tag<T>) {
    const auto x = detail::typed<T>(a);
    const auto y = detail::typed<T>(b);
    bool same = true;
    for_each_element(a.shape, [&](Index row, Index col, Index h) {
      const T p = x(row, col, h);
      const T q = y(row, col, h);
      if constexpr (is_complex_v<T>) {
        same = same && is_same(p.real(), q.real()) && is_same(p.imag(), q.imag());
      } else if constexpr (std::is_floating_point_v<T>) {
        same = same && is_same(p, q);
      } else {
        same = same && p == q;
      }
    });
    return same;
  });
}

}  // namespace twofold::fuzz
