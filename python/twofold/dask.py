# SPDX-License-Identifier: BSD-3-Clause
"""convolve2d and correlate2d of dask arrays: of images larger than one machine's memory.

Nothing is computed until the result is. Each of its chunks is one call of `Plan.execute_region`, on
the chunks of the image that its windows reach: those at the outer border continue the image as the
boundary says, and no others see a border. The plan is made once for the whole image, so that the
method does not depend on the chunks; with method 'direct' the bits are those of a single call.
"""

import dask
import dask.array as da
import numpy as np

from twofold import _twofold
from twofold._twofold import Plan

__all__ = ["convolve2d", "correlate2d"]


def convolve2d(in1, in2, mode="full", boundary="fill", fillvalue=0, *, method="auto", threads=1,
               accuracy="normwise"):
    """Convolve a dask array with a kernel: `twofold.convolve2d`, chunk by chunk and lazily.

    Parameters
    ----------
    in1 : dask.array.Array, 2-D
        With chunks of any sizes, which have to be known. What a task holds in memory is a chunk of
        the result and the part of the image that it needs: rather 1024 x 1024 elements than
        16 x 16384, for kernels of 31 x 31.
    in2 : array_like, 2-D
        The kernel, which all workers get. In mode 'valid' it is not larger than in1.
    mode, boundary, fillvalue, method, accuracy
        As `twofold.convolve2d` has them.
    threads : int
        How many threads each task may use, beside those of dask's scheduler.

    Returns
    -------
    dask.array.Array
        Its chunks are those of in1. In mode 'full' the last ones are larger, in mode 'valid' the
        last ones are smaller or not there.

    Raises
    ------
    ValueError
        Where `twofold.convolve2d` raises one; in2 is the larger one in mode 'valid'; an operand has
        no elements, or long double ones.

    Examples
    --------
    >>> import dask.array as da
    >>> import twofold.dask
    >>> image = da.arange(12.0, chunks=12).reshape(3, 4).rechunk(2)
    >>> twofold.dask.convolve2d(image, [[1, 0, -1]], mode='same', boundary='wrap').compute()
    array([[-2.,  2.,  2., -2.],
           [-2.,  2.,  2., -2.],
           [-2.,  2.,  2., -2.]])
    """
    return _by_chunks("convolve", in1, in2, mode, boundary, fillvalue, method=method,
                      threads=threads, accuracy=accuracy)


def correlate2d(in1, in2, mode="full", boundary="fill", fillvalue=0, *, method="auto", threads=1,
                accuracy="normwise"):
    """Cross-correlate a dask array with a kernel: `twofold.correlate2d`, chunk by chunk and lazily.

    Parameters, result and errors are those of `convolve2d`.

    Examples
    --------
    >>> import dask.array as da
    >>> import twofold.dask
    >>> twofold.dask.correlate2d(da.ones((4, 5), chunks=2), [[1, 2]], mode='valid').compute()
    array([[3., 3., 3., 3.],
           [3., 3., 3., 3.],
           [3., 3., 3., 3.],
           [3., 3., 3., 3.]])
    """
    return _by_chunks("correlate", in1, in2, mode, boundary, fillvalue, method=method,
                      threads=threads, accuracy=accuracy)


def _by_chunks(operation, in1, in2, mode, boundary, fillvalue, **options):
    image, kernel = da.asarray(in1), np.asarray(in2)
    if image.ndim != 2 or kernel.ndim != 2:
        raise ValueError(f"{operation}2d inputs must both be 2-D arrays")
    if np.isnan(image.shape).any():
        raise ValueError("in1: its chunks are of unknown sizes; see compute_chunk_sizes")
    if mode == "valid" and any(k > n for k, n in zip(kernel.shape, image.shape)):
        raise ValueError(f"in2: {kernel.shape} is larger than in1, {image.shape}, in mode 'valid'")
    # On one element, for the type of the result and for errors that are about types.
    dtype = _twofold.convolve2d(np.zeros((1, 1), image.dtype), np.zeros((1, 1), kernel.dtype)).dtype
    if image.dtype.kind == "b" or image.dtype == np.float16:
        image = image.astype(dtype)  # a Plan has no such type; no value changes
    plan = Plan(operation, image.shape, kernel, mode, boundary, fillvalue, dtype=image.dtype,
                **options)
    wraps = [_wraps(one) for one in _of_axes(boundary)]
    chunks = tuple(_chunks_of_results(given, size)
                   for given, size in zip(image.chunks, plan.output_shape))
    shared = dask.delayed(plan, name=f"plan-{dask.base.tokenize(plan.__reduce_ex__(2))}")
    blocks = [[_block(image, plan, shared, wraps, (row, col, height, width))
               for col, width in _spans(chunks[1])]
              for row, height in _spans(chunks[0])]
    return da.block(blocks)


def _of_axes(boundary):
    return (boundary, boundary) if isinstance(boundary, str) else boundary


def _wraps(boundary):
    return boundary in ("wrap", "circular")


def _chunks_of_results(chunks, size):
    """As the image's; the last one takes what there is more, or less."""
    result = []
    for chunk in chunks:
        result.append(min(chunk, size - sum(result)))
        if sum(result) == size:
            break
    result[-1] += size - sum(result)
    return tuple(chunk for chunk in result if chunk > 0)


def _spans(chunks):
    """(first, length) of each."""
    return [(int(end - length), int(length)) for end, length in zip(np.cumsum(chunks), chunks)]


def _block(image, plan, shared, wraps, outputs):
    """One chunk of the result: a task that needs those chunks of the image that it reads."""
    tile, origin = _tile(image, plan, wraps, outputs)
    # As one chunk: of several, each task would be named anew, and equal graphs share nothing.
    tile = tile.rechunk(-1).to_delayed(optimize_graph=False).item()
    block = dask.delayed(_execute, pure=True)(shared, tile, origin, outputs)
    return da.from_delayed(block, shape=outputs[2:], dtype=plan.out_dtype)


def _execute(plan, tile, origin, outputs):
    return plan.execute_region(np.ascontiguousarray(tile), origin, outputs)


def _tile(image, plan, wraps, outputs):
    """The part of the image that the outputs need, and where it begins. Along an axis that wraps
    around it brings along what lies outside, or it would be the whole axis."""
    region = plan.input_region(outputs)
    origin = []
    for axis in (0, 1):
        first, length = region[axis], region[axis + 2]
        if wraps[axis]:
            before, after = plan.halo[axis]
            first, length = outputs[axis] - before, outputs[axis + 2] + before + after
        pieces = [image[piece] if axis == 0 else image[:, piece]
                  for piece in _pieces(first, first + length, image.shape[axis])]
        image = pieces[0] if len(pieces) == 1 else da.concatenate(pieces, axis)
        origin.append(first)
    return image, tuple(origin)


def _pieces(first, end, period):
    """Slices that are first … end - 1, modulo the period."""
    pieces = []
    while first < end:
        start = first % period
        length = min(end - first, period - start)
        pieces.append(slice(start, start + length))
        first += length
    return pieces or [slice(0, 0)]
