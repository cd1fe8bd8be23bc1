# SPDX-License-Identifier: BSD-3-Clause
"""What SciPy refuses is refused in the same words; what is ours names the argument."""

import re

import numpy as np
import pytest
from arrays import needs_fft
from scipy import signal

import twofold

X = np.arange(12.0).reshape(3, 4)
I = np.arange(12, dtype="uint8").reshape(3, 4)
K = np.ones((2, 2))

BAD_CALLS = [
    ((), {}),
    ((X,), {}),
    ((X, K, "full", "fill", 0, None), {}),
    ((X, K), {"colour": 1}),
    ((X, K), {"in1": X}),
    ((X[0], K), {}),
    ((X, K[0]), {}),
    ((3, 4), {}),
    ((X[None], K[None]), {}),
    (([[1, 2], [3]], K), {}),
    ((X, K, "half"), {}),
    ((X, K, "SAME"), {}),
    ((X, K, 1), {}),
    ((X, K, None), {}),
    ((X, K, b"same"), {}),
    ((X, K, ["same"]), {}),
    ((X, K, "full", "zero"), {}),
    ((X, K, "full", "reflect"), {}),
    ((X, K, "full", 0), {}),
    ((X, K, "full", None), {}),
    ((X, K, "full", ["fill"]), {}),
    ((X, K, "half", "zero"), {}),
    ((X, np.ones((4, 2)), "valid"), {}),
    ((X, np.ones((2, 5)), "valid", "zero"), {}),
    ((X, K, "full", "fill", []), {}),
    ((X, K, "full", "fill", [1, 2]), {}),
    ((X, K, "full", "fill", np.ones((2, 2))), {}),
    ((X, K, "full", "fill", "blue"), {}),
    ((X, K, "full", "fill", {}), {}),
    ((I, I, "full", "fill", np.nan), {}),
    ((I, I, "full", "fill", 1e300), {}),
    ((I, I, "full", "fill", None), {}),
    ((X > 2, K > 2), {}),
    ((X.astype("float16"), K.astype("float16")), {}),
    ((X.astype(object), K), {}),
    ((np.ones((0, 0)), np.ones((0, 0))), {}),
    ((np.ones((0, 3)), K, "valid"), {}),
]


def raised(function, arguments, options):
    with pytest.raises(Exception) as caught:
        function(*arguments, **options)
    return type(caught.value), str(caught.value)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
@pytest.mark.parametrize("arguments, options", BAD_CALLS)
def test_same_error_as_scipy(name, arguments, options):
    if name == "correlate2d" and arguments and getattr(arguments[0], "dtype", None) == object:
        pytest.skip("SciPy conjugates before it looks at the type")
    expected = raised(getattr(signal, name), arguments, options)
    assert raised(getattr(twofold, name), arguments, options) == expected


@pytest.mark.filterwarnings("ignore::numpy.ComplexWarning")
def test_complex_fill_value_for_real_sums():
    with pytest.raises(ValueError, match="could not cast `fillvalue` directly to the output type"):
        twofold.convolve2d(X, K, fillvalue=1j)


