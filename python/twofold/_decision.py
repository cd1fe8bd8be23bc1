# SPDX-License-Identifier: BSD-3-Clause
"""What the dispatcher decided, and what it thought of every method."""

import dataclasses
from typing import Any, Dict, Optional, Tuple


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One method: whether it is allowed, and what it is predicted to cost.

    `reason` says why it is not allowed, or how it would run.
    """

    method: str
    allowed: bool
    reason: str
    seconds: float
    # None where not allowed, beyond what can be addressed, and for layers' methods not chosen
    workspace_bytes: Optional[int]


@dataclasses.dataclass(frozen=True)
class Decision:
    """The method that runs, why, and all candidates in the dispatcher's order.

    >>> import twofold
    >>> decision = twofold.explain((2000, 2000), (101, 101), method='direct')
    >>> decision.method
    'direct'
    >>> [candidate.method for candidate in decision.candidates][-1]
    'reference'
    """

    method: str
    why: str
    candidates: Tuple[Candidate, ...]

    def as_dict(self) -> Dict[str, Any]:
        """The same as plain values, for json and the like."""
        return dataclasses.asdict(self)

    def __str__(self):
        lines = ["  method          predicted    workspace"]
        lines += [self._line(candidate) for candidate in self.candidates]
        return "\n".join([*lines, "", f"chosen: {self.why}"])

    def _line(self, candidate):
        mark = ">" if candidate.method == self.method else " "
        if candidate.allowed:
            known = candidate.workspace_bytes is not None
            workspace = _bytes(candidate.workspace_bytes) if known else ""
            cost = f"{_seconds(candidate.seconds):>11}  {workspace:>11}"
        else:
            cost = f"{'not allowed':>11}  {'':11}"
        return f"{mark} {candidate.method:13} {cost}  {candidate.reason}".rstrip()


def _seconds(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{_three_digits(seconds / size)} {unit}"
    return f"{_three_digits(seconds / 1e-9)} ns"


def _bytes(count):
    for unit, size in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if count >= size:
            return f"{_three_digits(count / size)} {unit}"
    return f"{count} B"


def _three_digits(value):
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:.{digits}f}"
