#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs what the documentation shows: documents.py <source folder> <build folder> <C++ compiler> [PAGE...].

Commands run in a folder that looks like a checkout with build/release in it, with a home of its own,
where twofold is installed. Below a command of a `console` block stands its output, in which … stands
for anything. What reports on the machine is that of one with AVX2, and numbers in it may differ.

The `cpp` block of a section with a `cmake` block becomes that program, and the section's commands run in the
program's folder. Any other `cpp` block is compiled and run by itself; one without a `main` is the body of
one. The `python` blocks of a page are one session, those with `>>>` are doctests. README.md's
blocks are for newcomers who copy one: each has a process of its own. A `text` block that
follows C++ or Python is what that prints.

Each row of a table of equalities is computed by both sides. Links lead to files and headings that
are there, commands of ./dev, its checks and the tests that are named exist. Python that imports
twofold runs where the build has the package. Commands within a sentence or a table are not run.
"""

import concurrent.futures
import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy
from scipy import ndimage, signal

NUMBER = r"\d+(?:\.\d+)?(?:e[+-]?\d+)?"
REPORTS_MACHINE = re.compile(r"twofold (info|explain)|--explain")
PACKAGE = Path("build", "release", "python", "twofold")
DEV_COMMAND = re.compile(r"^\./dev (\w+)", re.M)
PAGES = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]  # and all of docs/

failures = []


def check(condition, message):
    if not condition:
        failures.append(message)
        print(f"FAILED: {message}")


class Machine:
    """A newcomer's home and checkout."""

    def __init__(self, folder, source, build, compiler):
        self.source = source
        self.folder = folder
        self.compiler = compiler
        self.checkout = folder / "twofold"
        (self.checkout / "build").mkdir(parents=True)
        (self.checkout / "build" / "release").symlink_to(build)
        for entry in ("examples", "dev"):
            (self.checkout / entry).symlink_to(source / entry)
        home = folder / "home"
        home.mkdir()
        self.environment = dict(
            os.environ,
            HOME=str(home),
            CXX=compiler,
            PATH=f"{home}/.local/bin:{os.environ['PATH']}",
            PKG_CONFIG_PATH=f"{home}/.local/lib/pkgconfig",
        )
        self.has_package = (self.checkout / PACKAGE).exists()
        self.has_opencv = "opencv_imgproc-NOTFOUND" not in (build / "CMakeCache.txt").read_text()
        self.dev_commands = set(DEV_COMMAND.findall(self.run("./dev help", self.checkout)))
        # The pages show a machine with AVX2; newer ones have that too.
        if "avx2" in self.run("build/release/tools/twofold info", self.checkout):
            self.environment["TWOFOLD_ISA"] = "avx2"

    def new_folder(self, name):
        folder = self.folder / name
        folder.mkdir()
        return folder

    def run(self, command, folder):
        print(f"$ {command}")
        # They build and test all this: check_dev_commands sees whether they exist.
        if re.match(r"\./dev (?!help)", command):
            return ""
        result = subprocess.run(["sh", "-euc", command], cwd=folder, env=self.environment,
                                capture_output=True, text=True, timeout=300)
        if result.returncode != 0:
            sys.exit(f"exit status {result.returncode}\n{result.stdout}{result.stderr}")
        return result.stdout + result.stderr

    def install(self):
        """What README's section on C++ does, for pages that go on from there."""
        self.run('cmake --install build/release --prefix "$HOME/.local"', self.checkout)
        self.flags = shlex.split(self.run("pkg-config --static --cflags --libs twofold", self.checkout))

    def build_and_run(self, body, folder):
        """A program of one `cpp` block; what it prints."""
        if "int main(" not in body:
            names = "complex cstdint cstdio cstring iostream limits mutex thread vector".split()
            includes = "\n".join(f"#include <{name}>" for name in names)
            body = (f"{includes}\n#include <twofold/twofold.hpp>\n"
                    f"int main() {{\nusing namespace twofold;\n{body}}}\n")
        source = folder / "main.cpp"
        source.write_text(body)
        program = folder / "program"
        command = [self.compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", str(source), "-o", str(program),
                   *self.flags]
        compiled = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=300)
        if compiled.returncode != 0:
            return compiled.stderr
        ran = subprocess.run([str(program)], env=self.environment, cwd=folder, capture_output=True,
                             text=True, timeout=60)
        return ran.stdout + ran.stderr + (f"exit status {ran.returncode}" if ran.returncode else "")


