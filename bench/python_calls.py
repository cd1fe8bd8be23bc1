#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures twofold.convolve2d beside SciPy's convolve2d, fftconvolve and oaconvolve.

    PYTHONPATH=build/release/python bench/python_calls.py [--seconds 0.3] [--json RECORD.json]

One call of Python each, one thread, same arrays, mode 'same', zeros outside. The calls of a case take
turns, and medians are compared; too slow a call is predicted from the case before and left out. The
table has the time of SciPy's fastest function divided by twofold's.
"""

import argparse
import json
import math
import statistics
import time

import numpy as np
from scipy import signal

import twofold

SIZES = (64, 128, 256, 512, 1024, 2048, 4096)
KERNELS = (3, 5, 7, 11, 15, 21, 31, 63, 127)
TYPES = ("float32", "float64")
FUNCTIONS = {"twofold": twofold.convolve2d, "convolve2d": signal.convolve2d,
             "fftconvolve": signal.fftconvolve, "oaconvolve": signal.oaconvolve}
FEWEST_TURNS, MOST_TURNS = 5, 61
SHORTEST_TURN = 2e-4  # seconds; shorter calls are repeated until they take as long
TINY_CALLS = (((8, 8), (3, 3), {}), ((8, 8), (3, 3), {"mode": "same", "boundary": "symm"}),
              ((16, 16), (3, 3), {}), ((32, 32), (5, 5), {}))


def timed(call, repetitions):
    start = time.perf_counter()
    for _ in range(repetitions):
        call()
    return (time.perf_counter() - start) / repetitions


def medians(calls, seconds):
    """Seconds of each call, which take turns for about `seconds`."""
    once = {}
    for name, call in calls.items():
        call()
        once[name] = timed(call, 1)
    repetitions = {name: max(1, round(SHORTEST_TURN / t)) for name, t in once.items()}
    turn = sum(once[name] * repetitions[name] for name in calls)
    turns = min(MOST_TURNS, max(FEWEST_TURNS, round(seconds / turn)))
    times = {name: [] for name in calls}
    for _ in range(turns):
        for name, call in calls.items():
            times[name].append(timed(call, repetitions[name]))
    return {name: statistics.median(values) for name, values in times.items()}


def measure(size, taps, dtype, arguments, rates):
    """The medians of one case. `rates`: seconds of convolve2d per tap and output, as last seen."""
    random = np.random.default_rng(size * 1000 + taps)
    image = random.standard_normal((size, size)).astype(dtype)
    kernel = random.standard_normal((taps, taps)).astype(dtype)
    work = size * size * taps * taps
    slow = rates.get(dtype, 0) * work > arguments.limit
    calls = {name: lambda function=function: function(image, kernel, mode="same")
             for name, function in FUNCTIONS.items() if not (slow and name == "convolve2d")}
    times = medians(calls, arguments.seconds)
    if "convolve2d" in times:
        rates[dtype] = times["convolve2d"] / work
    return times


def best_of_scipy(times):
    return min((seconds, name) for name, seconds in times.items() if name != "twofold")


def print_table(dtype, cases):
    print(f"\n{dtype}: best of SciPy / twofold (c: convolve2d, f: fftconvolve, o: oaconvolve)")
    print("  image" + "".join(f"{taps:>6}²  " for taps in KERNELS))
    for size in SIZES:
        cells = []
        for taps in KERNELS:
            times = cases.get((dtype, size, taps))
            if times is None:
                cells.append(f"{'':9}")
                continue
            seconds, name = best_of_scipy(times)
            cells.append(f"{seconds / times['twofold']:7.2f}{name[0]} ")
        print(f"{size:>6}²" + "".join(cells).rstrip())


def print_summary(cases):
    ratios = {case: best_of_scipy(times)[0] / times["twofold"] for case, times in cases.items()}
    mean = math.exp(statistics.fmean(math.log(ratio) for ratio in ratios.values()))
    worst = min(ratios, key=ratios.get)
    print(f"\n{len(ratios)} cases, geometric mean {mean:.2f}, least {ratios[worst]:.2f} "
          f"({worst[0]}, {worst[1]}² with {worst[2]}²)")


def measure_tiny(seconds):
    print("\nsmall calls, float64: microseconds")
    for image_shape, kernel_shape, options in TINY_CALLS:
        image, kernel = np.ones(image_shape), np.random.default_rng(1).random(kernel_shape)
        times = medians({name: lambda function=function: function(image, kernel, **options)
                         for name, function in list(FUNCTIONS.items())[:2]}, seconds)
        ours, theirs = times["twofold"] * 1e6, times["convolve2d"] * 1e6
        print(f"  {image_shape} with {kernel_shape} {options or ''}: twofold {ours:.2f}, "
              f"SciPy {theirs:.2f}, {theirs / ours:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=float, default=0.3, help="what a case may take")
    parser.add_argument("--limit", type=float, default=0.5, help="what a call may take")
    parser.add_argument("--largest", type=int, default=SIZES[-1], help="the largest image")
    parser.add_argument("--json", metavar="RECORD", help="where to keep all medians")
    arguments = parser.parse_args()

    measure_tiny(arguments.seconds)
    cases, rates = {}, {}
    for dtype in TYPES:
        for size in (size for size in SIZES if size <= arguments.largest):
            for taps in (taps for taps in KERNELS if taps <= size):
                cases[dtype, size, taps] = measure(size, taps, dtype, arguments, rates)
        print_table(dtype, cases)
    print_summary(cases)
    if arguments.json:
        record = [{"type": t, "size": n, "kernel": k, "seconds": times}
                  for (t, n, k), times in cases.items()]
        with open(arguments.json, "w", encoding="ascii") as file:
            json.dump(record, file, indent=1)


if __name__ == "__main__":
    main()
