// SPDX-License-Identifier: BSD-3-Clause
// In place of opencv.cpp where OpenCV is not installed.
#include <stdexcept>

#include "peers/opencv.hpp"

namespace twofold::bench::opencv {

std::string version() {
  return {};
}

template <class T, class K>
std::function<void()> filter2d(View<const T>, View<const K>, View<T>) {
  throw std::logic_error("opencv: not in this build");
}

template <class T, class K>
std::function<void()> sep_filter2d(View<const T>, SeparableKernel<K>, View<T>) {
  throw std::logic_error("opencv: not in this build");
}

template std::function<void()> filter2d(View<const float>, View<const float>, View<float>);
template std::function<void()> filter2d(View<const double>, View<const double>, View<double>);
template std::function<void()> filter2d(View<const std::uint8_t>, View<const float>,
                                        View<std::uint8_t>);
template std::function<void()> sep_filter2d(View<const float>, SeparableKernel<float>, View<float>);
template std::function<void()> sep_filter2d(View<const double>, SeparableKernel<double>,
                                            View<double>);
template std::function<void()> sep_filter2d(View<const std::uint8_t>, SeparableKernel<float>,
                                            View<std::uint8_t>);

}  // namespace twofold::bench::opencv
