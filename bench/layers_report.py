#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints what bench_layers recorded: tables per network and batch, then the targets.

    layers_report.py [--clock cpu|wall] [--markdown FILE] RECORD.json...

Times are medians: of CPU time with one thread, which other programs disturb little, unless --clock
says otherwise; with more threads of wall time.
"""

import dataclasses
import re
import statistics
from dataclasses import dataclass

from record import NANOSECONDS, Record, Result
from report import (NONE, Table, digits, header, per_cent, ratio, read_and_print, seconds,
                    targets_table)
from targets import Target

LAYER_NAME = re.compile(r"([\w:+]+)/(conv|depthwise)/\d+x(\d+)x(\d+)/\d+x(\d+)(?:x(\d+))?"
                        r"/s(\d+)/b(\d+)/t(\d+)/(\w+)")
NETWORKS = {"resnet50": "ResNet-50", "vgg16": "VGG-16", "mobilenetv2": "MobileNetV2",
            "convnext": "ConvNeXt-T, depthwise", "large": "Large kernels"}
LAYERS = {"resnet50": 53, "vgg16": 13, "mobilenetv2": 52}
# The best of them is what twofold is compared with: no reorders counted for oneDNN, and only what
# it chooses by itself.
PEERS = ("onednn", "onednn_auto", "onnxruntime")
LAYOUTS = ("nhwc", "nchw")
WRONG = "WRONG"


@dataclass(frozen=True)
class LayerCase:
    networks: str
    form: str
    side: int
    channels: int
    kernel: int
    filters: int
    stride: int
    batch: int
    threads: int
    layout: str = ""

    @property
    def title(self):
        stride = f"/{self.stride}" if self.stride > 1 else ""
        kind, filters = ("dw ", "") if self.form == "depthwise" else ("", f"→{self.filters}")
        return f"{kind}{self.kernel}x{self.kernel}{stride} {self.side}² {self.channels}{filters}"

    @property
    def sizes(self):
        return f"{self.title} ×{self.batch} {self.layout}".rstrip()

    def uses(self):
        for part in self.networks.split("+"):
            network, count = part.split(":")
            yield network, int(count)


class LayerRecord(Record):
    def _result_of(self, name):
        match = LAYER_NAME.match(name)
        if not match:
            return super()._result_of(name)
        networks, form, *numbers, participant = match.groups()
        side, channels, kernel, filters, stride, batch, threads = (int(n or 0) for n in numbers)
        case = LayerCase(networks, form, side, channels, kernel, filters or channels, stride, batch,
                         threads)
        return self.cases.setdefault(case, {}).setdefault(participant, Result())

    def _add(self, run):
        if "cpu_ns" in run:  # worked elsewhere; what Google Benchmark measured here is the waiting
            run = {**run, "cpu_time": run["cpu_ns"] / NANOSECONDS[run["time_unit"]]}
        super()._add(run)

    def onnxruntime_call(self, threads, clock):
        """What a call takes that computes next to nothing, in nanoseconds."""
        result = self.limits.get(f"onnxruntime_call/t{threads}")
        return result.time(clock_of(threads, clock)) if result else 0.0

    def cells(self, clock, layout=""):
        return [Cell(case, participants, clock_of(case.threads, clock),
                     self.onnxruntime_call(case.threads, clock), layout)
                for case, participants in self.cases.items()]


def clock_of(threads, clock):
    return "wall" if threads > 1 else clock


class Cell:
    """One layer with everything that ran on it; what is missing gives None."""

    def __init__(self, case, participants, clock, onnxruntime_call, layout):
        self.case = dataclasses.replace(case, layout=layout.upper())
        self.participants = participants
        self._clock = clock
        self._layout = layout
        self._onnxruntime_call = onnxruntime_call

    def time(self, name):
        result = self.participants.get(name)
        if not result or result.error or not result.wall:
            return None
        spent = self._onnxruntime_call if name == "onnxruntime" else 0.0
        return max(result.time(self._clock) - spent, 1.0)

    def shown(self, name):
        result = self.participants.get(name)
        if result and result.error:
            return WRONG if WRONG in result.error else NONE
        time = self.time(name)
        return seconds(time) if time else NONE

    @property
    def best_peer(self):
        return min(filter(None, map(self.time, PEERS)), default=None)

    def gain(self, layout=None):
        """Time of the best peer ÷ twofold's."""
        time = self.time(f"twofold_{layout or self._layout}")
        return self.best_peer / time if self.best_peer and time else None

    @property
    def thread_gain(self):
        """One thread ÷ several, for layers that take more than 5 ms with one."""
        alone, together = (self.time(f"twofold_{self._layout}{end}") for end in ("_alone", ""))
        return alone / together if alone and together and alone > 5e6 else None

    def rate(self, name):
        """In GFLOP/s."""
        time = self.time(name)
        if not time:
            return None
        result = self.participants[name]
        return result.counter("GFLOP/s", self._clock) * result.time(self._clock) / time

    def peak_part(self, name):
        rate, peak = self.rate(name), self.rate("multiply_add")
        return rate / (self.case.threads * peak) if rate and peak else None

    @property
    def faster(self):
        """twofold in the layout in which it is faster."""
        names = [name for name in map("twofold_{}".format, LAYOUTS) if self.time(name)]
        return min(names, key=self.time, default="")


