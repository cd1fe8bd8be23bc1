# SPDX-License-Identifier: BSD-3-Clause
"""Parameters and their defaults are SciPy's and Keras'."""

import inspect
import pickle

import numpy as np
import pytest
from scipy import signal

import twofold
from twofold import ops


@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_signature_begins_as_scipy_s(name):
    ours = list(inspect.signature(getattr(twofold, name)).parameters.values())
    scipy_s = list(inspect.signature(getattr(signal, name)).parameters.values())
    assert [(p.name, p.default, p.kind) for p in ours[:len(scipy_s)]] == \
        [(p.name, p.default, p.kind) for p in scipy_s]
    assert {p.name: p.default for p in ours[len(scipy_s):]} == \
        {"out": None, "method": "auto", "threads": 1, "accuracy": "normwise"}
    assert all(p.kind is p.KEYWORD_ONLY for p in ours[len(scipy_s):])


# keras.ops, Keras 3.
KERAS = {
    "conv": "(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1",
    "depthwise_conv":
        "(inputs, kernel, strides=1, padding='valid', data_format=None, dilation_rate=1",
    "separable_conv": "(inputs, depthwise_kernel, pointwise_kernel, strides=1, padding='valid', "
                      "data_format=None, dilation_rate=1",
    "conv_transpose": "(inputs, kernel, strides, padding='valid', output_padding=None, "
                      "data_format=None, dilation_rate=1",
}


@pytest.mark.parametrize("name", KERAS)
def test_signature_begins_as_keras_s(name):
    text = str(inspect.signature(getattr(ops, name)))
    assert text.startswith(KERAS[name] + ", *, ")


def test_plans_have_signatures():
    parameters = inspect.signature(twofold.Plan).parameters.values()
    assert [p.name for p in parameters if p.kind is p.KEYWORD_ONLY] == \
        ["dtype", "out_dtype", "method", "threads", "accuracy"]
    assert {p.name: p.default for p in parameters if p.default is not p.empty} == {
        "mode": "full", "boundary": "fill", "fillvalue": 0, "dtype": None, "out_dtype": None,
        "method": "auto", "threads": 1, "accuracy": "normwise"}
    plan = twofold.Plan("convolve", (3, 3), [[1.0]])
    for function in (plan, plan.execute):
        assert str(inspect.signature(function)) == "(image, out=None)"
    assert str(inspect.signature(plan.execute_region)) == "(tile, tile_origin, outputs, out=None)"
    assert str(inspect.signature(plan.input_region)) == "(outputs)"
    assert str(inspect.signature(plan.error_bound)) == "(largest_magnitude)"
    for name in ("output_shape", "dtype", "out_dtype", "halo", "decision", "workspace_bytes"):
        assert getattr(twofold.Plan, name).__doc__


def test_functions_can_be_pickled():
    for module in (twofold, ops):
        for name in module.__all__:
            assert name == "ops" or pickle.loads(pickle.dumps(getattr(module, name))) is \
                getattr(module, name)


def test_all_arguments_by_name():
    image = np.arange(12.0).reshape(3, 4)
    kernel = np.array([[1.0, 2.0]])
    expected = signal.convolve2d(image, kernel, "same", "fill", 3)
    by_name = twofold.convolve2d(in1=image, in2=kernel, mode="same", boundary="fill", fillvalue=3,
                                 out=None, method="direct", threads=2, accuracy="componentwise")
    np.testing.assert_array_equal(by_name, expected)
    by_position = twofold.convolve2d(image, kernel, "same", "fill", 3, method="reference")
    np.testing.assert_array_equal(by_position, expected)


def test_functions_know_their_home():
    assert twofold.convolve2d.__module__ == "twofold"
    assert ops.conv.__module__ == "twofold.ops"
    assert twofold.convolve2d.__name__ == "convolve2d"
    assert set(twofold.__all__) <= set(dir(twofold))
