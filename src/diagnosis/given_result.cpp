// SPDX-License-Identifier: BSD-3-Clause
// A result's range, and the outputs at which calls are tried first.
#include "diagnosis/given_result.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "problem/erased_view.hpp"

namespace twofold::detail {

namespace {

constexpr Index most_cells = 6;  // along an axis

/// The same numbers everywhere and in every run.
class Dice {
 public:
  /// In [first, end).
  Index between(Index first, Index end) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return first + static_cast<Index>((state_ >> 33U) % static_cast<std::uint64_t>(end - first));
  }

 private:
  std::uint64_t state_ = 20240517;
};

class ProbeChoice {
 public:
  ProbeChoice(const GivenResult& result, const Shape& kernel)
      : result_(result), shape_(result.values.shape), kernel_(kernel) {}

  std::vector<Probe> all() && {
    if (shape_.rows * shape_.cols * shape_.channels <= 100) {
      add_everything();
    } else {
      add_cells();
      add_edges();
    }
    return std::move(probes_);
  }

 private:
  void add(Index row, Index col) {
    probes_.push_back({row, col, dice_.between(0, shape_.channels)});
  }

  void add_everything() {
    for (Index row = 0; row < shape_.rows; ++row) {
      for (Index col = 0; col < shape_.cols; ++col) {
        for (Index channel = 0; channel < shape_.channels; ++channel)
          probes_.push_back({row, col, channel});
      }
    }
  }

  void add_cells() {
    const Index rows = std::min(most_cells, shape_.rows);
    const Index cols = std::min(most_cells, shape_.cols);
    for (Index i = 0; i < rows; ++i) {
      for (Index j = 0; j < cols; ++j) {
        const Index top = shape_.rows * i / rows;
        const Index left = shape_.cols * j / cols;
        const Rect cell{top, left, shape_.rows * (i + 1) / rows - top,
                        shape_.cols * (j + 1) / cols - left};
        probes_.push_back(largest_in(cell));
        add(dice_.between(cell.row, cell.row_end()), dice_.between(cell.col, cell.col_end()));
      }
    }
  }

  /// In images that are mostly empty, other outputs would tell nothing.
  [[nodiscard]] Probe largest_in(const Rect& cell) const {
    return visit_element(result_.values.type, [&]<class T>(Tag<T>) {
      const View<const T> values = typed<T>(result_.values);
      Probe best{cell.row, cell.col, 0};
      double largest = -1;
      for (Index row = cell.row; row < cell.row_end(); ++row) {
        for (Index col = cell.col; col < cell.col_end(); ++col) {
          for (Index channel = 0; channel < shape_.channels; ++channel) {
            const double magnitude = std::norm(as_number(values(row, col, channel)));
            if (magnitude <= largest || !std::isfinite(magnitude)) continue;
            largest = magnitude;
            best = {row, col, channel};
          }
        }
      }
      return best;
    });
  }

  void add_edges() {
    add(0, 0);
    add(0, shape_.cols - 1);
    add(shape_.rows - 1, 0);
    add(shape_.rows - 1, shape_.cols - 1);
    const Index reach = std::max<Index>(2, std::max(kernel_.rows, kernel_.cols) / 2);
    for (int i = 0; i < 6; ++i) {
      const Index depth = i < 4 ? 0 : dice_.between(0, reach);
      const Index row = std::min(depth, shape_.rows - 1);
      const Index col = std::min(depth, shape_.cols - 1);
      add(row, dice_.between(0, shape_.cols));
      add(shape_.rows - 1 - row, dice_.between(0, shape_.cols));
      add(dice_.between(0, shape_.rows), col);
      add(dice_.between(0, shape_.rows), shape_.cols - 1 - col);
    }
  }

  const GivenResult& result_;
  Shape shape_;
  Shape kernel_;
  Dice dice_;
  std::vector<Probe> probes_;
};

}  // namespace

double unit_roundoff_of(ElementType type) noexcept {
  return type == ElementType::float32 || type == ElementType::complex64 ? 0x1p-24 : 0x1p-53;
}

GivenResult::GivenResult(const ErasedView& given, double unit)
    : values(given), unit_roundoff(unit) {
  lowest = HUGE_VAL;
  highest = -HUGE_VAL;
  visit_element(values.type, [&]<class T>(Tag<T>) {
    const View<const T> elements = typed<T>(values);
    for (Index row = 0; row < elements.rows(); ++row) {
      for (Index col = 0; col < elements.cols(); ++col) {
        for (Index channel = 0; channel < elements.channels(); ++channel) {
          const std::complex<double> element = as_number(elements(row, col, channel));
          const double magnitude = std::abs(element);
          if (!std::isfinite(magnitude)) {
            are_whole = false;
            continue;
          }
          largest = std::max(largest, magnitude);
          lowest = std::min(lowest, element.real());
          highest = std::max(highest, element.real());
          are_whole =
              are_whole && element.imag() == 0 && element.real() == std::rint(element.real());
        }
      }
    }
  });
}

std::vector<Probe> probes_of(const GivenResult& result, const Shape& kernel) {
  return ProbeChoice(result, kernel).all();
}

}  // namespace twofold::detail
