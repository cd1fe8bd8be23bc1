// SPDX-License-Identifier: BSD-3-Clause
// Images and kernels that are hard on rounding: cancellation, numbers far apart, errors that all
// point the same way, and both ends of the type's range.
#pragma once

#include <limits>
#include <string_view>

#include "compare.hpp"

namespace twofold::test {

/// Where one real number stands; a complex element has two, the second with `imaginary`.
struct Place {
  Shape shape;
  Index row = 0;
  Index col = 0;
  bool imaginary = false;
  double smallest = 0;  ///< the smallest normal number of the type
  double largest = 0;   ///< the largest
  double epsilon = 0;   ///< from 1 to the next number

  [[nodiscard]] Index index() const { return row * shape.cols + col; }
  [[nodiscard]] double sign() const { return (row + col) % 2 == 0 ? 1 : -1; }
};

struct Adversary {
  std::string_view name;
  double (*pixel)(const Place&, Random&);
  double (*tap)(const Place&, Random&);
};

template <Element T>
Image<T> numbers(Shape shape, double (*number)(const Place&, Random&), Random& random) {
  using R = real_t<T>;
  auto image = Image<T>::uninitialized(shape);
  Place place{.shape = shape,
              .smallest = std::numeric_limits<R>::min(),
              .largest = std::numeric_limits<R>::max(),
              .epsilon = std::numeric_limits<R>::epsilon()};
  for (Index i = 0; i < image.size(); ++i) {
    place.row = i / shape.cols;
    place.col = i % shape.cols;
    place.imaginary = false;
    const auto real = static_cast<R>(number(place, random));
    if constexpr (is_complex_v<T>) {
      place.imaginary = true;
      image.data()[i] = {real, static_cast<R>(number(place, random))};
    } else {
      image.data()[i] = real;
    }
  }
  return image;
}

namespace adversaries {

inline double uniform(const Place&, Random& random) {
  return random.real();
}
inline double near_one(const Place&, Random& random) {
  return 1 + random.real() / 2;
}
inline double integer(const Place&, Random& random) {
  return static_cast<double>(random.index(-99, 99));
}
inline double ramp(const Place& at, Random&) {
  return 0.37 * static_cast<double>(at.row) + 1.1 * static_cast<double>(at.col) + 0.3;
}
inline double checkerboard(const Place& at, Random&) {
  return at.sign();
}
inline double thirds_checkerboard(const Place& at, Random&) {
  return at.sign() / 3;
}
inline double tenth(const Place&, Random&) {
  return 0.1;
}
inline double third(const Place&, Random&) {
  return 1.0 / 3;
}
inline double bright_pixel(const Place& at, Random& random) {
  const bool bright = at.row == at.shape.rows / 3 && at.col == at.shape.cols / 3;
  return bright ? 1e12 : near_one(at, random);
}
inline double bright_half(const Place& at, Random& random) {
  return (at.col < at.shape.cols / 2 ? 1e12 : 1) * near_one(at, random);
}
inline double subnormal(const Place& at, Random& random) {
  return at.smallest * random.real();
}
/// With a few bits only.
inline double deeply_subnormal(const Place& at, Random& random) {
  return at.smallest * 0x1p-14 * random.real();
}
/// All alike, so that all errors are.
inline double few_units(const Place& at, Random&) {
  return 50 * at.smallest * at.epsilon;
}
/// Brings subnormal pixels back to where products are rounded relative to their size.
inline double lifting(const Place&, Random& random) {
  return 0x1p60 * random.real();
}
inline double lifting_rank_one(const Place& at, Random&) {
  const auto row = static_cast<double>(at.row);
  const auto col = static_cast<double>(at.col);
  return at.imaginary ? 0 : 0x1p60 / (2 * row + 3) / (3 * col + 2);
}
/// Nearly all alike, of any magnitude.
inline double level_rank_one(const Place& at, Random&) {
  return at.imaginary ? 0 : 1.99 * (at.col == 0 ? 1 : 0.51);
}
/// Their squares and, with bounded_taps, the sums of their products come near overflow.
inline double near_root(const Place& at, Random& random) {
  return std::sqrt(at.largest) / 4 * random.real();
}
inline double bounded_taps(const Place& at, Random& random) {
  return near_root(at, random) / static_cast<double>(at.shape.rows * at.shape.cols);
}
inline double scales(const Place& at, Random& random) {
  return at.sign() * std::pow(10.0, 20 * random.real());
}
inline double huge_tap(const Place& at, Random& random) {
  return at.index() == at.shape.rows * at.shape.cols / 2 ? 1e10 : random.real();
}
/// All the others together count, though each is nearly lost beside the large one.
inline double faint_taps(const Place& at, Random&) {
  if (at.imaginary) return 0;
  return at.index() == at.shape.rows * at.shape.cols / 2 ? 1 : 1.9 * at.epsilon;
}
/// Of alternating signs, with a sum of exactly zero.
inline double zero_sum(const Place& at, Random&) {
  const Index i = at.index();
  if (i % 2 == 0 && i + 1 == at.shape.rows * at.shape.cols) return 0;
  return (i % 2 == 0 ? 1 : -1) * (1 + static_cast<double>(i / 2 % 97) / 97);
}
inline double offset(const Place&, Random& random) {
  return 1000 + random.real();
}
inline double dark_half(const Place& at, Random& random) {
  return at.col < at.shape.cols / 2 ? random.real() : 0;
}
inline double rare_rows(const Place& at, Random& random) {
  return at.row % 7 == 3 ? random.real() : 0;
}
inline double rare_taps(const Place& at, Random& random) {
  return random.index(0, 9) == 0 || at.index() == 0 ? random.real() : 0;
}
/// Real taps, the same from both sides.
inline double mirrored(const Place& at, Random&) {
  const Index b = std::min(at.col, at.shape.cols - 1 - at.col);
  return at.imaginary ? 0 : 1 / (3.0 + static_cast<double>(5 * at.row + 7 * b));
}
/// Factors of six bits, so that products of them are exact.
inline double column_factor(Index row) {
  return static_cast<double>(row * 11 % 53 + 7);
}
inline double row_factor(Index col) {
  return static_cast<double>(col * 17 % 59 - 31);
}
inline double rank_one(const Place& at, Random&) {
  return at.imaginary ? 0 : column_factor(at.row) * row_factor(at.col);
}
inline double rank_two(const Place& at, Random& random) {
  return rank_one(at, random) + (at.imaginary ? 0 : row_factor(at.row) * column_factor(at.col + 3));
}

}  // namespace adversaries

inline constexpr Adversary all_adversaries[] = {
    {"random", adversaries::uniform, adversaries::uniform},
    {"integers", adversaries::integer, adversaries::integer},
    {"ramps", adversaries::ramp, adversaries::ramp},
    {"bright pixel", adversaries::bright_pixel, adversaries::uniform},
    {"bright half", adversaries::bright_half, adversaries::uniform},
    {"alternating signs", adversaries::checkerboard, adversaries::thirds_checkerboard},
    {"all equal", adversaries::tenth, adversaries::third},
    {"subnormal image", adversaries::subnormal, adversaries::lifting},
    {"deeply subnormal image", adversaries::deeply_subnormal, adversaries::lifting},
    {"deeply subnormal, rank one", adversaries::deeply_subnormal, adversaries::lifting_rank_one},
    {"equal subnormals, rank one", adversaries::few_units, adversaries::level_rank_one},
    {"near the root of overflow", adversaries::near_root, adversaries::uniform},
    {"sums near overflow", adversaries::near_root, adversaries::bounded_taps},
    {"many scales", adversaries::scales, adversaries::uniform},
    {"huge tap", adversaries::near_one, adversaries::huge_tap},
    {"faint taps", adversaries::near_one, adversaries::faint_taps},
    {"taps that cancel", adversaries::offset, adversaries::zero_sum},
    {"half zeros", adversaries::dark_half, adversaries::uniform},
    {"mostly zeros", adversaries::rare_rows, adversaries::rare_taps},
    {"mirrored taps", adversaries::near_one, adversaries::mirrored},
    {"rank one", adversaries::uniform, adversaries::rank_one},
    {"rank two", adversaries::near_one, adversaries::rank_two},
};

struct Sizes {
  Shape image;
  Shape kernel;
};
inline constexpr Sizes all_sizes[] = {
    {{37, 53}, {5, 9}},  {{100, 20}, {20, 7}},  {{1, 200}, {1, 31}},  {{200, 1}, {31, 1}},
    {{9, 12}, {20, 17}}, {{130, 70}, {13, 17}}, {{64, 64}, {31, 31}}, {{40, 40}, {63, 63}},
    {{24, 30}, {1, 1}},  {{6, 5}, {2, 3}},
};

/// Whether a fill value of a few units fits the image: neither vanishes beside the other.
inline bool may_be_filled(const Adversary& adversary) {
  return adversary.pixel != adversaries::near_root && adversary.pixel != adversaries::subnormal &&
         adversary.pixel != adversaries::deeply_subnormal &&
         adversary.pixel != adversaries::few_units;
}

/// What an engine is tried on.
template <Element T>
struct Subject {
  Problem problem;
  Image<T> x;
  Image<T> kernel;
  Adversary adversary;
};

/// Each adversary at each size, with modes and boundaries that change so that all of them meet.
template <Element T, class Visit>
void for_each_subject(Visit visit) {
  Random random(100 + static_cast<std::uint64_t>(element_type_of<T>));
  std::size_t i = 0;
  for (const Sizes& sizes : all_sizes) {
    for (const Adversary& adversary : all_adversaries) {
      const bool filled = i / 5 % 2 == 0 && may_be_filled(adversary);
      Problem problem{operations[i / 3 % 2], modes[i % 3], boundaries[i % 5], filled ? 3 : 0};
      // Plans do not exchange operands; and a full result costs six times as much at one size.
      const bool larger = sizes.kernel.rows > sizes.image.rows;
      if (larger && (problem.mode == Mode::valid || sizes.kernel.rows > 31)) {
        problem.mode = Mode::same;
      }
      visit(Subject<T>{problem, numbers<T>(sizes.image, adversary.pixel, random),
                       numbers<T>(sizes.kernel, adversary.tap, random), adversary});
      ++i;
    }
  }
}

template <Element T>
std::string describe(const Subject<T>& subject, const Engine& engine) {
  return std::string(subject.adversary.name) + ": " +
         describe<T>(subject.problem, subject.x.shape(), subject.kernel.shape(), engine);
}

}  // namespace twofold::test
