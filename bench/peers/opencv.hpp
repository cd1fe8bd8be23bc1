// SPDX-License-Identifier: BSD-3-Clause
// OpenCV as a peer: one thread, output preallocated, BORDER_REFLECT (our `symm`).
#pragma once

#include <functional>
#include <string>

#include <twofold/twofold.hpp>

namespace twofold::bench::opencv {

/// Empty where this build has no OpenCV; then none of the functions below may be called.
[[nodiscard]] std::string version();

/// The calls keep referring to the memory of the views, which are dense. T and K are float or
/// double both, or T is uint8_t and K float: the result is rounded and saturated.
template <class T, class K>
[[nodiscard]] std::function<void()> filter2d(View<const T> image, View<const K> kernel,
                                             View<T> out);

template <class T, class K>
[[nodiscard]] std::function<void()> sep_filter2d(View<const T> image, SeparableKernel<K> kernel,
                                                 View<T> out);

}  // namespace twofold::bench::opencv
