# SPDX-License-Identifier: BSD-3-Clause
"""What the tests share: random numbers whose seed is told, and arrays of every type."""

import os

import numpy as np
import pytest

SEED = int(os.environ.get("TWOFOLD_SEED", np.random.SeedSequence().entropy % 2**32))


def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line(f"TWOFOLD_SEED={SEED}")


@pytest.fixture
def random():
    return np.random.default_rng(SEED)
