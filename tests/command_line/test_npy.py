# SPDX-License-Identifier: BSD-3-Clause
"""NPY files: every variant of the format that is read, and what is written."""

import io
import struct
import subprocess
import unittest

import numpy as np
import scipy.signal
from numpy.lib import format as npy_format

from support import BINARY, TYPES, CommandLineTest, small_integers


def npy_bytes(header, data, version=(1, 0)):
    length = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + length + header.encode("latin1") + data


class Reading(CommandLineTest):
    def read_back(self, name="in.npy"):
        """What the program read, by way of a kernel that changes nothing."""
        dtype = np.load(self.path(name)).dtype.newbyteorder("=")
        self.save("one.npy", np.ones((1, 1), dtype))
        self.run_ok("convolve", self.path(name), self.path("one.npy"), "-o",
                    self.path("out.npy"))
        return np.load(self.path("out.npy"))

    def test_every_type_version_order_and_byte_order(self):
        for dtype in TYPES:
            for version in [(1, 0), (2, 0), (3, 0)]:
                for order in "CF":
                    for byte_order in "<>":
                        with self.subTest(dtype=dtype, version=version, order=order,
                                          byte_order=byte_order):
                            array = small_integers(self.random, (5, 7), dtype)
                            stored = np.asarray(
                                array, np.dtype(dtype).newbyteorder(byte_order), order=order)
                            with open(self.path("in.npy"), "wb") as file:
                                npy_format.write_array(file, stored, version)
                            self.assert_same_array(self.read_back(), array)

    def test_extreme_values_survive(self):
        for dtype in TYPES:
            kind = np.dtype(dtype).kind
            limits = np.iinfo(dtype) if kind in "iu" else np.finfo(dtype)
            array = np.array([[limits.min, limits.max], [0, 1]], dtype)
            self.save("in.npy", array)
            self.assert_same_array(self.read_back(), array)

    def test_not_a_number_and_infinity_survive(self):
        array = np.array([[np.nan, np.inf], [-np.inf, -0.0]])
        self.save("in.npy", array)
        result = self.read_back()
        np.testing.assert_array_equal(result, array)

    def test_channels(self):
        for channels in range(1, 5):
            for order in "CF":
                array = small_integers(self.random, (6, 5, channels), "float32")
                self.save("in.npy", np.asarray(array, order=order))
                kernel = small_integers(self.random, (3, 2), "float32")
                self.save("k.npy", kernel)
                self.run_ok("convolve", self.path("in.npy"), self.path("k.npy"), "-o",
                            self.path("out.npy"))
                expected = np.stack(
                    [scipy.signal.convolve2d(array[:, :, c], kernel) for c in range(channels)],
                    axis=2)
                self.assert_same_array(np.load(self.path("out.npy")), expected)

    def test_spellings_of_the_header(self):
        array = np.arange(6, dtype="<f8").reshape(2, 3)
        for header in [
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}",
                '{"shape":(2,3,),"descr":"=f8","fortran_order":False}',
                "{ 'fortran_order' : False , 'shape' : ( 2L , 3L ) , 'descr' : 'f8' } \n \n",
        ]:
            self.path("in.npy").write_bytes(npy_bytes(header, array.tobytes()))
            self.run_ok("convolve", self.path("in.npy"), "1.0", "-o", self.path("out.npy"))
            self.assert_same_array(np.load(self.path("out.npy")), array)

    def test_the_name_decides_nothing_and_a_pipe_will_do(self):
        array = small_integers(self.random, (4, 4), "float64")
        self.save("in.npy", array).rename(self.path("data.bin"))
        self.run_ok("convolve", self.path("data.bin"), "1.0", "-o", self.path("out.npy"))
        self.assert_same_array(np.load(self.path("out.npy")), array)
        stdout = self.run_ok("convolve", "-", "1.0", stdin=self.path("data.bin").read_bytes())
        self.assertEqual(stdout, self.path("out.npy").read_bytes())


