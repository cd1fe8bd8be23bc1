#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Compares the command line with SciPy on random problems, through NPY files.

usage: scipy_oracle.py TWOFOLD [--cases N] [--seed S] [--only I]

Integers must be equal, type included; floating point must lie within the bounds of the numeric
contract, evaluated for each output. The seed is printed; --only repeats one case of a seed.
"""

import argparse
import collections
import dataclasses
import itertools
import json
import math
import pathlib
import secrets
import subprocess
import sys
import tempfile
import warnings

import numpy as np
from scipy import signal

TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
         "float32", "float64", "complex64", "complex128")
TYPE_PAIRS = tuple(itertools.product(TYPES, TYPES))
OPERATIONS = ("convolve", "correlate")
MODES = ("full", "same", "valid")
BOUNDARIES = ("fill", "wrap", "symm", "mirror", "nearest")
METHODS = ("automatic", "direct", "separable", "overlap_save", "whole_fft", "reference")
FFT_METHODS = ("overlap_save", "whole_fft")
# Cases in which every value of every dimension above must have been computed, for --cases ≥ 3000.
LEAST_PER_VALUE = 200
LEAST_PER_TYPE_PAIR = 10


@dataclasses.dataclass
class Case:
    """One problem. `fill` is the text given to --fill."""

    operation: str
    mode: str
    boundary: tuple  # along rows, along columns
    fill: str
    method: str
    image: np.ndarray
    kernel: np.ndarray

    @property
    def type(self):
        return np.result_type(self.image.dtype, self.kernel.dtype)

    def __str__(self):
        return (f"{self.operation} {self.image.dtype}{self.image.shape} by "
                f"{self.kernel.dtype}{self.kernel.shape} --mode {self.mode} "
                f"--boundary {','.join(self.boundary)} --fill {self.fill} --method {self.method}")


# Drawing


def draw_values(rng, shape, dtype, whole_range):
    """Integers over the whole range or small; reals of magnitudes that differ by pixel."""
    dtype = np.dtype(dtype)
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if whole_range:
            return rng.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)
        return rng.integers(max(limits.min, -20), 21, shape).astype(dtype)
    real = rng.standard_normal(shape) * 10.0 ** rng.integers(-2, 3, shape)
    if dtype.kind == "c":
        return (real + 1j * rng.standard_normal(shape)).astype(dtype)
    return real.astype(dtype)


def draw_product(rng, shape, dtype):
    """A kernel of rank 1, of small integers, whose factors every type finds exactly."""
    least = 0 if np.dtype(dtype).kind == "u" else -3
    return np.outer(*(rng.integers(least, 4, size) for size in shape)).astype(dtype)


def draw_shapes(rng, mode):
    """Mostly small, sometimes many vectors; kernels odd, even, flat, larger than the image."""
    while True:
        largest = int(rng.choice([6, 20, 60, 200], p=[0.35, 0.4, 0.2, 0.05]))
        image = rng.integers(1, largest + 1, 2)
        kernel = rng.integers(1, min(largest, 24) + 1, 2)
        shape = rng.integers(0, 6)
        if shape == 0:
            kernel[rng.integers(0, 2)] = 1
        elif shape == 1:
            kernel = np.minimum(image + rng.integers(0, 9, 2), 40)
        elif shape == 2:
            kernel[:] = rng.integers(1, 4) * 2 + rng.integers(0, 2)
        if mode != "valid" or (image >= kernel).all() or (kernel >= image).all():
            return tuple(image), tuple(kernel)


def draw_fill(rng, dtype):
    choices = ["0", "1", "3", "-1", "2.7"]
    if dtype.kind in "iu":
        choices += ["100", "-100" if dtype.kind == "i" else "300"]
    else:
        choices += ["-1.25", "nan", "inf"]
    if dtype.kind == "c":
        choices += ["1+2j", "-0.5-3j"]
    return str(rng.choice(choices))


def sprinkle_nonfinite(rng, image):
    for _ in range(rng.integers(1, 3)):
        value = rng.choice([np.nan, np.inf, -np.inf])
        image.flat[rng.integers(0, image.size)] = value


def draw_case(rng, index, methods):
    image_type, kernel_type = TYPE_PAIRS[index % len(TYPE_PAIRS)]
    mode = str(rng.choice(MODES))
    image_shape, kernel_shape = draw_shapes(rng, mode)
    whole_range = rng.random() < 0.5
    image = draw_values(rng, image_shape, image_type, whole_range)
    kernel = draw_values(rng, kernel_shape, kernel_type, whole_range and rng.random() < 0.5)
    method = str(rng.choice(methods))
    if method == "separable":
        kernel = draw_product(rng, kernel_shape, kernel_type)
    both = rng.choice(BOUNDARIES)
    boundary = (str(both), str(both if rng.random() < 0.7 else rng.choice(BOUNDARIES)))
    case = Case(str(rng.choice(OPERATIONS)), mode, boundary,
                draw_fill(rng, np.result_type(image_type, kernel_type)),
                method, image, kernel)
    if np.dtype(image_type).kind in "fc" and rng.random() < 0.08:
        sprinkle_nonfinite(rng, image)
    return case


# What must come out


def source_indices(first, count, size, boundary):
    """Which element stands at positions first … first + count − 1; −1 for the fill value."""
    i = np.arange(first, first + count)
    if boundary == "wrap":
        return i % size
    if boundary == "symm":
        j = i % (2 * size)
        return np.where(j < size, j, 2 * size - 1 - j)
    if boundary == "mirror":
        if size == 1:
            return np.zeros_like(i)
        j = i % (2 * size - 2)
        return np.where(j < size, j, 2 * size - 2 - j)
    if boundary == "nearest":
        return np.clip(i, 0, size - 1)
    return np.where((i >= 0) & (i < size), i, -1)


def margins(operation, mode, kernel):
    """How many elements before and after the image the outputs' windows reach, along one axis."""
    if mode == "full":
        return kernel - 1, kernel - 1
    if mode == "valid":
        return 0, 0
    centre = (kernel - 1) // 2
    after = kernel - 1 - centre
    return (after, centre) if operation == "convolve" else (centre, after)


