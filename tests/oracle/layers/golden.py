# SPDX-License-Identifier: BSD-3-Clause
"""The numbers and the files of the golden layers: the twin of golden.js, which see."""

import pathlib

import numpy as np

DEFAULTS = {"type": "float32", "data_format": "channels_last", "kernel_format": "hwio", "bias": 0,
            "strides": (1, 1), "dilation": (1, 1), "groups": 1, "output_padding": (-1, -1),
            "activation": "linear", "every": 1}
STRIDES_BETWEEN_OUTPUTS = (1, 3, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61)


class Numbers:
    """xorshift32."""

    def __init__(self, seed):
        self.state = seed

    def bits(self):
        x = self.state
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
        self.state = x
        return x >> 8

    def index(self, first, last):
        return first + self.bits() % (last - first + 1)

    def percent(self, share):
        return self.index(0, 99) < share

    def pick(self, values):
        return values[self.index(0, len(values) - 1)]

    def tensor(self, shape, values):
        count = int(np.prod(shape))
        if values == "integer":
            drawn = [self.bits() % 9 - 4 for _ in range(count)]
        else:
            drawn = [(self.bits() % 2048 - 1024) / 1024 for _ in range(count)]
        return np.array(drawn, dtype=np.float64).reshape(shape)


def seed_of(index):
    return (index + 1) * 2654435761 % 2**32


def draw_tensors(seed, values, shapes):
    numbers = Numbers(seed)
    return [numbers.tensor(shape, values) for shape in shapes]


def stored_every(shape, limit):
    count = int(np.prod(shape))
    for every in STRIDES_BETWEEN_OUTPUTS:
        if count <= every * limit and (every == 1 or all(n % every for n in shape)):
            return every
    return 67


class GoldenFile:
    def __init__(self, folder, name):
        self.path = pathlib.Path(folder) / name
        self.lines = []
        self.outputs = []

    def add(self, fields, outputs, every):
        said = {name: text(value) for name, value in {**fields, "every": every}.items()
                if text(value) != text(DEFAULTS.get(name))}
        self.lines.append(" ".join(f"{name}={value}" for name, value in said.items()))
        little_endian = outputs.dtype.newbyteorder("<")
        self.outputs.append(outputs.reshape(-1)[::every].astype(little_endian).tobytes())

    def write(self):
        self.path.with_suffix(".txt").write_text("\n".join(self.lines) + "\n", encoding="ascii")
        content = b"".join(self.outputs)
        self.path.with_suffix(".bin").write_bytes(content)
        print(f"{self.path}: {len(self.lines)} configurations, {len(content)} bytes")


def text(value):
    return ",".join(str(v) for v in value) if isinstance(value, (tuple, list)) else str(value)
