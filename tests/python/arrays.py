# SPDX-License-Identifier: BSD-3-Clause
"""Arrays of every type, how far results may lie apart, and which methods there are."""

import numpy as np
import pytest

import twofold

INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
REALS = ["float32", "float64"]
COMPLEX = ["complex64", "complex128"]
TYPES = INTEGERS + REALS + COMPLEX
HAS_FFT = twofold.info()["fft"]["name"] != "none"
needs_fft = pytest.mark.skipif(not HAS_FFT, reason="built without an FFT library")
FFT_METHODS = ["fft", "overlap_save", "whole_fft"] if HAS_FFT else []
ALL_TYPES = ["bool", *TYPES, "float16", "longdouble", "clongdouble"]


def random_array(random, shape, dtype):
    """Integers over their whole range, other numbers near 1."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return random.integers(0, 2, shape).astype(bool)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        return random.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)
    values = random.standard_normal(shape)
    if dtype.kind == "c":
        values = values + 1j * random.standard_normal(shape)
    return values.astype(dtype)


def assert_same(actual, expected, in1, in2):
    """Bit for bit for integers; for other numbers within a bound that every method and SciPy keep:
    some units of ‖x‖₂‖in2‖₂, x what lies under the kernel or in a tile. A boundary may repeat a
    small image there, so that ‖x‖₂ is not ‖in1‖₂, but at most max|in1| for each of the taps."""
    assert isinstance(actual, np.ndarray)
    assert actual.dtype == expected.dtype
    assert actual.shape == expected.shape
    if expected.dtype.kind in "iu":
        np.testing.assert_array_equal(actual, expected)
        return
    pixels, taps = (np.abs(array if array.dtype.kind == "c" else array.astype("float64")).ravel()
                    for array in (in1, in2))
    largest = pixels.max(initial=0) * np.sqrt(taps.size)
    size = max(np.linalg.norm(pixels.astype("float64")), largest)
    size *= np.linalg.norm(taps.astype("float64"))
    bound = 200 * float(np.finfo(expected.dtype).eps) * max(size, 1e-30)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=bound)
