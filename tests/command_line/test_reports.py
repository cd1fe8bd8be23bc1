# SPDX-License-Identifier: BSD-3-Clause
"""What is reported: explain, --explain, --json, info, help."""

import json
import re
import unittest

import numpy as np

from support import BASELINE, HAS_FFT, CommandLineTest

METHODS = {"direct", "overlap_save", "whole_fft", "reference"}
BUILT_METHODS = METHODS if HAS_FFT else {"direct", "reference"}
ALL_METHODS = METHODS | {"separable"}


class Explain(CommandLineTest):
    def explain(self, *arguments):
        return json.loads(self.run_ok("explain", *arguments, "--json"))

    def test_every_candidate_is_there(self):
        report = self.explain("--image", "768x1024x3", "--kernel", "31x33")
        self.assertEqual(report["image"], {"rows": 768, "cols": 1024, "channels": 3})
        self.assertEqual(report["kernel"], {"rows": 31, "cols": 33, "channels": 1})
        self.assertEqual(report["output"], report["image"])
        self.assertEqual((report["type"], report["mode"], report["operation"]),
                         ("float32", "same", "convolve"))
        candidates = {candidate["method"]: candidate for candidate in report["candidates"]}
        self.assertLessEqual(METHODS, candidates.keys())
        self.assertEqual(report["candidates"][-1]["method"], "reference")
        self.assertTrue(candidates[report["method"]]["allowed"])
        self.assertTrue(report["why"])
        operations = 2 * 31 * 33 * 768 * 1024 * 3
        for candidate in candidates.values():
            if candidate["allowed"]:
                self.assertGreater(candidate["predicted_seconds"], 0)
                self.assertAlmostEqual(
                    candidate["direct_gflops"] * candidate["predicted_seconds"] * 1e9 / operations,
                    1)
            else:
                self.assertTrue(candidate["reason"])

    def test_options_reach_the_dispatcher(self):
        problem = ("--image", "500x400", "--kernel", "9x9")
        for method in sorted(BUILT_METHODS):
            self.assertEqual(self.explain(*problem, "--method", method)["method"], method)
        self.assertEqual(self.explain(*problem, "--mode", "valid")["output"]["rows"], 492)
        self.assertEqual(self.explain(*problem, "--mode", "full")["output"]["cols"], 408)
        self.assertEqual(self.explain(*problem, "--boundary", "wrap,symm")["boundary"],
                         {"rows": "wrap", "cols": "symm"})
        self.assertEqual(self.explain(*problem, "--threads", "2")["threads"], 2)
        self.assertEqual(self.explain(*problem, "--isa", "baseline")["isa"], BASELINE)
        self.assertEqual(self.explain(*problem, "--type", "complex64")["type"], "complex64")
        self.assertEqual(self.explain(*problem, "--operation", "correlate")["operation"],
                         "correlate")
        componentwise = self.explain("--image", "2000x2000", "--kernel", "99x99", "--accuracy",
                                     "componentwise")
        self.assertIn(componentwise["method"], {"direct", "reference"})

    def test_kernels_by_expression(self):
        report = self.explain("--image", "64x64", "--kernel", "gaussian:2")
        self.assertEqual((report["kernel"]["rows"], report["type"]), (17, "float32"))
        report = self.explain("--image", "64x64", "--kernel", "1 2; 3 4", "--type", "int16")
        self.assertEqual((report["kernel"]["cols"], report["type"]), (2, "int16"))

    def test_the_table_fits_80_columns(self):
        for arguments in (("--image", "768x1024x3", "--kernel", "31x31"),
                          ("--image", "8192x8192", "--kernel", "101x101", "--type", "complex128"),
                          ("--image", "9x9", "--kernel", "3x3", "--type", "uint8", "--threads",
                           "2", "--mode", "full", "--boundary", "nearest,mirror")):
            table = self.run_ok("explain", *arguments).decode()
            for line in table.splitlines():
                self.assertLessEqual(len(line), 80, table)
                self.assertEqual(line, line.rstrip(), table)
            for method in METHODS:
                self.assertRegex(table, rf"(?m)^(> |  ){method}\b")
            self.assertEqual(len(re.findall(r"(?m)^> ", table)), 1)


