# SPDX-License-Identifier: BSD-3-Clause
"""The records of benchmark runs: Google Benchmark's JSON, read and written.

A benchmark's name is <form>/<type>/<rows>x<cols>/<kernel rows>x<kernel cols>/<participant>; the
forms are those of cases.hpp, and `calls`, `choice` and `threads` of calls.cpp.
"""

import json
import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

CASE_NAME = re.compile(r"(\w+)/(\w+)/(\d+)x(\d+)/(\d+)x(\d+)/(\w+)")
LIMIT_NAME = re.compile(r"limit/((?:\w+/)+\w+)")
NANOSECONDS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


@dataclass(frozen=True, order=True)
class Case:
    form: str
    type: str
    rows: int
    cols: int
    kernel_rows: int
    kernel_cols: int

    @property
    def image(self):
        return f"{self.rows}x{self.cols}"

    @property
    def kernel(self):
        return f"{self.kernel_rows}x{self.kernel_cols}"

    @property
    def sizes(self):
        return f"{self.image} {self.kernel}"

    @property
    def is_square(self):
        return self.rows == self.cols and self.kernel_rows == self.kernel_cols

    def name(self, participant):
        return f"{self.form}/{self.type}/{self.image}/{self.kernel}/{participant}"


@dataclass
class Result:
    """The repetitions of one participant in one case, in nanoseconds."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    counters: dict[str, list[float]] = field(default_factory=dict)
    label: str = ""
    error: str = ""

    def time(self, clock):
        return statistics.median(self.cpu if clock == "cpu" else self.wall)

    def counter(self, name, clock):
        """Rates are recorded by wall time."""
        scale = self.time("wall") / self.time(clock)
        return statistics.median(self.counters[name]) * scale

    def spread(self, clock):
        """The interquartile range as a part of the median."""
        times = self.cpu if clock == "cpu" else self.wall
        if len(times) < 2:
            return 0.0
        lower, _, upper = statistics.quantiles(times, n=4, method="inclusive")
        return (upper - lower) / statistics.median(times)


class Record:
    """Everything that was measured, from one or several files."""

    def __init__(self):
        self.contexts = []
        self.cases = {}   # Case -> {participant: Result}
        self.limits = {}  # "memcpy/4096" -> Result
        self.absent = {}  # participant -> why it is not there at all

    def read(self, path):
        content = json.loads(Path(path).read_text())
        self.contexts.append(content["context"])
        self.absent.update(content["context"].get("absent", {}))
        for run in content["benchmarks"]:
            if run["run_type"] == "iteration":
                self._add(run)

    def _add(self, run):
        result = self._result_of(run["run_name"])
        if run.get("error_occurred"):
            result.error = run["error_message"]
            return
        unit = NANOSECONDS[run["time_unit"]]
        result.cpu.append(run["cpu_time"] * unit)
        result.wall.append(run["real_time"] * unit)
        result.label = run.get("label", result.label)
        for counter in ("GFLOP/s", "GB/s"):
            if counter in run:
                result.counters.setdefault(counter, []).append(run[counter])

    def _result_of(self, name):
        name = name.removesuffix("/real_time").removesuffix("/manual_time")
        if limit := LIMIT_NAME.match(name):
            return self.limits.setdefault(limit[1], Result())
        form, element_type, *sizes, participant = CASE_NAME.match(name).groups()
        case = Case(form, element_type, *map(int, sizes))
        return self.cases.setdefault(case, {}).setdefault(participant, Result())

    def results(self):
        for participants in self.cases.values():
            yield from participants.values()


def write(path, context, benchmarks):
    """Completely or not at all."""
    partial = Path(f"{path}.part")
    partial.write_text(json.dumps({"context": context, "benchmarks": benchmarks}, indent=1))
    partial.replace(path)
