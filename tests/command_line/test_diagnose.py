# SPDX-License-Identifier: BSD-3-Clause
"""twofold diagnose: results that SciPy computed, explained; files, JSON, and wrong usage."""

import json
import unittest

import numpy as np
import scipy.ndimage
import scipy.signal

import png_codec
from support import CommandLineTest

FAILED, USAGE = 1, 2


class DiagnoseTest(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.image = self.random.normal(size=(23, 31)).astype(np.float32)
        self.kernel = self.random.normal(size=(4, 3)).astype(np.float32)
        self.save("x.npy", self.image)
        self.save("k.npy", self.kernel)

    def diagnose(self, a, b=None, *options):
        """The JSON for two results, or one and what is expected."""
        arguments = [self.path("x.npy"), self.path("k.npy"), self.save("a.npy", a)]
        if b is not None:
            arguments.append(self.save("b.npy", b))
        return json.loads(self.run_ok("diagnose", *arguments, *options, "--json"))

    def assert_explained(self, report, causes):
        self.assertEqual(report["verdict"], "explained", report["summary"])
        self.assertEqual([e["causes"] for e in report["explanations"]], [causes])
        explanation = report["explanations"][0]
        self.assertLessEqual(explanation["residual"], explanation["tolerance"])


class Results(DiagnoseTest):
    def test_the_question(self):
        scipy_result = scipy.signal.convolve2d(self.image, self.kernel.T, "same")
        keras_result = scipy.signal.correlate2d(self.image, self.kernel, "same")
        report = self.diagnose(scipy_result, keras_result)
        self.assert_explained(report, ["operation", "transposed"])
        self.assertIn("the kernel transposed and rotated by 180°", report["summary"])
        a, b = report["explanations"][0]["a"], report["explanations"][0]["b"]
        self.assertEqual((a["operation"], a["kernel"]["transposed"]), ("convolve", True))
        self.assertEqual((b["operation"], b["kernel"]["transposed"]), ("correlate", False))

    def test_scipys_functions(self):
        x, k = self.image, self.kernel
        plain = scipy.signal.correlate2d(x, k, "same")
        for other, causes in (
                (scipy.signal.convolve2d(x, k, "same"), ["operation"]),
                (scipy.signal.fftconvolve(x, k, "full"), ["operation", "mode"]),
                (scipy.signal.oaconvolve(x, k, "valid"), ["operation", "mode"]),
                (scipy.signal.correlate(x, k, "same"), ["anchor"]),
                (scipy.ndimage.correlate(x, k, mode="constant"), ["anchor"]),
                (scipy.ndimage.correlate(x, k, mode="mirror"), ["anchor", "boundary"]),
                (scipy.signal.correlate2d(x, k, "same", "wrap"), ["boundary"]),
                (scipy.signal.correlate2d(x, k / 255, "same", "symm"), ["boundary", "scale"])):
            with self.subTest(causes=causes):
                self.assert_explained(self.diagnose(plain, other), causes)

    def test_integers_that_wrap_around(self):
        self.image = self.random.integers(0, 256, (20, 30), dtype=np.uint8)
        self.kernel = self.random.integers(0, 9, (3, 4), dtype=np.uint8)
        self.save("x.npy", self.image)
        self.save("k.npy", self.kernel)
        wrapped = scipy.signal.convolve2d(self.image, self.kernel, "same")
        exact = scipy.signal.convolve2d(self.image.astype(int), self.kernel, "same")
        self.assertEqual(wrapped.dtype, np.uint8)
        self.assert_explained(self.diagnose(exact, wrapped), ["wrapped"])

    def test_equal_and_unexplained(self):
        a = scipy.signal.convolve2d(self.image, self.kernel)
        report = self.diagnose(a, scipy.signal.fftconvolve(self.image, self.kernel))
        self.assertEqual((report["verdict"], report["explanations"]), ("equal", []))
        self.assertLess(report["difference"], 1e-5)
        self.assertEqual(report["calls"]["b"][0]["mode"], "full")
        report = self.diagnose(a, self.random.normal(size=a.shape))
        self.assertEqual((report["verdict"], report["explanations"]), ("unexplained", []))
        self.assertEqual(len(report["calls"]["a"]), 1)
        self.assertEqual(report["calls"]["b"], [])
        a[0, 0] = np.nan
        self.assertIsNone(self.diagnose(a, np.ones(a.shape))["difference"])

    def test_explanations_that_cannot_be_told_apart(self):
        self.save("k.npy", np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]))
        sobel = np.load(self.path("k.npy"))
        report = self.diagnose(scipy.signal.convolve2d(self.image, sobel, "same"),
                               scipy.signal.correlate2d(self.image, sobel, "same"))
        self.assertEqual(report["verdict"], "ambiguous")
        self.assertEqual([e["causes"] for e in report["explanations"]], [["operation"], ["scale"]])

    def test_the_expected_call(self):
        a = scipy.signal.convolve2d(self.image, self.kernel, "same", "symm")
        options = ("--expected", "correlate", "--mode", "same", "--boundary", "symm")
        report = self.diagnose(a, None, *options)
        self.assert_explained(report, ["operation"])
        self.assertEqual(report["explanations"][0]["expected"]["operation"], "correlate")
        # SciPy's defaults.
        self.assert_explained(self.diagnose(a, None, "--expected", "convolve"),
                              ["mode", "boundary"])
        filled = scipy.signal.convolve2d(self.image, self.kernel, fillvalue=2.5)
        report = self.diagnose(filled, None, "--expected", "convolve", "--fill", "2.5")
        self.assertEqual(report["verdict"], "equal")


