# SPDX-License-Identifier: BSD-3-Clause
"""Mutations: what mutations.toml holds, and whether it fits the sources."""

import difflib
import pathlib
import tomllib
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """A small mistake: `old`, which `file` has exactly once, becomes `new`."""

    name: str
    file: str
    old: str
    new: str
    killers: str  # a regular expression: the tests (of CTest) that are expected to fail
    isa: str = ""  # of a kernel's header: the only instruction set that is compiled with it

    def apply(self, text):
        return text.replace(self.old, self.new)

    def difference(self, text):
        before, after = (each.splitlines(True) for each in (text, self.apply(text)))
        return "".join(difflib.unified_diff(before, after, self.file, self.file, n=1))


def load(path, root):
    """All mutations of a file. Raises ValueError, naming all that do not fit the sources."""
    with open(path, "rb") as file:
        mutations = [Mutation(**entry) for entry in tomllib.load(file)["mutation"]]
    problems = [problem for mutation in mutations for problem in _problems(mutation, root)]
    names = [mutation.name for mutation in mutations]
    problems += [f"{name}: stands there twice" for name in sorted(set(names))
                 if names.count(name) > 1]
    if problems:
        raise ValueError("\n".join(problems))
    return mutations


def _problems(mutation, root):
    path = pathlib.Path(root, mutation.file)
    if not path.is_file():
        yield f"{mutation.name}: there is no {mutation.file}"
        return
    count = path.read_text().count(mutation.old)
    if count != 1:
        yield f"{mutation.name}: its text stands {count} times in {mutation.file}, not once"
    if mutation.old == mutation.new:
        yield f"{mutation.name}: changes nothing"
    is_kernel = mutation.file.startswith("src/kernels/") and mutation.file.endswith(".hpp")
    if mutation.isa and not is_kernel:
        yield f"{mutation.name}: an instruction set, but not a kernel's header"
