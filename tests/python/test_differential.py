# SPDX-License-Identifier: BSD-3-Clause
"""Random calls beside SciPy's: every mode, boundary, method, type, sizes, strides."""

import numpy as np
import pytest
from arrays import FFT_METHODS, HAS_FFT, TYPES, assert_same, random_array
from scipy import ndimage, signal

import twofold

METHODS = ["auto", "direct", "reference", "separable", *FFT_METHODS]


def random_view(random, shape, dtype):
    """An array of that shape that may be turned, transposed, or a part of a larger one."""
    steps = random.integers(1, 3, 2)
    margins = random.integers(0, 3, 2)
    larger = [n * step + margin for n, step, margin in zip(shape, steps, margins)]
    transposed = random.random() < 0.5
    base = random_array(random, larger[::-1] if transposed else larger, dtype)
    view = base.T if transposed else base
    view = view[margins[0]::steps[0], margins[1]::steps[1]][:shape[0], :shape[1]]
    return view[::random.choice([1, -1]), ::random.choice([1, -1])]


def random_call(random):
    sizes = random.integers(1, random.choice([6, 20, 70]), 2), random.integers(1, 12, 2)
    if random.random() < 0.2:
        sizes = sizes[::-1]
    in1, in2 = (random_view(random, size, random.choice(TYPES)) for size in sizes)
    options = {"mode": random.choice(["full", "same", "valid"]),
               "boundary": random.choice(["fill", "wrap", "symm"])}
    options = {name: str(value) for name, value in options.items()}
    if random.random() < 0.4:
        options["fillvalue"] = int(random.integers(0, 5))
    return in1, in2, options


@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_random_calls(name, random):
    computed = 0
    for _ in range(1500):
        in1, in2, options = random_call(random)
        try:
            expected = getattr(signal, name)(in1, in2, **options)
        except ValueError as error:
            with pytest.raises(ValueError) as ours:
                getattr(twofold, name)(in1, in2, **options)
            assert str(ours.value) == str(error)
            continue
        method = str(random.choice(METHODS)) if random.random() < 0.5 else "auto"
        threads = int(random.integers(1, 4))
        try:
            actual = getattr(twofold, name)(in1, in2, **options, method=method, threads=threads)
        except ValueError as error:
            assert method != "auto" and "cannot compute this" in str(error)
            continue
        assert_same(actual, expected, np.append(in1.ravel(), options.get("fillvalue", 0)), in2)
        computed += 1
    assert computed > 600


@pytest.mark.parametrize("boundary", ["mirror", "nearest"])
@pytest.mark.parametrize("shape", [(3, 3), (5, 1), (3, 7)])
def test_boundaries_of_ndimage(boundary, shape, random):
    image = random.standard_normal((17, 12))
    kernel = random.standard_normal(shape)
    for name, judge in (("convolve2d", ndimage.convolve), ("correlate2d", ndimage.correlate)):
        actual = getattr(twofold, name)(image, kernel, "same", boundary)
        np.testing.assert_allclose(actual, judge(image, kernel, mode=boundary), atol=1e-12)


def test_a_boundary_for_each_axis(random):
    image = random.standard_normal((6, 5))
    kernel = random.standard_normal((3, 3))
    padded = np.pad(np.pad(image, ((1, 1), (0, 0)), "wrap"), ((0, 0), (1, 1)))
    expected = signal.convolve2d(padded, kernel, "valid")
    actual = twofold.convolve2d(image, kernel, "same", ("wrap", "fill"))
    np.testing.assert_allclose(actual, expected, atol=1e-13)


@pytest.mark.parametrize("fillvalue", [-1, 300, 1e10, -1.5, 255.9, 2**60 + 1, np.float32(3), [4],
                                       np.array(5), "6", True])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint64", "int64", "float32", "complex64"])
@pytest.mark.filterwarnings("ignore")
def test_fill_values_are_cast_as_scipy_casts_them(fillvalue, dtype):
    in1, in2 = np.ones((2, 1), dtype), np.ones((2, 2), dtype)
    expected = signal.convolve2d(in1, in2, fillvalue=fillvalue)
    actual = twofold.convolve2d(in1, in2, fillvalue=fillvalue)
    np.testing.assert_array_equal(actual, expected)


def test_fill_value_counts_only_where_it_is_used():
    in1 = np.ones((2, 2))
    twofold.convolve2d(in1, in1, "full", "wrap", [1, 2])


def test_values_that_are_not_finite_reach_what_the_direct_sum_gives_them(random):
    image = random.standard_normal((150, 150))
    image[30, 40], image[90, 100], image[0, 149] = np.nan, np.inf, -np.inf
    kernel = random.standard_normal((25, 25))
    expected = signal.convolve2d(image, kernel, "same")
    for method in ("auto", "direct", "fft" if HAS_FFT else "reference"):
        actual = twofold.convolve2d(image, kernel, "same", method=method)
        np.testing.assert_array_equal(np.isnan(actual), np.isnan(expected))
        np.testing.assert_array_equal(np.isinf(actual), np.isinf(expected))
        np.testing.assert_allclose(actual, expected, atol=1e-9)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of numpy.matrix
def test_lists_subclasses_and_scalars():
    expected = np.array([[1, 3, 2], [3, 7, 4]])
    for in1 in ([[1, 2], [3, 4]], ((1, 2), (3, 4)), np.matrix([[1, 2], [3, 4]]),
                np.ma.masked_array([[1, 2], [3, 4]])):
        actual = twofold.convolve2d(in1, [[1, 1]])
        assert type(actual) is np.ndarray
        np.testing.assert_array_equal(actual, expected)
