# SPDX-License-Identifier: BSD-3-Clause
from typing import Any, Literal, Tuple, Union

import dask.array as da
from numpy.typing import ArrayLike

_Mode = Literal["full", "valid", "same"]
_OneBoundary = Literal["fill", "pad", "wrap", "circular", "symm", "symmetric", "mirror", "nearest"]
_Boundary = Union[_OneBoundary, Tuple[_OneBoundary, _OneBoundary]]
_Method = Literal["auto", "automatic", "direct", "separable", "fft", "overlap_save", "whole_fft",
                  "reference"]
_Accuracy = Union[Literal["normwise", "componentwise"], float]

def convolve2d(in1: da.Array, in2: ArrayLike, mode: _Mode = ..., boundary: _Boundary = ...,
               fillvalue: Any = ..., *, method: _Method = ..., threads: int = ...,
               accuracy: _Accuracy = ...) -> da.Array: ...
def correlate2d(in1: da.Array, in2: ArrayLike, mode: _Mode = ..., boundary: _Boundary = ...,
                fillvalue: Any = ..., *, method: _Method = ..., threads: int = ...,
                accuracy: _Accuracy = ...) -> da.Array: ...
