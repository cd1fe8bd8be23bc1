# SPDX-License-Identifier: BSD-3-Clause
"""tune: what it writes, that it is used, and that a damaged profile is refused and harmless."""

import json
import pathlib
import random
import subprocess
import tempfile
import unittest

import numpy as np

from support import BASELINE, BINARY, HAS_FFT, CommandLineTest

EXPLAIN = ["explain", "--image", "500x500", "--kernel", "9x9"]


def with_checksum(body):
    """`body` ends where the line with the checksum begins. FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in body:
        value = ((value ^ byte) * 0x100000001B3) % 2**64
    return body + b"checksum %016x\n" % value


def without_checksum(profile):
    return profile[:profile.rindex(b"checksum ")]


class Tune(CommandLineTest):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        path = pathlib.Path(cls.folder.name) / "profile"
        result = subprocess.run([BINARY, "tune", "--quick", "-o", path], capture_output=True,
                                timeout=250, check=True)
        cls.said = result.stdout.decode()
        cls.error = result.stderr
        cls.profile = path.read_bytes()
        cls.path_of_whole = path

    def explain(self, profile):
        """The report, and what was said on standard error."""
        path = self.path("profile")
        path.write_bytes(profile)
        result = self.run_binary(*EXPLAIN, "--json", environment={"TWOFOLD_PROFILE": str(path)})
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout), result.stderr.decode()

    def assert_refused(self, profile, says=""):
        report, error = self.explain(profile)
        self.assertEqual(error.count("\n"), 1, error)
        self.assertIn("the built-in rates are used", error)
        self.assertIn(str(self.path("profile")), error)
        self.assertIn(says, error)
        self.assertEqual(report, self.built_in_report())

    def built_in_report(self):
        return json.loads(self.run_ok(*EXPLAIN, "--json", environment={"TWOFOLD_PROFILE": ""}))

    def test_it_says_where_the_profile_is_and_nothing_on_standard_error(self):
        self.assertIn(str(self.path_of_whole), self.said)
        self.assertEqual(self.error, b"")
        self.assertTrue(self.profile.startswith(b"twofold-profile 2\nfft "))
        self.assertEqual(self.profile, with_checksum(without_checksum(self.profile)))

    def test_the_profile_is_used(self):
        report, error = self.explain(self.profile)
        self.assertEqual(error, "")
        self.assertNotEqual(report, self.built_in_report())
        environment = {"TWOFOLD_PROFILE": str(self.path_of_whole)}
        info = json.loads(self.run_ok("info", "--json", environment=environment))
        self.assertEqual(info["profile"], {"name": str(self.path_of_whole)})

    def test_the_profile_is_used_for_layers(self):
        """Every engine's prediction is by numbers that were measured."""
        layers = (("--input", "28,28,64", "--kernel", "3,3,64,64", "--padding", "same"),
                  ("--input", "64,28,28", "--kernel", "1,1,64,64", "--data-format",
                   "channels_first", "--type", "float64"),
                  ("--input", "28,28,64", "--kernel", "3,3,64,1", "--layer", "depthwise_conv"))
        for layer in layers:
            seconds = []
            for profile in ("", str(self.path_of_whole)):
                report = json.loads(self.run_ok("explain", *layer, "--json",
                                                environment={"TWOFOLD_PROFILE": profile}))
                seconds.append([candidate["predicted_seconds"]
                                for candidate in report["parts"][0]["candidates"]
                                if candidate["allowed"]])
            for built_in, measured in zip(*seconds):
                self.assertNotEqual(built_in, measured)

    def test_results_are_those_of_the_direct_sum(self):
        self.save("a.npy", self.random.integers(-9, 9, (200, 211)).astype("float32"))
        self.save("k.npy", self.random.integers(-9, 9, (40, 37)).astype("float32"))
        environment = {"TWOFOLD_PROFILE": str(self.path_of_whole)}
        methods = ("direct", "overlap_save", "whole_fft") if HAS_FFT else ("direct", "reference")
        for method in methods:
            self.run_ok("convolve", self.path("a.npy"), self.path("k.npy"), "-o",
                        self.path(method + ".npy"), "--method", method, environment=environment)
        results = [np.load(self.path(method + ".npy")) for method in methods]
        # Whole numbers: nearer to each other than to the next one.
        for result in results[1:]:
            np.testing.assert_array_equal(np.rint(result), results[0])

    def test_another_instruction_set_keeps_the_built_in_rates(self):
        isas = json.loads(self.run_ok("info", "--json"))["isa"]
        if isas["active"] == BASELINE:
            self.skipTest("there is no other")
        baseline = [*EXPLAIN, "--json", "--isa", "baseline"]
        self.assertEqual(
            self.run_ok(*baseline, environment={"TWOFOLD_PROFILE": str(self.path_of_whole)}),
            self.run_ok(*baseline))

    def test_truncated(self):
        lines = self.profile.splitlines(keepends=True)
        for count in {0, 1, 2, 3, 10, len(lines) // 2, len(lines) - 2, len(lines) - 1}:
            self.assert_refused(b"".join(lines[:count]))
        for size in (1, 17, len(self.profile) // 3, len(self.profile) - 1):
            self.assert_refused(self.profile[:size])
        self.assert_refused(self.profile + b"\n")

    def test_single_bytes_that_changed(self):
        choice = random.Random(5)
        for _ in range(40):
            at = choice.randrange(len(self.profile))
            damaged = bytearray(self.profile)
            damaged[at] ^= 1 << choice.randrange(8)
            self.assert_refused(bytes(damaged))

    def test_every_line_matters(self):
        """Left out or twice, with a checksum that fits."""
        lines = without_checksum(self.profile).splitlines(keepends=True)
        rates = next(i for i, line in enumerate(lines) if line.startswith(b"wisdom-single"))
        for i in range(rates + 1):
            self.assert_refused(with_checksum(b"".join(lines[:i] + lines[i + 1:])), "profile: ")
            self.assert_refused(with_checksum(b"".join(lines[:i + 1] + lines[i:])), "profile: ")

    def test_nothing_follows_the_plans(self):
        self.assert_refused(with_checksum(without_checksum(self.profile) + b"more\n"),
                            "more than expected")

    def test_values_that_nothing_costs(self):
        body = without_checksum(self.profile).decode()
        tap = next(line for line in body.splitlines() if line.startswith("tap "))
        first = tap.split()[1]
        for value in ("0", "-1e-9", "nan", "inf", "1e300", "1e-300", "", "x", "0x1p-30", "1e-9,",
                      "1" * 5000):
            wrong = body.replace(tap, tap.replace(first, value, 1))
            self.assert_refused(with_checksum(wrong.encode()), "line 4")
        self.assert_refused(with_checksum(body.replace(tap, tap + " 1e-9").encode()), "too many")
        self.assert_refused(with_checksum(body.replace(tap, tap.rsplit(" ", 1)[0]).encode()),
                            "line 4")

    def test_another_fft_library_version_or_instruction_set(self):
        body = without_checksum(self.profile)
        fft = body.splitlines()[1]
        self.assert_refused(with_checksum(body.replace(fft, b"fft other-1.0")), "other-1.0")
        self.assert_refused(with_checksum(body.replace(b"\nisa ", b"\nisa no-", 1)), "line 3")
        self.assert_refused(with_checksum(body.replace(b"profile 2", b"profile 1", 1)), "version")

    @unittest.skipUnless(HAS_FFT, "there is no FFTW to read it")
    def test_wisdom_that_is_none(self):
        body = without_checksum(self.profile)
        at = body.index(b"wisdom-single")
        for wisdom in (b"wisdom-single 1\n(no wisdom)\nwisdom-double 0\n",
                       b"wisdom-single 1\n" + b"(" * 9999 + b"\nwisdom-double 0\n"):
            self.assert_refused(with_checksum(body[:at] + wisdom), "FFTW")
        for wisdom in (b"wisdom-single -1\n", b"wisdom-single 99999999999999999999\n",
                       b"wisdom-single 5\nwisdom-double 0\n"):
            self.assert_refused(with_checksum(body[:at] + wisdom), "profile: ")

    @unittest.skipUnless(HAS_FFT, "there is no FFTW to read it")
    def test_wisdom_that_would_do_harm(self):
        """FFTW aborts over numbers of more bits than it has for them, and minds no lines. An entry
        without a limit would keep it from making a plan ever."""
        body = without_checksum(self.profile)
        at = body.index(b"wisdom-single")
        heading = next(line for line in body[at:].splitlines() if line.startswith(b"(fftw"))
        hashes = b" #x1 #x2 #x3 #x4)"
        for lines in ([heading, b"  (TIMEOUT 0 #x100000 #x0 #x0" + hashes, b")"],
                      [heading, b"  (TIMEOUT 0 #x0 #x100000 #x0" + hashes, b")"],
                      [heading, b"  (TIMEOUT 0 #x0 #x0 #x200" + hashes, b")"],
                      [heading, b"  (TIMEOUT 0 #x0 #x0 #x0" + hashes, b")"],
                      [heading, b" (TIMEOUT 0 #xffffffff #x0 #x0" + hashes, b")"],
                      [heading, b"\t(TIMEOUT 0 #xffffffff #x0 #x0" + hashes, b")"],
                      [heading + b" (TIMEOUT 0 #xffffffff #x0 #x0" + hashes, b")"],
                      [heading, b"  (A 0 #x0 #x0 #x0 #x1 #x2 #x3 #x4)(TIMEOUT 0 #xffffffff #x0 "
                                b"#x0" + hashes, b")"]):
            wisdom = b"".join(line + b"\n" for line in lines)
            text = b"wisdom-single %d\n%swisdom-double 0\n" % (len(lines), wisdom)
            self.assert_refused(with_checksum(body[:at] + text), "FFTW")
        # As such, these entries are taken.
        wisdom = heading + b"\n  (TIMEOUT 0 #xfffff #xfffff #x1ff" + hashes + b"\n)\n"
        text = b"wisdom-single 3\n" + wisdom + b"wisdom-double 0\n"
        self.assertEqual(self.explain(with_checksum(body[:at] + text))[1], "")

    def test_files_that_cannot_be_read(self):
        for path in ("/nowhere/profile", "/"):
            result = self.run_binary(*EXPLAIN, environment={"TWOFOLD_PROFILE": path})
            self.assertEqual(result.returncode, 0)
            self.assertIn(path, result.stderr.decode())
        info = self.run_ok("info", environment={"TWOFOLD_PROFILE": "/nowhere/profile"}).decode()
        self.assertIn("built-in rates (TWOFOLD_PROFILE: /nowhere/profile", info)

    def test_wrong_usage(self):
        self.assert_fails(1, "tune", "--quick", "-o", "/nowhere/profile", says="/nowhere/profile")
        self.assert_fails(2, "tune", "--slow")
        self.assert_fails(2, "tune", "profile")


if __name__ == "__main__":
    unittest.main()
