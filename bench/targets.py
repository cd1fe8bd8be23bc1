# SPDX-License-Identifier: BSD-3-Clause
"""What twofold is to reach, in figures, and whether it does."""

import math
from dataclasses import dataclass
from typing import Callable


@dataclass
class Outcome:
    count: int
    shown: tuple[str, str]  # worst, mean
    verdict: str
    missing: list[str]


@dataclass
class Target:
    """`value` of each cell that `applies`; `each` and `mean` (geometric) are to be reached. With
    `at_most`, smaller is better."""

    what: str
    applies: Callable
    value: Callable
    each: float | None = None
    mean: float | None = None
    at_most: bool = False
    unit: str = ""

    @property
    def text(self):
        sign = "≤" if self.at_most else "≥"
        wanted = []
        if self.each is not None:
            wanted.append(f"{sign} {self.each:g}{self.unit}")
        if self.mean is not None:
            wanted.append(f"mean {sign} {self.mean:g}{self.unit}")
        return ", ".join(wanted)

    def judge(self, cells):
        values = [(self.value(cell), cell.case) for cell in cells if self.applies(cell.case)]
        values = [(value, case) for value, case in values if value is not None]
        if not values:
            return Outcome(0, ("–", "–"), "not measured", [])
        numbers = [value for value, _ in values]
        worst = max(numbers) if self.at_most else min(numbers)
        mean = math.exp(sum(math.log(max(n, 1e-9)) for n in numbers) / len(numbers))
        missing = [(value, case) for value, case in values
                   if self.each is not None and not self._reaches(value, self.each)]
        missing.sort(key=lambda pair: pair[0], reverse=self.at_most)
        reached = not missing and (self.mean is None or self._reaches(mean, self.mean))
        return Outcome(len(values), (self._show(worst), self._show(mean)),
                       "reached" if reached else "MISSED",
                       [f"{case.sizes} {self._show(value)}" for value, case in missing])

    def _reaches(self, value, wanted):
        return value <= wanted if self.at_most else value >= wanted

    def _show(self, value):
        return f"{value:.0f}{self.unit}" if self.unit == " %" else f"{value:.2f}{self.unit}"


def slower(peer):
    return lambda cell: cell.ratio(peer)


def small(case):
    """Odd shapes count by their taps: 13x5 is smaller than 9x9."""
    return case.kernel_rows * case.kernel_cols <= 11 * 11


def of_form(form, element_type=None, also=lambda case: True):
    return lambda case: (case.form == form and element_type in (None, case.type) and also(case))


def peak_per_cent(cell):
    return None if cell.peak_part is None else 100 * cell.peak_part


def memcpy_per_cent(cell):
    return None if cell.memcpy_part is None else 100 * cell.memcpy_part


def in_cache(sides):
    """Square images that stay in the cache, with square kernels of such sides."""
    return lambda case: case.is_square and 256 <= case.rows <= 1024 and case.kernel_rows in sides


def execute_microseconds(cell):
    time = cell.time("execute")
    return time and time * 1e-3


def choice_microseconds(cell):
    times = [cell.time("general"), cell.time("rank_one")]
    return max(times) * 1e-3 if all(times) else None


def one_shot_microseconds(cell):
    execute, one_shot = cell.time("execute"), cell.time("one_shot")
    return (one_shot - execute) * 1e-3 if execute and one_shot else None


FILTER = "filter2D ÷ twofold, "
PEAK = "% of FMA peak, float32 256²–1024², "

TARGETS = [
    Target(FILTER + "float32, k ≤ 11",
           of_form("general", "float32", small),
           slower("filter2D"), each=1.4, mean=2),
    Target(FILTER + "float32, k ≥ 13",
           of_form("general", "float32", lambda case: not small(case)),
           slower("filter2D"), each=2, mean=6),
    Target(FILTER + "float64", of_form("general", "float64"), slower("filter2D"), each=1, mean=2),
    Target(FILTER + "uint8", of_form("general", "uint8"), slower("filter2D"), each=1, mean=2),
    Target(FILTER + "uint8 RGB", of_form("general", "uint8x3"), slower("filter2D"), each=1, mean=2),
    Target("fastest of all peers ÷ twofold, float32", of_form("general", "float32"),
           lambda cell: cell.fastest_peer_ratio, each=1.2, mean=3.5),
    Target(PEAK + "3x3", of_form("general", "float32", in_cache({3})), peak_per_cent, each=60,
           unit=" %"),
    Target(PEAK + "5x5", of_form("general", "float32", in_cache({5})), peak_per_cent, each=75,
           unit=" %"),
    Target(PEAK + "k ≥ 9", of_form("general", "float32", in_cache(range(9, 1000))), peak_per_cent,
           each=90, unit=" %"),
    Target("% of memcpy, float32 4096², 3x3",
           of_form("general", "float32", lambda case: case.sizes == "4096x4096 3x3"),
           memcpy_per_cent, each=80, unit=" %"),
    Target("sepFilter2D ÷ twofold, float32", of_form("separable", "float32"),
           slower("sepFilter2D"), each=1.2, mean=1.8),
    Target("sepFilter2D ÷ twofold, float64", of_form("separable", "float64"),
           slower("sepFilter2D"), each=1.2, mean=1.8),
    Target("filter2D ÷ twofold, rank one, 15x15",
           of_form("rank_one", "float32", lambda case: case.kernel == "15x15"),
           slower("filter2D"), each=5),
    Target("execute, 64², 3x3", of_form("calls", also=lambda case: case.rows == 64),
           execute_microseconds, each=1.5, at_most=True, unit=" µs"),
    Target("one-shot − execute, 64², 3x3", of_form("calls", also=lambda case: case.rows == 64),
           one_shot_microseconds, each=3, at_most=True, unit=" µs"),
    Target("the choice of a method", of_form("choice"), choice_microseconds, each=2, at_most=True,
           unit=" µs"),
    Target("1 thread ÷ 2, 15x15, ≥ 1024²", of_form("threads"),
           lambda cell: cell.ratio("1", "2"), each=1.8),
]
