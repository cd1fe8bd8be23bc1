# SPDX-License-Identifier: BSD-3-Clause
"""Every public object tells what it does, and the examples do what they show."""

import doctest

import pytest

import twofold
import twofold.dask
from twofold import _explain, ops

PUBLIC = [*((twofold, name) for name in twofold.__all__ if name != "ops"),
          *((ops, name) for name in ops.__all__),
          *((twofold.dask, name) for name in twofold.dask.__all__)]
WITH_EXAMPLES = {"convolve2d", "correlate2d", "Plan", "explain", "info", "Decision",
                 "conv", "depthwise_conv", "separable_conv", "conv_transpose", "diagnose"}


@pytest.mark.parametrize("module, name", PUBLIC, ids=lambda value: str(value))
def test_docstring(module, name):
    text = getattr(module, name).__doc__
    assert text and text.strip()
    examples = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    assert bool(examples.examples) == (name in WITH_EXAMPLES)
    assert doctest.DocTestRunner().run(examples).failed == 0


def test_modules_have_docstrings():
    assert all(module.__doc__ for module in (twofold, ops, twofold.dask, _explain))
