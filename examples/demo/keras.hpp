// SPDX-License-Identifier: BSD-3-Clause
// Conv2D as Keras 3 defines it, written down a second time: nothing of twofold computes here.
#pragma once

#include "twofold/image.hpp"

namespace twofold::demo {

/// Conv2D(filters=1, kernel_size, padding="same", use_bias=False) on one image of one channel.
/// For stride 1 Keras pads K − 1 zeros along an axis, ⌊(K − 1)/2⌋ of them before the image
/// (TensorFlow: kernel_shape_util.cc), and sums kernel × image without turning the kernel.
[[nodiscard]] inline Image<float> keras_conv2d_same(View<const float> image,
                                                    View<const float> kernel) {
  const Index rows_before = (kernel.rows() - 1) / 2;
  const Index cols_before = (kernel.cols() - 1) / 2;
  Image<float> result(image.rows(), image.cols());
  for (Index row = 0; row < image.rows(); ++row) {
    for (Index col = 0; col < image.cols(); ++col) {
      for (Index i = 0; i < kernel.rows(); ++i) {
        for (Index j = 0; j < kernel.cols(); ++j) {
          const Index r = row + i - rows_before;
          const Index c = col + j - cols_before;
          const bool inside = r >= 0 && r < image.rows() && c >= 0 && c < image.cols();
          if (inside) result(row, col) += kernel(i, j) * image(r, c);
        }
      }
    }
  }
  return result;
}

}  // namespace twofold::demo
