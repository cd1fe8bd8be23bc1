#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs what README.md shows: readme.py <source folder> <build folder> <C++ compiler>.

Commands and Python blocks run in a folder that looks like a checkout with build/release in it, with
a home of its own. A section's C++ and CMake blocks become a program, and that section's commands run in the
program's folder. Below a command of a `console` block stands its output, in which … stands for
anything. What reports on the machine is that of one with AVX2, and numbers in it may differ.
Each row of the table of equalities is computed by both sides. Python that imports twofold runs where the
build has the package.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
from scipy import ndimage, signal

NUMBER = r"\d+(?:\.\d+)?(?:e[+-]?\d+)?"
REPORTS_MACHINE = re.compile(r"twofold (info|explain)|--explain")
PACKAGE = Path("build", "release", "python", "twofold")
DEV_COMMAND = re.compile(r"^\./dev (\w+)", re.M)

failures = []


def check(condition, message):
    if not condition:
        failures.append(message)
        print(f"FAILED: {message}")


class Machine:
    """A newcomer's home and checkout."""

    def __init__(self, folder, source, build, compiler):
        self.source = source
        self.checkout = folder / "twofold"
        (self.checkout / "build").mkdir(parents=True)
        (self.checkout / "build" / "release").symlink_to(build)
        for entry in ("examples", "dev"):
            (self.checkout / entry).symlink_to(source / entry)
        self.program = folder / "program"
        self.program.mkdir()
        home = folder / "home"
        home.mkdir()
        self.environment = dict(
            os.environ,
            HOME=str(home),
            CXX=compiler,
            PATH=f"{home}/.local/bin:{os.environ['PATH']}",
        )
        # The page shows a machine with AVX2; newer ones have that too.
        if "avx2" in self.run("build/release/tools/twofold info", self.checkout):
            self.environment["TWOFOLD_ISA"] = "avx2"

    def run(self, command, folder):
        print(f"$ {command}")
        dev = DEV_COMMAND.match(command)
        if dev and dev[1] != "help":  # they build and test all this: see only whether they exist
            known = self.run("./dev help", self.checkout)
            check(dev[1] in DEV_COMMAND.findall(known), f"{command}: not in `./dev help`")
            return ""
        result = subprocess.run(["sh", "-euc", command], cwd=folder, env=self.environment,
                                capture_output=True, text=True, timeout=300)
        if result.returncode != 0:
            sys.exit(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout + result.stderr


def check_output(command, shown, actual):
    """`shown` as a pattern for `actual`."""
    varying = REPORTS_MACHINE.search(command)
    pattern = ""
    for token in re.findall(rf"…|\s+|{NUMBER}|.", shown.strip()):
        if token == "…":
            pattern += ".*"
        elif token.isspace():
            pattern += r"\s+" if varying else re.escape(token)
        elif varying and re.fullmatch(NUMBER, token):
            pattern += NUMBER
        else:
            pattern += re.escape(token)
    check(re.fullmatch(pattern, actual.strip(), re.S),
          f"{command}: README shows\n{shown}\nit printed\n{actual}")


def run_console(machine, text, folder):
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        actual = machine.run(command, folder)
        if not REPORTS_MACHINE.search(command) or "avx2" in actual:
            check_output(command, shown, actual.replace("avx512, ", ""))


def run_blocks(machine, text):
    """Every fenced block of the page; returns how many of each language there were."""
    counts = {}
    folder = machine.checkout
    blocks = re.compile(r"^(#+ [^\n]*)$|^```(\w*)\n(.*?)^```$", re.M | re.S)
    for heading, language, body in blocks.findall(text):
        if heading:
            folder = machine.checkout
            continue
        counts[language] = counts.get(language, 0) + 1
        if language == "cpp":
            folder = machine.program
            (folder / "main.cpp").write_text(body)
        elif language == "cmake":
            folder = machine.program
            (folder / "CMakeLists.txt").write_text(body)
        elif language == "python":
            if "twofold" in body and not (machine.checkout / PACKAGE).exists():
                continue
            machine.run(shlex.join([sys.executable, "-c", body]), folder)
        elif language == "sh":
            for command in body.replace("\\\n", " ").splitlines():
                machine.run(command, folder)
        elif language == "console":
            run_console(machine, body, folder)
        else:
            check(False, f"a block of the language '{language}', which this test does not run")
    return counts


def ours(machine, call, folder):
    """The result of `convolve2d(x, k, {.mode = Mode::same})`, through the command line."""
    operation = re.match(r"(convolve|correlate)2d\(x, k", call)[1]
    options = [word for name, value in re.findall(r"\.(\w+) = (?:\w+::)?(\w+)", call)
               for word in ("--" + name.replace("_value", ""), value)]
    out = folder / "out.npy"
    machine.run(shlex.join(["twofold", operation, "x.npy", "k.npy", "-o", str(out), *options]),
                folder)
    return numpy.load(out)


def check_equalities(machine, text, folder):
    """Rows `| our call | kernel sizes | Python expression | … |`, on random data."""
    row = re.compile(r"^\| `((?:convolve|correlate)2d\(.*?)` \| (any|odd|even) \| `(.*?)` \|", re.M)
    rows = row.findall(text)
    generator = numpy.random.default_rng(20)
    shapes = {"odd": [(3, 5), (1, 7)], "even": [(4, 4)]}
    shapes["any"] = shapes["odd"] + shapes["even"] + [(2, 5)]
    for call, sizes, expression in rows:
        for shape in shapes[sizes]:
            x = generator.standard_normal((16, 19))
            k = generator.standard_normal(shape)
            numpy.save(folder / "x.npy", x)
            numpy.save(folder / "k.npy", k)
            expected = eval(expression, {"signal": signal, "ndimage": ndimage, "x": x, "k": k})
            actual = ours(machine, call, folder)
            check(actual.shape == expected.shape and
                  numpy.allclose(actual, expected, rtol=0, atol=1e-12 * k.size),
                  f"{call} is not {expression} for a {shape} kernel")
    return len(rows)


def check_picture(machine, text, folder):
    """The picture beside a photo is what the command in the table's heading makes of it."""
    photo, command, made, shown = re.search(
        r"^\| `(\S+)` \| `(twofold .* -o (\S+))` \|\n.*\n.* src=\"(docs/\S+)\"", text,
        re.M).groups()
    shutil.copy(machine.source / "examples" / "photos" / photo, folder)
    machine.run(command, folder)
    pixels = []
    for picture in (machine.source / shown, made):
        identity = ["twofold", "convolve", str(picture), "identity", "-o", "p.npy"]
        machine.run(shlex.join(identity), folder)
        pixels.append(numpy.load(folder / "p.npy"))
    # Halves may be rounded differently where another method or instruction set computes.
    check(numpy.abs(pixels[0] - pixels[1]).max() <= 1, f"{command} does not make {shown}")


def main():
    source, build, compiler = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    text = (source / "README.md").read_text()
    with tempfile.TemporaryDirectory(prefix="twofold readme ") as name:
        machine = Machine(Path(name), source, build, compiler)
        counts = run_blocks(machine, text)
        for language in ("cpp", "cmake", "python", "sh", "console"):
            check(counts.get(language, 0) > 0, f"README.md has no block of '{language}'")
        check_picture(machine, text, machine.program)
        check(check_equalities(machine, text, machine.program) > 0, "no row of equalities found")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)|src=\"([^\"]+)\"", text):
            target = target[0] or target[1]
            check((source / target).exists(), f"README.md names {target}, which is not there")
    print("README.md:", counts, "failures:", len(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
