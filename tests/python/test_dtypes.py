# SPDX-License-Identifier: BSD-3-Clause
"""The result's type, and its values, for every pair of types."""

import itertools

import numpy as np
import pytest
from arrays import ALL_TYPES, assert_same, random_array
from scipy import signal

import twofold


def outcome(function, *arguments, **options):
    """The result, or the type and text of the exception."""
    try:
        return function(*arguments, **options), None
    except (ValueError, TypeError) as error:
        return None, (type(error), str(error))


@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
@pytest.mark.parametrize("types", itertools.product(ALL_TYPES, repeat=2), ids="-".join)
def test_every_pair_of_types(name, types, random):
    in1, in2 = (random_array(random, shape, dtype) for shape, dtype in zip(((7, 9), (3, 2)), types))
    for mode in ("full", "same", "valid"):
        expected, scipy_s_error = outcome(getattr(signal, name), in1, in2, mode)
        actual, error = outcome(getattr(twofold, name), in1, in2, mode)
        assert error == scipy_s_error
        if expected is not None:
            assert_same(actual, expected, in1, in2)


@pytest.mark.parametrize("dtype", ["O", "S3", "U3", "M8[s]", "m8[s]", "V8"])
def test_types_that_cannot_be_summed(dtype):
    with pytest.raises(ValueError, match="convolve2d not available for this type."):
        twofold.convolve2d(np.zeros((3, 3), dtype), np.ones((2, 2)))


@pytest.mark.parametrize("dtype", [">i2", ">i4", ">f4", ">f8", ">c16", "<f8", "<i8"])
def test_byte_orders(dtype, random):
    in1 = random.integers(-9, 9, (6, 5)).astype(dtype)
    in2 = random.integers(-9, 9, (2, 3)).astype(dtype)
    expected = signal.convolve2d(in1, in2)
    assert_same(twofold.convolve2d(in1, in2), expected, in1, in2)


@pytest.mark.parametrize("dtype", ["longdouble", "clongdouble"])
@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
def test_long_double_keeps_its_precision(dtype, name, boundary, random):
    in1 = random_array(random, (5, 6), dtype) / np.longdouble(3)
    in2 = random_array(random, (4, 3), dtype) / np.longdouble(7)
    for mode in ("full", "same", "valid"):
        for a, b in ((in1, in2), (in2, in1)):
            expected = getattr(signal, name)(a, b, mode, boundary, 2)
            actual = getattr(twofold, name)(a, b, mode, boundary, 2)
            assert actual.dtype == expected.dtype
            np.testing.assert_allclose(actual, expected, rtol=0,
                                       atol=100 * np.finfo(np.longdouble).eps)


def test_long_double_by_transform_is_refused():
    x = np.ones((4, 4), "longdouble")
    with pytest.raises(ValueError, match="method: .* is summed directly only"):
        twofold.convolve2d(x, x, method="fft")


def test_bool_is_read_in_place(random):
    mask = random.integers(0, 2, (9, 9)).astype(bool)
    kernel = random_array(random, (3, 3), "int8")
    assert twofold.convolve2d(mask[::-2, 1::2], kernel).tolist() == \
        signal.convolve2d(mask[::-2, 1::2], kernel).tolist()


def test_pixels_stay_pixels_where_out_asks_for_it(random):
    image = random_array(random, (9, 8), "uint8")
    kernel = np.full((3, 3), 0.4, "float32")
    out = np.empty((9, 8), "uint8")
    assert twofold.convolve2d(image, kernel, "same", out=out) is out
    exact = signal.convolve2d(image.astype("float64"), kernel, "same")
    np.testing.assert_allclose(out, np.clip(np.round(exact), 0, 255), atol=1)
