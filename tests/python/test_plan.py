# SPDX-License-Identifier: BSD-3-Clause
"""Plan: what it says of itself, and that it computes what the calls compute."""

import copy
import pickle
import re

import numpy as np
import pytest
from arrays import TYPES, needs_fft, random_array
from scipy import signal

import twofold
from twofold import Plan


@pytest.mark.parametrize("operation", ["convolve", "correlate"])
@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm", "mirror", "nearest"])
def test_computes_what_the_call_computes(operation, mode, boundary, random):
    image, kernel = random.standard_normal((40, 33)), random.standard_normal((6, 5))
    plan = Plan(operation, image.shape, kernel, mode, boundary, 2)
    expected = getattr(twofold, operation + "2d")(image, kernel, mode, boundary, 2)
    assert plan.output_shape == expected.shape
    np.testing.assert_array_equal(plan(image), expected)
    np.testing.assert_array_equal(plan.execute(image[::-1, ::-1].copy()[::-1, ::-1]), expected)
    out = np.empty(expected.shape)
    assert plan(image, out=out) is out
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("image_type", ["bool", *TYPES])
def test_types(image_type, random):
    for kernel_type in TYPES:
        image = random_array(random, (7, 8), image_type)
        kernel = random_array(random, (2, 3), kernel_type)
        plan = Plan("correlate", (7, 8), kernel, dtype=image_type)
        expected = twofold.correlate2d(image, kernel)
        assert (plan.dtype, plan.out_dtype) == (image.dtype, expected.dtype)
        np.testing.assert_array_equal(plan(image), expected)


def test_channels(random):
    image = random.standard_normal((9, 8, 3)).astype("float32")
    kernel = random.standard_normal((3, 3)).astype("float32")
    plan = Plan("convolve", image.shape, kernel, "same")
    expected = np.stack([signal.convolve2d(image[..., c], kernel, "same") for c in range(3)], -1)
    assert plan.output_shape == (9, 8, 3)
    np.testing.assert_allclose(plan(image), expected, atol=1e-5)
    planes = np.moveaxis(np.moveaxis(image, 2, 0).copy(), 0, 2)
    np.testing.assert_allclose(plan(planes), expected, atol=1e-5)
    with pytest.raises(ValueError, match="channels side by side"):
        plan(image, out=np.empty((3, 9, 8), "float32").transpose(1, 2, 0))


def test_pixels_stay_pixels(random):
    image = random_array(random, (9, 8), "uint8")
    kernel = np.full((3, 3), 1 / 9, "float32")
    plan = Plan("convolve", (9, 8), kernel, "same", dtype="uint8", out_dtype="uint8")
    exact = signal.convolve2d(image.astype(float), kernel, "same")
    np.testing.assert_allclose(plan(image), np.round(exact), atol=1)
    with pytest.raises(ValueError, match="out_dtype: int16; the result is float32 or uint8"):
        Plan("convolve", (9, 8), kernel, dtype="uint8", out_dtype="int16")


@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
@pytest.mark.parametrize("method", ["direct", pytest.param("fft", marks=needs_fft)])
def test_regions_together_are_the_whole(boundary, method, random):
    image, kernel = random.standard_normal((50, 40)), random.standard_normal((5, 8))
    plan = Plan("convolve", image.shape, kernel, "same", boundary, method=method)
    whole = plan(image)
    out = np.empty_like(whole)
    for row in range(0, 50, 17):
        for col in range(0, 40, 15):
            rows, cols = min(17, 50 - row), min(15, 40 - col)
            top, left, height, width = plan.input_region((row, col, rows, cols))
            tile = image[top:top + height, left:left + width].copy()
            part = out[row:row + rows, col:col + cols]
            assert plan.execute_region(tile, (top, left), (row, col, rows, cols), part) is part
    if method == "direct":
        np.testing.assert_array_equal(out, whole)
    np.testing.assert_allclose(out, whole, atol=1e-11)


def test_what_it_says_of_itself():
    plan = Plan("correlate", (30, 40), np.arange(15.0).reshape(3, 5), "same")
    assert plan.halo == ((1, 1), (2, 2))
    assert plan.decision.method in ("direct", "separable")
    assert plan.decision == twofold.explain((30, 40), np.arange(15.0).reshape(3, 5), "same",
                                            operation="correlate")
    assert plan.workspace_bytes > 0
    assert 0 < plan.error_bound(1.0) < 1e-12
    assert repr(plan) == ("<twofold.Plan: correlate, shape (30, 40), kernel (3, 5), mode same, "
                          "boundary fill, float64>")


def test_arguments_are_copied_and_plans_can_be_pickled(random):
    image, kernel = random.standard_normal((12, 12)), random.standard_normal((3, 3))
    shape = [12, 12]
    plan = Plan("convolve", shape, kernel, "same", ("wrap", "symm"), method="direct")
    expected = plan(image)
    kernel[:] = 0
    shape[0] = 5
    np.testing.assert_array_equal(plan(image), expected)
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(plan, protocol))
        np.testing.assert_array_equal(again(image), expected)
    np.testing.assert_array_equal(copy.deepcopy(plan)(image), expected)

    class Named(Plan):
        pass

    function, (kind,), _ = Named("convolve", shape[:1] * 2, kernel).__reduce__()
    assert type(function(kind)) is Named