def method_of(cell):
    labels = [cell.participants[name].label for name in map("twofold_{}".format, LAYOUTS)
              if name in cell.participants]
    return "/".join(dict.fromkeys(label.replace("_", "-") for label in labels if label)) or NONE


def plural(threads):
    return "1 thread" if threads == 1 else f"{threads} threads"


def groups_of(cells):
    groups = {}
    for cell in cells:
        for network, count in cell.case.uses():
            key = (cell.case.threads, cell.case.batch, network)
            groups.setdefault(key, []).append((cell, count))
    return groups


def twofold_table(members, title):
    table = Table(title, ["layer", "×", "NHWC", "NCHW", "best peer", "NHWC÷", "NCHW÷", "GFLOP/s",
                          "% FMA", "method"])
    for cell, count in members:
        rate = cell.rate(cell.faster)
        table.rows.append([
            cell.case.title, str(count), cell.shown("twofold_nhwc"), cell.shown("twofold_nchw"),
            seconds(cell.best_peer) if cell.best_peer else NONE,
            *(ratio(cell.gain(layout)) for layout in LAYOUTS), digits(rate) if rate else NONE,
            per_cent(cell.peak_part(cell.faster)), method_of(cell)])
    return table


def peers_table(members, title):
    has_automatic = any(cell.time("onednn_auto") for cell, _ in members)
    table = Table(title, ["layer", "oneDNN", "% FMA", *(["auto"] if has_automatic else []),
                          "from NHWC", "from NCHW", "Winograd", "ONNX Rt", "% FMA",
                          "oneDNN's name"])
    for cell, _ in members:
        label = cell.participants["onednn"].label if "onednn" in cell.participants else ""
        table.rows.append([
            cell.case.title, cell.shown("onednn"), per_cent(cell.peak_part("onednn")),
            *([cell.shown("onednn_auto")] if has_automatic else []), cell.shown("onednn_nhwc"),
            cell.shown("onednn_nchw"), cell.shown("onednn_winograd"), cell.shown("onnxruntime"),
            per_cent(cell.peak_part("onnxruntime")), label.split(":")[0] or NONE])
    return table


def networks_table(groups):
    """All layers of a network, each as often as it has it; without those of a selection."""
    names = ["twofold_nhwc", "twofold_nchw", "onednn", "onnxruntime"]
    table = Table("Convolutions of whole networks: sums over all layers",
                  ["network", "batch", "threads", "NHWC", "NCHW", "oneDNN", "ONNX Rt",
                   "best of each", "NHWC÷", "NCHW÷"])
    for (threads, batch, network), members in groups.items():
        if sum(count for _, count in members) != LAYERS.get(network):
            continue
        sums = [total([cell.time(name) for cell, _ in members], members) for name in names]
        best = total([cell.best_peer for cell, _ in members], members)
        table.rows.append([
            NETWORKS[network], str(batch), str(threads),
            *(seconds(value) if value else NONE for value in sums), seconds(best) if best else NONE,
            *(ratio(best / value if best and value else None) for value in sums[:2])])
    return [table] if table.rows else []


