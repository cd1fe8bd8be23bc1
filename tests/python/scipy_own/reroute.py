# SPDX-License-Identifier: BSD-3-Clause
"""A pytest plugin under which SciPy's own tests test twofold.

Before a test module is imported, scipy.signal's convolve2d, correlate2d, convolve, correlate,
fftconvolve and oaconvolve are replaced by functions that compute 2-D convolutions with twofold:
calls with 2-D arrays, and calls with `axes` by which one or two axes of larger arrays are
convolved. 1-D arrays, and what is convolved along three axes, go on to SciPy. Calls are counted;
the run fails if a 2-D call went to SciPy, or none to twofold. There is no exception for a type:
twofold sums long double, too, by plain loops.

The last four are here and not in the package, because they are names for ways to compute, not for
what is computed: twofold's convolve2d takes the way that is the fastest.
"""

import collections
import functools

import numpy as np
import pytest
from scipy import signal
from scipy.signal import _signaltools

import twofold

NAMES = ("convolve2d", "correlate2d", "convolve", "correlate", "fftconvolve", "oaconvolve")
scipys = {name: getattr(_signaltools, name) for name in NAMES}

reached = collections.Counter()  # by name
refused = collections.Counter()  # 2-D calls with arguments that SciPy's own checks refuse
fell_through = collections.Counter()  # by name and why
two_dimensional_misses = collections.Counter()  # of these, those that were to reach twofold
tests_that_reach = set()
current_test = None


class FallsThrough(Exception):
    """Says why a call is left to SciPy."""


def count_reached(name):
    reached[name] += 1
    tests_that_reach.add(current_test)


def rerouted(name):
    """A decorator: what raises FallsThrough is left to SciPy."""
    def decorate(function):
        @functools.wraps(scipys[name])
        def call(*arguments, **options):
            try:
                result = function(*arguments, **options)
            except FallsThrough as why:
                fell_through[name, str(why)] += 1
                if all(np.ndim(operand) == 2 for operand in arguments[:2]):
                    two_dimensional_misses[name, str(why)] += 1
                return scipys[name](*arguments, **options)
            except ValueError:
                refused[name] += 1
                raise
            count_reached(name)
            return result
        return call
    return decorate


def operands(in1, in2):
    in1, in2 = np.asarray(in1), np.asarray(in2)
    if in1.ndim != in2.ndim or in1.ndim < 2:
        raise FallsThrough("1-D" if max(in1.ndim, in2.ndim) < 2 else "dimensions that differ")
    return in1, in2


def two_operands(in1, in2):
    in1, in2 = operands(in1, in2)
    if in1.ndim > 2:
        raise FallsThrough(f"{in1.ndim}-D")
    return in1, in2


@rerouted("convolve2d")
def convolve2d(*arguments, **options):
    return twofold.convolve2d(*arguments, **options)


@rerouted("correlate2d")
def correlate2d(*arguments, **options):
    return twofold.correlate2d(*arguments, **options)


def check_method(method):
    if method not in ("auto", "direct", "fft"):
        raise ValueError("Acceptable method flags are 'auto', 'direct', or 'fft'.")
    return method


@rerouted("convolve")
def convolve(in1, in2, mode="full", method="auto"):
    in1, in2 = two_operands(in1, in2)
    return twofold.convolve2d(in1, in2, mode, method=check_method(method))


@rerouted("correlate")
def correlate(in1, in2, mode="full", method="auto"):
    # Not correlate2d: in mode 'same', correlate puts the centre of an even kernel elsewhere.
    in1, in2 = two_operands(in1, in2)
    return twofold.convolve2d(in1, in2[::-1, ::-1].conj(), mode, method=check_method(method))


def as_transformed(array):
    """The type that SciPy's transforms compute in."""
    if array.dtype.kind in "biu":
        return array.astype("float64")
    return array.astype("float32") if array.dtype == "float16" else array