def extended(image, kernel_shape, operation, mode, boundary, fill):
    """The part of the extended image that the outputs need."""
    for axis in (0, 1):
        before, after = margins(operation, mode, kernel_shape[axis])
        size = image.shape[axis]
        indices = source_indices(-before, before + size + after, size, boundary[axis])
        taken = np.take(image, np.maximum(indices, 0), axis)
        outside = indices < 0
        if axis == 0:
            taken[outside, :] = fill
        else:
            taken[:, outside] = fill
        image = taken
    return image


def scipy_function(operation):
    return signal.convolve2d if operation == "convolve" else signal.correlate2d


def exchanged(case):
    return case.mode == "valid" and any(np.less(case.image.shape, case.kernel.shape))


def fill_of(case):
    """The fill value as SciPy converts it: as C does."""
    value = complex(case.fill) if "j" in case.fill else (
        float(case.fill) if case.fill.strip("-").isalpha() or "." in case.fill else int(case.fill))
    return np.asarray(value).astype(case.type)


def expected(case, dtype):
    """SciPy's answer, computed in `dtype`. What SciPy's boundaries lack is put around the image."""
    image = case.image.astype(case.type).astype(dtype)
    kernel = case.kernel.astype(case.type).astype(dtype)
    fill = fill_of(case).astype(dtype)
    function = scipy_function(case.operation)
    if case.mode == "valid":
        return function(image, kernel, "valid")
    if case.boundary[0] == case.boundary[1] and case.boundary[0] in ("fill", "wrap", "symm"):
        return function(image, kernel, case.mode, case.boundary[0], fill)
    padded = extended(image, kernel.shape, case.operation, case.mode, case.boundary, fill)
    return function(padded, kernel, "valid")


