# SPDX-License-Identifier: BSD-3-Clause
"""What `diagnose` found."""

import dataclasses
from typing import Any, Dict, Tuple


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Causes that together turn one result into the other.

    `causes` are names such as 'operation', 'transposed', 'boundary'; `a` and `b` say how the two
    were computed; `residual` is how far they are from that, relative to the largest value, and
    `tolerance` how far rounding may bring them.
    """

    causes: Tuple[str, ...]
    sentence: str
    evidence: str
    a: str
    b: str
    residual: float
    tolerance: float


@dataclasses.dataclass(frozen=True)
class Diagnosis:
    """The verdict, 'equal', 'explained', 'ambiguous' or 'unexplained', and what it rests on.

    `explanations` are those of the fewest causes; several are there if image and kernel do not tell
    them apart. `difference` is the largest one, relative to the largest value; negative where
    shapes differ. `calls_of_a` and `calls_of_b` are the plainest calls that give the results.
    """

    verdict: str
    statement: str
    explanations: Tuple[Explanation, ...]
    difference: float
    calls_of_a: Tuple[str, ...]
    calls_of_b: Tuple[str, ...]

    @property
    def causes(self) -> Tuple[str, ...]:
        """Those of the first explanation; empty where there is none."""
        return self.explanations[0].causes if self.explanations else ()

    def as_dict(self) -> Dict[str, Any]:
        """The same as plain values, for json and the like."""
        return dataclasses.asdict(self)

    def __str__(self):
        return self.statement
