// SPDX-License-Identifier: BSD-3-Clause
// The numerical rank of a kernel, and its factors: elimination with complete pivoting, which stops
// as soon as the rank is known to be too high, where a singular value decomposition would have to
// go through to the end.
#include "problem/factors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "problem/element_visit.hpp"

namespace twofold::detail {

namespace {

/// What remains of the kernel when the factors found so far are taken away, in double.
class Remainder {
 public:
  template <class T>
  explicit Remainder(const View<const T>& kernel)
      : rows_(kernel.rows()), cols_(kernel.cols()), taps_(static_cast<std::size_t>(rows_ * cols_)) {
    for (Index a = 0; a < rows_; ++a) {
      for (Index b = 0; b < cols_; ++b)
        at(a, b) = static_cast<double>(kernel(a, b));
    }
  }

  [[nodiscard]] double& at(Index a, Index b) {
    return taps_[static_cast<std::size_t>(a * cols_ + b)];
  }

  [[nodiscard]] Point largest() {
    Point found;
    for (Index a = 0; a < rows_; ++a) {
      for (Index b = 0; b < cols_; ++b) {
        if (std::abs(at(a, b)) > std::abs(at(found.row, found.col))) found = {a, b};
      }
    }
    return found;
  }

  /// Takes the product of the pivot's column and row, divided by the pivot, away. The row is
  /// divided by it: sums of columns are then as large as the results that they go on to, and
  /// neither overflow nor vanish where those do not.
  void eliminate(const Point& pivot, double* column, double* row) {
    const double value = at(pivot.row, pivot.col);
    for (Index a = 0; a < rows_; ++a)
      column[a] = at(a, pivot.col);
    for (Index b = 0; b < cols_; ++b)
      row[b] = at(pivot.row, b) / value;
    for (Index a = 0; a < rows_; ++a) {
      for (Index b = 0; b < cols_; ++b)
        at(a, b) -= column[a] * row[b];
    }
    // Exactly, not up to rounding: these have found their factors.
    for (Index a = 0; a < rows_; ++a)
      at(a, pivot.col) = 0;
    for (Index b = 0; b < cols_; ++b)
      at(pivot.row, b) = 0;
  }