class PythonSession:
    """A process that runs one block after another, in the same namespace."""

    SERVER = textwrap.dedent("""
        import contextlib, doctest, io, json, sys
        names = {"__name__": "__main__"}

        def run_examples(text, where):
            examples = doctest.DocTestParser().get_doctest(text, names, where, None, 0)
            doctest.DocTestRunner(verbose=False).run(examples, clear_globs=False)
            names.update(examples.globs)

        for line in sys.stdin:
            text, where = json.loads(line)
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                run_examples(text, where) if ">>>" in text else exec(text, names)
            print(json.dumps(printed.getvalue()), flush=True)
        """)

    def __init__(self, machine, folder):
        self.process = subprocess.Popen([sys.executable, "-c", self.SERVER], cwd=folder, text=True,
                                        env=machine.environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def run(self, text, where):
        """What a block prints; of doctests, what is not as shown."""
        self.process.stdin.write(json.dumps([text, where]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{where}: it ends with an exception")
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


def check_output(where, command, shown, actual):
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
          f"{where}: {command}: it shows\n{shown}\nit printed\n{actual}")


def run_console(machine, where, text, folder):
    for part in re.split(r"^\$ ", text, flags=re.M)[1:]:
        command, _, shown = part.partition("\n")
        actual = machine.run(command, folder)
        if not REPORTS_MACHINE.search(command) or "avx2" in actual:
            check_output(where, command, shown, actual.replace("avx512, ", ""))


class Block:
    def __init__(self, language, body, line, output):
        self.language = language
        self.body = body
        self.line = line
        self.output = output  # what a `text` block below shows; None without


def sections_of(text):
    """The blocks of each section of a page."""
    fence = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.M | re.S)
    sections = [[]]
    position = 0
    for match in fence.finditer(text):
        between = text[position:match.start()]
        if re.search(r"^#+ ", between, re.M):
            sections.append([])
        body = textwrap.dedent(match[3])
        blocks = sections[-1]
        if match[2] == "text" and blocks and not between.strip() and blocks[-1].output is None:
            blocks[-1].output = body
        elif match[2] != "text":
            line = text.count("\n", 0, match.start()) + 1
            blocks.append(Block(match[2], body, line, None))
        position = match.end()
    return [blocks for blocks in sections if blocks]


def run_page(machine, page, text, programs):
    """Every fenced block of a page; returns how many of each language there were. C++ programs are
    put into `programs`, to be run later, side by side."""
    counts = {}
    name = page.replace("/", " ")
    is_readme = page == "README.md"
    program = machine.new_folder(f"program of {name}")
    session = None if is_readme else PythonSession(machine, machine.checkout)
    for blocks in sections_of(text):
        has_project = is_readme or any(block.language == "cmake" for block in blocks)
        folder = machine.checkout
        for block in blocks:
            where = f"{page}:{block.line}"
            counts[block.language] = counts.get(block.language, 0) + 1
            if block.language == "cpp" and not has_project:
                programs.append((where, block, machine.new_folder(f"{name} {block.line}")))
            elif block.language in ("cpp", "cmake"):
                folder = program
                file = "main.cpp" if block.language == "cpp" else "CMakeLists.txt"
                (folder / file).write_text(block.body)
            elif block.language == "python":
                run_python(machine, session, where, block, folder)
            elif block.language == "sh":
                for command in block.body.replace("\\\n", " ").splitlines():
                    machine.run(command, folder)
            elif block.language == "console":
                run_console(machine, where, block.body, folder)
            else:
                check(False, f"{where}: a block of the language '{block.language}', which this test "
                      "does not run")
    if session:
        session.close()
    return counts


def run_python(machine, session, where, block, folder):
    if "twofold" in block.body and not machine.has_package:
        return
    if not machine.has_package and session:
        return  # it may need what blocks above have imported
    print(f"{where}: Python")
    if session:
        printed = session.run(block.body, where)
        if ">>>" in block.body:
            check(not printed, f"{where}:\n{printed}")
        elif block.output is not None:
            check_output(where, "Python", block.output, printed)
    else:
        machine.run(shlex.join([sys.executable, "-c", block.body]), folder)


def run_programs(machine, programs):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        outputs = pool.map(lambda entry: machine.build_and_run(entry[1].body, entry[2]), programs)
        for (where, block, _), output in zip(programs, outputs):
            print(f"{where}: C++")
            check_output(where, "C++", block.output or "…", output)
            if block.output is None:
                check("error:" not in output and "exit status" not in output, f"{where}:\n{output}")


def ours(machine, call, folder):
    """The result of `convolve2d(x, k, {.mode = Mode::same})`, through the command line."""
    operation = re.match(r"(convolve|correlate)2d\(x, k", call)[1]
    options = [word for name, value in re.findall(r"\.(\w+) = (?:\w+::)?(\w+)", call)
               for word in ("--" + name.replace("_value", ""), value)]
    out = folder / "out.npy"
    machine.run(shlex.join(["twofold", operation, "x.npy", "k.npy", "-o", str(out), *options]),
                folder)
    return numpy.load(out)


def check_equalities(machine, page, text):
    """Rows `| our call | kernel sizes | Python expression | … |`, on random data."""
    row = re.compile(r"^\| `((?:convolve|correlate)2d\(.*?)` \| (any|odd|even) \| `(.*?)` \|", re.M)
    rows = row.findall(text)
    folder = machine.new_folder("equalities of " + page.replace("/", " "))
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
                  f"{page}: {call} is not {expression} for a {shape} kernel")
    return len(rows)


