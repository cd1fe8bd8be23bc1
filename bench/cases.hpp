// SPDX-License-Identifier: BSD-3-Clause
// What is measured: the table of cases, and the pixels and taps they are filled with.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <twofold/twofold.hpp>

namespace twofold::bench {

enum class KernelForm : unsigned char {
  general,    ///< random taps: full rank, no symmetry, no zeros
  rank_one,   ///< a full kernel that is a column times a row, which nobody says
  separable,  ///< handed over as a column and a row
};
[[nodiscard]] std::string_view name_of(KernelForm) noexcept;

/// One image of `type` with one kernel, of floats where the image is of pixels, and a result of the
/// image's type. Mode `same`, boundary `symm`, one thread.
struct Case {
  KernelForm form{};
  ElementType type{};
  Shape image;
  Index kernel_rows = 0;
  Index kernel_cols = 0;

  /// "general/float32/1024x1024/15x15"; interleaved channels: "general/uint8x3/…".
  [[nodiscard]] std::string name() const;
  /// What the sum as it was handed over costs: a multiplication and an addition per tap and output.
  [[nodiscard]] double operations() const noexcept;
  /// The image read once, the result written once.
  [[nodiscard]] double compulsory_bytes() const noexcept;
};

/// `quick` is a selection for daily use, that takes less than a minute.
[[nodiscard]] std::vector<Case> image_cases(bool quick);

/// "float32/64x64/3x3", as it stands in names.
[[nodiscard]] std::string name_of_sizes(ElementType type, const Shape& image, Index kernel_rows,
                                        Index kernel_cols);

/// Element `index` of a fixed pseudo-random sequence in [−1, 1): SplitMix64 (Steele, Lea, Flood
/// 2014), of which the upper 24 bits are used so that float and double hold the same numbers.
/// peers.py computes the same.
[[nodiscard]] constexpr double pseudo_random(std::uint64_t seed, std::uint64_t index) noexcept {
  std::uint64_t z = seed * 0x632be59bd9b4e019u + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return static_cast<double>(z >> 40) * 0x1p-23 - 1.0;
}

constexpr std::uint64_t image_seed = 1, kernel_seed = 2, column_seed = 3, row_seed = 4;

/// In [−1, 1), or over the whole range of unsigned pixels.
template <Element T>
[[nodiscard]] Image<T> pseudo_random_image(const Shape& shape, std::uint64_t seed) {
  auto image = Image<T>::uninitialized(shape);
  for (Index i = 0; i < image.size(); ++i) {
    const double value = pseudo_random(seed, static_cast<std::uint64_t>(i));
    if constexpr (PixelElement<T>) {
      image.data()[i] = static_cast<T>((value + 1) / 2 * (std::numeric_limits<T>::max() + 1.0));
    } else {
      image.data()[i] = static_cast<T>(value);
    }
  }
  return image;
}

/// Taps that leave pixels in their range: positive, with a sum of 1.
[[nodiscard]] inline Image<float> pseudo_random_average(const Shape& shape, std::uint64_t seed) {
  auto taps = pseudo_random_image<float>(shape, seed);
  float sum = 0;
  for (Index i = 0; i < taps.size(); ++i)
    sum += taps.data()[i] += 1;
  for (Index i = 0; i < taps.size(); ++i)
    taps.data()[i] /= sum;
  return taps;
}

}  // namespace twofold::bench
