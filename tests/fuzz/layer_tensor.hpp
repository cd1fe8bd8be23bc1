// SPDX-License-Identifier: BSD-3-Clause
// Tensors between guard pages, their elements in any order and at any distance.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "common/guarded_arena.hpp"
#include "layer_case.hpp"

namespace twofold::fuzz {

template <class Visit>
void for_each_element(const nn::TensorShape& shape, const Visit& visit) {
  for (Index i = 0; i < shape[0]; ++i) {
    for (Index j = 0; j < shape[1]; ++j) {
      for (Index k = 0; k < shape[2]; ++k) {
        for (Index l = 0; l < shape[3]; ++l)
          visit(i, j, k, l);
      }
    }
  }
}

template <nn::Real T>
class PlacedTensor {
 public:
  PlacedTensor(const GuardedArena& arena, const nn::TensorShape& shape, std::uint64_t seed) {
    Generator generator(seed);
    std::array<std::size_t, 4> order{0, 1, 2, 3};  // of the axes, the innermost last
    if (generator.index(0, 1) == 1) {
      for (std::size_t i = 3; i > 0; --i)
        std::swap(order[i],
                  order[static_cast<std::size_t>(generator.index(0, static_cast<Index>(i)))]);
    }
    const bool is_dense = generator.index(0, 1) == 0;
    nn::TensorShape strides{};
    Index first = 0;
    Index size = 1;  // from the lowest element on
    for (std::size_t i = 4; i-- > 0;) {
      const std::size_t axis = order[i];
      const Index step = size + (is_dense ? 0 : generator.index(0, 2));
      const Index reach = std::max<Index>(shape[axis] - 1, 0) * step;
      const bool is_reversed = !is_dense && generator.index(0, 3) == 0;
      strides[axis] = is_reversed ? -step : step;
      if (is_reversed) first += reach;
      size += reach;
    }
    if (shape[0] == 0) size = 0;
    const auto at = generator.index(0, 1) == 0 ? GuardedArena::End::begin : GuardedArena::End::end;
    memory_ = arena.take(static_cast<std::size_t>(size) * sizeof(T), at, 0xa7);
    view_ = {reinterpret_cast<T*>(memory_.data()) + (size == 0 ? 0 : first), shape, strides};
    remember();
  }

  [[nodiscard]] const nn::TensorView<T>& view() const noexcept { return view_; }
  [[nodiscard]] bool is_untouched() const noexcept {
    return memory_.empty() || std::memcmp(memory_.data(), before_.data(), memory_.size()) == 0;
  }
  /// Whether nothing but elements has been written to.
  [[nodiscard]] bool is_intact_between() const {
    if (memory_.empty()) return true;
    std::vector<std::byte> expected = before_;
    for_each_element(view_.shape(), [&](Index i, Index j, Index k, Index l) {
      const auto* element = reinterpret_cast<const std::byte*>(&view_(i, j, k, l));
      std::memcpy(expected.data() + (element - memory_.data()), element, sizeof(T));
    });
    return std::memcmp(memory_.data(), expected.data(), memory_.size()) == 0;
  }
  void fill(const TensorData& data);

 private:
  void remember() { before_.assign(memory_.begin(), memory_.end()); }
  static T number(Generator& generator, Numbers numbers);

  std::span<std::byte> memory_;
  nn::TensorView<T> view_;
  std::vector<std::byte> before_;
};

template <nn::Real T>
T PlacedTensor<T>::number(Generator& generator, Numbers numbers) {
  switch (numbers) {
    case Numbers::halves:
      return static_cast<T>(generator.index(-7, 7)) / 2;
    case Numbers::reals:
      return static_cast<T>(generator.real());
    case Numbers::spread:
      return static_cast<T>(
          std::ldexp(generator.real(), static_cast<int>(generator.index(-15, 15))));
    case Numbers::lone:
      return generator.index(0, 60) == 0 ? T(100) : T(0);
    default:
      return static_cast<T>(generator.index(-4, 4));
  }
}

template <nn::Real T>
void PlacedTensor<T>::fill(const TensorData& data) {
  using Limits = std::numeric_limits<T>;
  Generator generator(data.seed);
  for_each_element(view_.shape(), [&](Index i, Index j, Index k, Index l) {
    view_(i, j, k, l) = number(generator, data.numbers);
  });
  if (data.has_special && !memory_.empty()) {
    const T specials[] = {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(),
                          Limits::denorm_min()};
    const nn::TensorShape& shape = view_.shape();
    const auto at = [&](std::size_t axis) { return generator.index(0, shape[axis] - 1); };
    T& element = view_(at(0), at(1), at(2), at(3));
    element = specials[generator.index(0, 3)];
  }
  remember();
}

/// Dense.
template <nn::Real T>
nn::Tensor<T> copy_of(const nn::TensorView<const T>& source) {
  nn::Tensor<T> copy(source.shape());
  for_each_element(source.shape(), [&](Index i, Index j, Index k, Index l) {
    copy(i, j, k, l) = source(i, j, k, l);
  });
  return copy;
}

/// What a sum's error depends on.
struct TensorMagnitudes {
  double largest = 0;     ///< of finite elements
  double sum = 0;         ///< likewise
  bool is_finite = true;  ///< all elements
  bool is_halves = true;  ///< all elements are multiples of ½
};

template <nn::Real T>
TensorMagnitudes magnitudes_of(const nn::Tensor<T>& tensor) {
  TensorMagnitudes result;
  for (Index i = 0; i < tensor.size(); ++i) {
    const double value = tensor.data()[i];
    if (!std::isfinite(value)) {
      result.is_finite = false;
      continue;
    }
    result.largest = std::max(result.largest, std::abs(value));
    result.sum += std::abs(value);
    result.is_halves = result.is_halves && 2 * value == std::floor(2 * value);
  }
  return result;
}

}  // namespace twofold::fuzz
