# SPDX-License-Identifier: BSD-3-Clause
"""The measured map: its JSON, its table, what it refuses. Times are not judged."""

import errno
import json
import os
import pty
import re
import signal
import subprocess
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from support import BASELINE, BINARY, CommandLineTest, heed_signals

FAILED, USAGE = 1, 2
SMALL = ("--images", "16,32", "--kernels", "3,5", "--quick")


def assert_consistent(test, cell):
    """What is derived from the times is what follows from them."""
    seconds = {method: time for method, time in cell["seconds"].items() if time is not None}
    times = sorted(seconds.values())
    test.assertGreater(times[0], 0)
    test.assertEqual(cell["predicted"].keys(), cell["seconds"].keys())
    test.assertTrue(all(predicted > 0 for predicted in cell["predicted"].values()))
    test.assertEqual(seconds[cell["winner"]], times[0])
    test.assertAlmostEqual(cell["regret"], seconds[cell["chosen"]] / times[0])
    if len(times) == 1:
        test.assertIsNone(cell["margin"])
    else:
        test.assertAlmostEqual(cell["margin"], times[1] / times[0])
    likely = min(cell["predicted"].values())
    for method, predicted in cell["predicted"].items():
        test.assertEqual(method in seconds, predicted <= 6 * likely, method)


class Map(CommandLineTest):
    def measure(self, *arguments):
        return json.loads(self.run_ok("map", *SMALL, *arguments))

    def test_json(self):
        report = self.measure()
        self.assertRegex(report["version"], r"^\d+\.\d+\.\d+$")
        self.assertEqual(report["isa"],
                         json.loads(self.run_ok("info", "--json"))["isa"]["active"])
        self.assertEqual((report["type"], report["threads"], report["mode"], report["boundary"]),
                         ("float32", 1, "same", {"rows": "fill", "cols": "fill"}))
        self.assertEqual([(cell["image"], cell["kernel"]) for cell in report["cells"]],
                         [(16, 3), (16, 5), (32, 3), (32, 5)])
        for cell in report["cells"]:
            assert_consistent(self, cell)

    def test_options(self):
        report = self.measure("--type", "int16", "--mode", "full", "--boundary", "wrap,symm",
                              "--isa", "baseline", "--threads", "2")
        self.assertEqual((report["type"], report["threads"], report["mode"], report["isa"]),
                         ("int16", 2, "full", BASELINE))
        self.assertEqual(report["boundary"], {"rows": "wrap", "cols": "symm"})
        for cell in report["cells"]:
            assert_consistent(self, cell)

    def test_what_is_chosen_is_what_explain_says(self):
        for cell in self.measure("--type", "complex64", "--mode", "valid")["cells"]:
            explained = json.loads(self.run_ok(
                "explain", "--image", "x".join([str(cell["image"])] * 2), "--kernel",
                "x".join([str(cell["kernel"])] * 2), "--type", "complex64", "--mode", "valid",
                "--json"))
            self.assertEqual(cell["chosen"], explained["method"])
            predicted = {candidate["method"]: candidate["predicted_seconds"]
                         for candidate in explained["candidates"] if candidate["allowed"]}
            for method, seconds in cell["predicted"].items():
                self.assertAlmostEqual(seconds, predicted[method], places=12)

    def test_sizes_are_sorted_and_kernels_larger_than_the_image_left_out(self):
        report = json.loads(self.run_ok("map", "--quick", "--images", "8,4,8", "--kernels", "5,1"))
        self.assertEqual([(cell["image"], cell["kernel"]) for cell in report["cells"]],
                         [(4, 1), (8, 1), (8, 5)])

    def test_the_table(self):
        """Letters of winners where the file says so, a star where another was chosen."""
        table = self.run_ok("map", *SMALL, "-o", self.path("map.json")).decode()
        cells = json.loads(self.path("map.json").read_text())["cells"]
        self.assertRegex(table, r"(?m)^image +3 +5$")
        for image in (16, 32):
            shown = re.search(rf"(?m)^{image}x{image} +(\w\*?) +(\w\*?)$", table).groups()
            row = [cell for cell in cells if cell["image"] == image]
            self.assertEqual(list(shown), [
                cell["winner"][0] + "*" * (cell["chosen"] != cell["winner"]) for cell in row])
            for cell in row:
                self.assertRegex(table, rf"[:,]\s{cell['winner'][0]} {cell['winner']}\b")
        regrets = [cell["regret"] for cell in cells]
        self.assertIn(f"regret of automatic: {sum(regrets) / len(regrets):.3f} on the mean, "
                      f"{max(regrets):.3f} at worst\n", table)

    def test_a_wide_table_fits_80_columns(self):
        kernels = ",".join(map(str, range(1, 40)))
        table = self.run_ok("map", "--quick", "--images", "2,40", "--kernels", kernels, "-o",
                            self.path("map.json"), "--boundary", "nearest,mirror").decode()
        for line in table.splitlines():
            self.assertLessEqual(len(line), 80, table)
            self.assertEqual(line, line.rstrip(), table)
        headings = re.findall(r"(?m)^image(.*)$", table)
        self.assertEqual(" ".join(headings).split(), kernels.split(","))

    def test_standard_output(self):
        self.assertEqual(len(self.measure("-o", "-")["cells"]), 4)
        self.assertEqual(self.snapshot(), {})


