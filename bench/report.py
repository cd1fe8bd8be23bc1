#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints what the benchmarks recorded: a table per group, then the targets and who misses them.

    report.py [--clock cpu|wall] [--markdown FILE] RECORD.json...

Times are medians. The CPU time of the calling thread (the default) is little disturbed by other
programs and equals wall time on a quiet machine; with threads only wall time has a meaning.
"""

import argparse
import statistics
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

import targets
from record import Record

FORMS = {
    "general": ("random kernel", "filter2D"),
    "rank_one": ("full kernel of rank one, not said so", "filter2D"),
    "separable": ("kernel given as column and row", "sepFilter2D"),
}
# Those of peers.py, as they are called in tables. The first four are SciPy's.
OTHER_PEERS = {"convolve2d": "convolve", "fftconvolve": "fftconv", "oaconvolve": "oaconv",
               "ndimage": "ndimage", "torch": "PyTorch", "onnxruntime": "ONNX Rt"}
NONE = "–"


@dataclass
class Table:
    title: str
    headings: list[str]
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left: int = 1  # how many columns are aligned to the left

    def text(self):
        widths = [max(map(len, column)) for column in zip(self.headings, *self.rows)]

        def line(cells):
            return "  ".join(
                cell.ljust(width) if i < self.left else cell.rjust(width)
                for i, (cell, width) in enumerate(zip(cells, widths))).rstrip()

        lines = [self.title, "", line(self.headings), "  ".join("─" * width for width in widths)]
        previous = None
        for row in self.rows:
            if previous not in (None, row[0]) and self.left > 1:
                lines.append("")
            lines.append(line(row))
            previous = row[0]
        return "\n".join(lines + [f"  {note}".rstrip() for note in self.notes])

    def markdown(self):
        marks = [":--" if i < self.left else "--:" for i in range(len(self.headings))]
        lines = [f"### {self.title}", ""]
        lines += [f"| {' | '.join(cells)} |" for cells in (self.headings, marks, *self.rows)]
        return "\n".join([*lines, "", *(f"{note.strip()}  " for note in self.notes)])


def seconds(nanoseconds):
    """Three digits and a unit."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if nanoseconds >= 0.9995 * size:
            return f"{digits(nanoseconds / size)} {unit}"
    return f"{digits(nanoseconds)} ns"


def digits(value):
    return f"{value:.{0 if value >= 99.95 else 1 if value >= 9.995 else 2}f}"


def per_cent(part):
    return NONE if part is None else f"{100 * part:.0f}"


def ratio(value):
    return NONE if value is None else digits(value)


class Cell:
    """One case with everything that ran on it; what is missing gives None."""

    def __init__(self, case, participants, clock):
        self.case = case
        self.participants = participants
        self.clock = "wall" if case.form == "threads" else clock

    def time(self, name):
        result = self.participants.get(name)
        return result.time(self.clock) if result and result.cpu else None

    def rate(self, name):
        result = self.participants.get(name)
        return result.counter("GFLOP/s", self.clock) if result and result.cpu else None

    def ratio(self, name, to="twofold"):
        over, under = self.time(name), self.time(to)
        return over / under if over and under else None

    @property
    def method(self):
        return self.label("twofold")

    def label(self, name):
        result = self.participants.get(name)
        return result.label if result else ""

    @property
    def peak_part(self):
        """Of the multiply-add peak: the direct engine's, also where another one was chosen."""
        direct = "twofold" if self.method in ("direct", "") else "direct"
        if self.case.form == "separable" and self.method == "separable":
            direct = "twofold"
        rate, peak = self.rate(direct), self.rate("multiply_add")
        return rate / peak if rate and peak else None

    @property
    def memcpy_part(self):
        """Of memcpy's speed, counting every element of input and output once."""
        return self.ratio("memcpy")

    @property
    def fastest_peer_ratio(self):
        """None before others than OpenCV have been measured."""
        if not any(map(self.time, OTHER_PEERS)):
            return None
        return min(filter(None, map(self.ratio, ["filter2D", *OTHER_PEERS])))

    def shown_time(self, name):
        result = self.participants.get(name)
        if result and result.error:
            return "see note"
        time = self.time(name)
        return seconds(time) if time else NONE


def cells_of(record, clock):
    """Without those that only a peer has, from a record of an earlier selection."""
    return [Cell(case, participants, clock) for case, participants in record.cases.items()
            if case.form not in FORMS or "twofold" in participants]