def roundoff(dtype):
    return np.finfo(dtype).eps / 2


def direct_bound(case):
    """m·u·(|k| ∗ |x|), 2√2 times as much for complex."""
    magnitudes = dataclasses.replace(
        case, image=np.abs(case.image.astype(case.type)),
        kernel=np.abs(case.kernel.astype(case.type)), fill=repr(float(np.abs(fill_of(case)))))
    constant = 2 * math.sqrt(2) if case.type.kind == "c" else 1
    taps = min(case.kernel.size, case.image.size) if exchanged(case) else case.kernel.size
    sums = expected(magnitudes, np.float64)
    return constant * taps * roundoff(case.type) * sums * (1 + 1e-6)


def transform_points(method, shape):
    """At least the points of one transform: of the extended image, or of a tile in the cache."""
    whole = math.prod(2 * n + 16 for n in shape)
    return whole if method == "whole_fft" else max(whole, 2**18)


def fft_bound(case):
    """12(log₂N + 1)·u·‖x‖₂‖k‖₂, x the extended image; where it is not finite, no transform runs."""
    image, kernel = case.image.astype(case.type), case.kernel.astype(case.type)
    if exchanged(case):
        image, kernel = kernel, image
    image = extended(image, kernel.shape, case.operation, case.mode, case.boundary, fill_of(case))
    image = np.where(np.isfinite(image), image, 0)
    points = transform_points(case.method, image.shape)
    return (12 * (math.log2(points) + 1) * roundoff(case.type) *
            np.linalg.norm(image.astype(np.complex128)) *
            np.linalg.norm(kernel.astype(np.complex128)))


def bound(case):
    if case.method in ("direct", "reference"):
        return direct_bound(case)
    if case.method in FFT_METHODS:
        return fft_bound(case)
    return np.maximum(direct_bound(case), fft_bound(case))


def wide(dtype):
    return np.dtype(np.clongdouble if dtype.kind == "c" else np.longdouble)


def kinds(array):
    """0 finite, 1 NaN, 2 and 3 the infinities; for both parts of a complex number."""
    parts = (array.real, array.imag) if array.dtype.kind == "c" else (array,)
    return np.array([np.where(np.isnan(p), 1, np.where(np.isinf(p), np.where(p > 0, 2, 3), 0))
                     for p in parts])


class Judge:
    """Knows a case's right answer, and tells what is wrong with another."""

    def __init__(self, case):
        self.same_type = expected(case, case.type)
        self.floating = case.type.kind in "fc"
        if self.floating:
            self.exact = expected(case, wide(case.type))
            self.kinds = kinds(self.same_type)
            self.finite = (self.kinds == 0).all(axis=0)
            self.bound = np.broadcast_to(bound(case), self.exact.shape)

    def fault(self, actual):
        """A line that says what is wrong, or None."""
        if actual.dtype != self.same_type.dtype:
            return f"type {actual.dtype}, expected {self.same_type.dtype}"
        if actual.shape != self.same_type.shape:
            return f"shape {actual.shape}, expected {self.same_type.shape}"
        if not self.floating:
            return self._first(actual != self.same_type, actual)
        wrong_kind = (kinds(actual) != self.kinds).any(axis=0)
        if wrong_kind.any():
            return "NaN or infinity: " + self._first(wrong_kind, actual)
        return self._first(self.finite & ~(self._error(actual) <= self.bound), actual)

    def largest_ratio(self, actual):
        """Of error to bound."""
        use = self.finite & (self.bound > 0)
        return float(np.max(self._error(actual)[use] / self.bound[use], initial=0))

    def _error(self, actual):
        return np.abs(np.where(self.finite, actual - self.exact, 0))

    def _first(self, wrong, actual):
        if not wrong.any():
            return None
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        text = f"at {where}: {actual[where]}, expected {self.same_type[where]}"
        if self.floating:
            text += f", allowed {float(self.bound[where]):.3g}"
        return f"{text} ({np.count_nonzero(wrong)} of {wrong.size} wrong)"


