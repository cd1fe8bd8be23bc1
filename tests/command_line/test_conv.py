# SPDX-License-Identifier: BSD-3-Clause
"""twofold conv: layers as Keras computes them, beside sums written down here."""

import json
import math
import unittest

import numpy as np

from support import BASELINE, CommandLineTest, small_integers

FAILED, USAGE = 1, 2


def pair(value):
    return value if isinstance(value, tuple) else (value, value)


def zeros_around(padding, sizes, strides, spans):
    """np.pad's argument for rows and columns."""
    if padding == "valid":
        return [(0, 0), (0, 0)]
    if padding == "same":
        totals = [max(0, (-(-size // stride) - 1) * stride + span - size)
                  for size, stride, span in zip(sizes, strides, spans)]
        return [(total // 2, total - total // 2) for total in totals]
    return [padding[:2], padding[2:]]


def conv(x, k, strides=1, padding="valid", dilation=1, groups=1):
    """keras.ops.conv, channels last: windows × taps × channels, one tap at a time."""
    strides, dilation = pair(strides), pair(dilation)
    spans = [(taps - 1) * step + 1 for taps, step in zip(k.shape, dilation)]
    zeros = zeros_around(padding, x.shape[1:3], strides, spans)
    x = np.pad(x, [(0, 0), *zeros, (0, 0)])
    rows, cols = [(size - span) // stride + 1
                  for size, span, stride in zip(x.shape[1:3], spans, strides)]
    reads, filters = k.shape[2], k.shape[3] // groups
    y = np.zeros((x.shape[0], rows, cols, k.shape[3]), x.dtype)
    for i in range(k.shape[0]):
        for j in range(k.shape[1]):
            top, left = i * dilation[0], j * dilation[1]
            window = x[:, top:top + (rows - 1) * strides[0] + 1:strides[0],
                       left:left + (cols - 1) * strides[1] + 1:strides[1]]
            for g in range(groups):
                y[..., g * filters:(g + 1) * filters] += (
                    window[..., g * reads:(g + 1) * reads] @
                    k[i, j, :, g * filters:(g + 1) * filters])
    return y


def depthwise(x, k, **options):
    """Every channel is a group of its own."""
    return conv(x, k.reshape(*k.shape[:2], 1, -1), groups=k.shape[2], **options)


def conv_transpose(x, k, strides=1, padding="valid", extra=None):
    """Every input adds the kernel to the outputs; k has rows, columns, filters, channels. In `same`
    half of what is too much is cut off in front, as the gradient of a convolution has it."""
    strides = pair(strides)
    sizes, firsts = [], []
    for n, taps, stride, more in zip(x.shape[1:3], k.shape, strides, pair(extra)):
        reach = (n - 1) * stride + taps
        if padding == "same":
            sizes.append(n * stride if more is None else reach - taps + taps % 2 + more)
            firsts.append(max(0, reach - sizes[-1]) // 2)
        else:
            sizes.append(max(n * stride, reach) if more is None else reach + more)
            firsts.append(0)
    # With room for what is cut off at the end.
    y = np.zeros((x.shape[0], *[first + size + 20 for first, size in zip(firsts, sizes)],
                  k.shape[2]), x.dtype)
    for row in range(x.shape[1]):
        for col in range(x.shape[2]):
            top, left = row * strides[0], col * strides[1]
            y[:, top:top + k.shape[0], left:left + k.shape[1]] += np.einsum(
                "nc,ijfc->nijf", x[:, row, col], k)
    return y[:, firsts[0]:firsts[0] + sizes[0], firsts[1]:firsts[1] + sizes[1]]


class ConvTest(CommandLineTest):
    def numbers(self, *shape, dtype="float32"):
        return small_integers(self.random, shape, dtype)

    def layer(self, x, k, *options, bias=None, pointwise=None):
        files = [self.save("x.npy", x), self.save("k.npy", k), "-o", self.path("y.npy")]
        if bias is not None:
            files += ["--bias", self.save("b.npy", bias)]
        if pointwise is not None:
            files += ["--pointwise-kernel", self.save("p.npy", pointwise)]
        self.run_ok("conv", *files, *options)
        return np.load(self.path("y.npy"))


class Layers(ConvTest):
    def test_conv(self):
        x, k, b = self.numbers(2, 9, 11, 4), self.numbers(3, 2, 4, 5), self.numbers(5)
        for words, options in (
                ((), {}), (("--strides", "2"), {"strides": 2}),
                (("--strides", "2,3"), {"strides": (2, 3)}),
                (("--padding", "same"), {"padding": "same"}),
                (("--padding", "same", "--strides", "3,2"),
                 {"padding": "same", "strides": (3, 2)}),
                (("--padding", "1,0,2,3"), {"padding": (1, 0, 2, 3)}),
                (("--dilation-rate", "2,4"), {"dilation": (2, 4)}),
                (("--dilation-rate", "3", "--padding", "same"),
                 {"dilation": 3, "padding": "same"})):
            with self.subTest(words=words):
                expected = conv(x, k, **options)
                self.assert_same_array(self.layer(x, k, *words), expected)
                self.assert_same_array(self.layer(x, k, *words, bias=b), expected + b)

    def test_groups_follow_from_the_shapes(self):
        x, k = self.numbers(1, 5, 6, 6), self.numbers(2, 2, 2, 9)
        expected = conv(x, k, groups=3)
        self.assert_same_array(self.layer(x, k), expected)
        self.assert_same_array(self.layer(x, k, "--groups", "3"), expected)

    def test_data_and_kernel_formats(self):
        x, k = self.numbers(2, 7, 6, 3), self.numbers(3, 2, 3, 4)
        expected = conv(x, k, padding="same")
        first = x.transpose(0, 3, 1, 2)
        oihw = k.transpose(3, 2, 0, 1)
        self.assert_same_array(self.layer(x, oihw, "--padding", "same", "--kernel-format", "oihw"),
                               expected)
        for kernel, kernel_format in ((k, "hwio"), (oihw, "oihw")):
            result = self.layer(first, kernel, "--padding", "same", "--data-format",
                                "channels_first", "--kernel-format", kernel_format)
            self.assert_same_array(result, expected.transpose(0, 3, 1, 2))

    def test_depthwise(self):
        x, k, b = self.numbers(2, 8, 7, 3), self.numbers(3, 3, 3, 2), self.numbers(6)
        result = self.layer(x, k, "--layer", "depthwise_conv", "--strides", "2", "--padding",
                            "same", bias=b)
        self.assert_same_array(result, depthwise(x, k, strides=2, padding="same") + b)

    def test_separable(self):
        x, k = self.numbers(2, 8, 7, 3), self.numbers(3, 2, 3, 2)
        p, b = self.numbers(1, 1, 6, 4), self.numbers(4)
        result = self.layer(x, k, "--layer", "separable_conv", "--strides", "2", "--padding",
                            "same", "--activation", "relu", bias=b, pointwise=p)
        expected = depthwise(x, k, strides=2, padding="same") @ p[0, 0] + b
        self.assert_same_array(result, np.maximum(expected, 0))

    def test_transposed(self):
        x, k, b = self.numbers(2, 4, 5, 3), self.numbers(3, 4, 2, 3), self.numbers(2)
        for strides in (1, 2, (3, 5)):
            for padding in ("valid", "same"):
                for extra in (None, 0, (1, 0)):
                    with self.subTest(strides=strides, padding=padding, extra=extra):
                        words = ["--strides", ",".join(map(str, pair(strides))), "--padding",
                                 padding]
                        if extra is not None:
                            words += ["--output-padding", ",".join(map(str, pair(extra)))]
                        result = self.layer(x, k, "--layer", "conv_transpose", *words, bias=b)
                        self.assert_same_array(
                            result, conv_transpose(x, k, strides, padding, extra) + b)
        result = self.layer(x, k, "--layer", "conv_transpose", "--padding", "1,0,2,1")
        self.assert_same_array(result, conv_transpose(x, k)[:, 1:, 2:-1])

    def test_activations(self):
        x = np.linspace(-9, 9, 60, dtype="float64").reshape(1, 6, 10, 1)
        k = np.ones((1, 1, 1, 1))
        erf = np.vectorize(math.erf)
        for name, function in (
                ("linear", lambda v: v), ("relu", lambda v: np.maximum(v, 0)),
                ("relu6", lambda v: np.clip(v, 0, 6)),
                ("leaky_relu", lambda v: np.where(v < 0, 0.2 * v, v)),
                ("sigmoid", lambda v: 1 / (1 + np.exp(-v))), ("tanh", np.tanh),
                ("silu", lambda v: v / (1 + np.exp(-v))),
                ("gelu", lambda v: v / 2 * (1 + erf(v / math.sqrt(2))))):
            with self.subTest(activation=name):
                np.testing.assert_allclose(self.layer(x, k, "--activation", name), function(x),
                                           rtol=0, atol=1e-12)
        for text, slope in (("0.5", 0.5), ("-.5", -0.5), ("-2", -2.0)):
            result = self.layer(x, k, "--activation", "leaky_relu", "--negative-slope", text)
            self.assert_same_array(result, np.where(x < 0, slope * x, x))

    def test_methods_threads_and_instruction_sets_agree(self):
        x, k = self.numbers(3, 40, 50, 4), self.numbers(5, 4, 4, 8)
        expected = conv(x, k)
        for options in (("--method", "direct"), ("--method", "reference"), ("--method", "auto"),
                        ("--method", "automatic"), ("--threads", "2"), ("--isa", "baseline"),
                        ("--accuracy", "componentwise")):
            with self.subTest(options=options):
                np.testing.assert_allclose(self.layer(x, k, *options), expected, rtol=0, atol=0.01)


class Arrays(ConvTest):
    def test_one_image_without_a_batch(self):
        x, k = self.numbers(6, 7, 3), self.numbers(3, 3, 3, 2)
        self.assert_same_array(self.layer(x, k), conv(x[None], k)[0])
        result = self.layer(x.transpose(2, 0, 1), k, "--data-format", "channels_first")
        self.assert_same_array(result, conv(x[None], k)[0].transpose(2, 0, 1))

    def test_orders_and_byte_orders(self):
        x, k, b = self.numbers(2, 5, 6, 3), self.numbers(2, 3, 3, 4), self.numbers(4)
        expected = conv(x, k) + b
        for order in "CF":
            for byte_order in "<>":
                def stored(array, order=order, byte_order=byte_order):
                    return np.asarray(array, array.dtype.newbyteorder(byte_order), order=order)
                with self.subTest(order=order, byte_order=byte_order):
                    result = self.layer(stored(x), stored(k), bias=stored(b))
                    self.assert_same_array(result, expected)

    def test_the_type_is_that_of_the_real_numbers(self):
        for x_type, k_type, b_type, expected in (
                ("float32", "float32", "float64", "float32"),
                ("float32", "float64", "float32", "float64"),
                ("float64", "float32", "int8", "float64"),
                ("float64", "float64", "float64", "float64"),
                ("uint8", "float32", "float32", "float32"),
                ("int64", "float32", "float32", "float32"),
                ("uint8", "float64", "float32", "float64"),
                ("float32", "int64", "int64", "float32"),
                ("int64", "uint16", "float64", "float32")):
            with self.subTest(x=x_type, k=k_type, b=b_type):
                x = self.numbers(1, 5, 5, 2, dtype=x_type)
                k = self.numbers(2, 2, 2, 3, dtype=k_type)
                b = self.numbers(3, dtype=b_type)
                self.assert_same_array(
                    self.layer(x, k, bias=b),
                    conv(x.astype(expected), k.astype(expected)) + b.astype(expected))
        x, k, p = self.numbers(5, 5, 2), self.numbers(2, 2, 2, 1), self.numbers(1, 1, 2, 2)
        result = self.layer(x, k, "--layer", "separable_conv", pointwise=p.astype("float64"))
        self.assertEqual(result.dtype, np.float64)

    def test_standard_input_and_output(self):
        x, k = self.numbers(4, 5, 2), self.numbers(2, 2, 2, 3)
        self.layer(x, k)
        stdout = self.run_ok("conv", "-", self.path("k.npy"), "-o", "-",
                             stdin=self.path("x.npy").read_bytes())
        self.assertEqual(stdout, self.path("y.npy").read_bytes())
        stdout = self.run_ok("conv", self.path("x.npy"), "-",
                             stdin=self.path("k.npy").read_bytes())
        self.assertEqual(stdout, self.path("y.npy").read_bytes())


class Reports(ConvTest):
    LAYERS = (((2, 33, 32, 3), (3, 3, 3, 8), ("--strides", "2", "--activation", "leaky_relu"), 1),
              ((1, 9, 9, 4), (3, 3, 1, 4), ("--threads", "2", "--padding", "1,1,1,1"), 1),
              ((1, 9, 9, 4), (3, 3, 4, 2), ("--layer", "separable_conv", "--pointwise-kernel",
                                            "p.npy", "--dilation-rate", "2"), 2),
              ((1, 9, 9, 4), (3, 3, 4, 4), ("--layer", "conv_transpose", "--strides", "2,3",
                                            "--output-padding", "1,2"), 6))

    def report(self, x_shape, k_shape, words, flag):
        self.save("x.npy", self.numbers(*x_shape))
        self.save("k.npy", self.numbers(*k_shape))
        pointwise = self.save("p.npy", self.numbers(1, 1, 8, 5))
        words = [pointwise if word == "p.npy" else word for word in words]
        result = self.run_binary("conv", self.path("x.npy"), self.path("k.npy"), "-o",
                                 self.path("y.npy"), *words, flag)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def test_explain_goes_to_standard_error(self):
        for x_shape, k_shape, words, convolutions in self.LAYERS:
            with self.subTest(words=words):
                result = self.report(x_shape, k_shape, words, "--explain")
                self.assertEqual(result.stdout, b"")
                text = result.stderr.decode()
                self.assertRegex(text, r"(?m)^> \w+ +[0-9.]+ (ns|µs|ms|s)")
                self.assertRegex(text, r"(?m)^measured: [0-9.]+ (ns|µs|ms|s), predicted ")
                for line in text.splitlines():
                    self.assertLessEqual(len(line), 80, text)
                    self.assertEqual(line, line.rstrip(), text)
                self.assertEqual("6 convolutions" in text, convolutions == 6, text)

    def test_json_goes_to_standard_output(self):
        for x_shape, k_shape, words, convolutions in self.LAYERS:
            with self.subTest(words=words):
                result = self.report(x_shape, k_shape, words, "--json")
                self.assertEqual(result.stderr, b"")
                report = json.loads(result.stdout)
                self.assertEqual(report["inputs"], list(x_shape))
                self.assertEqual(report["kernel"], list(k_shape))
                self.assertEqual(report["output"], list(np.load(self.path("y.npy")).shape))
                self.assertEqual(report["type"], "float32")
                self.assertEqual(sum(part["count"] for part in report["parts"]), convolutions)
                self.assertGreater(report["measured"]["execute_seconds"], 0)
                for part in report["parts"]:
                    candidates = {each["method"]: each for each in part["candidates"]}
                    self.assertTrue(candidates[part["method"]]["allowed"])
                    self.assertIn("reference", candidates)

    def test_settings(self):
        report = json.loads(self.report((1, 9, 8, 6), (3, 2, 2, 9), (
            "--strides", "2,1", "--dilation-rate", "1,3", "--padding", "0,1,2,3", "--activation",
            "gelu", "--threads", "2", "--isa", "baseline", "--method", "reference"),
            "--json").stdout)
        for name, value in (("layer", "conv"), ("strides", {"rows": 2, "cols": 1}),
                            ("dilation_rate", {"rows": 1, "cols": 3}), ("padding", "0,1,2,3"),
                            ("activation", "gelu"), ("threads", 2), ("isa", BASELINE),
                            ("groups", 3), ("data_format", "channels_last"),
                            ("kernel_format", "hwio")):
            self.assertEqual(report[name], value)
        self.assertEqual(report["parts"][0]["method"], "reference")
        operations = 2 * np.prod(report["output"]) * 3 * 2 * 2
        chosen = report["parts"][0]["candidates"][-1]
        self.assertAlmostEqual(chosen["direct_gflops"] * chosen["predicted_seconds"] * 1e9,
                               operations, 1)


class BadInput(ConvTest):
    def setUp(self):
        super().setUp()
        self.save("x.npy", self.numbers(1, 8, 9, 4))
        self.save("k.npy", self.numbers(3, 3, 4, 6))
        self.save("b.npy", self.numbers(6))
        self.path("y.npy").write_bytes(b"precious")

    def refused(self, exit_code, *words, says, x="x.npy", k="k.npy"):
        with self.subTest(words=words, x=x, k=k):
            self.assert_fails(exit_code, "conv", self.path(x), self.path(k), "-o",
                              self.path("y.npy"), *words, says=says)

    def test_words(self):
        for option, value, says in (
                ("--layer", "conv2d", "conv_transpose"), ("--strides", "0", "ROWS,COLS"),
                ("--strides", "1,2,3", "ROWS,COLS"), ("--strides", "-1", "ROWS,COLS"),
                ("--strides", "", "ROWS,COLS"), ("--strides", "2,", "ROWS,COLS"),
                ("--strides", "99999999999999999999", "ROWS,COLS"),
                ("--padding", "full", "TOP,BOTTOM,LEFT,RIGHT"), ("--padding", "SAME", "same"),
                ("--padding", "1", "TOP,BOTTOM"), ("--padding", "1,1", "TOP,BOTTOM"),
                ("--padding", "1,1,-1,1", "TOP,BOTTOM"), ("--data-format", "NHWC", "channels_last"),
                ("--dilation-rate", "0", "ROWS,COLS"), ("--dilation-rate", "x", "ROWS,COLS"),
                ("--groups", "0", "at least 1"), ("--groups", "2,2", "at least 1"),
                ("--kernel-format", "hwoi", "oihw"), ("--activation", "mish", "gelu"),
                ("--negative-slope", "steep", "a number"), ("--negative-slope", "nan", "a number"),
                ("--output-padding", "-1", "ROWS,COLS"), ("--method", "whole_fft", "reference"),
                ("--method", "magic", "direct"), ("--accuracy", "good", "componentwise"),
                ("--threads", "0", "from 1"), ("--isa", "mmx", "baseline")):
            self.refused(USAGE, option, value, says=[option, says])
        self.refused(USAGE, "--mode", "same", says="--mode")

    def test_words_that_mean_nothing_here(self):
        self.refused(USAGE, "--negative-slope", "0.1", says=["--negative-slope", "leaky_relu"])
        self.refused(USAGE, "--output-padding", "1", says=["--output-padding", "conv_transpose"])
        for layer in ("depthwise_conv", "conv_transpose"):
            self.refused(USAGE, "--layer", layer, "--groups", "1", says=["--groups", "conv"])
        self.refused(USAGE, "--pointwise-kernel", self.path("k.npy"), says="separable_conv")
        self.refused(USAGE, "--layer", "separable_conv", says="--pointwise-kernel")
        self.assert_fails(USAGE, "conv", "-", "-", "-o", self.path("y.npy"), says="standard input")
        self.assert_fails(USAGE, "conv", self.path("x.npy"), says="KERNEL")

    def test_files(self):
        self.path("empty.npy").write_bytes(b"")
        self.path("text.npy").write_bytes(b"1 2 3\n")
        self.save("none.npy", np.zeros((1, 0, 3, 4)))
        for name, says in (("missing.npy", "No such file"), ("empty.npy", "empty"),
                           ("text.npy", "not an NPY file"), ("none.npy", "no elements")):
            for role in ("x", "k"):
                self.refused(FAILED, says=[str(self.path(name)), says], **{role: name})
            self.refused(FAILED, "--bias", self.path(name), says=[str(self.path(name)), says])
        content = self.path("k.npy").read_bytes()
        for length in (5, 60, 129, len(content) - 1):
            self.path("cut.npy").write_bytes(content[:length])
            self.refused(FAILED, says="cut.npy", k="cut.npy")

    def test_dimensions_and_types(self):
        self.save("plane.npy", np.zeros((3, 3)))
        self.save("five.npy", np.zeros((1, 1, 3, 3, 1)))
        self.save("complex.npy", np.zeros((3, 3, 4, 6), np.complex64))
        self.refused(FAILED, says=["plane.npy", "(3, 3)", "IN has four dimensions"], x="plane.npy")
        self.refused(FAILED, says=["(1, 1, 3, 3, 1)", "IN has"], x="five.npy")
        self.refused(FAILED, says=["plane.npy", "KERNEL has four dimensions"], k="plane.npy")
        self.refused(FAILED, "--bias", self.path("plane.npy"), says="--bias has one dimension")
        self.refused(FAILED, "--layer", "separable_conv", "--pointwise-kernel",
                     self.path("b.npy"), says="--pointwise-kernel has four dimensions")
        self.refused(FAILED, says=["complex64", "real numbers"], k="complex.npy")

    def test_what_the_library_refuses(self):
        self.save("seven.npy", self.numbers(7))
        self.save("three.npy", self.numbers(3, 3, 3, 6))
        self.refused(FAILED, says="kernel", k="three.npy")
        self.refused(FAILED, "--bias", self.path("seven.npy"), says="bias: 7")
        self.refused(FAILED, "--groups", "2", says="groups: 2")
        self.refused(FAILED, "--dilation-rate", "9", says="kernel")
        self.refused(FAILED, "--layer", "depthwise_conv", says="kernel", k="three.npy")
        self.refused(FAILED, "--layer", "conv_transpose", says="kernel")
        self.refused(FAILED, "--padding", "0,0,99999999999,0", says="padding")

    def test_outputs(self):
        for name, code, says in (("y.png", USAGE, ".npy"), ("y", USAGE, ".npy"),
                                 ("missing/y.npy", FAILED, "cannot be written")):
            self.assert_fails(code, "conv", self.path("x.npy"), self.path("k.npy"), "-o",
                              self.path(name), says=[name, says])
        self.assert_fails(USAGE, "conv", self.path("x.npy"), self.path("k.npy"), "--json",
                          says="-o OUT")
        self.assert_fails(FAILED, "conv", self.path("x.npy"), self.path("k.npy"), "-o",
                          "/dev/full", says="No space left")


if __name__ == "__main__":
    unittest.main()
