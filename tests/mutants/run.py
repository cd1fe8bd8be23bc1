# SPDX-License-Identifier: BSD-3-Clause
"""Puts small mistakes into a copy of the sources, one at a time: does a test find each?

A mutant on which no test fails stands for a test that is missing. Those that are expected to fail
are run first, and if none does, all others of the suite. A program that does not end is found, too.
"""

import argparse
import os
import pathlib
import re
import sys
import time

import mutation as mutations
from mutant_build import PROGRAMS, CompileError, MutantBuild, copy_sources

ROOT = pathlib.Path(__file__).resolve().parents[2]
TREE = ROOT / "build" / "mutants"
ISA_SUFFIX = re.compile(r"\.(baseline|avx2|avx512)$")
PRESET = "release"  # as ./dev test builds it: a compiler cache, where there is one, has it all


def parse_arguments():
    parser = argparse.ArgumentParser(prog="./dev mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; default: all")
    parser.add_argument("--only", metavar="FILE", help="only those of files whose path has this")
    parser.add_argument("--list", action="store_true", help="name them, and do nothing")
    parser.add_argument("--expected", action="store_true",
                        help="run the tests that are expected to fail, and no others")
    parser.add_argument("--sound", action="store_true",
                        help="take it for granted that all tests pass on the sources as they are")
    parser.add_argument("--limit", type=int, default=300, metavar="SECONDS",
                        help="for each test; default: %(default)s")
    return parser.parse_args()


def selected(arguments):
    found = mutations.load(pathlib.Path(__file__).with_name("mutations.toml"), ROOT)
    unknown = set(arguments.names) - {mutation.name for mutation in found}
    if unknown:
        raise ValueError("no such mutation: " + ", ".join(sorted(unknown)))
    chosen = [mutation for mutation in found
              if (not arguments.names or mutation.name in arguments.names) and
              (not arguments.only or arguments.only in mutation.file)]
    for mutation in chosen:
        if mutation.isa and not has_isa(mutation.isa):
            print(f"left out, as this machine has no {mutation.isa}: {mutation.name}")
    return [mutation for mutation in chosen if not mutation.isa or has_isa(mutation.isa)]


def has_isa(isa):
    """Whether this machine has it."""
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    return re.search(rf"\b{isa}", flags) is not None  # avx512f stands for its set


def programs_of(chosen):
    """Those that the tests belong to which are expected to fail."""
    expected = " ".join(mutation.killers for mutation in chosen).replace("\\", "")
    return {program for prefix, program in PROGRAMS.items() if prefix in expected}


class Suite:
    """The tests of the build, and which of them are tried on a mutant: of those that there are once
    for each instruction set, that of the set for which the mutation is compiled."""

    def __init__(self, build):
        self.tests = build.tests()

    def tests_for(self, mutation):
        isa = mutation.isa or ("avx2" if has_isa("avx2") else "baseline")
        return [test for test in self.tests if not ISA_SUFFIX.search(test) or test.endswith(isa)]

    def killers(self, mutation):
        found = [test for test in self.tests_for(mutation)
                 if re.fullmatch(mutation.killers, ISA_SUFFIX.sub("", test))]
        if not found:
            raise ValueError(f"{mutation.name}: there is no test {mutation.killers}")
        return found

    def others(self, mutation):
        """Python's take long, and see little that the others do not, of what is not Python's."""
        tried = set(self.killers(mutation))
        is_python = mutation.file.startswith("python/")
        return [test for test in self.tests_for(mutation)
                if test not in tried and test.startswith("python.") == is_python]


def first_failure(build, suite, mutation, arguments):
    """(name, how) of the first test that fails, those first that are expected to; or None."""
    expected = suite.killers(mutation)
    for tests in [expected] if arguments.expected else [expected, suite.others(mutation)]:
        build.link(tests)
        failure = build.first_failure(tests, mutation.isa, arguments.limit)
        if failure:
            return failure
    return None


def is_evidence(build, suite, mutation, limit, failure):
    """Of what was not expected, or took too long: whether it passes once the sources are as they
    were. That those pass which are expected to fail is known from the beginning."""
    name, how = failure
    if name in suite.killers(mutation) and how != "Timeout":
        return True
    build.link([name])
    return build.first_failure([name], mutation.isa, limit) is None


def try_mutant(build, suite, mutation, arguments):
    """How it ended, in words, and whether it was found."""
    path = TREE / mutation.file
    text = path.read_text()
    written = path.stat()
    path.write_text(mutation.apply(text))
    try:
        build.compile(mutation)
        failure = first_failure(build, suite, mutation, arguments)
    except CompileError as problem:
        return f"DOES NOT COMPILE\n{problem}", False
    finally:
        path.write_text(text)
        os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))
        build.restore()
    if not failure:
        return "SURVIVES", False
    if not is_evidence(build, suite, mutation, arguments.limit, failure):
        return f"{failure[0]} fails on the sources as they are", False
    unexpected = "" if failure[0] in suite.killers(mutation) else ", which was not expected"
    return f"{failure[0]} ({failure[1]}){unexpected}", True


def require_sound(build, suite, chosen, limit):
    """Nothing is shown by a test that fails anyway."""
    for isa in sorted({mutation.isa or "" for mutation in chosen}):
        expected = {test for mutation in chosen if (mutation.isa or "") == isa
                    for test in suite.killers(mutation)}
        failure = build.first_failure([test for test in suite.tests if test in expected], isa,
                                      limit)
        if failure:
            raise ValueError(f"{failure[0]} fails on the sources as they are")


def main():
    arguments = parse_arguments()
    chosen = selected(arguments)
    if arguments.list:
        for mutation in chosen:
            print(f"{mutation.name:44} {mutation.file}")
        return 0
    jobs = int(os.environ.get("TWOFOLD_JOBS", os.cpu_count()))
    print(f"Building in {TREE.relative_to(ROOT)}", flush=True)
    copy_sources(ROOT, TREE)
    build = MutantBuild(TREE, PRESET, jobs)
    build.prepare(programs_of(chosen))
    suite = Suite(build)
    if not arguments.sound:
        require_sound(build, suite, chosen, arguments.limit)
    survivors = []
    for number, mutation in enumerate(chosen, 1):
        begin = time.monotonic()
        end, is_found = try_mutant(build, suite, mutation, arguments)
        seconds = time.monotonic() - begin
        print(f"{number:3}/{len(chosen)} {mutation.name:44} {seconds:6.1f} s  {end}", flush=True)
        if not is_found:
            survivors.append(mutation)
    for mutation in survivors:
        print("\n" + mutation.difference((ROOT / mutation.file).read_text()), end="")
    print(f"\n{len(chosen) - len(survivors)} of {len(chosen)} mutants found")
    return 1 if survivors else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ValueError as problem:
        sys.exit(f"mutants: {problem}")
