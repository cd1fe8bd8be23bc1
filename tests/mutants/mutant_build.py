# SPDX-License-Identifier: BSD-3-Clause
"""A copy of the sources, built once, in which single files are changed, compiled and linked.

Nothing but the objects that read a changed file is compiled for a mutant, with little optimisation,
and nothing at all when the file becomes what it was: the objects are put aside and back.
"""

import filecmp
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

# What a test runs, by the beginning of its name; the first that fits.
PROGRAMS = {
    "unit.allocation_failure": "allocation_failure_tests",
    "unit.allocation": "allocation_tests",
    "unit.": "unit_tests",
    "command_line.": "twofold_tool",
    "oracle.opencv": "opencv_oracle",
    "oracle.": "twofold_tool",
    "python.": "twofold_python",
}
LINKED = ("src/libtwofold.a", "tools/libtwofold_tool_parts.a", "tools/twofold",
          "tests/unit/unit_tests", "tests/unit/allocation_tests",
          "tests/unit/allocation_failure_tests", "tests/oracle/opencv_oracle")
ASIDE = ".original"


class CompileError(Exception):
    """A mutant is no program."""


def _run(command, **options):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **options)


def program_of(test):
    return next((program for prefix, program in PROGRAMS.items() if test.startswith(prefix)), None)


def copy_sources(root, tree):
    """Brings `tree` to the state of `root`, and touches nothing that is the same."""
    skipped = shutil.ignore_patterns("build", ".git", "__pycache__")
    wanted = set()
    for folder, folders, files in os.walk(root):
        ignored = skipped(folder, folders + files)
        folders[:] = [name for name in folders if name not in ignored]
        for name in files:
            source = pathlib.Path(folder, name)
            target = tree / source.relative_to(root)
            wanted.add(target)
            if target.is_file() and filecmp.cmp(source, target, shallow=False):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    for target in tree.rglob("*"):
        below = target.relative_to(tree).parts
        if target.is_file() and below[0] != "build" and target not in wanted:
            target.unlink()


class MutantBuild:
    """One configuration of the sources in `tree`."""

    def __init__(self, tree, preset, jobs):
        self.tree = tree
        self.preset = preset
        self.folder = tree / "build" / preset
        self.jobs = jobs
        self.programs = set()
        self._readers = None
        self._changed = ""
        self._aside = []

    def prepare(self, programs):
        """Builds the programs from unchanged sources."""
        self.programs = set(programs)
        self._put_back(list(self.folder.rglob("*" + ASIDE)))
        steps = (["cmake", "--preset", self.preset],
                 ["cmake", "--build", "--preset", self.preset, "--parallel", str(self.jobs),
                  "--target", *sorted(programs)])
        for step in steps:
            subprocess.run(step, cwd=self.tree, check=True, stdout=subprocess.DEVNULL)

    def tests(self):
        """The names of all tests of the programs, in CTest's order."""
        listing = _run(["ctest", "-N"], cwd=self.folder).stdout
        names = re.findall(r"^ *Test +#\d+: (\S+)$", listing, re.MULTILINE)
        return [name for name in names if program_of(name) in self.programs]

    def compile(self, mutation):
        """Compiles what reads the mutation's file, which has been changed. Raises CompileError."""
        self._changed = mutation.file
        if mutation.file.endswith(".py"):
            shutil.copy(self.tree / mutation.file, self.folder / mutation.file)
            return
        readers = [entry for entry in self._readers_of(mutation.file)
                   if not mutation.isa or "/isa/" not in entry["output"] or
                   entry["output"].endswith(f"/isa/{mutation.isa}.cpp.o")]
        for entry in readers:
            output = self.folder / entry["output"]
            self._aside.append(pathlib.Path(f"{output}{ASIDE}"))
            os.replace(output, self._aside[-1])
        with ThreadPoolExecutor(self.jobs) as pool:
            for done in pool.map(self._compile, readers):
                if done.returncode != 0:
                    raise CompileError(done.stdout)

    def link(self, tests):
        """What these tests run. Raises CompileError."""
        for command in self._link_commands(sorted({program_of(test) for test in tests})):
            done = _run(command, cwd=self.folder, shell=True)
            if done.returncode != 0:
                raise CompileError(done.stdout)

    def restore(self):
        """Puts everything back, given that the changed file is what it was."""
        if self._changed.endswith(".py"):
            shutil.copy(self.tree / self._changed, self.folder / self._changed)
            return
        self._put_back(self._aside)
        self._aside.clear()

    def first_failure(self, tests, isa, limit):
        """(name, how) of the first of the tests that fails, or None."""
        environment = os.environ | ({"TWOFOLD_ISA": isa} if isa else {})
        names = "|".join(re.escape(test) for test in tests)
        done = _run(["ctest", "-R", f"^({names})$", "--stop-on-failure", "--no-tests=error",
                     "--timeout", str(limit)], cwd=self.folder, env=environment)
        if done.returncode == 0:
            return None
        failure = re.search(r"Test +#\d+: (\S+) \.[^*\n]*\*\*\*(\w+)", done.stdout)
        if not failure:
            raise RuntimeError(done.stdout)
        return failure.group(1), failure.group(2)

    def _put_back(self, aside):
        for path in aside:
            os.replace(path, str(path).removesuffix(ASIDE))
        # Linked from other objects: made anew by the next build.
        modules = (self.folder / "python").glob("twofold/_twofold*.so")
        for path in [self.folder / name for name in LINKED] + list(modules):
            path.unlink(missing_ok=True)

    def _compile(self, entry):
        # The last option counts: little optimisation is soon done, and a mutant may leave something
        # unused.
        command = shlex.split(entry["command"]) + ["-O1", "-Wno-error"]
        return _run(command, cwd=entry["directory"])

    def _readers_of(self, file):
        """The entries of the compilation database whose objects depend on a file."""
        if self._readers is None:
            self._readers = self._find_readers()
        found = self._readers.get(os.path.normpath(self.tree / file), [])
        if not found:
            raise CompileError(f"nothing is compiled from {file}")
        return found

    def _find_readers(self):
        database = json.loads((self.folder / "compile_commands.json").read_text())
        for entry in database:
            entry["output"] = re.search(r" -o (\S+)", entry["command"]).group(1)
        entries = {entry["output"]: entry for entry in database}
        readers = {}
        entry = None
        for line in _run(["ninja", "-t", "deps"], cwd=self.folder).stdout.splitlines():
            if line and not line.startswith(" "):
                entry = entries.get(line.split(": #deps")[0])
            elif line and entry:
                path = os.path.normpath(self.folder / line.strip())
                readers.setdefault(path, []).append(entry)
        return readers

    def _link_commands(self, programs):
        lines = _run(["ninja", "-t", "commands", *programs], cwd=self.folder).stdout.splitlines()
        return [line for line in lines if " -c " not in line]