def total(times, members):
    return None if None in times else sum(t * count for t, (_, count) in zip(times, members))


def threads_table(cells):
    table = Table("Threads: twofold's layers above 5 ms, 1 thread ÷ 2",
                  ["layer", "batch", "layout", "1 thread", "2 threads", "1 ÷ 2"])
    for cell in cells:
        if cell.thread_gain:
            name = f"twofold_{cell.case.layout.lower()}"
            table.rows.append([cell.case.title, str(cell.case.batch), cell.case.layout,
                               cell.shown(f"{name}_alone"), cell.shown(name),
                               ratio(cell.thread_gain)])
    return [table] if table.rows else []


def errors_of(record):
    """Wrong results first; then what could not run, once per reason."""
    reasons = {}
    for case, participants in record.cases.items():
        for name, result in participants.items():
            if result.error:
                reasons.setdefault(f"{name}: {result.error}", []).append(case.sizes)
    for reason, sizes in sorted(reasons.items(), key=lambda item: WRONG not in item[0]):
        more = f" and {len(sizes) - 3} more" if len(sizes) > 3 else ""
        yield f"{reason} ({', '.join(sizes[:3])}{more})"


def targets_of(threads):
    def layers(also=lambda case: True):
        return lambda case: case.threads == threads and also(case)

    gain = Cell.gain
    wanted = [
        Target("all layers", layers(), gain, each=1.0, mean=1.3),
        Target("3x3, stride 1, ≥ 28²",
               layers(lambda case: case.form == "conv" and case.kernel == 3 and case.stride == 1 and
                      case.side >= 28), gain, each=1.6),
        Target("11x11", layers(lambda case: case.kernel == 11), gain, each=3),
        Target("depthwise", layers(lambda case: case.form == "depthwise"), gain, each=1.5),
    ]
    if threads > 1:
        wanted.append(Target("1 thread ÷ 2, above 5 ms", layers(),
                             lambda cell: cell.thread_gain, each=1.8))
    return wanted


def tables_of(record, clock):
    groups = groups_of(record.cells(clock))
    for (threads, batch, network), members in groups.items():
        title = f"{NETWORKS.get(network, network)}, batch {batch}, {plural(threads)}"
        yield twofold_table(members, title)
        yield peers_table(members, f"{title}: the peers")
    yield from networks_table(groups)
    by_layout = [cell for layout in LAYOUTS for cell in record.cells(clock, layout)]
    yield from threads_table(by_layout)
    for threads in sorted({case.threads for case in record.cases}):
        yield targets_table(by_layout, targets_of(threads),
                            f"Targets, {plural(threads)}: best peer ÷ twofold, both layouts",
                            most=24)


def head(record, clock):
    several = sorted({case.threads for case in record.cases})
    clock = clock_of(several[-1], clock)
    lines = header(record, clock, "layers in float32 with bias")
    peak = [result.counter("GFLOP/s", clock) for participants in record.cases.values()
            for name, result in participants.items() if name == "multiply_add" and result.wall]
    if peak:
        lines.append(f"multiply-add in registers: {digits(statistics.median(peak))} GFLOP/s a core")
    calls = [record.onnxruntime_call(threads, clock) for threads in several]
    if any(calls):
        lines.append("ONNX Runtime: times less what a call takes on one pixel, "
                     f"{', '.join(map(seconds, calls))}")
    errors = list(errors_of(record))
    if any(WRONG in error for error in errors):
        lines.append("RESULTS DIFFER; what differs has no time:")
    return lines + [f"  {error}" for error in errors]


if __name__ == "__main__":
    read_and_print(__doc__, LayerRecord(), lambda record: record.cases,
                   lambda record, clock: (head(record, clock), list(tables_of(record, clock))))