class MapOfLayers(CommandLineTest):
    SMALL = ("--layer", "conv", "--channels", "8,16", "--images", "9,16", "--kernels", "1,3,5",
             "--quick")

    def measure(self, *arguments):
        return json.loads(self.run_ok("map", *self.SMALL, *arguments))

    def test_json(self):
        report = self.measure()
        head = {name: value for name, value in report.items() if name != "cells"}
        self.assertEqual(head, {
            "version": report["version"], "type": "float32",
            "isa": json.loads(self.run_ok("info", "--json"))["isa"]["active"], "threads": 1,
            "layer": "conv", "channels": 8, "filters": 16, "padding": "same",
            "data_format": "channels_last"})
        self.assertEqual([(cell["image"], cell["kernel"]) for cell in report["cells"]],
                         [(image, kernel) for image in (9, 16) for kernel in (1, 3, 5)])
        for cell in report["cells"]:
            assert_consistent(self, cell)

    def test_what_is_chosen_is_what_explain_says(self):
        options = ("--data-format", "channels_first", "--type", "float64", "--threads", "2",
                   "--isa", "baseline")
        for cell in self.measure(*options)["cells"]:
            image, kernel = cell["image"], cell["kernel"]
            explained, = json.loads(self.run_ok(
                "explain", "--input", f"8,{image},{image}", "--kernel", f"{kernel},{kernel},8,16",
                "--padding", "same", *options, "--json"))["parts"]
            self.assertEqual(cell["chosen"], explained["method"])
            predicted = {candidate["method"]: candidate["predicted_seconds"]
                         for candidate in explained["candidates"]
                         if candidate["allowed"] and candidate["method"] != "reference"}
            self.assertEqual(cell["predicted"], predicted)

    def test_the_table(self):
        table = self.run_ok("map", *self.SMALL, "-o", self.path("map.json")).decode()
        self.assertTrue(table.startswith("conv, 8 channels, 16 filters, padding same, "), table)
        self.assertRegex(table, r"(?m)^image +1 +3 +5$")
        self.assertRegex(table, r"(?m)^16x16 +d\*? +[do]\*? +[do]\*?$")
        for line in table.splitlines():
            self.assertLessEqual(len(line), 80, table)

    def test_wrong_usage(self):
        for arguments, says in (
                (("--channels", "8"), ["--channels", "--layer"]),
                (("--data-format", "channels_first"), ["--data-format", "--layer"]),
                (("--layer", "conv", "--mode", "same"), ["--mode", "--layer"]),
                (("--layer", "dense"), "conv_transpose"),
                (("--layer", "depthwise_conv"), "expected conv"),
                (("--layer", "conv", "--type", "int8"), "float64"),
                (("--layer", "conv", "--channels", "0"), "CHANNELS,FILTERS"),
                (("--layer", "conv", "--channels", "1,2,3"), "CHANNELS,FILTERS"),
                (("--layer", "conv", "--channels", "9999999"), "16777216 elements")):
            with self.subTest(arguments=arguments):
                self.assert_fails(USAGE, "map", *arguments, "-o", self.path("map.json"), says=says)