class Writing(CommandLineTest):
    def test_version_1_in_c_order_little_endian_aligned(self):
        for dtype in TYPES:
            self.convolve_npy(np.ones((3, 4), dtype), np.ones((2, 2), dtype))
            with open(self.path("result.npy"), "rb") as file:
                self.assertEqual(npy_format.read_magic(file), (1, 0))
                shape, fortran_order, written = npy_format.read_array_header_1_0(file)
                self.assertEqual((shape, fortran_order), ((4, 5), False))
                self.assertIn(written.byteorder, "=|<")
                self.assertEqual(file.tell() % 64, 0)

    def test_bytes_are_those_numpy_writes(self):
        self.convolve_npy(np.arange(12, dtype="<f4").reshape(3, 4), np.ones((1, 1), "<f4"))
        self.save("numpy.npy", np.arange(12, dtype="<f4").reshape(3, 4))
        self.assertEqual(self.path("result.npy").read_bytes(),
                         self.path("numpy.npy").read_bytes())

    def test_output_replaces_its_input_and_keeps_links_and_permissions(self):
        array = np.arange(9.0).reshape(3, 3)
        self.save("x.npy", array)
        self.path("x.npy").chmod(0o640)
        self.path("link.npy").symlink_to("x.npy")
        self.run_ok("convolve", self.path("x.npy"), "2.0", "-o", self.path("link.npy"))
        self.assertTrue(self.path("link.npy").is_symlink())
        self.assertEqual(self.path("x.npy").stat().st_mode & 0o777, 0o640)
        self.assert_same_array(np.load(self.path("x.npy")), 2 * array)
        self.assertEqual(len(list(self.directory.iterdir())), 2)

    def test_links_to_what_is_not_there_yet(self):
        array = np.arange(9.0).reshape(3, 3)
        self.path("inner").mkdir()
        self.path("link.npy").symlink_to("inner/second.npy")
        self.path("inner/second.npy").symlink_to("made.npy")
        self.run_ok("convolve", self.save("x.npy", array), "2.0", "-o", self.path("link.npy"))
        self.assertTrue(self.path("link.npy").is_symlink())
        self.assertTrue(self.path("inner/second.npy").is_symlink())
        self.assert_same_array(np.load(self.path("inner/made.npy")), 2 * array)

    def test_standard_output_by_its_name(self):
        """A file that it leads to is written on, not replaced."""
        array = np.arange(9.0).reshape(3, 3)
        self.save("x.npy", array)
        with open(self.path("all"), "wb") as file:
            file.write(b"before")
            file.flush()
            subprocess.run([BINARY, "convolve", self.path("x.npy"), "2.0", "-o", "/dev/stdout"],
                           stdout=file, check=True, timeout=60)
        written = self.path("all").read_bytes()
        self.assertTrue(written.startswith(b"before"))
        self.assert_same_array(np.load(io.BytesIO(written[6:])), 2 * array)


