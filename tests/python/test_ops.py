# SPDX-License-Identifier: BSD-3-Clause
"""Layers: against sums that are written out here, and against what Keras, PyTorch and ONNX Runtime
computed (tests/oracle/layers)."""

import itertools
import pathlib
import re
import sys

import numpy as np
import pytest

import twofold
from twofold import ops

GOLDEN = pathlib.Path(__file__).parent.parent / "oracle" / "layers"
sys.path.insert(0, str(GOLDEN))
import golden  # noqa: E402


def same_padding(size, taps, stride, dilation):
    total = max(0, (-(-size // stride) - 1) * stride + (taps - 1) * dilation + 1 - size)
    return total // 2, total - total // 2


def written_out_conv(x, kernel, strides, padding, dilation, groups=1):
    """Channels last, kernel (rows, columns, channels per group, filters)."""
    if padding == "same":
        zeros = [same_padding(n, k, s, d)
                 for n, k, s, d in zip(x.shape[1:3], kernel.shape, strides, dilation)]
        x = np.pad(x, [(0, 0), *zeros, (0, 0)])
    per_group, filters = kernel.shape[2], kernel.shape[3] // groups
    rows, cols = ((n - (k - 1) * d - 1) // s + 1
                  for n, k, s, d in zip(x.shape[1:3], kernel.shape, strides, dilation))
    y = np.zeros((x.shape[0], rows, cols, kernel.shape[3]))
    for i, j in np.ndindex(*kernel.shape[:2]):
        top, left = i * dilation[0], j * dilation[1]
        taken = x[:, top:top + (rows - 1) * strides[0] + 1:strides[0],
                  left:left + (cols - 1) * strides[1] + 1:strides[1]]
        for g in range(groups):
            channels = slice(g * per_group, (g + 1) * per_group)
            outputs = slice(g * filters, (g + 1) * filters)
            y[..., outputs] += taken[..., channels] @ kernel[i, j][:, outputs]
    return y


def written_out_transpose(x, kernel, strides):
    """padding='valid', kernel (rows, columns, filters, channels)."""
    rows, cols = ((n - 1) * s + max(k, s) for n, k, s in zip(x.shape[1:3], kernel.shape, strides))
    y = np.zeros((x.shape[0], rows, cols, kernel.shape[2]))
    for row, col in np.ndindex(*x.shape[1:3]):
        for i, j in np.ndindex(*kernel.shape[:2]):
            y[:, row * strides[0] + i, col * strides[1] + j] += x[:, row, col] @ kernel[i, j].T
    return y


TOLERANCE = {"float32": 2e-5, "float64": 1e-12}
LAYERS = list(itertools.product([(1, 1), (2, 1), (2, 3)], ["valid", "same"], [(1, 1), (2, 1)],
                                ["channels_last", "channels_first"], ["float32", "float64"]))


@pytest.mark.parametrize("strides, padding, dilation, data_format, dtype", LAYERS)
def test_conv(strides, padding, dilation, data_format, dtype, random):
    x = random.standard_normal((2, 11, 12, 4)).astype(dtype)
    for groups in (1, 2):
        kernel = random.standard_normal((3, 2, 4 // groups, 6)).astype(dtype)
        bias = random.standard_normal(6)
        expected = written_out_conv(x, kernel, strides, padding, dilation, groups) + bias
        first = data_format == "channels_first"
        inputs = x.transpose(0, 3, 1, 2) if first else x
        y = ops.conv(inputs, kernel, strides, padding, data_format, dilation, bias=bias)
        assert y.dtype == dtype
        y = y.transpose(0, 2, 3, 1) if first else y
        np.testing.assert_allclose(y, expected, atol=TOLERANCE[dtype])
        turned = ops.conv(inputs, kernel.transpose(3, 2, 0, 1), strides, padding, data_format,
                          dilation, kernel_format="oihw", groups=groups)
        turned = turned.transpose(0, 2, 3, 1) if first else turned
        np.testing.assert_allclose(turned, expected - bias, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("strides, padding, dilation, data_format, dtype", LAYERS)
def test_depthwise_and_separable(strides, padding, dilation, data_format, dtype, random):
    x = random.standard_normal((2, 9, 10, 3)).astype(dtype)
    kernel = random.standard_normal((3, 3, 3, 2)).astype(dtype)
    pointwise = random.standard_normal((1, 1, 6, 5)).astype(dtype)
    channels = [written_out_conv(x[..., c:c + 1], kernel[:, :, c:c + 1], strides, padding, dilation)
                for c in range(3)]
    expected = np.concatenate(channels, axis=-1)
    first = data_format == "channels_first"
    inputs = x.transpose(0, 3, 1, 2) if first else x
    for y, wanted in (
            (ops.depthwise_conv(inputs, kernel, strides, padding, data_format, dilation), expected),
            (ops.separable_conv(inputs, kernel, pointwise, strides, padding, data_format, dilation),
             expected @ pointwise[0, 0])):
        y = y.transpose(0, 2, 3, 1) if first else y
        np.testing.assert_allclose(y, wanted, atol=5 * TOLERANCE[dtype])


@pytest.mark.parametrize("strides", [1, 2, (1, 3), (4, 2)])
def test_conv_transpose(strides, random):
    x = random.standard_normal((2, 5, 4, 3))
    kernel = random.standard_normal((3, 2, 4, 3))
    pair = strides if isinstance(strides, tuple) else (strides, strides)
    full = written_out_transpose(x, kernel, pair)
    np.testing.assert_allclose(ops.conv_transpose(x, kernel, strides), full, atol=1e-12)
    rows, cols = (n * s for n, s in zip(x.shape[1:3], pair))
    top, left = (max(0, (k - s) // 2) for k, s in zip(kernel.shape, pair))
    np.testing.assert_allclose(ops.conv_transpose(x, kernel, strides, "same"),
                               full[:, top:top + rows, left:left + cols], atol=1e-12)


def test_activations(random):
    x, kernel = random.standard_normal((1, 4, 5, 2)), random.standard_normal((1, 1, 2, 3))
    y = ops.conv(x, kernel)
    for name, expected in {
            "linear": y, None: y, "relu": np.maximum(y, 0), "relu6": np.clip(y, 0, 6),
            "leaky_relu": np.where(y < 0, 0.1 * y, y), "sigmoid": 1 / (1 + np.exp(-y)),
            "tanh": np.tanh(y), "silu": y / (1 + np.exp(-y))}.items():
        actual = ops.conv(x, kernel, activation=name, negative_slope=0.1)
        np.testing.assert_allclose(actual, expected, atol=1e-6)


def test_padding_on_four_sides(random):
    x, kernel = random.standard_normal((1, 4, 5, 1)), random.standard_normal((2, 2, 1, 1))
    padded = np.pad(x, [(0, 0), (1, 0), (2, 3), (0, 0)])
    np.testing.assert_array_equal(ops.conv(x, kernel, padding=((1, 0), (2, 3))),
                                  ops.conv(padded, kernel))
    np.testing.assert_array_equal(ops.conv(x, kernel, padding=2),
                                  ops.conv(x, kernel, padding=((2, 2), (2, 2))))


def test_views_out_and_threads(random):
    base = random.standard_normal((2, 12, 13, 6)).astype("float32")
    x = base[:, ::-1, ::2, 1::2]
    kernel = random.standard_normal((3, 3, 3, 4)).astype("float32")
    expected = ops.conv(x.copy(), kernel, padding="same")
    out = np.empty((2, 4, 12, 7), "float32").transpose(0, 2, 3, 1)
    assert ops.conv(x, kernel, padding="same", out=out, threads=3) is out
    np.testing.assert_allclose(out, expected, atol=1e-5)


def test_types():
    x, kernel = np.ones((1, 3, 3, 1), "float32"), np.ones((2, 2, 1, 1), "float64")
    assert ops.conv(x, kernel).dtype == "float64"
    assert ops.conv(x.astype("float16"), kernel.astype("float32")).dtype == "float32"
    assert ops.conv(x.astype("uint8"), kernel.astype("float32")).dtype == "float32"
    assert ops.conv(x.tolist(), kernel.tolist()).dtype == "float64"
    for dtype in ("int32", "complex64", "longdouble", "object"):
        with pytest.raises(TypeError, match="layers are computed in float32 and float64"):
            ops.conv(x.astype(dtype), kernel.astype(dtype))


def test_types_of_separable_layers_and_of_biases():
    x, depthwise = np.ones((1, 4, 4, 3), "float32"), np.ones((2, 2, 3, 1), "float32")
    pointwise = np.full((1, 1, 3, 2), 1 + 2**-40)
    y = ops.separable_conv(x, depthwise, pointwise)
    assert y.dtype == "float64" and (y == 12 * pointwise[0, 0, 0]).all()
    for bad in (pointwise * 1j, pointwise.astype(str), pointwise.astype("longdouble")):
        with pytest.raises(TypeError, match="pointwise_kernel of"):
            ops.separable_conv(x, depthwise, bad)
    for bias in ([True, False], np.arange(2, dtype="uint8"), np.ones(2, "float16")):
        y = ops.separable_conv(x, depthwise, pointwise, bias=bias)
        assert (y == 12 * pointwise[0, 0, 0] + bias).all()
    for bias in ([1j, 2], ["1", "2"], np.array([1, 2], object)):
        with pytest.raises(TypeError, match="bias: dtype"):
            ops.separable_conv(x, depthwise, pointwise, bias=bias)


def test_operands_that_change_others_while_they_are_read():
    depthwise = np.ones((200, 200, 3, 1), "float32")

    class Number:
        def __float__(self):
            depthwise.resize((1, 1, 3, 1), refcheck=False)
            return 1.0

    class Pointwise:
        def __array__(self, dtype=None):
            float(Number())
            return np.ones((1, 1, 3, 2), "float32")

    x = np.ones((1, 4, 4, 3), "float32")
    numbers = np.array([Number()] * 6, object).reshape(1, 1, 3, 2)
    with pytest.raises(TypeError, match="layers are computed in float32"):
        ops.separable_conv(x, depthwise, numbers)
    assert ops.separable_conv(x, depthwise, Pointwise()).shape == (1, 4, 4, 2)


BAD = [
    ((np.ones((1, 5, 1)), np.ones((3, 1, 1))), {}, ValueError, "inputs: 3-D; twofold.ops"),
    ((np.ones((1, 5, 5, 5, 1)), np.ones((3, 3, 3, 1, 1))), {}, ValueError, "inputs: 5-D"),
    (None, {"strides": 0}, ValueError, "strides"),
    (None, {"strides": 10**30}, ValueError, f"strides: {10**30} is too large"),
    (None, {"padding": 10**30}, ValueError, f"padding: {10**30} is too large"),
    (None, {"strides": (1, 2, 3)}, ValueError, "strides: (1, 2, 3) is neither"),
    (None, {"strides": 1.5}, TypeError, "strides: an integer is needed, not 1.5"),
    (None, {"dilation_rate": -1}, ValueError, "dilation"),
    (None, {"padding": "full"}, ValueError, "padding: 'full' is none of 'valid', 'same'"),
    (None, {"padding": (1, 2)}, ValueError, "padding: (1, 2) is neither"),
    (None, {"padding": -1}, ValueError, "padding"),
    (None, {"data_format": "NHWC"}, ValueError, "data_format: 'NHWC' is none of"),
    (None, {"kernel_format": "ohwi"}, ValueError, "kernel_format: 'ohwi' is none of"),
    (None, {"activation": "softmax"}, ValueError, "activation: 'softmax' is none of"),
    (None, {"negative_slope": "steep"}, TypeError, "negative_slope: a number is needed"),
    (None, {"groups": 5}, ValueError, "groups"),
    (None, {"method": "separable"}, ValueError, ""),
    (None, {"bias": np.ones(3)}, ValueError, "bias"),
    (None, {"bias": np.ones((1, 2))}, ValueError, "bias: a 1-D array"),
    (None, {"bias": []}, ValueError, "bias: a 1-D array"),
    (None, {"out": np.empty((1, 3, 3, 2), "float32")}, TypeError, "out: dtype float32"),
    (None, {"out": np.empty((1, 3, 3, 1))}, ValueError, "out"),
    (None, {"out": np.empty((3, 3))}, ValueError, "out: 2-D, not 4-D"),
    (None, {"out": "here"}, TypeError, "out: a numpy.ndarray is needed"),
    ((np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1))), {}, ValueError, ""),
    ((np.ones((0, 5, 5, 1)), np.ones((3, 3, 1, 1))), {"out": 3}, TypeError, ""),
    ((np.ones((1, 0, 5, 1)), np.ones((3, 3, 1, 1))), {}, ValueError, "inputs"),
    ((np.ones((1, 5, 5, 3)), np.ones((3, 3, 2, 1))), {}, ValueError, ""),
    ((np.ones((1, 5, 5, 3)),), {}, TypeError, "missing 1 required positional argument: 'kernel'"),
    (None, {"shape": 1}, TypeError, "conv() got an unexpected keyword argument 'shape'"),
]


@pytest.mark.parametrize("arguments, options, error, text", BAD)
def test_errors(arguments, options, error, text):
    if arguments is None:
        arguments = np.ones((1, 5, 5, 2)), np.ones((3, 3, 2, 2))
    with pytest.raises(error, match=re.escape(text)):
        ops.conv(*arguments, **options)


def golden_cases(judge):
    offset = 0
    content = (GOLDEN / f"{judge}.bin").read_bytes()
    for line in (GOLDEN / f"{judge}.txt").read_text().splitlines():
        case = {**golden.DEFAULTS, **dict(field.split("=") for field in line.split())}
        for name in ("inputs", "kernel", "pointwise", "outputs", "strides", "dilation", "padding",
                     "output_padding"):
            if name in case and re.fullmatch(r"[-\d,]+", str(case[name])):
                case[name] = tuple(int(n) for n in case[name].split(","))
        dtype = np.dtype(case["type"]).newbyteorder("<")
        count = -(-int(np.prod(case["outputs"])) // int(case["every"]))
        yield case, np.frombuffer(content, dtype, count, offset)
        offset += count * dtype.itemsize
    assert offset == len(content)


def computed(case):
    shapes = [case[name] for name in ("inputs", "kernel", "pointwise") if name in case]
    if int(case["bias"]):
        shapes.append((int(case["bias"]),))
    tensors = golden.draw_tensors(int(case["seed"]), case["values"], shapes)
    tensors = [tensor.astype(case["type"]) for tensor in tensors]
    options = {"data_format": case["data_format"], "kernel_format": case["kernel_format"],
               "strides": case["strides"], "dilation_rate": case["dilation"],
               "activation": case["activation"]}
    if int(case["bias"]):
        options["bias"] = tensors.pop()
    padding = case["padding"]
    options["padding"] = padding if isinstance(padding, str) else (padding[:2], padding[2:])
    if "negative_slope" in case:
        options["negative_slope"] = float(case["negative_slope"])
    if case["layer"] == "conv":
        options["groups"] = int(case["groups"])
    if case["layer"] == "conv_transpose" and case["output_padding"] != (-1, -1):
        options["output_padding"] = case["output_padding"]
    return getattr(ops, case["layer"])(*tensors, **options)


@pytest.mark.parametrize("judge", ["keras", "torch", "onnx"])
def test_golden_layers(judge):
    count = 0
    for case, expected in golden_cases(judge):
        actual = computed(case)
        assert actual.shape == case["outputs"], case
        tolerance = 1e-12 if case["type"] == "float64" else 2e-6
        np.testing.assert_allclose(actual.reshape(-1)[::int(case["every"])], expected,
                                   atol=tolerance, rtol=tolerance, err_msg=str(case))
        count += 1
    assert count > 20


def test_winograd_runs_if_asked_for(random):
    inputs = random.standard_normal((1, 21, 22, 20)).astype("float32")
    kernel = random.standard_normal((3, 3, 20, 5)).astype("float32")
    exact = ops.conv(inputs.astype("float64"), kernel.astype("float64"), method="direct")
    result = ops.conv(inputs, kernel, method="winograd")
    assert not np.array_equal(result, ops.conv(inputs, kernel, method="direct"))
    np.testing.assert_allclose(result, exact, rtol=0, atol=1e-5 * np.abs(exact).max())
    with pytest.raises(ValueError, match="winograd"):
        ops.conv(inputs, kernel, strides=2, method="winograd")
    with pytest.raises(ValueError, match="winograd"):
        twofold.convolve2d(inputs[0, :, :, 0], kernel[:, :, 0, 0], method="winograd")
