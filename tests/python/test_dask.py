# SPDX-License-Identifier: BSD-3-Clause
"""Dask arrays: the same as one call, whatever the chunks; on a cluster, within bounded memory."""

import hashlib
import resource

import dask
import dask.array as da
import numpy as np
import pytest
from arrays import needs_fft
from distributed import Client, LocalCluster

import twofold
import twofold.dask

BOUNDARIES = ["fill", "wrap", "symm", "mirror", "nearest"]
FUNCTIONS = ["convolve2d", "correlate2d"]


def draw(random):
    """Two operands and how they are chunked and convolved."""
    shape = random.integers(1, 40, 2)
    kernel_shape = random.integers(1, 9, 2)
    dtype = random.choice(["float32", "float64", "uint8", "int32", "complex64", "bool", "int16"])
    image = random.integers(-20, 20, shape).astype(dtype)
    kernel = random.integers(-5, 5, kernel_shape)
    kernel = kernel.astype(random.choice(["float32", "int16", "float64"]))
    boundary = str(random.choice(BOUNDARIES))
    if random.integers(3) == 0:
        boundary = (boundary, str(random.choice(BOUNDARIES)))
    chunks = tuple(int(random.integers(1, size + 1)) for size in shape)
    return image, kernel, chunks, str(random.choice(["full", "same", "valid"])), boundary


@pytest.mark.parametrize("name", FUNCTIONS)
def test_chunks_do_not_matter(name, random):
    compared = 0
    while compared < 100:
        image, kernel, chunks, mode, boundary = draw(random)
        if mode == "valid" and any(k > n for k, n in zip(kernel.shape, image.shape)):
            continue
        wanted = getattr(twofold, name)(image, kernel, mode, boundary, 3, method="direct")
        lazy = getattr(twofold.dask, name)(da.from_array(image, chunks=chunks), kernel, mode,
                                           boundary, 3, method="direct")
        result = lazy.compute(scheduler="threads")
        assert lazy.shape == wanted.shape and lazy.dtype == wanted.dtype
        assert result.dtype == wanted.dtype
        np.testing.assert_array_equal(result, wanted)
        compared += 1


@needs_fft
def test_transforms_stay_within_their_bound(random):
    image = random.standard_normal((400, 300))
    kernel = random.standard_normal((31, 33))
    for boundary in BOUNDARIES:
        bound = twofold.Plan("convolve", image.shape, kernel, boundary=boundary,
                             method="overlap_save").error_bound(np.abs(image).max())
        result = twofold.dask.convolve2d(da.from_array(image, chunks=(150, 90)), kernel,
                                         boundary=boundary, method="overlap_save")
        wanted = twofold.convolve2d(image, kernel, boundary=boundary, method="direct")
        assert np.abs(result.compute() - wanted).max() <= bound


def test_nothing_is_computed_before_it_is_asked_for():
    def never(block):
        raise AssertionError("computed")

    image = da.ones((100, 100), chunks=50).map_blocks(never, dtype=float)
    result = twofold.dask.convolve2d(image, np.ones((3, 3)))
    assert result.shape == (102, 102)
    with pytest.raises(AssertionError, match="computed"):
        result.compute()


def test_a_chunk_needs_only_its_neighbours():
    touched = []

    def touch(block, block_info=None):
        touched.append(block_info[0]["chunk-location"])
        return block

    image = da.ones((80, 80), chunks=10).map_blocks(touch, dtype=float, meta=np.empty((0, 0)))
    result = twofold.dask.convolve2d(image, np.ones((5, 5)), mode="same", boundary="symm")
    with dask.config.set(scheduler="sync"):
        result.blocks[0, 4].compute()
    assert sorted(touched) == [(row, col) for row in (0, 1) for col in (3, 4, 5)]


def test_types_are_those_of_one_call():
    for image in ("bool", "int8", "uint16", "float16", "float32"):
        for kernel in ("bool", "int8", "float32", "complex128"):
            operands = np.ones((3, 3), image), np.ones((2, 2), kernel)
            try:
                wanted = twofold.convolve2d(*operands).dtype
            except ValueError as error:
                with pytest.raises(ValueError) as caught:
                    twofold.dask.convolve2d(da.from_array(operands[0]), operands[1])
                assert str(caught.value) == str(error)
                continue
            result = twofold.dask.convolve2d(da.from_array(operands[0]), operands[1])
            assert result.dtype == wanted and result.compute().dtype == wanted