def check_picture(machine, text):
    """The picture beside a photo is what the command in the table's heading makes of it."""
    photo, command, made, shown = re.search(
        r"^\| `(\S+)` \| `(twofold .* -o (\S+))` \|\n.*\n.* src=\"(docs/\S+)\"", text,
        re.M).groups()
    folder = machine.new_folder("picture")
    shutil.copy(machine.source / "examples" / "photos" / photo, folder)
    machine.run(command, folder)
    pixels = []
    for picture in (machine.source / shown, made):
        identity = ["twofold", "convolve", str(picture), "identity", "-o", "p.npy"]
        machine.run(shlex.join(identity), folder)
        pixels.append(numpy.load(folder / "p.npy"))
    # Halves may be rounded differently where another method or instruction set computes.
    check(numpy.abs(pixels[0] - pixels[1]).max() <= 1, f"{command} does not make {shown}")


def anchors_of(text):
    """As GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.M | re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def check_links(source, page, text):
    for match in re.finditer(r"\]\((?!https?:)([^)\s]*)\)|src=\"([^\"]+)\"", text):
        path, _, anchor = (match[1] or match[2]).partition("#")
        target = (source / page).parent / path if path else source / page
        check(target.exists(), f"{page} names {path}, which is not there")
        if anchor and target.exists():
            check(anchor in anchors_of(target.read_text()), f"{page} names {path}#{anchor}: no such heading")


def check_dev_commands(machine, page, text):
    for command, name in re.findall(r"\./dev (\w+)(?: ([a-z_]+))?", text):
        check(command == "help" or command in machine.dev_commands,
              f"{page} names './dev {command}', which './dev help' does not")
        if command == "check" and name:
            check((machine.source / "tests" / "checks" / f"{name}.sh").exists(),
                  f"{page} names './dev check {name}', and there is no such check")


def tests_of(build):
    listing = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"],
                             capture_output=True, text=True, check=True).stdout
    return [test["name"] for test in json.loads(listing)["tests"]]


def check_test_names(machine, tests, page, text):
    """Those in backticks that begin with a group, and all that stand in parentheses behind `./dev test`:
    tests or groups, a * standing for anything. Not each build has all of them."""
    names = re.findall(r"`((?:unit|command_line|isa_symbols|python|oracle)\.[\w.*]+)`", text)
    for listed in re.findall(r"`\./dev test` \(([^)]*)\)", text):
        names += re.findall(r"`([^`]+)`", listed)
    for name in names:
        if name.startswith("python.") and not machine.has_package:
            continue
        if name == "oracle.opencv" and not machine.has_opencv:
            continue
        check(fnmatch.filter(tests, name) or fnmatch.filter(tests, name + ".*"),
              f"{page} names the test {name}, which is not there")


def main():
    source, build, compiler = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3]
    pages = sys.argv[4:] or [page for page in PAGES if (source / page).exists()] + sorted(
        str(page.relative_to(source)) for page in (source / "docs").glob("*.md"))
    with tempfile.TemporaryDirectory(prefix="twofold documents ") as name:
        machine = Machine(Path(name), source, build, compiler)
        machine.install()
        tests = tests_of(build)
        programs = []
        equalities = 0
        for page in pages:
            text = (source / page).read_text()
            counts = run_page(machine, page, text, programs)
            print(f"{page}: {counts}")
            equalities += check_equalities(machine, page, text)
            check_links(source, page, text)
            check_dev_commands(machine, page, text)
            check_test_names(machine, tests, page, text)
            if page == "README.md":
                for language in ("cpp", "cmake", "python", "sh", "console"):
                    check(counts.get(language, 0) > 0, f"README.md has no block of '{language}'")
                check_picture(machine, text)
                check(equalities > 0, "no row of equalities found")
        run_programs(machine, programs)
    print(f"{len(pages)} pages, {len(programs)} programs, {equalities} equalities, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