OURS = [
    ({"method": "magic"}, ValueError, "method: 'magic' is none of 'auto'"),
    ({"method": None}, ValueError, "method: None is none of"),
    ({"accuracy": "high"}, ValueError, "accuracy: 'high' is none of 'normwise', 'componentwise'"),
    ({"accuracy": -1.0}, ValueError, "accuracy: "),
    ({"accuracy": float("nan")}, ValueError, "accuracy: "),
    ({"threads": 0}, ValueError, "threads: 0 is not within 1 and 4096"),
    ({"threads": -2}, ValueError, "threads: -2"),
    ({"threads": 10**30}, ValueError, f"threads: {10**30} is too large"),
    ({"threads": 1.5}, TypeError, "threads: an integer is needed, not 1.5"),
    ({"threads": "2"}, TypeError, "threads: an integer is needed"),
    ({"out": [[1.0]]}, TypeError, "out: a numpy.ndarray is needed, not list"),
    ({"out": np.empty((4, 5), "float32")}, TypeError, "out: dtype float32, the result is float64"),
    ({"out": np.empty((3, 3))}, ValueError, "out: 3×3, the result is 4×5"),
    ({"out": np.empty(20)}, ValueError, "out: 1-D, not 2-D"),
    ({"out": np.broadcast_to(0.0, (4, 5))}, ValueError, "out: the array is read-only"),
    ({"out": np.lib.stride_tricks.as_strided(np.empty(5), (4, 5), (0, 8))}, ValueError, "out: "),
    ({"out": np.empty((4, 5), ">f8")}, ValueError, "out: its elements have to be"),
    ({"out": np.empty(161, "uint8")[1:].view("float64").reshape(4, 5)}, ValueError,
     "out: its elements have to be"),
    ({"method": "separable"}, ValueError, "method: separable cannot compute this"),
    pytest.param({"method": "fft", "accuracy": "componentwise"}, ValueError,
                 "accuracy: componentwise", marks=needs_fft),
]


@pytest.mark.parametrize("options, error, text", OURS)
def test_our_own_errors(options, error, text):
    kernel = np.array([[1.0, 2.0], [3.0, 5.0]])
    with pytest.raises(error, match=re.escape(text)):
        twofold.convolve2d(X, kernel, **options)


def test_overlap_of_out_and_operands():
    buffer = np.zeros((6, 6))
    for operands in ((buffer[:3, :3], K), (np.ones((3, 3)), buffer[2:4, 2:4])):
        with pytest.raises(ValueError, match="overlap|share"):
            twofold.convolve2d(*operands, out=buffer[1:5, 1:5])
    # Neighbours are not overlap: every other column.
    both = np.ones((4, 10))
    twofold.convolve2d(both[:3, ::2][:, :4], K, out=both[:, 1::2])


def test_nothing_is_written_where_something_is_wrong():
    out = np.full((4, 5), 7.0)
    for options in ({"mode": "same"}, {"boundary": "zero"}, {"method": "separable"}):
        with pytest.raises(ValueError):
            twofold.convolve2d(X, np.array([[1.0, 2.0], [3.0, 5.0]]), out=out, **options)
    assert (out == 7).all()


@pytest.mark.parametrize("shapes", [((0, 3), (2, 2)), ((3, 0), (2, 2)), ((3, 3), (0, 0)),
                                    ((3, 3), (0, 2)), ((0, 0), (1, 1)), ((0, 0), (3, 2))])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("fillvalue", [0, 5])
@pytest.mark.parametrize("dtype", ["float32", "int16", "complex128", "longdouble"])
@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_sums_over_nothing(shapes, mode, fillvalue, dtype, name):
    in1, in2 = (np.full(shape, 2, dtype) for shape in shapes)
    if dtype == "complex128":
        in2 = in2 * (1 + 3j)
    try:
        expected = getattr(signal, name)(in1, in2, mode, "fill", fillvalue)
    except ValueError as error:
        with pytest.raises(ValueError, match=re.escape(str(error))):
            getattr(twofold, name)(in1, in2, mode, "fill", fillvalue)
        return
    actual = getattr(twofold, name)(in1, in2, mode, "fill", fillvalue)
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


def test_nothing_cannot_be_repeated():
    # SciPy divides by the number of rows here, and the process ends.
    with pytest.raises(ValueError, match="without elements"):
        twofold.convolve2d(np.ones((0, 3)), K, "full", "wrap")


def test_sizes_that_nothing_could_hold():
    huge = np.broadcast_to(np.float64(1), (2**30, 2**29))
    for options in ({}, {"method": "reference"}):
        with pytest.raises((ValueError, MemoryError)):
            twofold.convolve2d(huge, K, **options)
