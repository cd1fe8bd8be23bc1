# SPDX-License-Identifier: BSD-3-Clause
import dataclasses
import os
from typing import Any, Callable, Literal, Optional, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from twofold import ops as ops

_Mode = Literal["full", "valid", "same"]
_OneBoundary = Literal["fill", "pad", "wrap", "circular", "symm", "symmetric", "mirror", "nearest"]
_Boundary = Union[_OneBoundary, Tuple[_OneBoundary, _OneBoundary]]
_Method = Literal["auto", "automatic", "direct", "separable", "fft", "overlap_save", "whole_fft",
                  "reference"]
_Accuracy = Union[Literal["normwise", "componentwise"], float]
_Operation = Literal["convolve", "correlate"]
_Operand = Union[ArrayLike, Tuple[int, int]]

__version__: str

@dataclasses.dataclass(frozen=True)
class Candidate:
    method: str
    allowed: bool
    reason: str
    seconds: float
    workspace_bytes: int

@dataclasses.dataclass(frozen=True)
class Decision:
    method: str
    why: str
    candidates: Tuple[Candidate, ...]
    def as_dict(self) -> dict[str, Any]: ...

@dataclasses.dataclass(frozen=True)
class Explanation:
    causes: Tuple[str, ...]
    sentence: str
    evidence: str
    a: str
    b: str
    residual: float
    tolerance: float

@dataclasses.dataclass(frozen=True)
class Diagnosis:
    verdict: Literal["equal", "explained", "ambiguous", "unexplained"]
    statement: str
    explanations: Tuple[Explanation, ...]
    difference: float
    calls_of_a: Tuple[str, ...]
    calls_of_b: Tuple[str, ...]
    @property
    def causes(self) -> Tuple[str, ...]: ...
    def as_dict(self) -> dict[str, Any]: ...

class Plan:
    def __init__(self, operation: _Operation, shape: Sequence[int], kernel: ArrayLike,
                 mode: _Mode = ..., boundary: _Boundary = ..., fillvalue: Any = ..., *,
                 dtype: DTypeLike = ..., out_dtype: DTypeLike = ..., method: _Method = ...,
                 threads: int = ..., accuracy: _Accuracy = ...) -> None: ...
    def __call__(self, image: ArrayLike,
                 out: Optional[NDArray[Any]] = ...) -> NDArray[Any]: ...
    def execute(self, image: ArrayLike, out: Optional[NDArray[Any]] = ...) -> NDArray[Any]: ...
    def execute_region(self, tile: ArrayLike, tile_origin: Sequence[int], outputs: Sequence[int],
                       out: Optional[NDArray[Any]] = ...) -> NDArray[Any]: ...
    def input_region(self, outputs: Sequence[int]) -> Tuple[int, int, int, int]: ...
    def error_bound(self, largest_magnitude: float) -> float: ...
    @property
    def output_shape(self) -> Tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def out_dtype(self) -> np.dtype[Any]: ...
    @property
    def halo(self) -> Tuple[Tuple[int, int], Tuple[int, int]]: ...
    @property
    def decision(self) -> Decision: ...
    @property
    def workspace_bytes(self) -> int: ...

def convolve2d(in1: ArrayLike, in2: ArrayLike, mode: _Mode = ..., boundary: _Boundary = ...,
               fillvalue: Any = ..., *, out: Optional[NDArray[Any]] = ..., method: _Method = ...,
               threads: int = ..., accuracy: _Accuracy = ...) -> NDArray[Any]: ...
def correlate2d(in1: ArrayLike, in2: ArrayLike, mode: _Mode = ..., boundary: _Boundary = ...,
                fillvalue: Any = ..., *, out: Optional[NDArray[Any]] = ..., method: _Method = ...,
                threads: int = ..., accuracy: _Accuracy = ...) -> NDArray[Any]: ...
def explain(in1: _Operand, in2: _Operand, mode: _Mode = ..., boundary: _Boundary = ...,
            fillvalue: Any = ..., *, operation: _Operation = ..., dtype: DTypeLike = ...,
            method: _Method = ..., threads: int = ..., accuracy: _Accuracy = ...) -> Decision: ...
def tune(quick: bool = ..., path: Optional[Union[str, os.PathLike[str]]] = ..., *,
         progress: Optional[Callable[[float, str], object]] = ...) -> str: ...
def diagnose(image: ArrayLike, kernel: ArrayLike, a: ArrayLike, b: Optional[ArrayLike] = ..., *,
             expected: Optional[_Operation] = ..., mode: _Mode = ..., boundary: _Boundary = ...,
             fillvalue: Any = ...) -> Diagnosis: ...
def info() -> dict[str, Any]: ...
def load_profile(path: str) -> None: ...
