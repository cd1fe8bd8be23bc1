// SPDX-License-Identifier: BSD-3-Clause
// Integers at the edge of what may go through a transform: one step further, and a tile is summed
// directly. Every sum has to be exact on both sides of it.
#pragma once

#include <vector>

#include "error_bounds.hpp"

namespace twofold::test {

enum class Signs : unsigned char { positive, negative, alternating, random };
inline constexpr Signs all_signs[] = {Signs::positive, Signs::negative, Signs::alternating,
                                      Signs::random};

/// ‖x‖₂‖k‖₂ up to which a transform of so many points restores integers, by the contract:
/// 2⁵³/(48(log₂N + 1)), divided by √2 for a neighbour that shares it.
inline double integer_gate(double points) {
  return 0x1p53 / (48 * (std::log2(points) + 1)) / std::sqrt(2.0);
}

/// Integers of magnitudes from just below `amplitude`, an integer, to that.
template <std::integral T>
Image<T> extreme_integers(Shape shape, double amplitude, Signs signs, Random& random) {
  auto image = Image<T>::uninitialized(shape);
  for (Index i = 0; i < image.size(); ++i) {
    const auto magnitude = std::llround(amplitude * (1 - std::abs(random.real()) / 1024));
    const bool odd = (i / shape.cols + i % shape.cols) % 2 != 0;
    const bool negative = signs == Signs::negative || (signs == Signs::alternating && odd) ||
                          (signs == Signs::random && random.coin());
    image.data()[i] = static_cast<T>(negative && std::signed_integral<T> ? -magnitude : magnitude);
  }
  return image;
}

/// An image of T and a kernel of K for one method.
template <std::integral T, std::integral K>
struct GateProblem {
  Problem problem;
  Engine engine;
  Image<T> x;
  Image<K> kernel;
  double share = 0;  ///< of the gate that the largest block's norm takes
};

/// The largest factors of `product` that the types hold, of the first type as many bits as drawn.
template <std::integral T, std::integral K>
std::pair<double, double> amplitudes(double product, Random& random) {
  const auto most_pixel = static_cast<double>(std::numeric_limits<T>::max());
  const auto most_tap = static_cast<double>(std::numeric_limits<K>::max());
  const double drawn = std::exp2(static_cast<double>(random.index(10, 32)));
  const double pixel = std::clamp(drawn, std::min(product / most_tap, most_pixel), most_pixel);
  const double tap = std::floor(std::clamp(product / pixel, 1.0, most_tap));
  return {std::floor(std::min(product / tap, most_pixel)), tap};
}

/// `part` of the gate: as much of it as the types hold where that is less.
template <std::integral T, std::integral K>
GateProblem<T, K> at_the_gate(Shape image, Shape kernel, const Engine& engine, Signs signs,
                              double part, Random& random) {
  // Boundaries with which the norm of the largest block is known: of a whole tile, or of the image.
  const bool tiled = engine.method == Method::overlap_save;
  const Boundary boundary = tiled           ? Boundary::symm
                            : random.coin() ? Boundary::fill
                                            : Boundary::wrap;
  GateProblem<T, K> result{{random.pick(operations), Mode::same, boundary}, engine, {}, {}};
  // Which transform is taken does not depend on the numbers.
  Image<K> ones(kernel);
  std::fill_n(ones.data(), ones.size(), K{1});
  const Plan<T, K> probe(result.problem.operation, image, ones,
                         options_for(result.problem, engine));
  const Shape transform = transform_shape(probe);
  const auto points = static_cast<double>(transform.rows * transform.cols);
  const double pixels = tiled ? points : static_cast<double>(image.rows * image.cols);
  const double root = std::sqrt(pixels * static_cast<double>(kernel.rows * kernel.cols));
  const double gate = integer_gate(points);
  const auto [pixel, tap] = amplitudes<T, K>(part * gate / root, random);
  result.x = extreme_integers<T>(image, pixel, signs, random);
  result.kernel = extreme_integers<K>(kernel, tap, random.pick(all_signs), random);
  result.share = norm<T>(result.x.view()) *
                 std::sqrt(pixels / static_cast<double>(result.x.size())) *
                 norm<K>(result.kernel.view()) / gate;
  return result;
}

/// The sums modulo 2⁶⁴, of which an integer type keeps as many bits as it has.
template <std::integral P, std::integral T, std::integral K>
Image<P> exact_integer_sums(const Problem& problem, const Image<T>& x, const Image<K>& kernel) {
  const auto bits_of = [](auto number) {
    return static_cast<std::uint64_t>(static_cast<P>(number));
  };
  const auto extended = extended_image<T>(problem, x, kernel.shape());
  const auto weights = window_weights<K>(problem.operation, kernel);
  std::vector<std::uint64_t> pixels(static_cast<std::size_t>(extended.size()));
  std::transform(extended.data(), extended.data() + extended.size(), pixels.begin(), bits_of);
  Image<P> sums(extended.rows() - weights.rows() + 1, extended.cols() - weights.cols() + 1);
  std::vector<std::uint64_t> row_sums(static_cast<std::size_t>(sums.cols()));
  for (Index row = 0; row < sums.rows(); ++row) {
    std::fill(row_sums.begin(), row_sums.end(), 0);
    for (Index i = 0; i < weights.size(); ++i) {
      const Index first = (row + i / weights.cols()) * extended.cols() + i % weights.cols();
      const std::uint64_t* pixel = pixels.data() + first;
      const std::uint64_t tap = bits_of(weights.data()[i]);
      for (std::uint64_t& sum : row_sums)
        sum += tap * *pixel++;
    }
    std::transform(row_sums.begin(), row_sums.end(), &sums(row, 0),
                   [](std::uint64_t sum) { return static_cast<P>(sum); });
  }
  return sums;
}

template <Element P>
Index count_wrong(const Image<P>& y, const Image<P>& exact) {
  if (y.shape() != exact.shape()) throw std::logic_error("a result of the wrong shape");
  Index wrong = 0;
  for (Index i = 0; i < y.size(); ++i)
    wrong += y.data()[i] != exact.data()[i];
  return wrong;
}

}  // namespace twofold::test
