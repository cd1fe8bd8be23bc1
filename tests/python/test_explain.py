# SPDX-License-Identifier: BSD-3-Clause
"""explain, info, tune, and that the stubs name what there is."""

import ast
import importlib.metadata
import inspect
import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest
from arrays import HAS_FFT

import twofold
import twofold.dask
from twofold import ops


def test_shapes_and_arrays():
    by_shape = twofold.explain((300, 200), (41, 41), "same")
    assert by_shape.method in (("overlap_save", "whole_fft") if HAS_FFT else ("direct",))
    rank_one = np.outer(np.hanning(9), np.hanning(11))
    assert twofold.explain((900, 900), rank_one, "same").method == "separable"
    assert twofold.explain(np.zeros((9, 9), "uint8"), np.ones((2, 2), "int8")).method
    assert twofold.explain((3, 3), (40, 40), "valid").method == \
        twofold.explain((40, 40), (3, 3), "valid").method


def test_as_dict_and_text():
    decision = twofold.explain((300, 200), (5, 5), dtype="float32")
    assert json.loads(json.dumps(decision.as_dict()))["method"] == decision.method
    text = str(decision)
    assert text.endswith(f"chosen: {decision.why}")
    assert all(candidate.method in text for candidate in decision.candidates)
    with pytest.raises(AttributeError):
        decision.method = "direct"


def test_options_are_heard():
    assert twofold.explain((9, 9), (3, 3), method="reference").method == "reference"
    exact = twofold.explain((900, 900), (99, 99), accuracy="componentwise")
    assert not {c.method: c for c in exact.candidates}["overlap_save"].allowed
    for options in ({"mode": "half"}, {"operation": "fold"}, {"boundary": "zero"}):
        with pytest.raises(ValueError):
            twofold.explain((9, 9), (3, 3), **options)


def test_operands_are_named():
    for operands, text in (((np.ones((3, 3, 3)), (3, 3)), "in1: 3-D; expected a 2-D array"),
                           (((3, 3), [1, 2, 3]), "in2: 1-D; expected a 2-D array")):
        with pytest.raises(ValueError, match=text):
            twofold.explain(*operands)


def test_info():
    info = twofold.info()
    assert info["version"] == twofold.__version__ == importlib.metadata.version("twofold")
    assert info["isa"]["active"] in info["isa"]["available"]
    assert set(info["fft"]) == {"name", "licence"}
    assert info["profile"]["name"]


def test_profiles_are_not_trusted(tmp_path):
    with pytest.raises(RuntimeError):
        twofold.load_profile(str(tmp_path / "absent"))
    (tmp_path / "bad").write_text("nonsense")
    with pytest.raises(ValueError):
        twofold.load_profile(str(tmp_path / "bad"))
    for path in (tmp_path / "bad", bytes(tmp_path / "bad")):
        with pytest.raises(ValueError, match="bad: profile: "):
            twofold.load_profile(path)
    with pytest.raises(ValueError, match="null"):
        twofold.load_profile("/dev/null\0bad")
    with pytest.raises(RuntimeError, match=r"no.xff: "):
        twofold.load_profile("/no\udcff")
    with pytest.raises(TypeError):
        twofold.load_profile(3)
    assert twofold.info()["profile"]["name"] == "built-in rates"


TUNE = """
import sys, twofold
seen = []
text = twofold.tune(path=sys.argv[1], progress=lambda done, next: seen.append((done, next)))
assert open(sys.argv[1], encoding="utf-8").read() == text
assert twofold.info()["profile"]["name"] == sys.argv[1]
assert all(0 <= done <= 1 for done, _ in seen) and all(next for _, next in seen[:-1])
class Enough(Exception): pass
def stop(done, next): raise Enough
try:
    twofold.tune(progress=stop)
except Enough:
    print("stopped", len(seen) > 3)
"""


def test_tune(tmp_path):
    """In a process of its own: a profile is in use until the process ends."""
    command = [sys.executable, "-B", "-c", TUNE, str(tmp_path / "profile")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (result.stdout, result.stderr) == ("stopped True\n", "")


def test_a_profile_that_cannot_be_kept_is_not_measured(tmp_path):
    def progress(done, next):
        raise AssertionError("was measured")
    with pytest.raises(FileNotFoundError):
        twofold.tune(path=tmp_path / "absent" / "profile", progress=progress)
    (tmp_path / "old").write_text("old")
    with pytest.raises(AssertionError):
        twofold.tune(path=tmp_path / "old", progress=progress)
    assert (tmp_path / "old").read_text() == "old"


@pytest.mark.parametrize("module", [twofold, ops, twofold.dask])
def test_stubs_name_what_there_is(module):
    stub = pathlib.Path(module.__file__).with_suffix(".pyi")
    tree = ast.parse(stub.read_text())
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}
    classes |= {name.asname for node in tree.body if isinstance(node, ast.ImportFrom)
                for name in node.names if name.asname}  # "import A as A" exports A again
    assert {*functions, *classes} == set(module.__all__)
    assert stub.with_name("py.typed").exists()
    for name, node in functions.items():
        expected = list(inspect.signature(getattr(module, name)).parameters)
        assert [a.arg for a in node.args.args + node.args.kwonlyargs] == expected


def test_a_shape_needs_no_memory():
    assert twofold.explain((10**6, 10**6), (3, 3)).method == "direct"
    column, row = np.ones((9, 9)), np.arange(81.0).reshape(9, 9) ** 2
    assert twofold.explain(row, column, "valid").method == "separable"
