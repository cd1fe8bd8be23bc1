// SPDX-License-Identifier: BSD-3-Clause
// The docstrings of twofold.ops.
#pragma once

namespace twofold::python {

inline constexpr const char* conv_text =
    R"(conv(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1, *,
    groups=None, bias=None, activation=None, negative_slope=0.2, kernel_format='hwio',
    method='auto', threads=1, accuracy='normwise', out=None)
--

keras.ops.conv for 2-D layers: what networks call convolution, a correlation. With bias and
activation it is the layer Conv2D.

Parameters
----------
inputs : array_like, 4-D
    (batch, rows, columns, channels), or (batch, channels, rows, columns) where data_format is
    'channels_first'. float32 or float64, or what NumPy promotes to these with the kernel.
kernel : array_like, 4-D
    (rows, columns, channels per group, filters), or, where kernel_format is 'oihw',
    (filters, channels per group, rows, columns), as PyTorch and ONNX store it.
strides, dilation_rate : int or pair
    Both may be greater than 1.
padding : 'valid', 'same', int or ((top, bottom), (left, right))
    So many zeros around the inputs.
data_format : 'channels_last' (also None) or 'channels_first'
groups : int, optional
    As the shapes say, unless given; then it is checked.
bias : array_like, 1-D, optional
activation : 'linear', 'relu', 'relu6', 'leaky_relu', 'sigmoid', 'tanh', 'silu', 'gelu', optional
negative_slope : float
    Of 'leaky_relu'.
method : {'auto', 'direct', 'fft', 'winograd', 'reference'}
    'fft' and 'winograd' compute no strides, dilation, groups and kernels of one tap.
threads : int
    How many threads may work. The result's bits do not depend on it.
accuracy : 'normwise', 'componentwise' or float
    As `twofold.convolve2d` has it.
out : numpy.ndarray, optional
    Where the result goes, apart from inputs; it is returned.

Returns
-------
numpy.ndarray, 4-D
    In data_format.

Raises
------
ValueError
    A shape or a value does not fit; it names the argument.
TypeError
    A dtype does not fit.

Examples
--------
>>> import numpy as np
>>> from twofold import ops
>>> x = np.ones((1, 5, 5, 3), np.float32)
>>> kernel = np.ones((3, 3, 3, 8), np.float32)
>>> y = ops.conv(x, kernel, strides=2, padding='same', bias=np.arange(8), activation='relu')
>>> y.shape, float(y[0, 0, 0, 0]), float(y[0, 1, 1, 7])
((1, 3, 3, 8), 12.0, 34.0)
)";

inline constexpr const char* depthwise_conv_text =
    R"(depthwise_conv(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1,
    *, bias=None, activation=None, negative_slope=0.2, kernel_format='hwio', method='auto',
    threads=1, accuracy='normwise', out=None)
--

keras.ops.depthwise_conv for 2-D layers: every channel by kernels of its own. Output channel
c * M + m is input channel c by kernel[:, :, c, m].

The kernel is (rows, columns, channels, M), or, where kernel_format is 'oihw',
(channels * M, 1, rows, columns). Everything else is as in `conv`.

Examples
--------
>>> import numpy as np
>>> from twofold import ops
>>> x = np.arange(8.0).reshape(1, 2, 2, 2)
>>> ops.depthwise_conv(x, np.ones((2, 2, 2, 1)))
array([[[[12., 16.]]]])
)";

inline constexpr const char* separable_conv_text =
    R"(separable_conv(inputs, depthwise_kernel, pointwise_kernel, strides=1, padding='valid',
    data_format=None, dilation_rate=1, *, bias=None, activation=None, negative_slope=0.2,
    kernel_format='hwio', method='auto', threads=1, accuracy='normwise', out=None)
--

keras.ops.separable_conv for 2-D layers: a depthwise convolution, to which strides, padding and
dilation_rate belong, and then one with pointwise_kernel, of (1, 1, channels * M, filters). Bias and
activation come after the second. Everything else is as in `conv`.

Examples
--------
>>> import numpy as np
>>> from twofold import ops
>>> x = np.arange(8.0).reshape(1, 2, 2, 2)
>>> ops.separable_conv(x, np.ones((2, 2, 2, 1)), np.ones((1, 1, 2, 1)))
array([[[[28.]]]])
)";

inline constexpr const char* conv_transpose_text =
    R"(conv_transpose(inputs, kernel, strides, padding='valid', output_padding=None,
    data_format=None, dilation_rate=1, *, bias=None, activation=None, negative_slope=0.2,
    kernel_format='hwio', method='auto', threads=1, accuracy='normwise', out=None)
--

keras.ops.conv_transpose for 2-D layers, as TensorFlow and JAX compute it. The kernel is
(rows, columns, filters, channels), or, where kernel_format is 'oihw',
(channels, filters, rows, columns). padding in numbers is what is cut off on each side, as in
PyTorch and ONNX. Everything else is as in `conv`.

Examples
--------
>>> import numpy as np
>>> from twofold import ops
>>> x = np.array([1.0, 2.0]).reshape(1, 1, 2, 1)
>>> ops.conv_transpose(x, np.ones((1, 3, 1, 1)), strides=(1, 2)).ravel()
array([1., 1., 3., 2., 2.])
)";

}  // namespace twofold::python
