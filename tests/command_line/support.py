# SPDX-License-Identifier: BSD-3-Clause
"""What the scripts share: running the binary, and the promises that every failure keeps."""

import ctypes
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest

import numpy as np

BINARY = os.environ["TWOFOLD_BINARY"]
INFO = json.loads(subprocess.run([BINARY, "info", "--json"], capture_output=True, check=True).stdout)
HAS_FFT = INFO["fft"]["name"] != "none"
BASELINE = INFO["isa"]["available"][-1]  # the name of the instruction set that every CPU has

TYPES = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
         "float32", "float64", "complex64", "complex128"]

ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE)


def heed_signals():
    """For a child: some are ignored below nohup, and in the background of a script."""
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_DFL)


def lose_rights_of_root():
    """For a child: permissions count for it, as they do for every user but root. It stays root, who
    owns the tests' files."""
    if os.geteuid() != 0:
        return
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    drop, overriding, searching = 24, 1, 2  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    for capability in (overriding, searching):
        if prctl(drop, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


class CommandLineTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.random = np.random.default_rng(20240517)

    def path(self, name):
        return self.directory / name

    def run_binary(self, *arguments, stdin=None, environment=None, preexec_fn=None):
        return subprocess.run([BINARY, *map(str, arguments)], capture_output=True, input=stdin,
                              timeout=60, env={**os.environ, **(environment or {})},
                              preexec_fn=preexec_fn)

    def run_ok(self, *arguments, **options):
        """Runs what must succeed and say nothing on the standard error."""
        result = self.run_binary(*arguments, **options)
        self.assertEqual((result.returncode, result.stderr.decode()), (0, ""), arguments)
        return result.stdout

    def assert_fails(self, exit_code, *arguments, says=(), **options):
        """A failure is one line beginning with the program's name, and leaves no file behind."""
        before = self.snapshot()
        result = self.run_binary(*arguments, **options)
        stderr = result.stderr.decode()
        context = f"{arguments}: {stderr}"
        self.assertEqual(result.returncode, exit_code, context)
        self.assertTrue(stderr.startswith("twofold: "), context)
        self.assertEqual(stderr.count("\n"), 1, context)
        self.assertTrue(stderr.endswith("\n"), context)
        self.assertEqual(result.stdout, b"", context)
        for part in [says] if isinstance(says, str) else says:
            self.assertIn(part, stderr)
        self.assertEqual(self.snapshot(), before, context)
        return stderr

    def snapshot(self):
        """Every file of the test's folder with its content, if it may be read."""
        return {path: path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else None
                for path in self.directory.rglob("*")}

    def save(self, name, array):
        np.save(self.path(name), array)
        return self.path(name)

    def convolve_npy(self, image, kernel, *options, operation="convolve"):
        """`kernel` is an array or an expression."""
        image_path = self.save("image.npy", image)
        kernel_text = kernel if isinstance(kernel, str) else self.save("kernel.npy", kernel)
        self.run_ok(operation, image_path, kernel_text, "-o", self.path("result.npy"), *options)
        return np.load(self.path("result.npy"))

    def assert_same_array(self, actual, expected):
        self.assertEqual(actual.dtype, expected.dtype)
        np.testing.assert_array_equal(actual, expected)


def small_integers(random, shape, dtype):
    """Whole numbers so small that every type computes with them exactly."""
    values = random.integers(0, 9, shape)
    if np.dtype(dtype).kind in "ifc":
        values = values - 4
    if np.dtype(dtype).kind == "c":
        values = values + 1j * random.integers(-4, 5, shape)
    return values.astype(dtype)
