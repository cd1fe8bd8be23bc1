// SPDX-License-Identifier: BSD-3-Clause
// The reference: the definition as a loop. Every other engine is judged by it.
#include "engines/engines.hpp"

namespace twofold::detail {

namespace {

/// Complex products as the definition has them, re = ac − bd, im = ad + bc: C's operator would
/// repair infinities, which neither SciPy nor the other engines do.
template <class T>
void multiply_add(T& sum, const T& a, const T& b) noexcept {
  if constexpr (is_complex_v<T>) {
    sum = {sum.real() + (a.real() * b.real() - a.imag() * b.imag()),
           sum.imag() + (a.real() * b.imag() + a.imag() * b.real())};
  } else {
    // Narrow integers would be promoted to int, whose overflow is undefined.
    using Wide = std::conditional_t<std::is_integral_v<T> && sizeof(T) < 4, std::uint32_t, T>;
    sum = static_cast<T>(static_cast<Wide>(sum) + static_cast<Wide>(a) * static_cast<Wide>(b));
  }
}

template <class T>
class Reference final : public Engine {
 public:
  explicit Reference(const Problem& problem) : problem_(problem) {}

  [[nodiscard]] std::size_t workspace_bytes() const noexcept override { return 0; }

  [[nodiscard]] double error_bound(double largest_magnitude) const noexcept override {
    return direct_error_bound(problem_, largest_magnitude);
  }

  void run(const Task& task, std::byte*, Executor& executor) const override {
    const auto source = task.source<T>(problem_);
    const Index bands = std::min<Index>(problem_.threads, task.outputs.rows);
    for_each_part(bands, executor, [&](Index i) {
      const Rect band = band_of(task.outputs, i, bands);
      visit_result<T>(task.out.type, [&]<class Out>(Tag<Out>) {
        sum_band(source, band, task.out_view<Out>(band));
      });
    });
  }

 private:
  template <class Out>
  void sum_band(const Source<T>& source, const Rect& band, const View<Out>& out) const {
    for (Index row = 0; row < band.rows; ++row) {
      for (Index col = 0; col < band.cols; ++col) {
        for (Index channel = 0; channel < problem_.channels; ++channel) {
          out(row, col, channel) =
              result_of<Out>(sum_at(source, band.row + row, band.col + col, channel));
        }
      }
    }
  }

  [[nodiscard]] T sum_at(const Source<T>& source, Index row, Index col, Index channel) const {
    const auto kernel = problem_.kernel.view<T>();
    T sum{};
    for (Index a = 0; a < kernel.rows(); ++a) {
      for (Index b = 0; b < kernel.cols(); ++b) {
        const Index r = source.rows.locate(row + problem_.rows.centre - a);
        const Index c = source.cols.locate(col + problem_.cols.centre - b);
        if (r != outside && c != outside) {
          multiply_add(sum, source.element(r, c, channel), kernel(a, b));
        } else if (problem_.rows.extension != Extension::absent) {
          multiply_add(sum, source.fill, kernel(a, b));
        }
      }
    }
    return sum;
  }

  Problem problem_;
};

}  // namespace

std::unique_ptr<const Engine> make_reference(const Problem& problem) {
  return visit_lane(problem.type, [&]<class T>(Tag<T>) -> std::unique_ptr<const Engine> {
    return std::make_unique<Reference<T>>(problem);
  });
}

}  // namespace twofold::detail
