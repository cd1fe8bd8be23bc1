// SPDX-License-Identifier: BSD-3-Clause
/// @file
/// convolve2d and correlate2d: one call, one result.
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

/// Operands checked, their roles exchanged where `valid` asks for it: what stands between a
/// one-shot call and its Plan.
Shape one_shot_shape(const ErasedView& image, const ErasedView& kernel, const Options&);
void one_shot(Operation, const ErasedView& image, const ErasedView& kernel, const ErasedView& out,
              const Options&);

/// Likewise with a kernel given by its factors, which stays the plan's kernel.
Shape one_shot_shape(const ErasedView& image, const ErasedView& column, const ErasedView& row,
                     const Options&);
void one_shot(Operation, const ErasedView& image, const ErasedView& column, const ErasedView& row,
              const ErasedView& out, const Options&);

}  // namespace detail

/// Image, View, std::mdspan of rank 2, or anything shaped like it.
template <class X>
concept ViewLike = requires {
  typename detail::ElementOf<std::remove_cvref_t<X>>::type;
};

/// The type of its elements, without const.
template <ViewLike X>
using element_of_t = typename detail::ElementOf<std::remove_cvref_t<X>>::type;

/// The view that it converts to.
template <ViewLike X>
[[nodiscard]] View<const element_of_t<X>> view_of(const X& x) noexcept {
  return x;
}

/// The type of convolve2d(image, kernel)'s elements, unless another is asked for.
template <ViewLike X, ViewLike K>
using result_t = promoted_t<element_of_t<X>, element_of_t<K>>;

/// y = image ∗ kernel: y[m] = Σ_j kernel[j]·image[m + c − j], with c from the mode (`same`:
/// ⌊(K − 1)/2⌋). Equals scipy.signal.convolve2d(image, kernel, mode, boundary, fillvalue).
///
/// The image may have interleaved channels; each is convolved with the kernel, which has one.
/// Mixed types are promoted as in NumPy, integers wrap around; neither operand is copied to that
/// end but the kernel. In mode `valid` the larger operand is taken as the image.
///
/// The result has, along each axis, the size that Mode gives, and the image's channels. It is the
/// caller's. A Plan is made for the call: see there for what it takes, and what it throws. Where
/// the same kernel meets many images, keep one.
template <ViewLike X, ViewLike K>
[[nodiscard]] Image<result_t<X, K>> convolve2d(const X& image, const K& kernel,
                                               const Options& options = {});

/// With the result's type named: convolve2d<std::uint8_t>(picture, kernel) rounds the sums and
/// saturates them. Combines says what can be named.
template <Element Out, ViewLike X, ViewLike K>
requires Combines<element_of_t<X>, element_of_t<K>, Out>
[[nodiscard]] Image<Out> convolve2d(const X& image, const K& kernel, const Options& options = {});

/// Into the caller's memory. `out` has the result's shape and the promoted type, any strides under
/// which its elements are distinct, and shares no element with the operands. Throws what Plan and
/// Plan::execute throw.
template <ViewLike X, ViewLike K>
void convolve2d(const X& image, const K& kernel, std::type_identity_t<View<result_t<X, K>>> out,
                const Options& options = {});

/// Likewise, rounded and saturated to the image's type.
template <ViewLike X, ViewLike K>
requires KeepsPixels<element_of_t<X>, element_of_t<K>, element_of_t<X>>
void convolve2d(const X& image, const K& kernel, std::type_identity_t<View<element_of_t<X>>> out,
                const Options& options = {});

/// y[m] = Σ_j conj(kernel[j])·image[m − a + j], a = ⌊(K − 1)/2⌋ in mode `same`. Types, shapes,
/// ownership, errors and cost are those of convolve2d.
///
/// Equals scipy.signal.correlate2d(image, kernel, mode, boundary, fillvalue) and, in mode `same`
/// with fill 0, what Keras and PyTorch call convolution. In mode `valid`, if the kernel is the
/// larger operand, the two exchange roles and the result is reversed along both axes, and it is
/// the image that is conjugated, as in SciPy.
template <ViewLike X, ViewLike K>
[[nodiscard]] Image<result_t<X, K>> correlate2d(const X& image, const K& kernel,
                                                const Options& options = {});

/// @{
/// Likewise, with the result's type named, and into the caller's memory: see convolve2d.
template <Element Out, ViewLike X, ViewLike K>
requires Combines<element_of_t<X>, element_of_t<K>, Out>
[[nodiscard]] Image<Out> correlate2d(const X& image, const K& kernel, const Options& options = {});
template <ViewLike X, ViewLike K>
void correlate2d(const X& image, const K& kernel, std::type_identity_t<View<result_t<X, K>>> out,
                 const Options& options = {});
