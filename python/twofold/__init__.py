# SPDX-License-Identifier: BSD-3-Clause
"""2-D convolution and correlation on the CPU.

`convolve2d` and `correlate2d` have SciPy's signatures and results; the faster of sliding window and
Fourier transform computes them. `Plan` prepares a kernel once for many images, `twofold.ops` has
Keras' layers, `explain` says what is chosen and why, `tune` measures this machine, `diagnose` says why two
results differ.
"""

from twofold import ops
from twofold._decision import Candidate, Decision
from twofold._diagnosis import Diagnosis, Explanation
from twofold._explain import explain, tune
from twofold._twofold import Plan, convolve2d, correlate2d, diagnose, info, load_profile

Plan.__module__ = __name__
__version__ = info()["version"]
__all__ = ["Candidate", "Decision", "Diagnosis", "Explanation", "Plan", "convolve2d", "correlate2d",
           "diagnose", "explain", "info", "load_profile", "ops", "tune"]
