# SPDX-License-Identifier: BSD-3-Clause
"""Threads of ours, and calls from many threads of Python."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from arrays import FFT_METHODS

import twofold
from twofold import ops


@pytest.mark.parametrize("method", ["direct", *FFT_METHODS])
def test_bits_do_not_depend_on_the_number_of_threads(method, random):
    image = random.standard_normal((400, 300)).astype("float32")
    kernel = random.standard_normal((21, 17)).astype("float32")
    one = twofold.convolve2d(image, kernel, "same", "symm", method=method)
    for threads in (2, 3, 8):
        many = twofold.convolve2d(image, kernel, "same", "symm", method=method, threads=threads)
        np.testing.assert_array_equal(many, one)


def test_calls_from_many_threads(random):
    image = random.standard_normal((120, 130))
    kernels = [random.standard_normal((size, size)) for size in (1, 3, 8, 25, 40)] * 8
    expected = [twofold.convolve2d(image, kernel) for kernel in kernels]
    plan = twofold.Plan("convolve", image.shape, kernels[3])
    with ThreadPoolExecutor(8) as pool:
        for actual, wanted in zip(pool.map(lambda k: twofold.convolve2d(image, k), kernels),
                                  expected):
            np.testing.assert_array_equal(actual, wanted)
        for actual in pool.map(lambda _: plan(image), range(32)):
            np.testing.assert_array_equal(actual, expected[3])


@pytest.mark.parametrize("what", ["convolve2d", "Plan", "conv"])
def test_other_threads_run_meanwhile(what):
    """The lock of the interpreter is free while a long call computes."""
    image = np.ones((1200, 1200))
    kernel = np.random.default_rng(1).standard_normal((31, 31))
    calls = {
        "convolve2d": lambda: twofold.convolve2d(image, kernel, method="direct"),
        "Plan": lambda: twofold.Plan("convolve", image.shape, kernel, method="direct")(image),
        "conv": lambda: ops.conv(image[None, :, :, None].repeat(8, 3),
                                 np.ones((9, 9, 8, 8)), method="direct"),
    }

    def steps_meanwhile():
        begun = threading.Event()

        def begin():
            begun.set()
            calls[what]()

        steps = 0
        with ThreadPoolExecutor(1) as pool:
            call = pool.submit(begin)
            begun.wait()
            while not call.done():
                steps += 1
                time.sleep(1e-3)
        call.result()  # raises what the call has raised
        return steps

    # Again, as on a busy machine this thread may come too late; if the call keeps the lock it always
    # does.
    assert any(steps_meanwhile() > 5 for _ in range(20))