template <ViewLike X, ViewLike K>
requires KeepsPixels<element_of_t<X>, element_of_t<K>, element_of_t<X>>
void correlate2d(const X& image, const K& kernel, std::type_identity_t<View<element_of_t<X>>> out,
                 const Options& options = {});

/// @}

/// @{
/// With a kernel given by its factors: all of the above, with the result that the product of the
/// two would have.
template <ViewLike X, Element K = element_of_t<X>>
[[nodiscard]] Image<promoted_t<element_of_t<X>, K>> convolve2d(const X& image,
                                                               const SeparableKernel<K>& kernel,
                                                               const Options& options = {});
template <Element Out, ViewLike X, Element K = element_of_t<X>>
requires Combines<element_of_t<X>, K, Out>
[[nodiscard]] Image<Out> convolve2d(const X& image, const SeparableKernel<K>& kernel,
                                    const Options& options = {});
template <ViewLike X, Element K = element_of_t<X>>
void convolve2d(const X& image, const SeparableKernel<K>& kernel,
                std::type_identity_t<View<promoted_t<element_of_t<X>, K>>> out,
                const Options& options = {});
template <ViewLike X, Element K = element_of_t<X>>
requires KeepsPixels<element_of_t<X>, K, element_of_t<X>>
void convolve2d(const X& image, const SeparableKernel<K>& kernel,
                std::type_identity_t<View<element_of_t<X>>> out, const Options& options = {});
template <ViewLike X, Element K = element_of_t<X>>
[[nodiscard]] Image<promoted_t<element_of_t<X>, K>> correlate2d(const X& image,
                                                                const SeparableKernel<K>& kernel,
                                                                const Options& options = {});
template <Element Out, ViewLike X, Element K = element_of_t<X>>
requires Combines<element_of_t<X>, K, Out>
[[nodiscard]] Image<Out> correlate2d(const X& image, const SeparableKernel<K>& kernel,
                                     const Options& options = {});
template <ViewLike X, Element K = element_of_t<X>>
void correlate2d(const X& image, const SeparableKernel<K>& kernel,
                 std::type_identity_t<View<promoted_t<element_of_t<X>, K>>> out,
                 const Options& options = {});
template <ViewLike X, Element K = element_of_t<X>>
requires KeepsPixels<element_of_t<X>, K, element_of_t<X>>
void correlate2d(const X& image, const SeparableKernel<K>& kernel,
                 std::type_identity_t<View<element_of_t<X>>> out, const Options& options = {});

/// @}

// Implementation

namespace detail {

template <Element Out, Element T, Element K>
Image<Out> one_shot_image(Operation operation, const View<const T>& image,
                          const View<const K>& kernel, const Options& options) {
  const auto x = erase(image);
  const auto k = erase(kernel);
  auto out = Image<Out>::uninitialized(one_shot_shape(x, k, options));
  one_shot(operation, x, k, erase(out.view()), options);
  return out;
}

template <Element Out, Element T, Element K>
Image<Out> one_shot_image(Operation operation, const View<const T>& image,
                          const SeparableKernel<K>& kernel, const Options& options) {
  const auto x = erase(image);
  const auto column = erase(kernel.column_view());
  const auto row = erase(kernel.row_view());
  auto out = Image<Out>::uninitialized(one_shot_shape(x, column, row, options));
  one_shot(operation, x, column, row, erase(out.view()), options);
  return out;
}

template <Element T, Element K>
void one_shot_into(Operation operation, const View<const T>& image, const View<const K>& kernel,
                   const ErasedView& out, const Options& options) {
  one_shot(operation, erase(image), erase(kernel), out, options);
}

template <Element T, Element K>
void one_shot_into(Operation operation, const View<const T>& image,
                   const SeparableKernel<K>& kernel, const ErasedView& out,
                   const Options& options) {
  one_shot(operation, erase(image), erase(kernel.column_view()), erase(kernel.row_view()), out,
           options);
}

}  // namespace detail

template <ViewLike X, ViewLike K>
Image<result_t<X, K>> convolve2d(const X& image, const K& kernel, const Options& options) {
  return detail::one_shot_image<result_t<X, K>>(Operation::convolve, view_of(image),
                                                view_of(kernel), options);
}

template <Element Out, ViewLike X, ViewLike K>
requires Combines<element_of_t<X>, element_of_t<K>, Out> Image<Out> convolve2d(
    const X& image, const K& kernel, const Options& options) {
  return detail::one_shot_image<Out>(Operation::convolve, view_of(image), view_of(kernel), options);
}