def test_equal_graphs_share_their_tasks():
    image = da.ones((10, 10), chunks=5)
    first, second = (twofold.dask.convolve2d(image, np.ones((3, 3))) for _ in range(2))
    assert set(first.dask) == set(second.dask)


@pytest.mark.parametrize("arguments, message", [
    ((da.ones(5), np.ones((1, 1))), "convolve2d inputs must both be 2-D arrays"),
    ((da.ones((3, 3)), np.ones((4, 1)), "valid"), "in2: .* larger than in1"),
    ((da.ones((3, 3)), np.ones((1, 1)), "some"), "mode"),
    ((da.ones((3, 3)), np.ones((1, 1)), "full", "some"), "boundary"),
])
def test_errors_come_before_the_computation(arguments, message):
    with pytest.raises(ValueError, match=message):
        twofold.dask.convolve2d(*arguments)


# A large image on two processes.

SIDE, CHUNK = 16384, 1024
LIMIT = 600 << 20  # bytes of a worker; the image has a gibibyte, as has the result


def pixels(first_row, first_col, rows, cols):
    """Numbers that depend on their place alone."""
    row = np.arange(first_row, first_row + rows, dtype=np.uint32)[:, None]
    col = np.arange(first_col, first_col + cols, dtype=np.uint32)
    return ((row * 40503 + col * 30011 + row * col % 977) % 65521).astype(np.float32) / 65521


def chunk_of_pixels(block_info=None):
    (rows, cols) = block_info[None]["array-location"]
    return pixels(rows[0], cols[0], rows[1] - rows[0], cols[1] - cols[0])


def digest(block):
    text = hashlib.blake2b(np.ascontiguousarray(block), digest_size=8).digest()
    return np.frombuffer(text, dtype=np.uint64).reshape(1, 1)


def digests(array, sizes=(CHUNK, CHUNK)):
    return np.block([[digest(array[row:row + sizes[0], col:col + sizes[1]])
                      for col in range(0, array.shape[1], sizes[1])]
                     for row in range(0, array.shape[0], sizes[0])])


def peak_bytes():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.fixture(scope="module")
def cluster():
    with dask.config.set({"distributed.comm.timeouts.connect": "60s"}), \
            LocalCluster(n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1",
                         dashboard_address=None, memory_limit=LIMIT) as local, Client(local):
        yield local


@pytest.fixture(scope="module")
def image():
    return pixels(0, 0, SIDE, SIDE)


@pytest.fixture
def chunked():
    return da.map_blocks(chunk_of_pixels, chunks=((CHUNK,) * (SIDE // CHUNK),) * 2,
                         dtype=np.float32, meta=np.empty((0, 0), np.float32))


@pytest.mark.parametrize("boundary", ["wrap", "symm"])
def test_a_large_image_has_the_bits_of_one_call(boundary, cluster, image, chunked):
    kernel = pixels(3, 5, 7, 6) - np.float32(0.5)
    result = twofold.dask.correlate2d(chunked, kernel, "same", boundary, method="direct")
    assert result.chunks == chunked.chunks
    found = result.map_blocks(digest, dtype=np.uint64, chunks=((1,) * result.numblocks[0],
                                                               (1,) * result.numblocks[1])).compute()
    wanted = digests(twofold.correlate2d(image, kernel, "same", boundary, method="direct"))
    np.testing.assert_array_equal(found, wanted)
    with Client(cluster) as client:
        assert max(client.run(peak_bytes).values()) < LIMIT


@needs_fft
def test_a_large_image_is_transformed_within_the_bound(cluster, image, chunked):
    kernel = pixels(3, 5, 63, 61) - np.float32(0.5)
    plan = twofold.Plan("convolve", image.shape, kernel, "same", "wrap", dtype=image.dtype)
    assert plan.decision.method == "overlap_save"
    result = twofold.dask.convolve2d(chunked, kernel, "same", "wrap")
    wanted = plan(image)
    for row, col in [(0, 0), (0, 15), (15, 0), (15, 15), (7, 8)]:
        block = result.blocks[row, col].compute()
        there = wanted[row * CHUNK:(row + 1) * CHUNK, col * CHUNK:(col + 1) * CHUNK]
        assert np.abs(block - there).max() <= 2 * plan.error_bound(1)