class ExplainLayers(CommandLineTest):
    PLAIN = ("--input", "1,56,56,64", "--kernel", "3,3,64,32")

    def explain(self, *arguments):
        return json.loads(self.run_ok("explain", *arguments, "--json"))

    def test_every_candidate_is_there(self):
        report = self.explain(*self.PLAIN, "--padding", "same")
        self.assertEqual((report["layer"], report["type"], report["padding"]),
                         ("conv", "float32", "same"))
        self.assertEqual(report["inputs"], [1, 56, 56, 64])
        self.assertEqual(report["kernel"], [3, 3, 64, 32])
        self.assertEqual(report["output"], [1, 56, 56, 32])
        self.assertNotIn("measured", report)
        part, = report["parts"]
        self.assertEqual([candidate["method"] for candidate in part["candidates"]],
                         ["direct", "overlap_save", "winograd", "reference"])
        operations = 2 * 56 * 56 * 3 * 3 * 64 * 32
        for candidate in part["candidates"]:
            if candidate["allowed"]:
                self.assertGreater(candidate["predicted_seconds"], 0)
                self.assertAlmostEqual(
                    candidate["direct_gflops"] * candidate["predicted_seconds"] * 1e9 / operations,
                    1)
            else:
                self.assertTrue(candidate["reason"])

    def test_what_conv_chooses(self):
        self.save("x.npy", np.ones((2, 20, 21, 6)))
        self.save("k.npy", np.ones((5, 3, 6, 4)))
        options = ("--padding", "1,2,0,1", "--threads", "2", "--activation", "relu6")
        done = json.loads(self.run_ok("conv", self.path("x.npy"), self.path("k.npy"), "-o",
                                      self.path("y.npy"), *options, "--json"))
        explained = self.explain("--input", "2,20,21,6", "--kernel", "5,3,6,4", "--type",
                                 "float64", *options)
        for name in ("input", "output_file", "measured"):
            del done[name]
        self.assertEqual(explained, done)

    def test_options_reach_the_dispatcher(self):
        for method in sorted(BUILT_METHODS - {"whole_fft"}):
            part, = self.explain(*self.PLAIN, "--method", method)["parts"]
            self.assertEqual(part["method"], method)
            for candidate in part["candidates"]:
                if candidate["allowed"] and candidate["method"] != method:
                    self.assertIsNone(candidate["workspace_bytes"])
            self.assertGreaterEqual(next(candidate["workspace_bytes"]
                                         for candidate in part["candidates"]
                                         if candidate["method"] == method), 0)
        report = self.explain("--input", "64,9,8", "--kernel", "12,32,3,3", "--data-format",
                              "channels_first", "--kernel-format", "oihw", "--strides", "2,1",
                              "--isa", "baseline")
        self.assertEqual(report["output"], [1, 12, 4, 6])
        self.assertEqual((report["groups"], report["isa"]), (2, BASELINE))
        self.assertEqual(report["parts"][0]["candidates"][1]["reason"],
                         "strides" if HAS_FFT else "this build has no FFT library")

    def test_layers_of_several_parts(self):
        separable = self.explain("--layer", "separable_conv", "--input", "1,9,9,4", "--kernel",
                                 "3,3,4,2", "--pointwise-kernel", "1,1,8,5")
        self.assertEqual([part["part"] for part in separable["parts"]],
                         ["depthwise_conv", "conv"])
        self.assertEqual(separable["output"], [1, 7, 7, 5])
        transposed = self.explain("--layer", "conv_transpose", "--input", "1,9,9,4", "--kernel",
                                  "3,3,5,4", "--strides", "2,3")
        self.assertEqual(sum(part["count"] for part in transposed["parts"]), 6)

    def test_the_table_fits_80_columns(self):
        for arguments in (self.PLAIN, (*self.PLAIN, "--type", "float64", "--threads", "2"),
                          ("--input", "1,512,512,96", "--kernel", "7,7,96,1", "--layer",
                           "depthwise_conv", "--padding", "same", "--activation", "leaky_relu")):
            table = self.run_ok("explain", *arguments).decode()
            for line in table.splitlines():
                self.assertLessEqual(len(line), 80, table)
                self.assertEqual(line, line.rstrip(), table)
            self.assertEqual(len(re.findall(r"(?m)^> ", table)), 1)
            self.assertNotIn("measured", table)

    def test_wrong_usage(self):
        for arguments, says in (
                (("--kernel", "3x3"), ["--image", "--input"]),
                (("--kernel", "3x3", "--image", "9x9", "--strides", "2"),
                 ["--strides", "--input"]),
                ((*self.PLAIN, "--image", "9x9"), ["--image", "--input"]),
                ((*self.PLAIN, "--boundary", "wrap"), ["--boundary", "--input"]),
                ((*self.PLAIN, "--type", "int8"), ["--type 'int8'", "float64"]),
                ((*self.PLAIN, "--method", "whole_fft"), "--method"),
                ((*self.PLAIN, "--pointwise-kernel", "1,1,32,2"), "separable_conv"),
                ((*self.PLAIN, "--layer", "separable_conv"), "--pointwise-kernel"),
                ((*self.PLAIN, "--layer", "dense"), "conv_transpose"),
                (("--input", "56,56", "--kernel", "3,3,1,1"), "--input '56,56'"),
                (("--input", "1,56,0,64", "--kernel", "3,3,64,32"), "--input"),
                (("--input", "1,56,56,64", "--kernel", "3x3"), "--kernel '3x3'"),
                (("--input", "1,56,56,64", "--kernel", "99,99,64,9999"), "16777216 elements")):
            with self.subTest(arguments=arguments):
                self.assert_fails(2, "explain", *arguments, says=says)

    def test_what_the_library_refuses(self):
        for arguments, says in (
                (("--input", "1,56,56,64", "--kernel", "3,3,60,32"), "kernel: "),
                (("--input", "1,2,2,4", "--kernel", "3,3,4,4"), "kernel"),
                (("--input", "9999999999,9999999999,9", "--kernel", "3,3,9,9"), "inputs: "),
                ((*self.PLAIN, "--method", "fft", "--strides", "2"), "method: ")):
            with self.subTest(arguments=arguments):
                self.assert_fails(1, "explain", *arguments, says=says)