class Pictures(DiagnoseTest):
    def test_pngs(self):
        for channels in (1, 2, 3, 4):
            with self.subTest(channels=channels):
                # So dark that some results saturate, not all.
                pixels = self.random.integers(0, 40, (20, 24, channels), dtype=np.uint16)
                self.path("x.png").write_bytes(png_codec.encode(pixels, 8))
                kernel = "1 2 0 1; 0 3 1 0; 1 0 0 2"
                for name, operation in (("a.png", "convolve"), ("b.png", "correlate")):
                    self.run_ok(operation, self.path("x.png"), kernel, "-o", self.path(name))
                report = json.loads(self.run_ok("diagnose", self.path("x.png"), kernel,
                                                self.path("a.png"), self.path("b.png"), "--json"))
                self.assert_explained(report, ["operation"])
                # The defaults for PNG are those of convolve.
                report = json.loads(self.run_ok("diagnose", self.path("x.png"), kernel,
                                                self.path("b.png"), "--expected", "convolve",
                                                "--json"))
                self.assertIn("operation", report["explanations"][0]["causes"])
                self.assertIn("saturated", report["explanations"][0]["causes"])

    def test_channels_in_reverse_order(self):
        pixels = self.random.integers(0, 256, (20, 24, 3), dtype=np.uint16)
        self.path("x.png").write_bytes(png_codec.encode(pixels, 8))
        self.run_ok("convolve", self.path("x.png"), "gaussian:1", "-o", self.path("a.npy"))
        self.save("b.npy", np.load(self.path("a.npy"))[:, :, ::-1])
        report = json.loads(self.run_ok("diagnose", self.path("x.png"), "gaussian:1",
                                        self.path("a.npy"), self.path("b.npy"), "--json"))
        self.assert_explained(report, ["channels"])


class Text(DiagnoseTest):
    def test_it_fits_80_columns(self):
        a = scipy.signal.convolve2d(self.image, self.kernel.T, "same")
        b = scipy.signal.correlate2d(self.image, self.kernel / 255, "full", "wrap")
        sobel = self.save("sobel.npy", np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1.]]))
        self.save("a.npy", a)
        self.save("b.npy", b)
        self.save("c.npy", scipy.signal.convolve2d(self.image, np.load(sobel), "same"))
        for kernel, first, second, begins in (
                ("k.npy", "a.npy", "b.npy", "B is A with the kernel transposed and rotated by"),
                ("sobel.npy", "c.npy", "--expected=correlate", "A is the expected result with"),
                ("k.npy", "a.npy", "c.npy", "Nothing explains the difference"),
                ("k.npy", "a.npy", "a.npy", "B equals A exactly.")):
            with self.subTest(second=second):
                other = second if second.startswith("-") else self.path(second)
                options = ("--mode", "same") if second.startswith("-") else ()
                text = self.run_ok("diagnose", self.path("x.npy"), self.path(kernel),
                                   self.path(first), other, *options).decode()
                if second.startswith("-"):
                    self.assertIn("\n- " + begins, text)
                else:
                    self.assertTrue(text.startswith(begins), text)
                for line in text.splitlines():
                    self.assertLessEqual(len(line), 80, text)
                    self.assertEqual(line, line.rstrip(), text)


class Refusals(DiagnoseTest):
    def test_wrong_usage(self):
        x, k = self.path("x.npy"), self.path("k.npy")
        for arguments, says in (
                ((x, k), "A is required"),
                ((x, k, x), ["B", "--expected"]),
                ((x, k, x, x, "--expected", "convolve"), "--expected"),
                ((x, k, x, x, "--mode", "same"), "--mode"),
                ((x, k, x, x, "--boundary", "wrap"), "--boundary"),
                ((x, k, x, x, "--fill", "1"), "--fill"),
                ((x, k, x, "--expected", "fold"), ["--expected 'fold'", "convolve or correlate"]),
                ((x, k, x, "--expected", "convolve", "--mode", "some"), "--mode 'some'"),
                ((x, "no-such", x, x), "no-such"),
                ((x, k, x, x, x), "")):
            with self.subTest(arguments=arguments):
                self.assert_fails(USAGE, "diagnose", *arguments, says=says)

    def test_what_cannot_be_read_or_is_no_result(self):
        x, k = self.path("x.npy"), self.path("k.npy")
        self.path("text").write_text("text")
        small = self.save("small.npy", np.ones((4, 4)))
        colours = self.save("colours.npy", np.ones((23, 31, 3)))
        for arguments, says in (
                ((x, k, x, self.path("absent.npy")), "absent.npy"),
                ((x, k, self.path("text"), x), "neither a PNG nor an NPY file"),
                ((x, k, small, x), ["a: 4×4", "26×33", "23×31", "20×29"]),
                ((x, k, x, small), "b: 4×4"),
                ((x, k, colours, x), "a: 23×31×3"),
                ((x, "nan 1", x, x), "kernel: element (0, 0) is NaN")):
            with self.subTest(arguments=arguments):
                self.assert_fails(FAILED, "diagnose", *arguments, says=says)


if __name__ == "__main__":
    unittest.main()
