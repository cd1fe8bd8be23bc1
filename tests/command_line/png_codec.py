# SPDX-License-Identifier: BSD-3-Clause
"""A PNG encoder and decoder of every kind the tests need, which PIL does not write or read in 16
bits: https://www.w3.org/TR/png/"""

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
COLOUR_TYPES = {1: GRAY, 2: GRAY_ALPHA, 3: RGB, 4: RGBA}

# Adam7: first row, first column, row step, column step of each pass.
PASSES = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2),
          (1, 0, 2, 1)]


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(
        ">I", zlib.crc32(name + data))


def header(width, height, depth, colour_type, interlaced=False):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0,
                                      int(interlaced)))


def _scanlines(pixels, depth):
    rows = pixels.reshape(pixels.shape[0], -1)
    if depth == 16:
        packed = rows.astype(">u2").view(np.uint8).reshape(rows.shape[0], -1)
    elif depth == 8:
        packed = rows.astype(np.uint8)
    else:
        bits = (rows[:, :, None].astype(np.uint8) >> np.arange(depth - 1, -1, -1)) & 1
        packed = np.packbits(bits.reshape(rows.shape[0], -1).astype(np.uint8), axis=1)
    return b"".join(b"\0" + row.tobytes() for row in packed)


def encode(pixels, depth, colour_type=None, interlaced=False, chunks=b""):
    """`pixels`: rows × columns × channels; `chunks` go between IHDR and IDAT."""
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if colour_type is None:
        colour_type = COLOUR_TYPES[pixels.shape[2]]
    parts = [pixels]
    if interlaced:
        parts = [pixels[row::row_step, col::col_step]
                 for row, col, row_step, col_step in PASSES]
    data = b"".join(_scanlines(part, depth) for part in parts if part.size)
    return (SIGNATURE + header(pixels.shape[1], pixels.shape[0], depth, colour_type, interlaced) +
            chunks + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def read_chunks(data):
    assert data.startswith(SIGNATURE)
    position = len(SIGNATURE)
    while position < len(data):
        length, name = struct.unpack(">I4s", data[position:position + 8])
        yield name, data[position + 8:position + 8 + length]
        position += length + 12


def _unfilter(kind, line, above, step):
    line = bytearray(line)
    for i in range(len(line)):
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            predicted = left
        elif kind == 2:
            predicted = above[i]
        elif kind == 3:
            predicted = (left + above[i]) // 2
        elif kind == 4:
            estimate = left + above[i] - corner
            predicted = min((left, above[i], corner), key=lambda v: abs(estimate - v))
        else:
            predicted = 0
        line[i] = (line[i] + predicted) & 255
    return line


def decode(data):
    """(rows × columns × channels, depth, colour type) of what is not interlaced, 8 or 16 bit."""
    chunks = list(read_chunks(data))
    width, height, depth, colour_type, _, _, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    assert depth in (8, 16) and not interlaced
    raw = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    step = CHANNELS[colour_type] * depth // 8
    line_bytes = width * step
    above = bytearray(line_bytes)
    lines = []
    for row in range(height):
        begin = row * (line_bytes + 1)
        above = _unfilter(raw[begin], raw[begin + 1:begin + 1 + line_bytes], above, step)
        lines.append(bytes(above))
    samples = np.frombuffer(b"".join(lines), np.uint8 if depth == 8 else ">u2")
    return samples.reshape(height, width, -1).astype(np.uint16), depth, colour_type
