# SPDX-License-Identifier: BSD-3-Clause
"""Arrays that are not held in memory: the same results, within less memory than the file has."""

import os
import resource
import subprocess
import unittest

import numpy as np

from support import BINARY, CommandLineTest

SHAPE = (9000, 4400)  # 151 MiB of float32
LIMIT = 128 << 20  # of address space: less than the file
PADDING = {"fill": "constant", "wrap": "wrap", "symm": "symmetric", "mirror": "reflect",
           "nearest": "edge"}


def convolved(image, kernel, boundary, mode):
    """By the definition, a tap at a time."""
    rows, cols = kernel.shape
    around = [(rows - 1, rows - 1), (cols - 1, cols - 1)] + [(0, 0)] * (image.ndim - 2)
    padded = np.pad(image, around, PADDING[boundary])
    height, width = image.shape[0] + rows - 1, image.shape[1] + cols - 1
    full = np.zeros((height, width, *image.shape[2:]), np.result_type(image, kernel))
    for i in range(rows):
        for j in range(cols):
            full += kernel[i, j] * padded[rows - 1 - i:rows - 1 - i + height,
                                          cols - 1 - j:cols - 1 - j + width]
    if mode == "full":
        return full
    if mode == "same":
        top, left = (rows - 1) // 2, (cols - 1) // 2
        return full[top:top + image.shape[0], left:left + image.shape[1]]
    return full[rows - 1:image.shape[0], cols - 1:image.shape[1]]


class Large(CommandLineTest):
    def run_limited(self, *arguments):
        # Sanitizers reserve more address space than any limit.
        limit = None if os.environ.get("TWOFOLD_SANITIZE") else \
            lambda: resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
        return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, timeout=120,
                              preexec_fn=limit)

    def check(self, image, kernel, mode, boundary):
        out = self.path("out.npy")
        result = self.run_limited("convolve", self.path("in.npy"), self.save("k.npy", kernel),
                                  "-o", out, "--mode", mode, "--boundary", boundary)
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        self.assert_same_array(np.load(out), convolved(image, kernel, boundary, mode))

    def test_every_boundary_and_mode(self):
        image = self.random.integers(-9, 9, SHAPE).astype("float32")
        kernel = self.random.integers(-5, 5, (5, 2)).astype("float32")
        self.save("in.npy", image)
        for mode, boundary in [("full", "fill"), ("full", "wrap"), ("same", "symm"),
                               ("same", "mirror"), ("full", "nearest"), ("valid", "fill")]:
            with self.subTest(mode=mode, boundary=boundary):
                self.check(image, kernel, mode, boundary)

    def test_channels_in_the_other_byte_order(self):
        image = self.random.integers(-9, 9, (9000, 3000, 3)).astype(">i2")
        self.save("in.npy", image)
        kernel = self.random.integers(-5, 5, (2, 3)).astype("int16")
        self.check(image.astype("int16"), kernel, "same", "wrap")

    def test_fortran_order_is_held(self):
        image = np.asfortranarray(self.random.integers(-9, 9, SHAPE).astype("float32"))
        self.save("in.npy", image)
        self.run_ok("convolve", self.path("in.npy"), "1 2", "-o", self.path("out.npy"))
        expected = convolved(image, np.array([[1, 2]], "float32"), "fill", "full")
        np.testing.assert_array_equal(np.load(self.path("out.npy")), expected)

    def test_written_over_itself(self):
        image = self.random.integers(-9, 9, SHAPE).astype("float32")
        self.save("in.npy", image)
        with open(self.path("in.npy"), "r+b") as out:
            subprocess.run([BINARY, "convolve", self.path("in.npy"), "1 2", "-o", "-"],
                           stdout=out, check=True, timeout=120)
        expected = convolved(image, np.array([[1, 2]], "float32"), "fill", "full")
        np.testing.assert_array_equal(np.load(self.path("in.npy")), expected)

    def test_a_file_that_ends_too_early_leaves_nothing_behind(self):
        self.save("in.npy", np.zeros(SHAPE, "float32"))
        os.truncate(self.path("in.npy"), 140 << 20)
        self.assert_fails(1, "convolve", self.path("in.npy"), "1 2", "-o", self.path("out.npy"),
                          says="truncated")

    def test_reports(self):
        self.save("in.npy", np.zeros(SHAPE, "float32"))
        report = self.run_ok("convolve", self.path("in.npy"), "1 2 1", "-o",
                             self.path("out.npy"), "--json")
        self.assertIn(b'"method"', report)


if __name__ == "__main__":
    unittest.main()