class ReportsOfResults(CommandLineTest):
    def test_explain_goes_to_standard_error(self):
        self.save("i.npy", np.ones((50, 60)))
        result = self.run_binary("convolve", self.path("i.npy"), "box:5", "-o",
                                 self.path("o.npy"), "--explain")
        self.assertEqual((result.returncode, result.stdout), (0, b""))
        report = result.stderr.decode()
        self.assertIn("> ", report)
        self.assertRegex(report, r"(?m)^measured: [0-9.]+ (ns|µs|ms|s), predicted ")
        self.assertTrue(all(len(line) <= 80 for line in report.splitlines()), report)
        self.assertEqual(np.load(self.path("o.npy")).shape, (54, 64))

    def test_json_goes_to_standard_output(self):
        self.save("i.npy", np.ones((50, 60), np.float32))
        report = json.loads(self.run_ok("correlate", self.path("i.npy"), "box:5", "-o",
                                        self.path("o.npy"), "--json"))
        self.assertEqual((report["operation"], report["type"]), ("correlate", "float64"))
        self.assertEqual(report["output"], {"rows": 54, "cols": 64, "channels": 1})
        self.assertGreater(report["measured"]["execute_seconds"], 0)
        self.assertIn(report["method"], ALL_METHODS)

    def test_names_that_are_not_utf_8(self):
        self.save("i.npy", np.ones((3, 3)))
        output = bytes(self.path("o")) + b"\xff\".npy"
        result = self.run_binary("convolve", self.path("i.npy"), "1", "--json", "-o",
                                 output.decode("utf-8", "surrogateescape"))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("\ufffd\".npy", json.loads(result.stdout)["output_file"])


class Information(CommandLineTest):
    def test_info(self):
        info = json.loads(self.run_ok("info", "--json"))
        version = self.run_ok("--version").decode()
        self.assertEqual(version, f"twofold {info['version']}\n")
        self.assertRegex(info["version"], r"^\d+\.\d+\.\d+$")
        self.assertIn(info["isa"]["active"], info["isa"]["available"])
        self.assertIn(BASELINE, ("baseline", "neon"))
        self.assertTrue(info["fft"]["name"] and info["fft"]["licence"] and info["profile"])
        text = self.run_ok("info").decode()
        for value in (info["version"], info["isa"]["active"], info["fft"]["name"]):
            self.assertIn(value, text)
        self.assertTrue(all(len(line) <= 80 for line in text.splitlines()))

    def test_the_environment_chooses_the_instruction_set(self):
        info = json.loads(self.run_ok("info", "--json", environment={"TWOFOLD_ISA": "baseline"}))
        self.assertEqual(info["isa"]["active"], BASELINE)

    def test_help(self):
        self.assertIn(b"Examples", self.run_ok("--help"))
        self.assertNotIn(b"Examples", self.run_ok("info", "--help"))
        self.assertIn(b"separable, fft, overlap_save", self.run_ok("convolve", "--help"))
        for command in ("convolve", "correlate", "conv", "explain", "diagnose", "map", "tune",
                        "info"):
            text = self.run_ok(command, "--help").decode()
            self.assertEqual("JSON" in text, command != "tune")
            if command != "info":
                self.assertIn("Examples:", text)
            for line in text.splitlines():
                self.assertLessEqual(len(line), 80, line)


if __name__ == "__main__":
    unittest.main()
