# SPDX-License-Identifier: BSD-3-Clause
from typing import Any, Literal, Optional, Tuple, Union

from numpy.typing import ArrayLike, NDArray

_PerAxis = Union[int, Tuple[int, int]]
_Padding = Union[Literal["valid", "same"], int, Tuple[Tuple[int, int], Tuple[int, int]]]
_DataFormat = Optional[Literal["channels_last", "channels_first"]]
_Activation = Optional[Literal["linear", "relu", "relu6", "leaky_relu", "sigmoid", "tanh", "silu",
                               "swish", "gelu"]]
_KernelFormat = Literal["hwio", "oihw"]
_Method = Literal["auto", "automatic", "direct", "fft", "overlap_save", "winograd",
                  "reference"]
_Accuracy = Union[Literal["normwise", "componentwise"], float]

def conv(inputs: ArrayLike, kernel: ArrayLike, strides: _PerAxis = ..., padding: _Padding = ...,
         data_format: _DataFormat = ..., dilation_rate: _PerAxis = ..., *,
         groups: Optional[int] = ..., bias: Optional[ArrayLike] = ...,
         activation: _Activation = ..., negative_slope: float = ...,
         kernel_format: _KernelFormat = ..., method: _Method = ..., threads: int = ...,
         accuracy: _Accuracy = ..., out: Optional[NDArray[Any]] = ...) -> NDArray[Any]: ...
def depthwise_conv(inputs: ArrayLike, kernel: ArrayLike, strides: _PerAxis = ...,
                   padding: _Padding = ..., data_format: _DataFormat = ...,
                   dilation_rate: _PerAxis = ..., *, bias: Optional[ArrayLike] = ...,
                   activation: _Activation = ..., negative_slope: float = ...,
                   kernel_format: _KernelFormat = ..., method: _Method = ..., threads: int = ...,
                   accuracy: _Accuracy = ...,
                   out: Optional[NDArray[Any]] = ...) -> NDArray[Any]: ...
def separable_conv(inputs: ArrayLike, depthwise_kernel: ArrayLike, pointwise_kernel: ArrayLike,
                   strides: _PerAxis = ..., padding: _Padding = ...,
                   data_format: _DataFormat = ..., dilation_rate: _PerAxis = ..., *,
                   bias: Optional[ArrayLike] = ..., activation: _Activation = ...,
                   negative_slope: float = ..., kernel_format: _KernelFormat = ...,
                   method: _Method = ..., threads: int = ..., accuracy: _Accuracy = ...,
                   out: Optional[NDArray[Any]] = ...) -> NDArray[Any]: ...
def conv_transpose(inputs: ArrayLike, kernel: ArrayLike, strides: _PerAxis,
                   padding: _Padding = ..., output_padding: Optional[_PerAxis] = ...,
                   data_format: _DataFormat = ..., dilation_rate: _PerAxis = ..., *,
                   bias: Optional[ArrayLike] = ..., activation: _Activation = ...,
                   negative_slope: float = ..., kernel_format: _KernelFormat = ...,
                   method: _Method = ..., threads: int = ..., accuracy: _Accuracy = ...,
                   out: Optional[NDArray[Any]] = ...) -> NDArray[Any]: ...