def image_tables(cells):
    groups = {}
    for cell in cells:
        if cell.case.form in FORMS:
            groups.setdefault((cell.case.form, cell.case.type), []).append(cell)
    for (form, element_type), members in groups.items():
        what, peer = FORMS[form]
        chosen = any(cell.time("direct") for cell in members)
        table = Table(f"{element_type}, {what}, against OpenCV {peer}",
                      ["image", "kernel", "method", "time", "GFLOP/s", "% FMA", "% memcpy",
                       *(["direct"] if chosen else []), peer, f"{peer}÷"], left=3)
        for cell in members:
            rate = cell.rate("twofold")
            table.rows.append([
                cell.case.image, cell.case.kernel, cell.method, cell.shown_time("twofold"),
                digits(rate) if rate else NONE, per_cent(cell.peak_part),
                per_cent(cell.memcpy_part), *([cell.shown_time("direct")] if chosen else []),
                cell.shown_time(peer), ratio(cell.ratio(peer))])
        if chosen:
            table.notes.append("% FMA: of the direct engine, also where another method was chosen "
                               "('direct' is its time).")
        table.notes += errors_of(members, [peer])
        yield table


def errors_of(cells, peers):
    """Why something is not there: once per reason."""
    reasons = {}
    for cell in cells:
        for name in peers:
            result = cell.participants.get(name)
            if result and result.error:
                reasons.setdefault(f"{name}: {result.error}", []).append(cell.case.sizes)
    for reason, sizes in reasons.items():
        more = f" and {len(sizes) - 3} more" if len(sizes) > 3 else ""
        yield f"{reason} ({', '.join(sizes[:3])}{more})"


def peers_tables(record, cells):
    groups = {}
    for cell in cells:
        if cell.case.form in FORMS and not OTHER_PEERS.keys().isdisjoint(cell.participants):
            groups.setdefault(cell.case.type, []).append(cell)
    for element_type, members in groups.items():
        table = Table(f"{element_type}, all peers: their time ÷ twofold's",
                      ["image", "kernel", "twofold", "filter2D", *OTHER_PEERS.values(), "fastest"],
                      left=2)
        for cell in members:
            table.rows.append([cell.case.image, cell.case.kernel, cell.shown_time("twofold"),
                               ratio(cell.ratio("filter2D")),
                               *(ratio(cell.ratio(name)) for name in OTHER_PEERS),
                               ratio(cell.fastest_peer_ratio)])
        table.notes.append("OpenCV ran interleaved with twofold, in the same process; "
                           "the others ran after it.")
        table.notes += [f"{name}: absent ({why})" for name, why in record.absent.items()]
        table.notes += errors_of(members, OTHER_PEERS)
        yield table


def calls_table(cells):
    members = [cell for cell in cells if cell.case.form == "calls"]
    if not members:
        return
    table = Table("Calls: 3x3 on small float32 images",
                  ["image", "plan", "execute", "one-shot", "− execute", "one-shot, new image",
                   "filter2D", "filter2D÷execute"])
    for cell in members:
        execute, one_shot = cell.time("execute"), cell.time("one_shot")
        more = seconds(max(one_shot - execute, 0)) if one_shot and execute else NONE
        table.rows.append([cell.case.image, cell.shown_time("plan"), cell.shown_time("execute"),
                           cell.shown_time("one_shot"), more, cell.shown_time("one_shot_image"),
                           cell.shown_time("filter2D"), ratio(cell.ratio("filter2D", "execute"))])
    yield table


def choice_table(cells):
    members = [cell for cell in cells if cell.case.form == "choice"]
    if not members:
        return
    table = Table("The choice of a method alone, float32",
                  ["image", "kernel", "of full rank", "chosen", "of rank one", "chosen"], left=2)
    for cell in members:
        of_kinds = [(cell.shown_time(kind), cell.label(kind)) for kind in ("general", "rank_one")]
        table.rows.append([cell.case.image, cell.case.kernel, *of_kinds[0], *of_kinds[1]])
    yield table


def threads_table(cells):
    members = [cell for cell in cells if cell.case.form == "threads"]
    if not members:
        return
    table = Table("Threads: the direct engine, float32, wall time",
                  ["image", "kernel", "1 thread", "2 threads", "1 ÷ 2"], left=2)
    for cell in members:
        table.rows.append([cell.case.image, cell.case.kernel, cell.shown_time("1"),
                           cell.shown_time("2"), ratio(cell.ratio("1", "2"))])
    yield table