def convolved_axes(in1, in2, mode, axes):
    """The operands in their roles and the axes along which they are convolved, after SciPy's own
    checks. Along all others they are broadcast."""
    wanted = range(in1.ndim) if axes is None else \
        [axis % in1.ndim for axis in np.atleast_1d(axes).tolist()]
    first, second, needed = _signaltools._init_freq_conv_axes(in1, in2, mode, axes,
                                                              sorted_axes=True)
    if len(needed) > 2:
        raise FallsThrough(f"convolved along {len(needed)} axes")
    # Axes of length 1 may be convolved along, too, unless `valid` would want one operand to be the
    # larger one along these.
    if len(wanted) <= 2 and mode != "valid":
        needed = sorted(wanted)
    return first, second, needed


def convolve_along(in1, in2, axes, mode, method):
    """Along one or two axes, broadcast along the others."""
    rest = [axis for axis in range(in1.ndim) if axis not in axes]
    order = [*rest, *axes]

    def planes(array):
        moved = array.transpose(order)
        while moved.ndim - len(rest) < 2:
            moved = moved[..., None, :] if moved.ndim > len(rest) else moved[..., None]
        return moved

    a, b = planes(in1), planes(in2)
    batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    a, b = (np.broadcast_to(x, (*batch, *x.shape[-2:])) for x in (a, b))
    results = [twofold.convolve2d(a[i], b[i], mode, method=method) for i in np.ndindex(*batch)]
    result = np.reshape(results, (*batch, *results[0].shape))
    result = result.reshape(*batch, *result.shape[result.ndim - len(axes):])
    return result.transpose(np.argsort(order))


def convolve_in_frequency(in1, in2, mode, axes, method):
    in1, in2 = operands(in1, in2)
    if in1.size == 0 or in2.size == 0:
        raise FallsThrough("no elements, whose result SciPy has at once")
    if mode not in ("full", "same", "valid"):
        raise ValueError("acceptable mode flags are 'valid', 'same', or 'full'")
    if in1.dtype.kind not in "biufc" or in2.dtype.kind not in "biufc":
        raise FallsThrough("arrays of objects")
    if axes is None and in1.ndim > 2:
        raise FallsThrough(f"{in1.ndim}-D")
    first, second, axes = convolved_axes(in1, in2, mode, axes)
    first, second = as_transformed(first), as_transformed(second)
    if np.result_type(first, second).char in "gG":
        method = "auto"  # long double has no transforms in twofold
    result = convolve_along(first, second, axes, mode, method)
    return _signaltools._centered(result, first.shape) if mode == "same" else result


@rerouted("fftconvolve")
def fftconvolve(in1, in2, mode="full", axes=None):
    return convolve_in_frequency(in1, in2, mode, axes, "whole_fft")


@rerouted("oaconvolve")
def oaconvolve(in1, in2, mode="full", axes=None):
    return convolve_in_frequency(in1, in2, mode, axes, "overlap_save")


def pytest_configure():
    for name in NAMES:
        setattr(signal, name, globals()[name])
        setattr(_signaltools, name, globals()[name])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    global current_test
    current_test = item.nodeid


def pytest_sessionfinish(session):
    if two_dimensional_misses or not reached:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    write = terminalreporter.write_line
    terminalreporter.section("SciPy's tests on twofold")
    write(f"calls that reached twofold: {sum(reached.values())}, in {len(tests_that_reach)} tests")
    for name, count in sorted(reached.items()):
        write(f"    {name:12} {count:6}")
    write(f"2-D calls with arguments that are refused: {sum(refused.values())}")
    write(f"calls left to SciPy: {sum(fell_through.values())}")
    for (name, why), count in sorted(fell_through.items()):
        write(f"    {name:12} {count:6}  {why}")
    for (name, why), count in two_dimensional_misses.items():
        write(f"FAILED: {count} 2-D calls of {name} went to SciPy: {why}")
    if not reached:
        write("FAILED: no call reached twofold")
