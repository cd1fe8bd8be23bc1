# SPDX-License-Identifier: BSD-3-Clause
"""examples/porting.py: runs, agrees with SciPy, sharpens the photo, and leaves its pictures."""

import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

SCRIPT = pathlib.Path(__file__).parents[2] / "examples" / "porting.py"
PICTURES = ("filters.png", "layer.png", "deblurring.png")
NUMBER = r"(\d+\.\d+(?:e[+-]\d+)?)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("porting")


@pytest.fixture(scope="module")
def printed(folder):
    """What it prints; the pictures are in `folder` then."""
    environment = dict(os.environ, MPLCONFIGDIR=str(folder / "matplotlib"), PYTHONUTF8="1")
    done = subprocess.run([sys.executable, "-B", str(SCRIPT), "pictures", "--quick"], cwd=folder,
                          env=environment, capture_output=True, encoding="utf-8", timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_all_results_are_those_of_scipy(printed):
    rows = re.findall(rf"^   (\S.*?) +{NUMBER} +{NUMBER} ms +{NUMBER} ms +{NUMBER} ×$", printed,
                      re.M)
    assert len(rows) == 5, printed
    for text, difference, before, after, _ in rows:
        assert float(difference) <= (0 if text.startswith("Scharr") else 1e-4), text
        assert float(before) > 0 and float(after) > 0, text


def test_mistakes_in_a_layer_are_seen(printed):
    differences = re.findall(rf"^   (yes|no): .*? {NUMBER}$", printed, re.M)
    assert [answer for answer, _ in differences] == ["no", "no", "yes"], printed
    for answer, difference in differences:
        assert (float(difference) <= 1e-4) == (answer == "yes")
        assert answer == "yes" or float(difference) > 0.1


def test_the_photo_is_sharper_than_before(printed):
    blurred, deblurred = re.search(rf"PSNR: {NUMBER} dB blurred, {NUMBER} dB deblurred",
                                   printed).groups()
    assert float(deblurred) > float(blurred) + 1


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_show_something(name, folder, printed):
    path = folder / "pictures" / name
    assert f"→ {pathlib.Path('pictures', name)}\n" in printed
    with Image.open(path) as picture:
        picture.load()
        assert picture.format == "PNG" and picture.width == 900
        thirds = np.array_split(np.asarray(picture.convert("L"), dtype=float), 3, axis=1)
    assert all(third[30:].std() > 10 for third in thirds)
    assert path.stat().st_size < 400_000
