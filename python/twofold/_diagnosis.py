# SPDX-License-Identifier: BSD-3-Clause
"""What `diagnose` found."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Explanation:
    """Causes that together turn one result into the other.

    `causes` are names such as 'operation', 'transposed', 'boundary'; `a` and `b` say how the two
    were computed; `residual` is how far they are from that, relative to the largest value, and
    `tolerance` how far rounding may bring them.
    """

    causes: tuple
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
    explanations: tuple
    difference: float
    calls_of_a: tuple
    calls_of_b: tuple

    @property
    def causes(self):
        """Those of the first explanation; empty where there is none."""
        return self.explanations[0].causes if self.explanations else ()

    def as_dict(self):
        """The same as plain values, for json and the like."""
        return dataclasses.asdict(self)

    def __str__(self):
        return self.statement
