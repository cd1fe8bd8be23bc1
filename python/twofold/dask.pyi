# SPDX-License-Identifier: BSD-3-Clause
from typing import Any

import dask.array as da
from numpy.typing import ArrayLike

from twofold import _Accuracy, _Boundary, _Method, _Mode

def convolve2d(in1: da.Array, in2: ArrayLike, mode: _Mode = ..., boundary: _Boundary = ...,
               fillvalue: Any = ..., *, method: _Method = ..., threads: int = ...,
               accuracy: _Accuracy = ...) -> da.Array: ...
def correlate2d(in1: da.Array, in2: ArrayLike, mode: _Mode = ..., boundary: _Boundary = ...,
                fillvalue: Any = ..., *, method: _Method = ..., threads: int = ...,
                accuracy: _Accuracy = ...) -> da.Array: ...
