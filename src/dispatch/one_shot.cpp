// SPDX-License-Identifier: BSD-3-Clause
// One-shot calls: operands brought to one type and into their roles, then a Plan used once.
#include "dispatch/memory_relations.hpp"
#include "dispatch/validation.hpp"
#include "problem/problem.hpp"
#include "support/format.hpp"
#include "twofold/convolve.hpp"

namespace twofold::detail {

namespace {

template <class T>
View<const T> typed(const ErasedView& view) {
  return {static_cast<const T*>(view.data), view.shape, view.row_stride, view.col_stride};
}

template <class To, class From>
To converted(const From& value) {
  if constexpr (is_complex_v<To> && !is_complex_v<From>) {
    return To(static_cast<real_t<To>>(value));
  } else if constexpr (!is_complex_v<To> && is_complex_v<From>) {
    return static_cast<To>(value.real());  // never asked for: promotion keeps complex complex
  } else {
    return static_cast<To>(value);
  }
}

/// An operand as T: the caller's own memory where it has that type, a copy where it has not.
template <class T>
class Operand {
 public:
  explicit Operand(const ErasedView& given) : view_(typed<T>(given)) {
    if (given.type == element_type_of<T>) return;
    copy_ = Image<T>::uninitialized(given.shape);
    visit_element(given.type, [&]<class From>(Tag<From>) {
      const auto from = typed<From>(given);
      T* to = copy_.data();
      for (Index row = 0; row < from.rows(); ++row) {
        for (Index col = 0; col < from.cols(); ++col) {
          for (Index h = 0; h < from.channels(); ++h)
            *to++ = converted<T>(from(row, col, h));
        }
      }
    });
    view_ = copy_.view();
  }

  [[nodiscard]] const View<const T>& view() const noexcept { return view_; }

 private:
  Image<T> copy_;
  View<const T> view_;
};

/// In mode valid with the smaller operand first, the larger one is the image: convolution is
/// commutative, and SciPy's correlate2d, which exchanges the operands and reverses the result, is
/// the convolution of the rotated kernel with the conjugated image.
template <class T>
void run_exchanged(Operation operation, const View<const T>& image, const View<const T>& kernel,
                   const View<T>& out, const Options& options) {
  if (operation == Operation::convolve) {
    Plan<T>(Operation::convolve, kernel.shape(), image, options).execute(kernel, out);
    return;
  }
  Image<T> taps(image);
  if constexpr (is_complex_v<T>) {
    for (Index i = 0; i < taps.size(); ++i)
      taps.data()[i] = std::conj(taps.data()[i]);
  }
  Plan<T>(Operation::convolve, kernel.shape(), taps, options).execute(kernel.rotated(), out);
}

}  // namespace

Shape one_shot_shape(const ErasedView& image, const ErasedView& kernel, const Options& options) {
  return output_shape_of(image.shape, kernel.shape, options.mode);
}

void one_shot(Operation operation, const ErasedView& given_image, const ErasedView& given_kernel,
              const ErasedView& given_out, const Options& options) {
  const ErasedView image = with_plain_strides(given_image);
  const ErasedView kernel = with_plain_strides(given_kernel);
  const ErasedView out = with_plain_strides(given_out);
  const Shape expected = one_shot_shape(image, kernel, options);
  if (out.shape != expected) {
    throw Error(Errc::invalid_shape,
                "out: " + to_string(out.shape) + ", the result is " + to_string(expected));
  }
  for (const auto& [name, view] : {std::pair{"image", image}, {"kernel", kernel}, {"out", out}}) {
    require_reachable(name, view);
  }
  require_disjoint("image", image, out);
  require_disjoint("kernel", kernel, out);
  if (options.nonfinite == Nonfinite::reject) require_finite(image, {});
  Options checked = options;
  checked.nonfinite = Nonfinite::propagate;
  visit_element(promote(image.type, kernel.type), [&]<class T>(Tag<T>) {
    const Operand<T> x(image);
    const Operand<T> k(kernel);
    const View<T> y(static_cast<T*>(const_cast<void*>(out.data)), out.shape, out.row_stride,
                    out.col_stride);
    const bool exchange = operands_exchange(image.shape, kernel.shape, options.mode);
    if (exchange && image.shape.channels == 1) {
      run_exchanged<T>(operation, x.view(), k.view(), y, checked);
    } else {
      Plan<T>(operation, image.shape, k.view(), checked).execute(x.view(), y);
    }
  });
}

}  // namespace twofold::detail
