#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures SciPy, PyTorch and ONNX Runtime on the cases of a record of bench_images.

    peers.py IMAGES.json -o PEERS.json [--onnx FOLDER] [--seconds 1] [--repetitions 5]

Same pixels, same taps, one thread, repetitions in random order. What SciPy and the others cannot
do (a boundary other than zeros) costs next to nothing; where the boundary differs, results are
compared without their frame. FOLDER is where onnxruntime-node is installed.
"""

import os

for pool in ("OMP", "OPENBLAS", "MKL"):  # read when the libraries are loaded
    os.environ[f"{pool}_NUM_THREADS"] = "1"

import argparse
import datetime
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import scipy
from scipy import ndimage, signal

from record import Record, write

IMAGE_SEED, KERNEL_SEED = 1, 2
CALLS_NANOSECONDS = 5e6  # short calls are repeated until they take as long
MASK = (1 << 64) - 1


def pseudo_random(seed, rows, cols, element_type):
    """pseudo_random() of cases.hpp."""
    z = np.arange(1, rows * cols + 1, dtype=np.uint64) * np.uint64(0x9e3779b97f4a7c15)
    z += np.uint64(seed * 0x632be59bd9b4e019 & MASK)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xbf58476d1ce4e5b9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94d049bb133111eb)
    z ^= z >> np.uint64(31)
    values = (z >> np.uint64(40)).astype(np.float64) * 2.0 ** -23 - 1
    return values.reshape(rows, cols).astype(element_type)


class InProcess:
    """A peer that is a Python function of image and kernel, correlating."""

    def __init__(self, name, correlate, grows_with_taps, whole=False):
        self.name = name
        self.grows_with_taps = grows_with_taps
        self.whole = whole  # its boundary is ours, too
        self._correlate = correlate

    def open(self, image, kernel):
        self._call = self._correlate(image, kernel)

    def run(self, calls):
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        for _ in range(calls):
            self._result = self._call()
        return time.perf_counter_ns() - wall, time.process_time_ns() - cpu

    def result(self):
        return np.asarray(self._result)


def scipy_peers():
    def with_turned_kernel(function, **options):
        def correlate(image, kernel):
            turned = np.ascontiguousarray(kernel[::-1, ::-1])
            return lambda: function(image, turned, mode="same", **options)
        return correlate

    def correlate_ndimage(image, kernel):
        out = np.empty_like(image)
        return lambda: ndimage.correlate(image, kernel, output=out, mode="reflect")

    return [InProcess("convolve2d", with_turned_kernel(signal.convolve2d, boundary="symm"), True,
                      whole=True),
            InProcess("fftconvolve", with_turned_kernel(signal.fftconvolve), False),
            InProcess("oaconvolve", with_turned_kernel(signal.oaconvolve), False),
            InProcess("ndimage", correlate_ndimage, True, whole=True)]


def torch_peer(torch):
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.set_grad_enabled(False)

    def correlate(image, kernel):
        x, k = (torch.from_numpy(array)[None, None] for array in (image, kernel))
        padding = tuple(side // 2 for side in kernel.shape)
        return lambda: torch.nn.functional.conv2d(x, k, padding=padding)[0, 0]

    return InProcess("torch", correlate, True)


class OnnxRuntime:
    """A peer in a process of its own: peers/onnx.js."""

    name = "onnxruntime"
    grows_with_taps = True
    whole = False

    def __init__(self, folder):
        script = Path(__file__).parent / "peers" / "onnx.js"
        self._process = subprocess.Popen(["node", script, folder], text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._files = tempfile.TemporaryDirectory()
        self.version = self._answer()["version"]

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("its process ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def _ask(self, **question):
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _file(self, name):
        return os.path.join(self._files.name, name)

    def open(self, image, kernel):
        if image.dtype != np.float32:
            raise RuntimeError("its Conv computes float32 only")
        image.tofile(self._file("image"))
        kernel.tofile(self._file("kernel"))
        self._shape = image.shape
        before = [(side - 1) // 2 for side in kernel.shape]
        after = [side // 2 for side in kernel.shape]
        self._ask(open={"image": self._file("image"), "kernel": self._file("kernel"),
                        "image_shape": [1, 1, *image.shape], "kernel_shape": [1, 1, *kernel.shape],
                        "pads": before + after})

    def run(self, calls):
        times = self._ask(run=calls)
        return times["wall"], times["cpu"]

    def result(self):
        self._ask(save=self._file("result"))
        return np.fromfile(self._file("result"), np.float32).reshape(self._shape)

    def close(self):
        self._process.stdin.close()
        self._process.wait()
        self._files.cleanup()


def all_peers(onnx_folder, context):
    """The peers that can be had; the context says which versions, and which cannot and why."""
    peers = scipy_peers()
    context.update(scipy=scipy.__version__, absent={})
    try:
        import torch
        peers.append(torch_peer(torch))
        context["torch"] = torch.__version__
    except ImportError:
        context["absent"]["torch"] = "Debian: python3-torch"
    if onnx_folder is None:
        context["absent"]["onnxruntime"] = "npm's onnxruntime-node is not installed"
    else:
        try:
            peers.append(OnnxRuntime(onnx_folder))
            context["onnxruntime"] = peers[-1].version
        except (OSError, RuntimeError) as error:
            context["absent"]["onnxruntime"] = str(error)
    return peers


def difference(peer, image, kernel, expected):
    """Why the peer's result is not the same; empty if it is."""
    result = peer.result()
    if not peer.whole:
        frame = tuple(slice(side // 2, size - side // 2)
                      for side, size in zip(kernel.shape, image.shape))
        result, expected = result[frame], expected[frame]
    largest = np.abs(result - expected).max(initial=0)
    tolerance = (1e-4 if image.dtype == np.float32 else 1e-11) * np.abs(kernel).sum()
    return "" if largest <= tolerance else f"its result differs by {largest:.2g}"


class Measurement:
    """Peers side by side on one case after the other; too slow a peer is predicted and skipped."""

    def __init__(self, peers, seconds, repetitions):
        self._peers = peers
        self._limit = seconds * 1e9
        self._repetitions = repetitions
        self._rates = {}  # (peer, type) -> the last measured ns per unit of work
        self.benchmarks = []

    def measure(self, case):
        image = pseudo_random(IMAGE_SEED, case.rows, case.cols, case.type)
        kernel = pseudo_random(KERNEL_SEED, case.kernel_rows, case.kernel_cols, case.type)
        padding = [(side // 2, side // 2) for side in kernel.shape]
        expected = signal.oaconvolve(np.pad(image.astype(np.float64), padding, "symmetric"),
                                     kernel[::-1, ::-1].astype(np.float64), mode="valid")
        runs = []
        for peer in self._peers:
            try:
                calls = self._prepare(peer, case, image, kernel, expected)
            except RuntimeError as error:
                self._record(case, peer, error_occurred=True, error_message=str(error))
                continue
            runs += [(peer, calls)] * self._repetitions
        random.shuffle(runs)
        for peer, calls in runs:
            wall, cpu = peer.run(calls)
            self._record(case, peer, real_time=wall / calls, cpu_time=cpu / calls,
                         time_unit="ns", iterations=calls)

    def _prepare(self, peer, case, image, kernel, expected):
        """How many calls make up a repetition. RuntimeError says why there are none."""
        work = image.size * (kernel.size if peer.grows_with_taps else 1)
        rate = self._rates.get((peer.name, case.type), 0)
        if rate * work > self._limit:
            raise RuntimeError("skipped, too slow")
        peer.open(image, kernel)
        peer.run(1)  # the first call makes plans and fills caches
        wall, cpu = peer.run(1)
        self._rates[peer.name, case.type] = cpu / work
        if error := difference(peer, image, kernel, expected):
            raise RuntimeError(error)
        return max(1, round(CALLS_NANOSECONDS / wall))

    def _record(self, case, peer, **what):
        name = case.name(peer.name)
        self.benchmarks.append({"name": name, "run_name": name, "run_type": "iteration", **what})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("images", metavar="IMAGES.json", help="a record of bench_images")
    parser.add_argument("-o", "--output", required=True, metavar="PEERS.json")
    parser.add_argument("--onnx", metavar="FOLDER")
    parser.add_argument("--seconds", type=float, default=1, help="what a call may take")
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()

    record = Record()
    try:
        record.read(arguments.images)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"twofold: {arguments.images}: {getattr(error, 'strerror', None) or error}")
    # Small ones first: they tell what the large ones would cost.
    cases = sorted((case for case in record.cases
                    if case.form == "general" and case.type in ("float32", "float64")),
                   key=lambda case: case.rows * case.cols * case.kernel_rows * case.kernel_cols)

    context = {"date": datetime.datetime.now().isoformat(), "load_avg": os.getloadavg(),
               "num_cpus": os.cpu_count(), "cpu": record.contexts[0]["cpu"]}
    peers = all_peers(arguments.onnx, context)
    measurement = Measurement(peers, arguments.seconds, arguments.repetitions)
    for done, case in enumerate(cases, 1):
        if sys.stderr.isatty():
            print(f"\r{done:3} of {len(cases)}  {case.name('')[:-1]:60}", end="", file=sys.stderr)
        measurement.measure(case)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    for peer in peers:
        if isinstance(peer, OnnxRuntime):
            peer.close()
    write(arguments.output, context, measurement.benchmarks)


if __name__ == "__main__":
    main()