def limits_table(record, clock):
    if not record.limits:
        return
    table = Table("The machine's limits, one thread", ["what", "rate"])
    for name, result in record.limits.items():
        kind, *rest = name.split("/")
        counter, what = (("GB/s", f"memcpy of {memory_size(int(rest[0]))}, read + written")
                         if kind == "memcpy" else
                         ("GFLOP/s", f"multiply-add in registers, {', '.join(rest)}"))
        table.rows.append([what, f"{digits(result.counter(counter, clock))} {counter}"])
    yield table


def memory_size(size):
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size >> 10} KiB"


def header(record, clock, what="one thread, mode same, boundary symm"):
    lines = []
    for context in record.contexts:
        parts = [f"{key} {context[key]}" for key in
                 ("twofold", "isa", "opencv", "scipy", "torch", "onednn", "onnxruntime")
                 if key in context]
        load = " ".join(f"{value:.1f}" for value in context["load_avg"])
        line = f"{context['date'][:16].replace('T', ' ')}  load {load}  {', '.join(parts)}"
        lines += textwrap.wrap(line, 100, subsequent_indent="  ")
    context = record.contexts[0]
    results = [result for result in record.results() if result.cpu]
    repetitions = sorted({len(result.cpu) for result in results})
    lines.insert(0, f"{context['cpu']}, {context['num_cpus']} CPUs; {what}")
    # A machine shared with others outside a virtual one shows in the spread only.
    spreads = sorted(result.spread(clock) for result in results) or [0.0]
    typical_spread = statistics.median(spreads)
    large_spread = spreads[int(0.95 * (len(spreads) - 1))]
    lines.append(f"{'CPU' if clock == 'cpu' else 'Wall'} time, medians of "
                 f"{'-'.join(map(str, dict.fromkeys([repetitions[0], repetitions[-1]])))} "
                 f"repetitions; interquartile range ÷ median: {typical_spread:.1%}, "
                 f"95th percentile {large_spread:.1%}")
    busy = statistics.median(result.time("wall") / result.time("cpu") for result in results
                             if result.time("cpu") > 0)
    if busy > 1.05 or large_spread > 0.1:
        lines.append(f"THE MACHINE WAS BUSY (wall ÷ CPU time {busy:.2f}, repetitions differ by "
                     f"{large_spread:.0%}): not for publishing.")
    return lines


def targets_table(cells, wanted=targets.TARGETS, title="Targets", most=None):
    """Of those who miss a target, the `most` who miss it by most are named."""
    table = Table(title, ["what", "cells", "worst", "mean", "wanted", ""])
    below = []
    for target in wanted:
        outcome = target.judge(cells)
        table.rows.append([target.what, str(outcome.count), *outcome.shown, target.text,
                           outcome.verdict])
        if outcome.missing:
            below.append((target.what, outcome.missing))
    for what, missing in below:
        worst = f", of which the worst {most}" if most and len(missing) > most else ""
        table.notes += ["", f"{what}: missed by {len(missing)}{worst}"]
        table.notes += [f"  {line}" for line in wrapped(missing[:most], 92)]
    return table


def wrapped(words, width):
    line = ""
    for word in words:
        if line and len(line) + 3 + len(word) > width:
            yield line
            line = ""
        line += (" · " if line else "") + word
    if line:
        yield line


def read_and_print(description, record, has_results, lines_and_tables):
    """The command line of a report: reads records, prints what lines_and_tables(record, clock) has."""
    parser = argparse.ArgumentParser(description=description.split("\n\n")[0])
    parser.add_argument("records", nargs="+", metavar="RECORD.json")
    parser.add_argument("--clock", choices=["cpu", "wall"], default="cpu")
    parser.add_argument("--markdown", metavar="FILE", help="write the same as Markdown, too")
    arguments = parser.parse_args()

    try:
        for path in arguments.records:
            record.read(path)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"twofold: {path}: {getattr(error, 'strerror', None) or error}")
    if not has_results(record):
        sys.exit(f"twofold: {arguments.records[0]}: nothing was measured")

    lines, tables = lines_and_tables(record, arguments.clock)
    print("\n".join(lines))
    for table in tables:
        print(f"\n\n{table.text()}")
    if arguments.markdown:
        parts = ["  \n".join(lines), *(table.markdown() for table in tables)]
        Path(arguments.markdown).write_text("\n\n".join(parts) + "\n")


def lines_and_tables(record, clock):
    cells = cells_of(record, clock)
    tables = [*limits_table(record, clock), *image_tables(cells), *peers_tables(record, cells),
              *calls_table(cells), *choice_table(cells), *threads_table(cells),
              targets_table(cells)]
    return header(record, clock), tables


if __name__ == "__main__":
    read_and_print(__doc__, Record(), lambda record: record.cases or record.limits,
                   lines_and_tables)
