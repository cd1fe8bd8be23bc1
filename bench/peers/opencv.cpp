// SPDX-License-Identifier: BSD-3-Clause
// cv::filter2D and cv::sepFilter2D on the caller's memory.
#include "peers/opencv.hpp"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace twofold::bench::opencv {

namespace {

const cv::Point centre(-1, -1);
constexpr int same_depth = -1;

// A header on the same memory. OpenCV has no Mat of constants; it does not write to its inputs.
template <class T>
cv::Mat mat_of(View<T> view) {
  using Value = std::remove_const_t<T>;
  return {static_cast<int>(view.rows()), static_cast<int>(view.cols()),
          CV_MAKETYPE(cv::DataType<Value>::depth, static_cast<int>(view.channels())),
          const_cast<Value*>(view.data())};
}

}  // namespace

std::string version() {
  return cv::getVersionString();
}

template <class T, class K>
std::function<void()> filter2d(View<const T> image, View<const K> kernel, View<T> out) {
  cv::setNumThreads(1);
  return [from = mat_of(image), taps = mat_of(kernel), to = mat_of(out)]() mutable {
    cv::filter2D(from, to, same_depth, taps, centre, 0, cv::BORDER_REFLECT);
  };
}

template <class T, class K>
std::function<void()> sep_filter2d(View<const T> image, SeparableKernel<K> kernel, View<T> out) {
  cv::setNumThreads(1);
  return [from = mat_of(image), column = mat_of(kernel.column_view()),
          row = mat_of(kernel.row_view()), to = mat_of(out)]() mutable {
    cv::sepFilter2D(from, to, same_depth, row, column, centre, 0, cv::BORDER_REFLECT);
  };
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