class AgainstScipy(CommandLineTest):
    def test_types_of_both_operands(self):
        for image_type in TYPES:
            for kernel_type in TYPES:
                image = small_integers(self.random, (7, 6), image_type)
                kernel = small_integers(self.random, (3, 4), kernel_type)
                with self.subTest(image=image_type, kernel=kernel_type):
                    self.assert_same_array(self.convolve_npy(image, kernel),
                                           scipy.signal.convolve2d(image, kernel))

    def test_options(self):
        image = small_integers(self.random, (6, 9), "float64")
        kernel = small_integers(self.random, (4, 3), "float64")
        for operation, peer in [("convolve", scipy.signal.convolve2d),
                                ("correlate", scipy.signal.correlate2d)]:
            for mode in ["full", "same", "valid"]:
                for boundary in ["fill", "wrap", "symm"]:
                    for explain in [(), ("--json",)]:
                        with self.subTest(operation=operation, mode=mode, boundary=boundary):
                            self.save("i.npy", image)
                            self.save("k.npy", kernel)
                            self.run_ok(operation, self.path("i.npy"), self.path("k.npy"), "-o",
                                        self.path("o.npy"), "--mode", mode, "--boundary",
                                        boundary, "--fill", "-2", "--method", "direct", *explain)
                            self.assert_same_array(np.load(self.path("o.npy")),
                                                   peer(image, kernel, mode, boundary, -2))

    def test_integers_wrap_around(self):
        for dtype in TYPES[:8]:
            limits = np.iinfo(dtype)
            image = self.random.integers(limits.min, limits.max, (6, 6), dtype, endpoint=True)
            kernel = self.random.integers(limits.min, limits.max, (3, 3), dtype, endpoint=True)
            with self.subTest(dtype=dtype):
                self.assert_same_array(self.convolve_npy(image, kernel),
                                       scipy.signal.convolve2d(image, kernel))

    def test_fill_values(self):
        for dtype, fill, value in [("float64", "-1.5", -1.5), ("float64", "nan", np.nan),
                                   ("float32", "-inf", -np.inf), ("complex128", "1-2j", 1 - 2j),
                                   ("complex64", "2j", 2j), ("float64", "-.5", -0.5),
                                   ("int64", "9223372036854775807", 2**63 - 1),
                                   ("uint64", "18446744073709551615", 2**64 - 1),
                                   ("int8", "-3", -3)]:
            image = small_integers(self.random, (4, 5), dtype)
            kernel = np.ones((3, 3), dtype)
            with self.subTest(dtype=dtype, fill=fill), np.errstate(invalid="ignore"):
                padded = np.pad(image, 2, constant_values=np.array(value, dtype))
                expected = scipy.signal.convolve2d(padded, kernel, "valid")
                self.assert_same_array(self.convolve_npy(image, kernel, "--fill", fill), expected)

    def test_boundaries_per_axis(self):
        image = small_integers(self.random, (5, 6), "float64")
        kernel = small_integers(self.random, (3, 3), "float64")
        names = {"symm": "symmetric", "wrap": "wrap", "mirror": "reflect", "nearest": "edge"}
        for rows, rows_pad in names.items():
            for cols, cols_pad in names.items():
                padded = np.pad(np.pad(image, ((1, 1), (0, 0)), rows_pad), ((0, 0), (1, 1)),
                                cols_pad)
                expected = scipy.signal.convolve2d(padded, kernel, "valid")
                result = self.convolve_npy(image, kernel, "--mode", "same", "--boundary",
                                           f"{rows},{cols}")
                self.assert_same_array(result, expected)

    def test_larger_kernel_in_mode_valid(self):
        for dtype in ["float64", "complex128", "int16"]:
            image = small_integers(self.random, (3, 4), dtype)
            kernel = small_integers(self.random, (5, 7), dtype)
            for operation, peer in [("convolve", scipy.signal.convolve2d),
                                    ("correlate", scipy.signal.correlate2d)]:
                result = self.convolve_npy(image, kernel, "--mode", "valid", operation=operation)
                self.assert_same_array(result, peer(image, kernel, "valid"))

    def test_methods_threads_and_instruction_sets_agree(self):
        image = small_integers(self.random, (40, 50), "float64")
        kernel = small_integers(self.random, (9, 8), "float64")
        expected = scipy.signal.convolve2d(image, kernel)
        for options in [("--method", "direct"), ("--method", "reference"), ("--method", "auto"),
                        ("--threads", "2"), ("--isa", "baseline"),
                        ("--accuracy", "componentwise"), ("--accuracy", "within:1e-6"),
                        ("--nonfinite", "reject")]:
            with self.subTest(options=options):
                np.testing.assert_allclose(self.convolve_npy(image, kernel, *options), expected,
                                           rtol=0, atol=1e-9)


if __name__ == "__main__":
    unittest.main()