 private:
  Index rows_;
  Index cols_;
  std::vector<double> taps_;
};

/// Whether the rounded factors give the kernel back: each tap, and all together within the four
/// roundings that Separable::error_bound counts for it, or what is lost of many faint taps beside a
/// large one would add up to more.
template <class T>
bool gives_back(const View<const T>& kernel, const Image<T>& columns, const Image<T>& rows,
                Closeness closeness, double largest) {
  constexpr double tolerance = 4 * (std::numeric_limits<T>::epsilon() / 2);
  double lost = 0;
  double magnitudes = 0;  // Σ_r ‖u_r‖₁‖v_r‖₁
  for (Index a = 0; a < kernel.rows(); ++a) {
    for (Index b = 0; b < kernel.cols(); ++b) {
      double sum = 0;
      for (Index r = 0; r < rows.rows(); ++r) {
        const double product = static_cast<double>(columns(a, r)) * static_cast<double>(rows(r, b));
        sum += product;
        magnitudes += std::abs(product);
      }
      const double tap = static_cast<double>(kernel(a, b));
      const double scale = closeness == Closeness::each_tap ? std::abs(tap) : largest;
      if (!(std::abs(sum - tap) <= tolerance * scale)) return false;
      lost += std::abs(sum - tap);
    }
  }
  return lost <= tolerance * magnitudes;
}

template <class T>
std::shared_ptr<const Factors> factorise_real(const View<const T>& kernel, Index most,
                                              Closeness closeness) {
  Remainder remainder(kernel);
  const Point first = remainder.largest();
  const double largest = std::abs(remainder.at(first.row, first.col));
  if (largest == 0)
    return std::make_shared<const Factors>(Image<T>(kernel.rows(), 1), Image<T>(1, kernel.cols()));
  if (closeness == Closeness::each_tap) most = std::min<Index>(most, 1);

  std::vector<double> columns;
  std::vector<double> rows;
  for (Index rank = 1; rank <= most; ++rank) {
    const Point pivot = remainder.largest();
    columns.resize(static_cast<std::size_t>(rank * kernel.rows()));
    rows.resize(static_cast<std::size_t>(rank * kernel.cols()));
    double* column = columns.data() + (rank - 1) * kernel.rows();
    double* row = rows.data() + (rank - 1) * kernel.cols();
    if (remainder.at(pivot.row, pivot.col) == 0) return nullptr;
    remainder.eliminate(pivot, column, row);
    const Point left = remainder.largest();
    constexpr double hope = 16 * std::numeric_limits<T>::epsilon();
    if (std::abs(remainder.at(left.row, left.col)) > hope * largest) continue;

    auto u = Image<T>::uninitialized({kernel.rows(), rank, 1});
    auto v = Image<T>::uninitialized({rank, kernel.cols(), 1});
    for (Index r = 0; r < rank; ++r) {
      for (Index a = 0; a < kernel.rows(); ++a) {
        u(a, r) = static_cast<T>(columns[static_cast<std::size_t>(r * kernel.rows() + a)]);
      }
      for (Index b = 0; b < kernel.cols(); ++b) {
        v(r, b) = static_cast<T>(rows[static_cast<std::size_t>(r * kernel.cols() + b)]);
      }
    }
    if (gives_back(kernel, u, v, closeness, largest)) {
      return std::make_shared<const Factors>(std::move(u), std::move(v));
    }
  }
  return nullptr;
}

/// Wide enough for every element and its negative.
using Wide = __int128;

Wide greatest_common_divisor(Wide a, Wide b) {
  while (b != 0)
    a = std::exchange(b, a % b);
  return a < 0 ? -a : a;
}

/// Rank 1 over the integers: the row is the first one that is not zero, divided by the greatest
/// common divisor of its taps; every other row has to be a whole multiple of it.
template <class T>
std::shared_ptr<const Factors> factorise_integers(const View<const T>& kernel) {
  std::vector<Wide> row(static_cast<std::size_t>(kernel.cols()));
  Image<lane_t<T>> column(kernel.rows(), 1);
  Index pivot = -1;  // a column in which `row` is not zero
  for (Index a = 0; a < kernel.rows(); ++a) {
    if (pivot < 0) {
      Wide divisor = 0;
      for (Index b = 0; b < kernel.cols(); ++b) {
        divisor = greatest_common_divisor(divisor, kernel(a, b));
        if (pivot < 0 && kernel(a, b) != 0) pivot = b;
      }
      if (pivot < 0) continue;
      for (Index b = 0; b < kernel.cols(); ++b) {
        row[static_cast<std::size_t>(b)] = kernel(a, b) / divisor;
      }
    }
    const Wide factor = kernel(a, pivot) / row[static_cast<std::size_t>(pivot)];
    column(a, 0) = static_cast<lane_t<T>>(factor);
    for (Index b = 0; b < kernel.cols(); ++b) {
      if (factor * row[static_cast<std::size_t>(b)] != kernel(a, b)) return nullptr;
    }
  }
  Image<lane_t<T>> taps(1, kernel.cols());
  for (Index b = 0; b < kernel.cols(); ++b) {
    taps(0, b) = static_cast<lane_t<T>>(row[static_cast<std::size_t>(b)]);
  }
  return std::make_shared<const Factors>(std::move(column), std::move(taps));
}

/// Of those that are not zero; infinity without any.
template <class L>
double smallest_magnitude(const Image<L>& taps) {
  double smallest = std::numeric_limits<double>::infinity();
  for (Index i = 0; i < taps.size(); ++i) {
    if (taps.data()[i] != L{})
      smallest = std::min(smallest, static_cast<double>(std::abs(taps.data()[i])));
  }
  return smallest;
}

}  // namespace

template <class T>
std::shared_ptr<const Factors> factorise(const View<const T>& kernel, Index most,
                                         Closeness closeness) {
  if (most < 1) return nullptr;
  if constexpr (is_complex_v<T>) {
    return nullptr;
  } else if constexpr (std::is_integral_v<T>) {
    return factorise_integers(kernel);
  } else {
    return factorise_real(kernel, most, closeness);
  }
}

bool has_subnormal_product(const Factors& factors, ElementType type) {
  return visit_lane(type, [&]<class L>(Tag<L>) {
    if constexpr (std::is_integral_v<L>) {
      return false;
    } else {
      return smallest_magnitude(factors.columns<L>()) * smallest_magnitude(factors.rows<L>()) <
             double{std::numeric_limits<real_t<L>>::min()};
    }
  });
}

template std::shared_ptr<const Factors> factorise(const View<const std::int8_t>&, Index, Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::uint8_t>&, Index,
                                                  Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::int16_t>&, Index,
                                                  Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::uint16_t>&, Index,
                                                  Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::int32_t>&, Index,
                                                  Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::uint32_t>&, Index,
                                                  Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::int64_t>&, Index,
                                                  Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::uint64_t>&, Index,
                                                  Closeness);
template std::shared_ptr<const Factors> factorise(const View<const float>&, Index, Closeness);
template std::shared_ptr<const Factors> factorise(const View<const double>&, Index, Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::complex<float>>&, Index,
                                                  Closeness);
template std::shared_ptr<const Factors> factorise(const View<const std::complex<double>>&, Index,
                                                  Closeness);

}  // namespace twofold::detail
