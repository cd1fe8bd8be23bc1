// SPDX-License-Identifier: BSD-3-Clause
// OpenCV as a peer: one thread, output preallocated, BORDER_REFLECT (our `symm`).
#pragma once

#include <functional>
#include <string>

#include <twofold/twofold.hpp>

namespace twofold::bench::opencv {

/// Empty where this build has no OpenCV; then none of the functions below may be called.
[[nodiscard]] std::string version();

/// The calls keep referring to the memory of the views, which are dense. T is float or double.
template <class T>
[[nodiscard]] std::function<void()> filter2d(View<const T> image, View<const T> kernel,
                                             View<T> out);

template <class T>
[[nodiscard]] std::function<void()> sep_filter2d(View<const T> image, SeparableKernel<T> kernel,
                                                 View<T> out);

}  // namespace twofold::bench::opencv
