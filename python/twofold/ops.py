# SPDX-License-Identifier: BSD-3-Clause
"""Layers of neural networks with Keras 3's names, arguments and results, on NumPy arrays.

2-D layers, in float32 and float64. Beyond keras.ops, by keyword: bias, activation, groups, kernels
as PyTorch and ONNX store them, threads, and out.
"""

from twofold._twofold import conv, conv_transpose, depthwise_conv, separable_conv

__all__ = ["conv", "conv_transpose", "depthwise_conv", "separable_conv"]