@pytest.mark.parametrize("use", [
    lambda plan: plan.decision, lambda plan: plan.output_shape, lambda plan: plan.dtype,
    lambda plan: plan.out_dtype, lambda plan: plan.halo, lambda plan: plan.workspace_bytes,
    lambda plan: plan(np.ones((3, 3))), lambda plan: plan.execute(np.ones((3, 3))),
    lambda plan: plan.execute_region(np.ones((3, 3)), (0, 0), (0, 0, 1, 1)),
    lambda plan: plan.input_region((0, 0, 1, 1)), lambda plan: plan.error_bound(1), repr,
    pickle.dumps])
def test_an_object_without_init_is_refused(use):
    with pytest.raises(TypeError, match="__init__"):
        use(Plan.__new__(Plan))
    with pytest.raises(TypeError):
        Plan.execute(3, np.ones((3, 3)))


def test_attributes_cannot_be_set():
    plan = Plan("convolve", (4, 4), [[1.0]])
    for name in ("output_shape", "dtype", "halo", "anything"):
        with pytest.raises(AttributeError):
            setattr(plan, name, 1)


BAD_PLANS = [
    ({"operation": "fold"}, ValueError, "operation: 'fold' is none of 'convolve', 'correlate'"),
    ({"shape": (3,)}, ValueError, "shape: (rows, cols)"),
    ({"shape": "ab"}, TypeError, "shape: an integer is needed, not 'a'"),
    ({"shape": 7}, TypeError, "shape: a sequence of integers is needed, not 7"),
    ({"shape": (7, 10**30)}, ValueError, f"shape: {10**30} is too large"),
    ({"threads": 10**30}, ValueError, f"threads: {10**30} is too large"),
    ({"accuracy": 10**400}, ValueError, "accuracy: "),
    ({"shape": (0, 3)}, ValueError, "image: 0×3 has no elements"),
    ({"shape": (-2, 3)}, ValueError, "image: -2×3 has a negative size"),
    ({"shape": (2**62, 2**62)}, ValueError, "cannot be addressed"),
    ({"kernel": np.ones(3)}, ValueError, "kernel: a 2-D array is needed"),
    ({"kernel": np.ones((0, 3))}, ValueError, "kernel: 0×3 has no elements"),
    ({"kernel": np.ones((2, 2), "longdouble")}, ValueError, "there is no plan"),
    ({"dtype": "object"}, ValueError, "there is no plan"),
    ({"dtype": "blue"}, TypeError, ""),
    ({"mode": "half"}, ValueError, "Acceptable mode flags"),
    ({"boundary": "zero"}, ValueError, "Acceptable boundary flags"),
    ({"fillvalue": [1, 2]}, ValueError, "`fillvalue` must be scalar"),
    ({"method": "magic"}, ValueError, "method: 'magic'"),
    ({"threads": 0}, ValueError, "threads: 0"),
]


@pytest.mark.parametrize("change, error, text", BAD_PLANS)
def test_bad_plans(change, error, text):
    good = {"operation": "convolve", "shape": (4, 5), "kernel": np.ones((2, 2))}
    with pytest.raises(error, match=re.escape(text)):
        Plan(**{**good, **change})


def test_bad_images():
    plan = Plan("convolve", (4, 5), np.ones((2, 2)), "same")
    with pytest.raises(ValueError, match="image: 5×4, the plan's images are 4×5"):
        plan(np.ones((5, 4)))
    with pytest.raises(ValueError, match="image: 1-D, the plan is for 2-D"):
        plan(np.ones(20))
    with pytest.raises(TypeError, match="image: dtype float32, the plan is for float64"):
        plan(np.ones((4, 5), "float32"))
    with pytest.raises(TypeError, match="out: dtype float32"):
        plan(np.ones((4, 5)), out=np.ones((4, 5), "float32"))
    with pytest.raises(ValueError, match="out"):
        plan(np.ones((4, 5)), out=np.ones((4, 4)))
    both = np.ones((4, 5))
    with pytest.raises(ValueError, match="overlap|share"):
        plan(both, out=both)


def test_bad_regions():
    plan = Plan("convolve", (8, 8), np.ones((3, 3)), "same")
    tile = np.ones((3, 3))
    for arguments, text in [
            (((0,), (0, 0, 1, 1)), "tile_origin"),
            (((0, 0), (0, 0, 1)), "outputs"),
            (((0, 0), (0, 0, -1, 1)), "outputs"),
            (((0, 0), (0, 0, 8, 8)), "tile"),
            (((0, 0), (5, 5, 9, 9)), "outputs?")]:
        with pytest.raises(ValueError, match=text):
            plan.execute_region(tile, *arguments)
    with pytest.raises(ValueError):
        plan.input_region((0, 0, 99, 1))


@pytest.mark.parametrize("planned, given", [("bool", "float16"), ("float16", "bool"),
                                            ("bool", "object"), ("float16", "longdouble")])
def test_types_that_twofold_has_not_are_told_apart(planned, given):
    plan = twofold.Plan("convolve", (4, 5), np.ones((2, 2), "float32"), dtype=planned)
    with pytest.raises(TypeError, match="the plan is for"):
        plan(np.ones((4, 5), given))