template <ViewLike X, ViewLike K>
void convolve2d(const X& image, const K& kernel, std::type_identity_t<View<result_t<X, K>>> out,
                const Options& options) {
  detail::one_shot_into(Operation::convolve, view_of(image), view_of(kernel), detail::erase(out),
                        options);
}

template <ViewLike X, ViewLike K>
requires KeepsPixels<element_of_t<X>, element_of_t<K>, element_of_t<X>>
void convolve2d(const X& image, const K& kernel, std::type_identity_t<View<element_of_t<X>>> out,
                const Options& options) {
  detail::one_shot_into(Operation::convolve, view_of(image), view_of(kernel), detail::erase(out),
                        options);
}

template <ViewLike X, Element K>
Image<promoted_t<element_of_t<X>, K>> convolve2d(const X& image, const SeparableKernel<K>& kernel,
                                                 const Options& options) {
  return detail::one_shot_image<promoted_t<element_of_t<X>, K>>(Operation::convolve, view_of(image),
                                                                kernel, options);
}

template <Element Out, ViewLike X, Element K>
requires Combines<element_of_t<X>, K, Out> Image<Out> convolve2d(const X& image,
                                                                 const SeparableKernel<K>& kernel,
                                                                 const Options& options) {
  return detail::one_shot_image<Out>(Operation::convolve, view_of(image), kernel, options);
}

template <ViewLike X, Element K>
void convolve2d(const X& image, const SeparableKernel<K>& kernel,
                std::type_identity_t<View<promoted_t<element_of_t<X>, K>>> out,
                const Options& options) {
  detail::one_shot_into(Operation::convolve, view_of(image), kernel, detail::erase(out), options);
}

template <ViewLike X, Element K>
requires KeepsPixels<element_of_t<X>, K, element_of_t<X>>
void convolve2d(const X& image, const SeparableKernel<K>& kernel,
                std::type_identity_t<View<element_of_t<X>>> out, const Options& options) {
  detail::one_shot_into(Operation::convolve, view_of(image), kernel, detail::erase(out), options);
}

template <ViewLike X, ViewLike K>
Image<result_t<X, K>> correlate2d(const X& image, const K& kernel, const Options& options) {
  return detail::one_shot_image<result_t<X, K>>(Operation::correlate, view_of(image),
                                                view_of(kernel), options);
}

template <Element Out, ViewLike X, ViewLike K>
requires Combines<element_of_t<X>, element_of_t<K>, Out> Image<Out> correlate2d(
    const X& image, const K& kernel, const Options& options) {
  return detail::one_shot_image<Out>(Operation::correlate, view_of(image), view_of(kernel),
                                     options);
}

template <ViewLike X, ViewLike K>
void correlate2d(const X& image, const K& kernel, std::type_identity_t<View<result_t<X, K>>> out,
                 const Options& options) {
  detail::one_shot_into(Operation::correlate, view_of(image), view_of(kernel), detail::erase(out),
                        options);
}

template <ViewLike X, ViewLike K>
requires KeepsPixels<element_of_t<X>, element_of_t<K>, element_of_t<X>>
void correlate2d(const X& image, const K& kernel, std::type_identity_t<View<element_of_t<X>>> out,
                 const Options& options) {
  detail::one_shot_into(Operation::correlate, view_of(image), view_of(kernel), detail::erase(out),
                        options);
}

template <ViewLike X, Element K>
Image<promoted_t<element_of_t<X>, K>> correlate2d(const X& image, const SeparableKernel<K>& kernel,
                                                  const Options& options) {
  return detail::one_shot_image<promoted_t<element_of_t<X>, K>>(Operation::correlate,
                                                                view_of(image), kernel, options);
}

template <Element Out, ViewLike X, Element K>
requires Combines<element_of_t<X>, K, Out> Image<Out> correlate2d(const X& image,
                                                                  const SeparableKernel<K>& kernel,
                                                                  const Options& options) {
  return detail::one_shot_image<Out>(Operation::correlate, view_of(image), kernel, options);
}

template <ViewLike X, Element K>
void correlate2d(const X& image, const SeparableKernel<K>& kernel,
                 std::type_identity_t<View<promoted_t<element_of_t<X>, K>>> out,
                 const Options& options) {
  detail::one_shot_into(Operation::correlate, view_of(image), kernel, detail::erase(out), options);
}

template <ViewLike X, Element K>
requires KeepsPixels<element_of_t<X>, K, element_of_t<X>>
void correlate2d(const X& image, const SeparableKernel<K>& kernel,
                 std::type_identity_t<View<element_of_t<X>>> out, const Options& options) {
  detail::one_shot_into(Operation::correlate, view_of(image), kernel, detail::erase(out), options);
}

}  // namespace twofold
