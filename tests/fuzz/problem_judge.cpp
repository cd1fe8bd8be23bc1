// SPDX-License-Identifier: BSD-3-Clause
// Results beside the reference's.
#include "problem_judge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>

namespace twofold::fuzz {

namespace {

/// The products that the reference forms for one problem, in less than a millisecond or two.
constexpr Index most_products = 30'000;

enum class Kind : unsigned char { finite, nan, positive_infinity, negative_infinity };

Kind kind_of(double value) {
  if (std::isnan(value)) return Kind::nan;
  if (!std::isinf(value)) return Kind::finite;
  return value > 0 ? Kind::positive_infinity : Kind::negative_infinity;
}

bool is_near(std::complex<double> a, std::complex<double> b, double tolerance) {
  if (kind_of(a.real()) != kind_of(b.real()) || kind_of(a.imag()) != kind_of(b.imag()))
    return false;
  const double real = std::isfinite(a.real()) ? a.real() - b.real() : 0;
  const double imag = std::isfinite(a.imag()) ? a.imag() - b.imag() : 0;
  return std::hypot(real, imag) <= tolerance;
}

/// Integers beyond 2⁵³, too.
bool is_allowed(const ErasedView& a, const ErasedView& b, Index row, Index col, Index channel,
                double tolerance) {
  if (is_integer(a.type) && tolerance == 0) {
    return std::memcmp(detail::address_of(a, row, col, channel),
                       detail::address_of(b, row, col, channel), size_in_bytes(a.type)) == 0;
  }
  return is_near(number_at(a, row, col, channel), number_at(b, row, col, channel), tolerance);
}

void judge_part(const ProblemCase& problem, const PlanState& reference, const ErasedView& image,
                const Rect& part, const ErasedView& out, double tolerance) {
  const Dense expected(out.type, {part.rows, part.cols, problem.image.channels});
  detail::execute(reference, image, {}, part, expected.view(), {}, false);
  for_each_element(expected.view().shape, [&](Index row, Index col, Index h) {
    if (is_allowed(out, expected.view(), row, col, h, tolerance)) return;
    std::ostringstream text;
    text.precision(std::numeric_limits<double>::max_digits10);
    text << text_of(problem) << ": at " << part.row + row << ", " << part.col + col << ", " << h
         << ' ' << number_at(out, row, col, h) << ", the reference has "
         << number_at(expected.view(), row, col, h) << "; allowed: " << tolerance;
    report(text.str());
  });
}

/// A part of `outputs` of about so many products: at a corner, or somewhere.
Rect some_part(const Rect& outputs, Index products_each, Generator& generator) {
  const Index rows = std::min<Index>(outputs.rows, generator.index(1, 4));
  const Index cols = std::clamp<Index>(most_products / 8 / (products_each * rows), 1, outputs.cols);
  const auto place = [&](Index beyond) {
    const Index choice = generator.index(0, 3);
    return choice == 0 ? 0 : choice == 1 ? beyond : generator.index(0, beyond);
  };
  return {outputs.row + place(outputs.rows - rows), outputs.col + place(outputs.cols - cols), rows,
          cols};
}

}  // namespace

void judge(const ProblemCase& problem, const PlanState& reference, const ErasedView& image,
           const Rect& outputs, const ErasedView& out, const Allowance& allowance) {
  const Index products_each = problem.kernel.rows * problem.kernel.cols * problem.image.channels;
  if (outputs.rows * outputs.cols * products_each <= most_products) {
    judge_part(problem, reference, image, outputs, out, allowance.tolerance);
    return;
  }
  Generator generator(problem.region_seed);
  for (int i = 0; i < 8; ++i) {
    const Rect part = some_part(outputs, products_each, generator);
    const Rect inside{part.row - outputs.row, part.col - outputs.col, part.rows, part.cols};
    judge_part(problem, reference, image, part, detail::region_of(out, inside),
               allowance.tolerance);
  }
}

Allowance allowance_for(const ProblemCase& problem, Method method, double bounds,
                        const Magnitudes& image, const Magnitudes& kernel) {
  const ElementType sums = promote(problem.image_type, problem.kernel_type);
  if (is_integer(sums)) return {0};
  const bool is_single = sums == ElementType::float32 || sums == ElementType::complex64;
  // Sums of quarters, with the parts of complex products.
  const double largest_exact = is_single ? 0x1p20 : 0x1p49;
  const bool is_exact = image.is_finite && kernel.is_finite && image.is_halves &&
                        kernel.is_halves && image.largest * kernel.sum <= largest_exact;
  const bool is_plain = method == Method::direct || method == Method::reference;
  if (is_exact && is_plain) return {0};
  // Where taps are not finite, no finite bound exists, but the same outputs are finite.
  return {std::isfinite(bounds) ? bounds : std::numeric_limits<double>::infinity()};
}

}  // namespace twofold::fuzz
