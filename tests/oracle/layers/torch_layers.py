#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Layers as PyTorch computes them: what the layers of Keras refuse or lack.

Groups; strides together with dilation, in `same` too; padding that differs on all four sides
(torch's pad, then its convolution); crops, output_padding and dilation of transposed convolutions;
Keras' `same` and output_padding of these, cut out of torch's whole output as Keras does it; NCHW
with OIHW kernels, and some of each of the other formats; gelu by the exact erf; float32 and
float64. Writes torch.txt and torch.bin, which README.md describes, beside itself, with Debian 12's
python3-torch 1.13.0:

  apt-get install python3-torch
  python3 torch_layers.py

The same version gives the same bytes.
"""

import pathlib
import sys

import numpy as np
import torch
from torch.nn import functional

sys.dont_write_bytecode = True
import golden  # noqa: E402

CONFIGURATIONS = 560
LAYERS = ("conv", "conv", "conv", "depthwise_conv", "separable_conv", "conv_transpose",
          "conv_transpose")
ACTIVATIONS = {
    "linear": lambda y, slope: y,
    "relu": lambda y, slope: functional.relu(y),
    "relu6": lambda y, slope: functional.relu6(y),
    "leaky_relu": functional.leaky_relu,
    "sigmoid": lambda y, slope: torch.sigmoid(y),
    "tanh": lambda y, slope: torch.tanh(y),
    "silu": lambda y, slope: functional.silu(y),
    "gelu": lambda y, slope: functional.gelu(y),
}


def draw_sizes(numbers):
    kind = numbers.index(0, 99)
    between = numbers.index
    if kind < 50:  # small, whatever the proportions
        return (between(1, 9), between(1, 9)), between(1, 4), between(1, 4), (between(1, 5),
                                                                             between(1, 5))
    if kind < 60:  # one line
        return (1, between(1, 40)), between(1, 3), between(1, 3), (between(1, 2), between(1, 9))
    if kind < 76:  # many channels
        return ((between(2, 6), between(2, 6)), numbers.pick((8, 16, 17, 20, 33, 40)),
                numbers.pick((1, 3, 8, 16, 17, 24, 32, 40)), (between(1, 3), between(1, 3)))
    if kind < 94:  # enough outputs for whole vectors and tiles of them
        return ((between(8, 20), between(10, 27)), between(1, 3), between(1, 4),
                (between(1, 5), between(1, 5)))
    # What a Fourier transform is for.
    return ((between(26, 33), between(31, 40)), between(1, 2), between(1, 2),
            (numbers.pick((5, 7, 11)), numbers.pick((5, 6, 7, 11))))


def draw_configuration(index):
    numbers = golden.Numbers(golden.seed_of(index + 200000))
    layer = numbers.pick(LAYERS)
    size, channels, filters, kernel = draw_sizes(numbers)
    groups = 1
    if layer == "conv" and numbers.percent(50):
        # `channels` and `filters` of each group.
        groups = numbers.pick((2, 3, 4, 5) if channels < 8 else (2,))
        if channels >= 20:
            channels //= 4
    strides = dilation = (1, 1)
    if numbers.percent(60):
        strides = (numbers.index(1, 4), numbers.index(1, 4))
    if numbers.percent(50):
        dilation = (numbers.index(1, 3), numbers.index(1, 3))
    c = {
        "layer": layer,
        "type": "float64" if numbers.percent(35) else "float32",
        "values": "integer" if numbers.percent(45) else "real",
        "batch": numbers.index(1, 2),
        "size": size,
        "channels": channels * groups,
        "filters": filters * groups,
        "multiplier": numbers.index(1, 3),
        "kernel": kernel,
        "strides": strides,
        "dilation": dilation,
        "groups": groups,
        "bias": numbers.percent(60),
        "channels_first": numbers.percent(75),
        "oihw": numbers.percent(75),
        "activation": "linear" if numbers.percent(35) else numbers.pick(tuple(ACTIVATIONS)),
        "slope": numbers.pick((0.01, 0.2)),
        "limit": 1500 if numbers.percent(8) else 450,
    }
    spans = [span(k, d) for k, d in zip(kernel, dilation)]
    outside = numbers.percent(15)  # more zeros than the kernel spans
    sides = [numbers.index(0, min(span + 1 if outside else span - 1, 7)) for span in
             (spans[0], spans[0], spans[1], spans[1])]
    if layer == "conv_transpose":
        c["output_padding"] = tuple(numbers.index(0, max(s, d) - 1)
                                    for s, d in zip(strides, dilation))
        # Crops are torch's own, the same on opposite sides, or its whole output cut here.
        if numbers.percent(60):
            sides[1], sides[3] = sides[0], sides[2]
        for axis in (0, 1):
            whole = (size[axis] - 1) * strides[axis] + spans[axis]
            if whole - sides[2 * axis] - sides[2 * axis + 1] < 1:
                sides[2 * axis] = sides[2 * axis + 1] = 0
    else:
        for axis in (0, 1):
            missing = spans[axis] - size[axis] - sides[2 * axis] - sides[2 * axis + 1]
            sides[2 * axis] += max(0, missing)
    c["padding"] = tuple(sides)
    if numbers.percent(25):
        c["padding"] = "same"
        if layer == "conv_transpose":
            c["padding"] = numbers.pick(("valid", "same"))
            c["output_padding"] = draw_keras_output_padding(numbers, c)
    return c


def draw_keras_output_padding(numbers, c):
    """None, or what leaves the last input an output."""
    if numbers.percent(40):
        return (-1, -1)
    least = [0 if c["padding"] == "valid" else 1 - span(k, d) % 2
             for k, d in zip(c["kernel"], c["dilation"])]
    return tuple(numbers.index(first, max(first, s)) for first, s in zip(least, c["strides"]))


def span(k, rate):
    return (k - 1) * rate + 1


def same_sides(c):
    """TensorFlow's SAME (kernel_shape_util.cc), as Keras writes it for its PyTorch backend."""
    sides = []
    for size, k, stride, rate in zip(c["size"], c["kernel"], c["strides"], c["dilation"]):
        total = max(0, (-(-size // stride) - 1) * stride + span(k, rate) - size)
        sides += [total // 2, total - total // 2]
    return sides


def convolve_transposed_as_keras(c, x, kernel):
    """The whole of torch's output, then cut or extended as Keras does it for its PyTorch backend
    (backend_utils.py, compute_conv_transpose_output_crops_for_torch)."""
    y = functional.conv_transpose2d(x, kernel, None, c["strides"], 0, 0, 1, c["dilation"])
    edges = []
    for axis in (1, 0):
        stride, more = c["strides"][axis], c["output_padding"][axis]
        k = span(c["kernel"][axis], c["dilation"][axis])
        if c["padding"] == "valid":
            left = k - 1
            right = k - 1 + (max(k, stride) - k if more == -1 else more)
        else:
            total = stride + k - 2 if more == -1 else k + k % 2 - 2 + more
            left = min(total // 2 + total % 2, k - 1)
            right = total - left
        edges += [left - (k - 1), right - (k - 1)]
    return functional.pad(y, edges)  # a negative number cuts


def convolve(c, x, kernels):
    """x is NCHW, the kernels OIHW (transposed: IOHW)."""
    if c["layer"] == "conv_transpose" and isinstance(c["padding"], str):
        return convolve_transposed_as_keras(c, x, kernels[0])
    top, bottom, left, right = same_sides(c) if c["padding"] == "same" else c["padding"]
    if c["layer"] == "conv_transpose":
        if top == bottom and left == right:
            return functional.conv_transpose2d(x, kernels[0], None, c["strides"], (top, left),
                                               c["output_padding"], 1, c["dilation"])
        whole = functional.conv_transpose2d(x, kernels[0], None, c["strides"], 0,
                                            c["output_padding"], 1, c["dilation"])
        return whole[:, :, top:whole.shape[2] - bottom, left:whole.shape[3] - right]
    groups = c["groups"] if c["layer"] == "conv" else c["channels"]
    padded = functional.pad(x, (left, right, top, bottom))
    y = functional.conv2d(padded, kernels[0], None, c["strides"], 0, c["dilation"], groups)
    return functional.conv2d(y, kernels[1]) if len(kernels) > 1 else y


def kernel_shapes(c):
    """As stored: OIHW or HWIO; and functions that bring HWIO to OIHW."""
    rows, cols = c["kernel"]
    channels, filters, multiplier = c["channels"], c["filters"], c["multiplier"]

    def swapped(array):
        return array.transpose(3, 2, 0, 1)

    def depthwise(array):
        return array.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, rows, cols)

    if c["layer"] == "conv":
        inner = channels // c["groups"]
        return ([((filters, inner, rows, cols), (rows, cols, inner, filters), swapped)])
    if c["layer"] == "conv_transpose":
        return ([((channels, filters, rows, cols), (rows, cols, filters, channels), swapped)])
    first = ((channels * multiplier, 1, rows, cols), (rows, cols, channels, multiplier), depthwise)
    if c["layer"] == "depthwise_conv":
        return [first]
    inner = channels * multiplier
    return [first, ((filters, inner, 1, 1), (1, 1, inner, filters), swapped)]


def compute(index, file):
    c = draw_configuration(index)
    seed = golden.seed_of(index)
    dtype = np.dtype(c["type"])
    kernels = kernel_shapes(c)
    stored = [oihw if c["oihw"] else hwio for oihw, hwio, _ in kernels]
    outputs = c["channels"] * c["multiplier"] if c["layer"] == "depthwise_conv" else c["filters"]
    rows, cols = c["size"]
    inputs = ((c["batch"], c["channels"], rows, cols) if c["channels_first"] else
              (c["batch"], rows, cols, c["channels"]))
    shapes = [inputs, *stored] + ([(outputs,)] if c["bias"] else [])
    x, *weights = golden.draw_tensors(seed, c["values"], shapes)
    bias = weights.pop() if c["bias"] else np.zeros(outputs)
    if not c["channels_first"]:
        x = x.transpose(0, 3, 1, 2)
    if not c["oihw"]:
        weights = [to_oihw(w) for w, (_, _, to_oihw) in zip(weights, kernels)]

    def sums(dtype):
        def tensor(array):
            return torch.from_numpy(np.ascontiguousarray(array, dtype=dtype))
        y = convolve(c, tensor(x), [tensor(w) for w in weights])
        return y + tensor(bias)[:, None, None] if c["bias"] else y

    y = sums(dtype)
    if c["values"] == "integer":
        assert torch.equal(y.double(), sums(np.float64)), "integers are not exact"
    y = ACTIVATIONS[c["activation"]](y, c["slope"])
    if not c["channels_first"]:
        y = y.permute(0, 2, 3, 1)
    y = np.ascontiguousarray(y.numpy())
    fields = {
        "seed": seed,
        "layer": c["layer"],
        "type": c["type"],
        "values": c["values"],
        "data_format": "channels_first" if c["channels_first"] else "channels_last",
        "kernel_format": "oihw" if c["oihw"] else "hwio",
        "inputs": inputs,
        "kernel": stored[0],
        "bias": outputs if c["bias"] else 0,
        "strides": c["strides"],
        "padding": c["padding"],
        "dilation": c["dilation"],
        "groups": c["groups"],
        "activation": c["activation"],
        "outputs": y.shape,
    }
    if len(stored) > 1:
        fields["pointwise"] = stored[1]
    if c["layer"] == "conv_transpose":
        fields["output_padding"] = c["output_padding"]
    if c["activation"] == "leaky_relu":
        fields["negative_slope"] = c["slope"]
    file.add(fields, y, golden.stored_every(y.shape, c["limit"]))


def main():
    torch.set_num_threads(1)
    file = golden.GoldenFile(pathlib.Path(__file__).parent, "torch")
    for index in range(CONFIGURATIONS):
        compute(index, file)
    file.write()


if __name__ == "__main__":
    main()