def may_be_refused(case):
    """Whether a transform may be unable: a kernel with NaN or infinity, or integers that may exceed
    what it is proven to compute exactly. Or factors: complex kernels have none, nor has zero, nor an
    image in the kernel's place."""
    if case.method == "separable":
        return case.type.kind == "c" or exchanged(case) or not case.kernel.any()
    if case.method not in FFT_METHODS:
        return False
    kernel = case.image if exchanged(case) else case.kernel
    if case.type.kind not in "iu":
        return not np.isfinite(kernel).all()
    limits = np.iinfo(case.type)
    points = 2**18
    image_norm = max(limits.max, -int(limits.min)) * math.sqrt(points)
    limit = 2**53 / (48 * (math.log2(points) + 1))
    return image_norm * np.linalg.norm(kernel.astype(float)) >= limit


# Running


def methods_of(twofold):
    """Those that this build has."""
    done = subprocess.run([twofold, "info", "--json"], capture_output=True, check=True)
    if json.loads(done.stdout)["fft"]["name"] != "none":
        return METHODS
    return tuple(method for method in METHODS if method not in FFT_METHODS)


def run_twofold(twofold, case, folder):
    """The program's result, or what it said on its way out."""
    paths = [str(folder / name) for name in ("image.npy", "kernel.npy", "out.npy")]
    np.save(paths[0], case.image)
    np.save(paths[1], case.kernel)
    pathlib.Path(paths[2]).unlink(missing_ok=True)
    one_for_both = case.boundary[0] == case.boundary[1]
    boundary = case.boundary[0] if one_for_both else ",".join(case.boundary)
    done = subprocess.run(
        [twofold, case.operation, paths[0], paths[1], "-o", paths[2], "--mode", case.mode,
         "--boundary", boundary, f"--fill={case.fill}", "--method", case.method],
        capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        return None, f"exit {done.returncode}: {done.stderr.strip()}"
    return np.load(paths[2]), None


def altered(judge, actual, rng):
    """The answer with one element changed by a little more than is allowed."""
    changed = actual.copy()
    where = tuple(int(rng.integers(0, n)) for n in actual.shape)
    if not judge.floating:
        changed[where] ^= actual.dtype.type(1)
        return changed
    if not judge.finite[where]:
        changed[where] = 0
        return changed
    allowed = max(float(judge.bound[where]), float(abs(actual[where])) * roundoff(actual.dtype))
    changed[where] += actual.dtype.type(4 * allowed + 1e-30)
    return changed


class Tally:
    """What was reached, so that the script notices when it tests nothing."""

    def __init__(self, methods):
        self.methods = methods
        self.counts = collections.Counter()
        self.computed = self.refused = self.failed = 0
        self.nonzero = self.nonfinite = self.altered = self.altered_unnoticed = 0
        self.worst = collections.defaultdict(float)

    def add(self, case, judge, actual, rng):
        self.computed += 1
        self.counts.update([("operation", case.operation), ("mode", case.mode),
                            ("method", case.method), ("type", case.type.name),
                            ("pair", (case.image.dtype.name, case.kernel.dtype.name)),
                            ("boundary", case.boundary[0]), ("boundary", case.boundary[1])])
        self.nonzero += bool(np.any(judge.same_type != 0))
        if judge.floating:
            self.nonfinite += not judge.finite.all()
            self.worst[case.method] = max(self.worst[case.method], judge.largest_ratio(actual))
        self.altered += 1
        self.altered_unnoticed += judge.fault(altered(judge, actual, rng)) is None

    def shortcomings(self):
        values = [("operation", o) for o in OPERATIONS] + [("mode", m) for m in MODES]
        values += [("method", m) for m in self.methods] + [("boundary", b) for b in BOUNDARIES]
        lacking = [f"{value}: {self.counts[value]} cases" for value in values
                   if self.counts[value] < LEAST_PER_VALUE]
        lacking += [f"{pair}: {self.counts['pair', pair]} cases" for pair in TYPE_PAIRS
                    if self.counts["pair", pair] < LEAST_PER_TYPE_PAIR]
        if self.nonzero < 0.9 * self.computed:
            lacking.append(f"only {self.nonzero} cases have outputs other than zero")
        if self.nonfinite < 50:
            lacking.append(f"only {self.nonfinite} cases have NaN or infinite outputs")
        return lacking

    def report(self):
        worst = ", ".join(f"{method} {self.worst[method]:.3f}" for method in self.methods)
        return (f"{self.computed} cases agree with SciPy, {self.failed} do not "
                f"({self.refused} refused, as they may be; "
                f"{self.nonfinite} with NaN or infinity).\nLargest error / bound: {worst}.")


def check_extension():
    """The boundaries written here are SciPy's and NumPy's, where those have them."""
    rng = np.random.default_rng(1)
    image = rng.integers(-9, 10, (5, 7))
    names = {"mirror": "reflect", "nearest": "edge", "symm": "symmetric", "wrap": "wrap"}
    for boundary, numpys in names.items():
        ours = extended(image, (4, 6), "convolve", "full", (boundary, boundary), 0)
        np.testing.assert_array_equal(ours, np.pad(image, ((3, 3), (5, 5)), numpys))
    kernel = rng.integers(-9, 10, (8, 18))  # several reflections
    for operation, mode, boundary in itertools.product(OPERATIONS, ("full", "same"),
                                                       ("fill", "wrap", "symm")):
        ours = extended(image, kernel.shape, operation, mode, (boundary, boundary), 3)
        function = scipy_function(operation)
        np.testing.assert_array_equal(function(ours, kernel, "valid"),
                                      function(image, kernel, mode, boundary, 3))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("twofold", help="the program")
    parser.add_argument("--cases", type=int, default=3200)
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--only", type=int, metavar="I", help="only case I")
    arguments = parser.parse_args()
    # NaN and infinity are wanted here, and so is wrap-around.
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    check_extension()
    print(f"seed {arguments.seed}, {arguments.cases} cases", flush=True)

    methods = methods_of(arguments.twofold)
    tally = Tally(methods)
    indices = range(arguments.cases) if arguments.only is None else [arguments.only]
    with tempfile.TemporaryDirectory() as folder:
        for index in indices:
            rng = np.random.default_rng([arguments.seed, index])
            case = draw_case(rng, index, methods)
            actual, message = run_twofold(arguments.twofold, case, pathlib.Path(folder))
            if actual is None and may_be_refused(case):
                tally.refused += 1
                continue
            judge = Judge(case)
            fault = message if actual is None else judge.fault(actual)
            if fault is not None:
                tally.failed += 1
                print(f"case {index}: {case}\n  {fault}", flush=True)
                if tally.failed >= 20:
                    print("... and no further")
                    break
                continue
            tally.add(case, judge, actual, rng)

    print(tally.report())
    shortcomings = []
    if arguments.cases >= 3000 and arguments.only is None and not tally.failed:
        shortcomings = tally.shortcomings()
    if tally.altered_unnoticed:
        shortcomings.append(f"{tally.altered_unnoticed} of {tally.altered} altered answers passed")
    for shortcoming in shortcomings:
        print(f"the test itself falls short: {shortcoming}")
    if tally.failed:
        print(f"{tally.failed} failed; repeat one with --seed {arguments.seed} --only CASE")
    return 1 if tally.failed or shortcomings else 0


if __name__ == "__main__":
    sys.exit(main())
