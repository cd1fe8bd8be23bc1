# SPDX-License-Identifier: BSD-3-Clause
"""diagnose on results of SciPy and of Keras' layers: the cause is named, and nothing else."""

import numpy as np
import pytest
from scipy import ndimage, signal

import twofold
from twofold import diagnose


@pytest.fixture
def image(random):
    return random.random((21, 26))


@pytest.fixture
def kernel(random):
    return random.random((4, 5))


def keras_conv2d(image, kernel):
    return twofold.ops.conv(image[None, ..., None], kernel[..., None, None], padding="same")[
        0, ..., 0]


def test_the_question(image, random):
    kernel = random.random((5, 5))
    scipy = signal.convolve2d(image, kernel.T, mode="same")
    found = diagnose(image.astype("float32"), kernel.astype("float32"), scipy.astype("float32"),
                     keras_conv2d(image.astype("float32"), kernel.astype("float32")))
    assert found.verdict == "explained"
    assert set(found.causes) == {"operation", "transposed"}
    assert "transposed and rotated by 180°" in str(found)


CASES = {
    "operation": lambda x, k: signal.correlate2d(x, k, "same"),
    "rotated": lambda x, k: signal.convolve2d(x, k[::-1, ::-1], "same"),
    "transposed": lambda x, k: signal.convolve2d(x, k.T, "same"),
    "mode": lambda x, k: signal.convolve2d(x, k, "full"),
    "boundary": lambda x, k: signal.convolve2d(x, k, "same", "symm"),
    "scale": lambda x, k: signal.convolve2d(x, k / k.sum(), "same"),
    "anchor": lambda x, k: signal.convolve2d(x, k)[1:-2, 3:-1],
}


@pytest.mark.parametrize("cause", CASES)
def test_one_cause(cause, image, kernel):
    plain = signal.convolve2d(image, kernel, "same")
    found = diagnose(image, kernel, plain, CASES[cause](image, kernel))
    assert (found.verdict, found.causes) == ("explained", (cause,)), str(found)


def test_scipy_ndimage_is_explained(image, random):
    kernel = random.random((3, 5))
    found = diagnose(image, kernel, signal.convolve2d(image, kernel, "same"),
                     ndimage.convolve(image, kernel))
    assert (found.verdict, found.causes) == ("explained", ("boundary",))


def test_complex_kernels_and_wrapped_integers(random):
    image = random.random((15, 16)) + 1j * random.random((15, 16))
    kernel = random.random((3, 4)) + 1j * random.random((3, 4))
    found = diagnose(image, kernel, signal.convolve2d(image, kernel),
                     signal.convolve2d(image, kernel.conj()))
    assert found.causes == ("conjugated",)
    pixels = random.integers(0, 256, (20, 21), dtype=np.uint8)
    taps = random.integers(1, 9, (3, 4), dtype=np.uint8)
    found = diagnose(pixels, taps, signal.convolve2d(pixels.astype(int), taps),
                     signal.convolve2d(pixels, taps))
    assert found.causes == ("wrapped",)


def test_expected_calls(image, kernel):
    result = signal.correlate2d(image, kernel, "same", "wrap")
    assert diagnose(image, kernel, result, expected="correlate", mode="same",
                    boundary="wrap").verdict == "equal"
    found = diagnose(image, kernel, result, expected="correlate", mode="same", fillvalue=0)
    assert found.causes == ("boundary",)


def test_other_verdicts(image, kernel, random):
    symmetric = np.ones((3, 3))
    result = signal.convolve2d(image, symmetric)
    assert diagnose(image, symmetric, result, result).verdict == "equal"
    assert diagnose(image, kernel, signal.convolve2d(image, kernel, "same"),
                    random.random(image.shape)).verdict == "unexplained"


def test_operands_that_change_others_while_they_are_read():
    image = np.ones((300, 300))

    class Result:
        def __array__(self, dtype=None):
            image.resize((1, 1), refcheck=False)
            return np.ones((300, 300))

    with pytest.raises(ValueError, match="a: 300×300; an image of 1×1"):
        diagnose(image, np.ones((3, 3)), Result(), np.ones((300, 300)))


def test_views_and_unusual_types(image, kernel):
    turned = signal.correlate2d(image.T, kernel)
    found = diagnose(image.T, kernel[::1], signal.convolve2d(image.T, kernel),
                     turned.astype(">f8"))
    assert found.causes == ("operation",)
    found.as_dict()


@pytest.mark.parametrize("arguments, options, error, message", [
    ((np.ones((3, 3)), np.ones((1, 1)), np.ones((3, 3))), {}, TypeError, "either a second result"),
    ((np.ones((3, 3)), np.ones((1, 1)), np.ones((3, 3)), np.ones((3, 3))),
     {"expected": "convolve"}, TypeError, "either a second result"),
    ((np.ones(3), np.ones((1, 1)), np.ones((3, 3)), np.ones((3, 3))), {}, ValueError, "image: 1-D"),
    ((np.ones((3, 3)), np.ones((2, 2)), np.ones((9, 9)), np.ones((3, 3))), {}, ValueError, "a: "),
    ((np.ones((3, 3)), np.full((2, 2), np.nan), np.ones((3, 3)), np.ones((3, 3))), {}, ValueError,
     "kernel: .*NaN"),
    ((np.ones((3, 3)),) * 3, {"expected": "fold"}, ValueError, "expected: 'fold' is none of"),
    ((np.ones((3, 3)),) * 4, {"mode": "same"}, TypeError, "mode is for the expected call"),
    ((np.ones((3, 3)),) * 4, {"fillvalue": 1}, TypeError, "fillvalue is for the expected call"),
])
def test_errors(arguments, options, error, message):
    with pytest.raises(error, match=message):
        diagnose(*arguments, **options)