def all_that_is_drawn(terminal):
    """On the terminal of which this is one end, until nobody has the other open any more."""
    drawn = b""
    try:
        while part := os.read(terminal, 1 << 16):
            drawn += part
    except OSError as error:
        if error.errno != errno.EIO:  # how Linux tells
            raise
    return drawn


class Waiting(CommandLineTest):
    def test_ended_by_a_signal(self):
        self.path("map.json").write_bytes(b"precious")
        before = self.snapshot()
        process = subprocess.Popen([BINARY, "map", "-o", self.path("map.json")],
                                   preexec_fn=heed_signals)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(30), -signal.SIGINT)
        self.assertEqual(self.snapshot(), before)

    def test_progress_on_a_terminal(self):
        """What is drawn is gone at the end. (Elsewhere run_ok sees to it that there is nothing.)"""
        terminal, device = pty.openpty()
        # Enough to last longer than the bar's first tenth of a second.
        with ThreadPoolExecutor(1) as pool:
            read = pool.submit(all_that_is_drawn, terminal)
            try:
                result = subprocess.run([BINARY, "map", "--quick", "--images", "200,201",
                                         "--kernels", "3,5,7,9", "-o", self.path("map.json")],
                                        stdout=subprocess.DEVNULL, stderr=device, timeout=60)
            finally:
                os.close(device)  # of which the other side hears
            drawn = read.result().decode()
        os.close(terminal)
        self.assertEqual(result.returncode, 0, drawn)
        *lines, blank, end = drawn.split("\r")[1:]
        self.assertTrue(lines)
        for line in lines:
            self.assertRegex(line, r"^\[#*\.*\] +\d+ %  measuring (\d+)x\1 by (\d+)x\2")
            self.assertLess(len(line), 80)
        self.assertEqual((blank.strip(), end), ("", ""))
        self.assertGreaterEqual(len(blank), len(lines[-1].rstrip()))


class BadUsage(CommandLineTest):
    def test_unknown_names_and_values(self):
        for arguments, says in (
                (("--images", "x"), "--images 'x': expected numbers from 1"),
                (("--images", "16x16"), "--images"), (("--images", "16,,32"), "--images"),
                (("--images", "100000"), "to 32768"), (("--images", ""), "--images"),
                (("--kernels", "0"), "--kernels '0': expected numbers from 1"),
                (("--kernels", "-3"), "--kernels"), (("--kernels", "3.5"), "--kernels"),
                (("--kernels", "99999999999999999999"), "--kernels"),
                (("--images", "4", "--kernels", "5"), "larger than every image"),
                (("--type", "foo"), "float32"), (("--mode", "all"), "same"),
                (("--threads", "0"), "from 1"), (("--method", "direct"), "--method"),
                (("map.json",), "map.json")):
            with self.subTest(arguments=arguments):
                self.assert_fails(USAGE, "map", *arguments, "-o", self.path("map.json"), says=says)

    def test_an_output_that_cannot_be_written(self):
        """Known before anything is measured."""
        began = time.monotonic()
        self.assert_fails(FAILED, "map", "-o", self.path("missing/map.json"), says="No such file")
        self.assertLess(time.monotonic() - began, 10)


if __name__ == "__main__":
    unittest.main()
