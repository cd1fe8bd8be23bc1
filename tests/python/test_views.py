# SPDX-License-Identifier: BSD-3-Clause
"""Arrays are read and written where they are, whatever their strides."""

import tracemalloc

import numpy as np
import pytest
from arrays import TYPES, random_array
from scipy import signal

import twofold


def views(base):
    """Views of one array, none of them dense and row by row."""
    return {"transposed": base.T, "turned": base[::-1, ::-1], "every other": base[::2, 1::3],
            "backwards": base[:, ::-2], "column by column": np.asfortranarray(base),
            "repeated row": np.broadcast_to(base[3], (9, base.shape[1])),
            "one element": np.broadcast_to(base[:1, :1], (9, 8))}


@pytest.mark.parametrize("dtype", TYPES)
def test_views_give_what_copies_give(dtype, random):
    base = random_array(random, (14, 15), dtype)
    kernel_base = random_array(random, (6, 9), dtype)
    for name, image in views(base).items():
        for kernel in views(kernel_base).values():
            actual = twofold.correlate2d(image, kernel[:4, :5], "same", "symm")
            expected = twofold.correlate2d(image.copy(), kernel[:4, :5].copy(), "same", "symm")
            np.testing.assert_array_equal(actual, expected, err_msg=name)


def test_fields_of_records(random):
    records = np.zeros((8, 9), [("a", "f8"), ("b", "i4"), ("c", "i4")])
    records["a"] = random.standard_normal((8, 9))
    records["b"] = random.integers(0, 99, (8, 9))
    packed = np.zeros((8, 9), [("a", "i1"), ("b", "f8")])
    packed["b"] = records["a"]
    kernel = random.standard_normal((3, 3))
    for image in (records["a"], records["b"], packed["b"]):
        np.testing.assert_allclose(twofold.convolve2d(image, kernel),
                                   signal.convolve2d(image, kernel), atol=1e-12)


def test_misaligned_elements(random):
    image = random.standard_normal((5, 6))
    shifted = np.empty(image.nbytes + 1, "uint8")[1:].view("float64").reshape(image.shape)
    shifted[:] = image
    kernel = random.standard_normal((2, 3))
    np.testing.assert_array_equal(twofold.convolve2d(shifted, kernel),
                                  twofold.convolve2d(image, kernel))
    np.testing.assert_array_equal(twofold.convolve2d(image, shifted[:2, :3]),
                                  twofold.convolve2d(image, image[:2, :3]))


def test_arrays_that_cannot_be_written_to_can_be_read(random):
    image = random.standard_normal((5, 6))
    image.flags.writeable = False
    twofold.convolve2d(image, image[:2, :2])


@pytest.mark.parametrize("view", [np.s_[:], np.s_[::-1], np.s_[:, ::-1], np.s_[::2, ::2]])
@pytest.mark.parametrize("order", ["C", "F"])
def test_out_with_strides(view, order, random):
    image, kernel = random.standard_normal((10, 11)), random.standard_normal((3, 2))
    expected = twofold.convolve2d(image, kernel)
    shape = [2 * n for n in expected.shape] if view == np.s_[::2, ::2] else expected.shape
    base = np.full(shape, 7.0, order=order)
    out = base[view]
    assert twofold.convolve2d(image, kernel, out=out) is out
    np.testing.assert_array_equal(out, expected)
    if view == np.s_[::2, ::2]:
        assert (base[1::2] == 7).all() and (base[:, 1::2] == 7).all()


def test_out_of_long_double(random):
    image = random.standard_normal((4, 4)).astype("longdouble")
    out = np.empty((4, 4), "longdouble")
    assert twofold.convolve2d(image, image, "same", out=out) is out
    np.testing.assert_array_equal(out, twofold.convolve2d(image, image, "same"))
    with pytest.raises(TypeError, match="out: dtype float64"):
        twofold.convolve2d(image, image, "same", out=np.empty((4, 4)))
    with pytest.raises(ValueError, match="out: shape"):
        twofold.convolve2d(image, image, out=out)


def test_no_copy_of_the_image():
    image = np.ones((1024, 2048), "float32")[::2, ::-1].T
    kernel = np.ones((3, 3), "float32")
    out = np.empty(image.shape, "float32")
    twofold.convolve2d(image, kernel, "same", out=out)
    tracemalloc.start()
    twofold.convolve2d(image, kernel, "same", out=out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < image.nbytes / 100
