// SPDX-License-Identifier: BSD-3-Clause
// convolve2d and correlate2d: one call, one result.
#pragma once

#include <type_traits>

#include "twofold/plan.hpp"

namespace twofold {

namespace detail {

template <class X>
struct ElementOf {};
template <class T>
struct ElementOf<View<T>> {
  using type = std::remove_const_t<T>;
};
template <Element T>
struct ElementOf<Image<T>> {
  using type = T;
};
template <MdspanLike M>
struct ElementOf<M> {
  using type = std::remove_const_t<typename M::element_type>;
};

/// Operands checked, their roles exchanged where `valid` asks for it, converted to the result's
/// type: what stands between a one-shot call and its Plan.
Shape one_shot_shape(const ErasedView& image, const ErasedView& kernel, const Options&);
void one_shot(Operation, const ErasedView& image, const ErasedView& kernel, const ErasedView& out,
              const Options&);

}  // namespace detail

/// Image, View, std::mdspan of rank 2, or anything shaped like it.
template <class X>
concept ViewLike = requires {
  typename detail::ElementOf<std::remove_cvref_t<X>>::type;
};

template <ViewLike X>
using element_of_t = typename detail::ElementOf<std::remove_cvref_t<X>>::type;

template <ViewLike X>
[[nodiscard]] View<const element_of_t<X>> view_of(const X& x) noexcept {
  return x;
}

/// The type of convolve2d(image, kernel)'s elements.
template <ViewLike X, ViewLike K>
using result_t = promoted_t<element_of_t<X>, element_of_t<K>>;

/// y = image ∗ kernel: y[m] = Σ_j kernel[j]·image[m + c − j], with c from the mode (`same`:
/// ⌊(K − 1)/2⌋). Equals scipy.signal.convolve2d(image, kernel, mode, boundary, fillvalue).
///
/// The image may have interleaved channels; each is convolved with the kernel, which has one.
/// Mixed types are promoted as in NumPy, integers wrap around. In mode `valid` the larger operand
/// is taken as the image. Cost: see Plan::decision. Throws Error, and std::bad_alloc.
template <ViewLike X, ViewLike K>
[[nodiscard]] Image<result_t<X, K>> convolve2d(const X& image, const K& kernel,
                                               const Options& options = {});

/// Into the caller's memory. `out` has the result's shape and type and shares no element with
/// the operands.
template <ViewLike X, ViewLike K>
void convolve2d(const X& image, const K& kernel, std::type_identity_t<View<result_t<X, K>>> out,
                const Options& options = {});

/// y[m] = Σ_j conj(kernel[j])·image[m − a + j], a = ⌊(K − 1)/2⌋ in mode `same`.
/// Equals scipy.signal.correlate2d(image, kernel, mode, boundary, fillvalue) and, in mode `same`
/// with fill 0, what Keras and PyTorch call convolution. In mode `valid`, if the kernel is the
/// larger operand, the two exchange roles and the result is reversed along both axes, and it is
/// the image that is conjugated, as in SciPy.
template <ViewLike X, ViewLike K>
[[nodiscard]] Image<result_t<X, K>> correlate2d(const X& image, const K& kernel,
                                                const Options& options = {});

/// Into the caller's memory, as above.
template <ViewLike X, ViewLike K>
void correlate2d(const X& image, const K& kernel, std::type_identity_t<View<result_t<X, K>>> out,
                 const Options& options = {});

/// With a kernel given by its factors, of the image's type. The roles are not exchanged.
template <ViewLike X>
[[nodiscard]] Image<element_of_t<X>> convolve2d(const X& image,
                                                const SeparableKernel<element_of_t<X>>& kernel,
                                                const Options& options = {});
template <ViewLike X>
[[nodiscard]] Image<element_of_t<X>> correlate2d(const X& image,
                                                 const SeparableKernel<element_of_t<X>>& kernel,
                                                 const Options& options = {});

// Implementation

template <ViewLike X, ViewLike K>
Image<result_t<X, K>> convolve2d(const X& image, const K& kernel, const Options& options) {
  const auto x = detail::erase(view_of(image));
  const auto k = detail::erase(view_of(kernel));
  auto out = Image<result_t<X, K>>::uninitialized(detail::one_shot_shape(x, k, options));
  detail::one_shot(Operation::convolve, x, k, detail::erase(out.view()), options);
  return out;
}

template <ViewLike X, ViewLike K>
void convolve2d(const X& image, const K& kernel, std::type_identity_t<View<result_t<X, K>>> out,
                const Options& options) {
  detail::one_shot(Operation::convolve, detail::erase(view_of(image)),
                   detail::erase(view_of(kernel)), detail::erase(out), options);
}

template <ViewLike X, ViewLike K>
Image<result_t<X, K>> correlate2d(const X& image, const K& kernel, const Options& options) {
  const auto x = detail::erase(view_of(image));
  const auto k = detail::erase(view_of(kernel));
  auto out = Image<result_t<X, K>>::uninitialized(detail::one_shot_shape(x, k, options));
  detail::one_shot(Operation::correlate, x, k, detail::erase(out.view()), options);
  return out;
}

template <ViewLike X, ViewLike K>
void correlate2d(const X& image, const K& kernel, std::type_identity_t<View<result_t<X, K>>> out,
                 const Options& options) {
  detail::one_shot(Operation::correlate, detail::erase(view_of(image)),
                   detail::erase(view_of(kernel)), detail::erase(out), options);
}

namespace detail {

template <class T>
Image<T> one_shot_separable(Operation operation, const View<const T>& image,
                            const SeparableKernel<T>& kernel, const Options& options) {
  const Plan<T> plan(operation, image.shape(), kernel, options);
  auto out = Image<T>::uninitialized(plan.output_shape());
  plan.execute(image, out);
  return out;
}

}  // namespace detail

template <ViewLike X>
Image<element_of_t<X>> convolve2d(const X& image, const SeparableKernel<element_of_t<X>>& kernel,
                                  const Options& options) {
  return detail::one_shot_separable(Operation::convolve, view_of(image), kernel, options);
}

template <ViewLike X>
Image<element_of_t<X>> correlate2d(const X& image, const SeparableKernel<element_of_t<X>>& kernel,
                                   const Options& options) {
  return detail::one_shot_separable(Operation::correlate, view_of(image), kernel, options);
}

}  // namespace twofold
