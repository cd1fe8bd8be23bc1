# SPDX-License-Identifier: BSD-3-Clause
"""Bad input: each gives one clear line and the right exit code, and no file appears or changes."""

import os
import resource
import signal
import struct
import subprocess
import time
import unittest
import zlib

import numpy as np

import png_codec
from support import (BINARY, ENDING_SIGNALS, CommandLineTest, heed_signals,
                     lose_rights_of_root)

FAILED, USAGE = 1, 2


def npy_bytes(header, data=b"", version=b"\x01\x00"):
    length = struct.pack("<H" if version[0] == 1 else "<I", len(header))
    return b"\x93NUMPY" + version + length + header.encode("latin1") + data


def npy_header(shape="(2, 3)", descr="'<f8'", order="False"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


class BadInputTest(CommandLineTest):
    def setUp(self):
        super().setUp()
        self.save("good.npy", np.arange(12.0).reshape(3, 4))
        self.path("good.png").write_bytes(
            png_codec.encode(np.arange(12, dtype=np.uint16).reshape(3, 4), 8))
        self.path("old.npy").write_bytes(b"precious")
        self.path("old.png").write_bytes(b"precious")

    def assert_bad_file(self, name, content, says=()):
        self.path(name).write_bytes(content)
        for output in ("old", "new"):
            extension = "png" if name.endswith("png") else "npy"
            stderr = self.assert_fails(FAILED, "convolve", self.path(name), "1", "-o",
                                       self.path(f"{output}.{extension}"), says=says)
            self.assertIn(str(self.path(name)), stderr)

    def assert_takes_little_memory(self, name):
        process = subprocess.Popen([BINARY, "convolve", self.path(name), "1", "-o", "/dev/null"],
                                   stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, FAILED)
        self.assertLess(usage.ru_maxrss, 256 * 1024, "kilobytes")

    def assert_bad_arguments(self, *arguments, says=(), exit_code=USAGE, **options):
        self.assert_fails(exit_code, "convolve", self.path("good.npy"), *arguments, "-o",
                          self.path("old.npy"), says=says, **options)


class NpyFiles(BadInputTest):
    def test_truncated_anywhere(self):
        content = self.path("good.npy").read_bytes()
        for length in [*range(12), *range(12, 128, 7), *range(128, len(content), 5),
                       len(content) - 1]:
            with self.subTest(length=length):
                self.assert_bad_file("bad.npy", content[:length])

    def test_something_behind_the_data(self):
        content = self.path("good.npy").read_bytes()
        self.assert_bad_file("bad.npy", content + b"\0", says="1 bytes follow its last element")

    def test_headers_that_lie_about_the_size(self):
        for shape in ("(1000000, 1000000)", "(1000000000000, 1)", "(2, 4)",
                      "(4294967296, 4294967296)", "(9223372036854775807, 9223372036854775807)",
                      "(18446744073709551615, 1)", "(6148914691236517206, 3)",
                      "(2305843009213693952, 8)"):
            with self.subTest(shape=shape):
                self.assert_bad_file("bad.npy", npy_bytes(npy_header(shape), bytes(48)),
                                     says=["truncated", shape])

    def test_a_lying_header_allocates_nothing(self):
        self.path("bad.npy").write_bytes(npy_bytes(npy_header("(1000000, 1000000)"), bytes(48)))
        self.assert_takes_little_memory("bad.npy")

    def test_shapes_that_are_no_image(self):
        for shape, says in (("()", "expected two dimensions"), ("(6,)", "expected two dimensions"),
                            ("(1, 2, 3, 1)", "expected two dimensions"),
                            ("(1, 1, 6)", "1 to 4 channels"), ("(0, 3)", "no elements"),
                            ("(3, 0)", "no elements"), ("(0, 0)", "no elements"),
                            ("(2, 3, 0)", "1 to 4 channels")):
            with self.subTest(shape=shape):
                self.assert_bad_file("bad.npy", npy_bytes(npy_header(shape), bytes(48)), says=says)

    def test_types_that_are_not_computed_with(self):
        for descr in ("'|b1'", "'<f2'", "'<f16'", "'|O'", "'<U3'", "'|S8'", "'<M8[ns]'", "'<c32'",
                      "''", "'<'", "'f'", "'<i3'", "'<<i4'", "'|V8'"):
            with self.subTest(descr=descr):
                self.assert_bad_file("bad.npy", npy_bytes(npy_header(descr=descr), bytes(48)),
                                     says="elements of type")
        self.assert_bad_file("bad.npy", npy_bytes(npy_header(descr="[('a', '<f8')]"), bytes(48)),
                             says="structured")

    def test_headers_that_are_no_dictionary(self):
        good = npy_header().strip()
        for header in ("", "{", "}", "{}", "[]", good[:-1], good + "x", good + good,
                       good.replace("'shape'", "'shapes'"), good.replace("'descr'", "'shape'"),
                       good.replace("False", "false"), good.replace("False", "0"),
                       good.replace("(2, 3)", "(2, 3"), good.replace("(2, 3)", "(6)"),
                       good.replace("(2, 3)", "[2, 3]"), good.replace("(2, 3)", "(-2, -3)"),
                       good.replace("(2, 3)", "(2.0, 3)"), good.replace("(2, 3)", "(2, , 3)"),
                       good.replace("(2, 3)", "(99999999999999999999999, 3)"),
                       good.replace("'<f8'", "<f8"), good.replace("'<f8'", "'<f8"),
                       good.replace("'<f8'", "'<\\x668'"), good.replace(",", ",,"),
                       good.replace(":", ""), "\0" * 64, "{'descr': '<f8'}",
                       "__import__('os').abort()"):
            with self.subTest(header=header):
                self.assert_bad_file("bad.npy", npy_bytes(header, bytes(48)),
                                     says="malformed header")

    def test_versions_and_lengths(self):
        for version in (b"\0\0", b"\4\0", b"\xff\xff", b"\1\1"):
            self.assert_bad_file("bad.npy", npy_bytes(npy_header(), bytes(48), version),
                                 says="NPY version")
        self.assert_bad_file("bad.npy", b"\x93NUMPY\2\0\xff\xff\xff\xff" + bytes(100),
                             says="a header of 4294967295 bytes")
        self.assert_bad_file("bad.npy", b"\x93NUMPY\1\0\xff\xff" + bytes(100), says="truncated")

    def test_random_damage_never_crashes(self):
        content = bytearray(npy_bytes(npy_header(), bytes(48)))
        for _ in range(150):
            damaged = bytearray(content)
            for _ in range(self.random.integers(1, 4)):
                damaged[self.random.integers(len(damaged))] = self.random.integers(256)
            self.path("bad.npy").write_bytes(damaged)
            result = self.run_binary("convolve", self.path("bad.npy"), "1", "-o",
                                     self.path("out.npy"))
            self.assertIn(result.returncode, (0, FAILED), result.stderr)
            self.assertEqual(result.stderr.count(b"\n"), result.returncode, result.stderr)


class PngFiles(BadInputTest):
    def test_truncated_anywhere(self):
        pixels = self.random.integers(0, 256, (9, 8, 3), dtype=np.uint16)
        for interlaced in (False, True):
            content = png_codec.encode(pixels, 8, interlaced=interlaced)
            for length in [*range(0, 64, 3), *range(64, len(content), 11), len(content) - 4,
                           len(content) - 1]:
                with self.subTest(length=length):
                    self.assert_bad_file("bad.png", content[:length])

    def test_sizes_that_the_file_cannot_hold(self):
        for width, height in ((1000000, 1000000), (1, 1000000), (60000, 60000), (4, 2000)):
            content = (png_codec.SIGNATURE + png_codec.header(width, height, 8, png_codec.RGB) +
                       png_codec.chunk(b"IDAT", zlib.compress(b"\0" * 50)) +
                       png_codec.chunk(b"IEND", b""))
            with self.subTest(width=width, height=height):
                self.assert_bad_file("bad.png", content)
                self.assert_takes_little_memory("bad.png")

    def test_a_bomb_of_honest_size_is_refused(self):
        # 20000 × 20000 gray pixels, all black, which deflate makes small.
        compressor = zlib.compressobj(9)
        line = bytes(20001)
        data = b"".join(compressor.compress(line) for _ in range(20000)) + compressor.flush()
        content = (png_codec.SIGNATURE + png_codec.header(20000, 20000, 8, png_codec.GRAY) +
                   png_codec.chunk(b"IDAT", data) + png_codec.chunk(b"IEND", b""))
        self.assert_bad_file("bad.png", content, says="more than this program takes")

    def test_chunks_that_the_file_cannot_hold(self):
        for length in (0x7FFFFFFF, 0x10000000, 4):
            for name in (b"tEXt", b"zTXt", b"iCCP", b"IDAT", b"none"):
                content = (png_codec.SIGNATURE + png_codec.header(4, 3, 8, png_codec.GRAY) +
                           length.to_bytes(4, "big") + name + b"abc")
                with self.subTest(length=length, name=name):
                    self.assert_bad_file("bad.png", content, says="truncated after 44 bytes")
                    self.assert_takes_little_memory("bad.png")

    def test_headers_that_lie(self):
        good = png_codec.encode(np.zeros((3, 4), np.uint16), 8)
        idat = good[33:]
        for header in (png_codec.header(0, 3, 8, 0), png_codec.header(4, 0, 8, 0),
                       png_codec.header(2**31, 3, 8, 0), png_codec.header(4, 3, 3, 0),
                       png_codec.header(4, 3, 8, 1), png_codec.header(4, 3, 8, 7),
                       png_codec.header(4, 3, 16, 3), png_codec.header(4, 4, 8, 0),
                       png_codec.header(4, 3, 8, 2), png_codec.header(4, 3, 8, 3), b""):
            with self.subTest(header=header):
                self.assert_bad_file("bad.png", png_codec.SIGNATURE + header + idat)

    def test_damage(self):
        good = png_codec.encode(self.random.integers(0, 256, (9, 8), dtype=np.uint16), 8)
        damaged = bytearray(good)
        damaged[50] ^= 1  # within the pixels: their checksum is wrong
        self.assert_bad_file("bad.png", damaged)
        for _ in range(150):
            damaged = bytearray(good)
            for _ in range(self.random.integers(1, 4)):
                damaged[self.random.integers(len(damaged))] = self.random.integers(256)
            self.path("bad.png").write_bytes(damaged)
            result = self.run_binary("convolve", self.path("bad.png"), "1", "-o",
                                     self.path("out.png"))
            self.assertIn(result.returncode, (0, FAILED), result.stderr)
            self.assertEqual(result.stderr.count(b"\n"), result.returncode, result.stderr)

    def test_filter_types_and_streams_that_do_not_exist(self):
        def png(data):
            return (png_codec.SIGNATURE + png_codec.header(4, 3, 8, 0) +
                    png_codec.chunk(b"IDAT", data) + png_codec.chunk(b"IEND", b""))
        self.assert_bad_file("bad.png", png(zlib.compress(b"\x09aaaa" * 3)))
        self.assert_bad_file("bad.png", png(b"garbage"))
        self.assert_bad_file("bad.png", png(zlib.compress(b"\0aaaa" * 2)))
        self.assert_bad_file("bad.png", png(b""))

    def test_what_a_png_cannot_hold(self):
        def fails(*arguments, source="good.png", says=()):
            self.assert_fails(USAGE, "convolve", self.path(source), *arguments, says=says)
        output = ("-o", self.path("old.png"))
        fails("1j", *output, says="complex")
        fails("nan", *output, says="not finite")
        fails("1e300", *output, says="not finite")
        fails("1", "--fill", "nan", *output, says="no such value")
        fails("1", "--fill", "1j", *output, says="no such value")
        self.path("alpha.png").write_bytes(png_codec.encode(np.zeros((3, 4, 2), np.uint16), 8))
        fails("1 1", "--mode", "full", *output, source="alpha.png", says="alpha")
        fails("1;1;1;1", "--mode", "valid", *output, source="alpha.png", says="larger")
        fails("1", "-o", self.path("new.npy"), source="alpha.png", says="alpha")


class Files(BadInputTest):
    def test_inputs_that_cannot_be_read(self):
        self.path("empty").write_bytes(b"")
        self.path("text.npy").write_bytes(b"1 2 3\n")
        for name, says in (("missing.npy", "No such file"), (".", "directory"), ("empty", "empty"),
                           ("text.npy", "neither a PNG nor an NPY"),
                           ("good.npy/x", "Not a directory"), ("line\nbreak.npy", "No such file")):
            with self.subTest(name=name):
                self.assert_fails(FAILED, "convolve", self.path(name), "1", "-o",
                                  self.path("old.npy"), says=says)
                if name.endswith(".npy"):
                    self.assert_fails(FAILED, "convolve", self.path("good.npy"), self.path(name),
                                      "-o", self.path("old.npy"))

    def test_kernels_that_are_no_kernel(self):
        self.save("cube.npy", np.zeros((2, 2, 2)))
        self.save("line.npy", np.zeros(3))
        self.save("none.npy", np.zeros((0, 3)))
        for name in ("cube.npy", "line.npy", "none.npy", "old.npy"):
            self.assert_bad_arguments(self.path(name), exit_code=FAILED)

    def test_outputs_that_cannot_be_written(self):
        (self.directory / "folder.npy").mkdir()
        for output in ("missing/out.npy", "folder.npy", "good.npy/out.npy", "x" * 300 + ".npy"):
            self.assert_fails(FAILED, "convolve", self.path("good.npy"), "1", "-o",
                              self.path(output), says=[output, "cannot be written"])

    def require_permissions_to_count(self):
        """Some containers allow root neither to give up its rights nor to have them."""
        self.path("locked.txt").touch(0)
        try:
            reading = subprocess.run(["cat", self.path("locked.txt")], stderr=subprocess.DEVNULL,
                                     preexec_fn=lose_rights_of_root)
        except subprocess.SubprocessError:
            self.skipTest("root cannot give up its rights here")
        if reading.returncode == 0:
            self.skipTest("permissions do not count here")

    def test_without_permission(self):
        self.require_permissions_to_count()
        (self.directory / "locked").mkdir(0o500)
        self.assert_fails(FAILED, "convolve", self.path("good.npy"), "1", "-o",
                          self.path("locked/out.npy"), says="Permission denied",
                          preexec_fn=lose_rights_of_root)
        self.path("old.npy").chmod(0o400)
        self.assert_bad_arguments("1", exit_code=FAILED, says="Permission denied",
                                  preexec_fn=lose_rights_of_root)
        self.path("good.npy").chmod(0)
        self.assert_bad_arguments("1", exit_code=FAILED, says=["good.npy", "Permission denied"],
                                  preexec_fn=lose_rights_of_root)
        self.path("good.npy").chmod(0o600)  # to be looked at afterwards

    def test_a_full_disk(self):
        self.assert_fails(FAILED, "convolve", self.path("good.npy"), "1", "-o", "/dev/full",
                          says="No space left")
        self.assert_fails(FAILED, "convolve", self.path("good.png"), "1", "-o", "/dev/full",
                          says="No space left")
        with open("/dev/full", "wb") as full:
            for arguments in (("info",), ("convolve", self.path("good.npy"), "1")):
                result = subprocess.run([BINARY, *arguments], stdout=full, stderr=subprocess.PIPE)
                self.assertEqual((result.returncode, result.stderr.count(b"\n")), (FAILED, 1))

    def test_a_limit_on_the_files_size(self):
        """Writing fails in the middle: the temporary is removed, the old file stays."""
        self.save("large.npy", np.zeros((200, 200)))
        before = self.snapshot()

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))

        result = subprocess.run(
            [BINARY, "convolve", self.path("large.npy"), "1", "-o", self.path("old.npy")],
            capture_output=True, preexec_fn=limit)
        self.assertEqual((result.returncode, result.stderr.count(b"\n")), (FAILED, 1))
        self.assertIn(b"File too large", result.stderr)
        self.assertEqual(self.snapshot(), before)

    def test_ended_by_a_signal_while_writing(self):
        """Noise takes long to compress: the temporary is there for a while."""
        noise = self.random.integers(0, 65536, (1500, 1500, 3), dtype=np.uint16)
        self.path("noise.png").write_bytes(png_codec.encode(noise, 16))
        before = self.snapshot()
        for signal_number in ENDING_SIGNALS:
            process = subprocess.Popen([BINARY, "convolve", self.path("noise.png"), "1", "-o",
                                        self.path("old.png")], stderr=subprocess.DEVNULL,
                                       preexec_fn=heed_signals)
            while not list(self.directory.glob(".twofold-*.part")):
                self.assertIsNone(process.poll())
                time.sleep(0.002)
            process.send_signal(signal_number)
            self.assertEqual(process.wait(30), -signal_number)
            self.assertEqual(self.snapshot(), before)

    @unittest.skipIf(os.environ.get("TWOFOLD_SANITIZE"), "sanitizers reserve all address space")
    def test_not_enough_memory(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

        self.save("row.npy", np.zeros((1, 4000)))
        before = self.snapshot()
        result = subprocess.run([BINARY, "convolve", self.path("row.npy"), "box:100000x1", "-o",
                                 self.path("old.npy")], capture_output=True, preexec_fn=limit)
        self.assertEqual((result.returncode, result.stderr),
                         (FAILED, b"twofold: not enough memory\n"))
        self.assertEqual(self.snapshot(), before)


class Usage(BadInputTest):
    def test_commands(self):
        self.assert_fails(USAGE, says="expected convolve, correlate, conv, explain, diagnose, map, "
                                      "tune or info")
        self.assert_fails(USAGE, "frobnicate", says=["frobnicate", "expected convolve"])
        self.assert_fails(USAGE, "convolve")
        self.assert_fails(USAGE, "convolve", self.path("good.npy"), says="KERNEL")
        self.assert_fails(USAGE, "convolve", self.path("good.npy"), "1", "extra")
        self.assert_fails(USAGE, "--frobnicate")
        self.assert_fails(USAGE, "info", "--frobnicate")
        self.assert_fails(USAGE, "info", "convolve")

    def test_unknown_names_and_values(self):
        for option, value, says in (
                ("--mode", "circular", "full, same or valid"), ("--mode", "", "full"),
                ("--mode", "SAME", "full"), ("--boundary", "reflect", "symm, mirror or nearest"),
                ("--boundary", "wrap,", "symm"), ("--boundary", "wrap,symm,fill", "symm"),
                ("--method", "magic", "overlap_save"), ("--accuracy", "good", "componentwise"),
                ("--accuracy", "within:", "within:1e-3"), ("--accuracy", "within:-1", "within"),
                ("--accuracy", "within:nan", "within"), ("--fill", "black", "a number"),
                ("--fill", "", "a number"), ("--fill", "1e", "a number"),
                ("--fill", "99999999999999999999", "a number"), ("--threads", "0", "from 1"),
                ("--threads", "-1", "from 1"), ("--threads", "many", "from 1"),
                ("--threads", "1.5", "from 1"), ("--threads", "1000000", "from 1"),
                ("--threads", "99999999999999999999999", "from 1"), ("--isa", "mmx", "baseline"),
                ("--nonfinite", "maybe", "reject")):
            with self.subTest(option=option, value=value):
                self.assert_bad_arguments("1", option, value, says=[option, says])
        self.assert_bad_arguments("1", "--frobnicate")
        self.assert_bad_arguments("1", "--mode")

    def test_kernel_expressions(self):
        for text, says in (
                ("", "neither"), (" ", "neither"), ("gauss:3", "gaussian, box"),
                ("kernel.png", "gaussian, box"), ("1 2; 3", "row 2 has 1 numbers, row 1 has 2"),
                ("1 2; 3 4; 5 6 7", "row 3"), ("1 x", "'x' is not a number"),
                ("1,,2", "a number is missing"), ("1,", "a number is missing"),
                ("1;;2", "row 2 is empty"), (";", "row 1 is empty"), ("1 2 --", "'--'"),
                ("1e400x", "is not a number"), ("99999999999999999999", "is not a number"),
                ("1+2", "is not a number"), ("0x10", "is not a number"),
                ("gaussian", "gaussian:SIGMA"), ("gaussian:", "is not a number"),
                ("gaussian:0", "greater than 0"), ("gaussian:-1", "greater than 0"),
                ("gaussian:nan", "not a number"), ("gaussian:inf", "not a number"),
                ("gaussian:x", "'x' is not a number"), ("gaussian:1,2,3", "gaussian:SIGMA"),
                ("gaussian:1,-2", "'-2'"), ("gaussian:1,2.5", "'2.5'"),
                ("gaussian:1e9", "more than"), ("gaussian:1e300", "more than"),
                ("gaussian:1,99999999", "'99999999'"), ("gaussian:1,999999", "more than"),
                ("box", "box:N"), ("box:0", "is not a size"), ("box:3x", "is not a size"),
                ("box:3x4x5", "is not a size"), ("box:-3", "is not a size"),
                ("box:100000", "more than"), ("box:9999999999999999999", "is not a size"),
                ("sobel-x:3", "without parameters"), ("identity:1", "without parameters"),
                ("laplacian:5", "neither 4 nor 8"), ("log", "log:SIGMA"), ("log:1,0", "zero sum"),
                ("log:0.01", "sampled"), ("gabor:2", "gabor:SIGMA"), ("gabor:2,0", "greater"),
                ("gabor:2,3,0,0,0", "greater"), ("gabor:1e9,3", "more than"),
                ("gabor:1,1e-320", "wavelength"),
                ("motion:5", "motion:LENGTH"), ("motion:0.5,0", "below 1"),
                ("motion:1e12,0", "more than"), ("disk:0", "greater"), ("disk:1e9", "more than")):
            with self.subTest(text=text):
                self.assert_bad_arguments(text, says=["kernel", says])

    def test_output_names(self):
        self.assert_fails(USAGE, "convolve", self.path("good.npy"), "1", "-o",
                          self.path("out.tiff"), says=".npy or .png")
        self.assert_fails(USAGE, "convolve", self.path("good.npy"), "1", "-o",
                          self.path("out.png"), says="expected .npy")
        self.assert_fails(USAGE, "convolve", self.path("good.npy"), "1", "--json", says="-o OUT")

    def test_what_the_library_refuses(self):
        self.save("bytes.npy", np.ones((3, 3), np.uint8))
        self.save("nan.npy", np.full((3, 3), np.nan))
        for arguments in (("good.npy", "1 1 1 1 1", "--mode", "valid"),
                          ("bytes.npy", "1", "--fill", "nan"), ("good.npy", "1", "--fill", "1j"),
                          ("nan.npy", "1 1", "--nonfinite", "reject"),
                          ("good.npy", "1 1", "--method", "fft", "--accuracy", "componentwise")):
            with self.subTest(arguments=arguments):
                self.assert_fails(FAILED, "convolve", self.path(arguments[0]), *arguments[1:],
                                  "-o", self.path("old.npy"))
        # Neither operand covers the other.
        self.assert_fails(FAILED, "convolve", self.path("good.npy"), "1;1;1;1", "--mode", "valid",
                          "-o", self.path("old.npy"), says="valid")

    def test_explain(self):
        for arguments, says in (
                (("--image", "100x100"), "--kernel"), (("--kernel", "3x3"), "--image"),
                (("--image", "100", "--kernel", "3x3"), "ROWSxCOLS"),
                (("--image", "1x2x3x4", "--kernel", "3x3"), "ROWSxCOLS"),
                (("--image", "-1x5", "--kernel", "3x3"), "ROWSxCOLS"),
                (("--image", "axb", "--kernel", "3x3"), "ROWSxCOLS"),
                (("--image", "9x99999999999999999999", "--kernel", "3x3"), "ROWSxCOLS"),
                (("--image", "9x9", "--kernel", "0x3"), "elements"),
                (("--image", "9x9", "--kernel", "99999x99999"), "elements"),
                (("--image", "9x9", "--kernel", "3x3", "--type", "float16"), "float32"),
                (("--image", "9x9", "--kernel", "3x3", "--operation", "fold"), "correlate"),
                (("--image", "9x9", "--kernel", "box:3", "--type", "int8"), "cannot hold"),
                (("--image", "9x9", "--kernel", "1j"), "cannot hold")):
            with self.subTest(arguments=arguments):
                self.assert_fails(USAGE, "explain", *arguments, says=says)
        for image in ("0x5", "5x0", "9223372036854775807x9223372036854775807",
                      "4611686018427387904x4"):
            self.assert_fails(FAILED, "explain", "--image", image, "--kernel", "3x3")

    def test_environment(self):
        self.assert_fails(FAILED, "info", environment={"TWOFOLD_ISA": "mmx"}, says="mmx")


if __name__ == "__main__":
    unittest.main()
